/** Pictures of sales, stock and customers, over tables of the built-in warehouse. */
import { z } from 'zod'
import {
  Board,
  BoardAnswer,
  InsightFilter,
  InsightSetup,
  InsightTables,
} from '../domain/insights.ts'
import { call, nothing } from './call.ts'

export const insights = {
  /** Which columns are what, as a person has confirmed it. */
  tables: call.output(InsightTables),
  setup: call.output(InsightSetup),
  /** In place of what was confirmed before. */
  save: call.input(InsightTables).output(nothing),
  board: call.input(z.object({ board: Board, filter: InsightFilter })).output(BoardAnswer),
  /** The statement that lists the sales that a filter lets through; null: there are none. */
  rows: call.input(InsightFilter).output(z.object({ sql: z.string().nullable() })),
}
