import { z } from 'zod'
import { Dataset } from './dataset.ts'

/** What a version holds of a dataset: how its files are read, cleaned and judged. Where they go is not in it. */
export const Definition = Dataset.pick({ reading: true, recipe: true, contract: true })
export type Definition = z.infer<typeof Definition>

/** What a run is held to: a version, and what it holds, for it may be gone before the run ends. null: its dataset was not there yet. */
export const HeldTo = Definition.extend({ version: z.int().min(1).nullable() })
export type HeldTo = z.infer<typeof HeldTo>

/** Why somebody changed it, in their own words. */
export const Why = z.string().trim().max(500)

/** How a dataset was at a time. Versions are counted from 1, without gaps, and never changed. */
export const DatasetVersion = Definition.extend({
  version: z.int().min(1),
  /** UTC, ISO 8601. */
  at: z.string(),
  /** Their name at the operating system; '' where it is not known. */
  who: z.string(),
  /** What was done, as a sentence. */
  what: z.string(),
  /** In the words of who did it; '' for none. */
  why: z.string(),
})
export type DatasetVersion = z.infer<typeof DatasetVersion>
