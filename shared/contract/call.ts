/** What several parts of the contract are made of. */
import { oc } from '@orpc/contract'
import { z } from 'zod'
import { ChosenDestination, Column } from '../domain/datasets/dataset.ts'
import { IfDelivered } from '../domain/runs/decision.ts'
import { HeaderMap } from '../domain/columns/headerMap.ts'
import { ProblemData } from '../domain/problem.ts'
import { Reading } from '../domain/files/reading.ts'
import { ChosenRecipe, Recipe } from '../domain/recipe/recipe.ts'

/** Whatever goes wrong in a call arrives as the one error `PROBLEM`. */
export const call = oc.errors({ PROBLEM: { data: ProblemData } })

export const RunId = z.object({ runId: z.string().min(1).max(64) })
export const nothing = z.void()

/**
 * A file the person has chosen, known to the window only by an opaque id: in Electron the
 * id stands for a path, in the browser for bytes that are being sent to the host.
 */
export const SourceId = z.string().min(1).max(64)

export const StartRun = z.object({
  source: SourceId,
  /** Made of the name that somebody else knows it by; refused when there is one. */
  runId: z
    .string()
    .regex(/^named-[0-9a-f]{24}$/)
    .optional(),
  dataset: z.string().min(1).max(63),
  /** Given only when the person changed what was detected. */
  reading: Reading.optional(),
  columns: z.array(Column).optional(),
  /** Given only when the person changed the cleaning steps. */
  recipe: ChosenRecipe.optional(),
  /** What becomes of columns that are not as the dataset knows them. */
  header: HeaderMap.optional(),
  destination: ChosenDestination,
  /** The dataset keeps the meaning that was chosen for this file. */
  remember: z.boolean().optional(),
  /** What was decided beforehand about a file that was delivered before. */
  ifDelivered: IfDelivered.optional(),
  /** Few rows may take the place of many, without a question. */
  allowShrink: z.boolean().optional(),
  addColumns: z.boolean().optional(),
})
export type StartRun = z.infer<typeof StartRun>

/** A chosen file, and what of its rows is wanted. */
export const Look = StartRun.pick({
  source: true,
  reading: true,
  columns: true,
  header: true,
}).extend({
  dataset: StartRun.shape.dataset.optional(),
  /** In place of the dataset's. */
  recipe: Recipe.optional(),
})
