/** What is taken out of the APIs of shop systems, for datasets. */
import { z } from 'zod'
import { ChosenDestination } from '../domain/datasets/dataset.ts'
import { Extract } from '../domain/arriving/extract.ts'
import { ProblemData } from '../domain/problem.ts'
import { Schedule } from '../domain/arriving/schedule.ts'
import { call, nothing } from './call.ts'

const Dataset = z.string().min(1).max(63)
const DatasetExtract = z.object({ dataset: Dataset, extract: Extract })

export const extracts = {
  /** The first page of an extract, saved or not; nothing is kept of it. */
  try: call.input(Extract).output(
    z.object({
      /** As JSON. */
      records: z.array(z.string()),
      newOnPage: z.number(),
      isLast: z.boolean(),
      total: z.number().nullable(),
    }),
  ),
  save: call.input(DatasetExtract).output(nothing),
  /** Its runs and its rows stay as they are. */
  remove: call.input(z.object({ dataset: z.string() })).output(nothing),
  /** Answers with the run that fetches what is there now; null: there is nothing new. */
  fetch: call
    .input(z.object({ dataset: Dataset, destination: ChosenDestination }))
    .output(z.object({ runId: z.string().nullable() })),
}

/** When they are fetched by themselves. */
export const schedules = {
  /** All extracts, with or without a schedule. */
  list: call.output(
    z
      .array(
        DatasetExtract.extend({
          schedule: Schedule.nullable(),
          handledAt: z.string().nullable(),
          /** What kept the last time from being done. */
          trouble: ProblemData.nullable(),
          nextAt: z.string().nullable(),
        }),
      )
      .max(1000),
  ),
  /** From now on; null: only when somebody says so. */
  change: call.input(z.object({ dataset: Dataset, schedule: Schedule.nullable() })).output(nothing),
  /** Does what is due now, once; answers with the ids of the runs. */
  due: call.output(z.array(z.string())),
}
