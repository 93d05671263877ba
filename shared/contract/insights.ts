/** Pictures of sales, stock and customers, over tables of the built-in warehouse. */
import { z } from 'zod'
import { ConnectionName } from '../domain/connection.ts'
import {
  Board,
  BoardAnswer,
  InsightFilter,
  InsightSetup,
  InsightTables,
  TopicPicture,
} from '../domain/warehouse/insights.ts'
import { TopicName } from '../domain/streams/topic.ts'
import { call, nothing } from './call.ts'

export const insights = {
  /** Which columns are what, as a person has confirmed it. */
  tables: call.output(InsightTables),
  setup: call.output(InsightSetup),
  /** In place of what was confirmed before. */
  save: call.input(InsightTables).output(nothing),
  board: call.input(z.object({ board: Board, filter: InsightFilter })).output(BoardAnswer),
  /** What the rows of a topic add up to; null: none of them is in a table yet. */
  topic: call
    .input(z.object({ connection: ConnectionName, topic: TopicName }))
    .output(TopicPicture.nullable()),
  /** The statement that lists the sales that a filter lets through; null: there are none. */
  rows: call.input(InsightFilter).output(z.object({ sql: z.string().nullable() })),
}
