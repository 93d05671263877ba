import { z } from 'zod'
import { RunState } from './run.ts'

/** Which runs; each part narrows. */
export const RunFilter = z.object({
  states: z.array(RunState).optional(),
  /** Looked for in id, dataset, file name and table. */
  search: z.string().max(200).optional(),
  dataset: z.string().max(63).optional(),
  /** Sent at that time or later; UTC ISO 8601. */
  since: z.iso.datetime().optional(),
  /** Sent before that time; UTC ISO 8601. */
  before: z.iso.datetime().optional(),
})
export type RunFilter = z.infer<typeof RunFilter>

/** What a list of runs can be sorted by; `clean` and `held`: rows, as the account over all attempts has them. */
export const RunOrder = z.object({
  by: z.enum(['sent', 'file', 'dataset', 'state', 'in', 'clean', 'held', 'size', 'took']),
  descending: z.boolean(),
})
export type RunOrder = z.infer<typeof RunOrder>

export const newestFirst: RunOrder = { by: 'sent', descending: true }

/** A part of the list: `limit` runs from `offset` on. */
export interface RunList extends RunFilter {
  order?: RunOrder | undefined
  offset?: number | undefined
  limit: number
}
