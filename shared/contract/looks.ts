import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { Column } from '../domain/datasets/dataset.ts'
import { EffectState, WorkedColumn, WorkedRow } from '../domain/recipe/effect.ts'
import { LookFilter, LookOrder, LookRow, LookState, LookView } from '../domain/files/look.ts'
import { Recipe } from '../domain/recipe/recipe.ts'
import { call, Look } from './call.ts'

const LookThrough = Look.extend({
  filters: z.array(LookFilter).max(20),
  order: LookOrder.nullable(),
  /** The columns that these name, as they are shown. */
  typed: z.array(Column).max(21),
})

/** Between which places of a recipe rows are shown: after the first `since` steps, and after the first `upTo`. */
const Between = z.object({
  recipe: Recipe,
  since: z.int().min(0),
  upTo: z.int().min(0),
  view: LookView,
})

/** Every row of a chosen file, before it is sent. */
export const looks = {
  /** How far it has been read. What was read is kept for as long as somebody follows. */
  follow: call
    .input(Look.omit({ columns: true, recipe: true, header: true }))
    .output(eventIterator(LookState)),
  /** Rows from `from` on, counted from 0, and how many there are in all so far. */
  rows: call
    .input(LookThrough.extend({ from: z.int().min(0), limit: z.int().min(1).max(500) }))
    .output(z.object({ rows: z.array(LookRow), total: z.number() })),
  /** The row, from 0, in which a line of the file stands, or the last before it; null: there is none. */
  find: call
    .input(LookThrough.extend({ line: z.int().min(1), between: Between.optional() }))
    .output(z.number().nullable()),
  /** What a recipe does to every row; it is kept nowhere. Ends when that is known. */
  effect: call
    .input(Look.omit({ columns: true }).extend({ recipe: Recipe }))
    .output(eventIterator(EffectState)),
  /**
   * Rows as the first `upTo` steps of a recipe leave them, beside what they are after the first `since`. Rows that are dropped keep
   * their places. A text is looked for in the cells of the view; other filters and the order look at the cells as those steps leave them.
   */
  worked: call
    .input(
      LookThrough.extend({
        ...Between.shape,
        from: z.int().min(0),
        limit: z.int().min(1).max(500),
      }),
    )
    .output(
      z.object({
        columns: z.array(WorkedColumn),
        rows: z.array(WorkedRow),
        total: z.number(),
      }),
    ),
}
