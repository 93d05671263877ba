/** A chosen file that was read whole before it is sent, to be looked at: nothing of it is ever sent. */
import { z } from 'zod'
import { Parts, Repair } from './preview.ts'
import { Reason } from './quarantine.ts'

/** How far the whole file has been read. */
export const LookState = z.discriminatedUnion('kind', [
  /** Rows that can be looked at so far, and bytes of the file that have been read. */
  z.object({
    kind: z.literal('reading'),
    rows: z.number(),
    bytesDone: z.number(),
    bytesTotal: z.number(),
  }),
  /**
   * Every row can be looked at. `broken`: those whose structure is broken; `repaired`: those that were mended; `doubts` and `parts`: what a preview says, of the whole
   * file; null: it holds nothing else that could be read.
   */
  z.object({
    kind: z.literal('whole'),
    rows: z.number(),
    broken: z.number(),
    repaired: z.number(),
    doubts: z.array(z.string()),
    parts: Parts.nullable(),
  }),
  /** The file is another one than what was read. The stream ends with it. */
  z.object({ kind: z.literal('changed') }),
])
export type LookState = z.infer<typeof LookState>

/** What becomes of a row. Before the whole file was checked, every row whose structure is sound stands. */
export const RowFate = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('stands') }),
  /** Its structure is broken: it has no cells, and would be held back. */
  z.object({ kind: z.literal('broken'), raw: z.string(), reason: z.string() }),
  /** Would be held back for what its cells hold. */
  z.object({ kind: z.literal('held'), reasons: z.array(Reason) }),
  /** Would be dropped by this kind of step of the recipe. */
  z.object({ kind: z.literal('dropped'), rule: z.string() }),
])
export type RowFate = z.infer<typeof RowFate>

/** Characters of a cell that a page of rows holds at most. */
export const pageCellCharacters = 1000

export const LookRow = z.object({
  /** Its place among the rows of the file, from 1, the header not counted. */
  record: z.number(),
  /** Physical line on which it starts, or the row as its program numbers it. */
  line: z.number(),
  /** As they stand in the file, each at most `pageCellCharacters` long; none where the structure is broken. */
  cells: z.array(z.string()),
  /** Characters of the cells that are longer, by their place from 0. */
  longer: z.record(z.string(), z.number()),
  fate: RowFate,
  repaired: Repair.optional(),
})
export type LookRow = z.infer<typeof LookRow>

const Label = z.string().max(100_000)

/** Which of the rows between two places of a recipe are shown: as they were, as they are left, or both. */
export const LookView = z.enum(['before', 'after', 'both'])
export type LookView = z.infer<typeof LookView>

/** Which rows are wanted. Columns are named by their label in the file. */
export const LookFilter = z.discriminatedUnion('kind', [
  /** The text stands in the cell as it is shown, in any case; without a column: anywhere in the row. `isWhole`: it is all of the cell. */
  z.object({
    kind: z.literal('contains'),
    column: Label.nullable(),
    text: z.string().min(1).max(1000),
    isWhole: z.boolean().optional(),
  }),
  /** The cell, as the recipe leaves it, is this; '' is an empty one. */
  z.object({ kind: z.literal('value'), column: Label, value: z.string().max(100_000) }),
  /** The value is not below `from` and below `to`, or up to it (`withLast`); as the type writes them. */
  z.object({
    kind: z.literal('range'),
    column: Label,
    from: z.string().max(100),
    to: z.string().max(100),
    withLast: z.boolean(),
  }),
  /** The shape of the cell, as a profile has it: `99.99.9999`. */
  z.object({ kind: z.literal('shape'), column: Label, shape: z.string().max(200) }),
  /** There is a cell, and its type does not take it. */
  z.object({ kind: z.literal('misfit'), column: Label }),
  z.object({ kind: z.literal('held') }),
  /** Would be held back for its cell in this column: for its type, or a rule. */
  z.object({ kind: z.literal('breaks'), column: Label }),
  z.object({ kind: z.literal('dropped') }),
  /** One of the steps that are looked at changes a cell of it, drops it, or has no value for it. */
  z.object({ kind: z.literal('changed') }),
  z.object({ kind: z.literal('repaired') }),
])
export type LookFilter = z.infer<typeof LookFilter>

/** Whether nobody knows the rows before every row was checked. */
export function needsCheck(filters: readonly LookFilter[]): boolean {
  return filters.some(({ kind }) => kind === 'held' || kind === 'breaks' || kind === 'dropped')
}

/** Whether they ask only for rows as they are shown and for what becomes of them, and not for values that the steps leave. */
export function isOfRows(filters: readonly LookFilter[]): boolean {
  const kinds = ['contains', 'held', 'dropped', 'changed', 'repaired']
  return filters.every(({ kind }) => kinds.includes(kind))
}

/** By the values of a column as its type orders them; rows without a value come last. */
export const LookOrder = z.object({ column: Label, descending: z.boolean() })
export type LookOrder = z.infer<typeof LookOrder>

/** How one filter is said. */
export function filterWords(filter: LookFilter): string {
  switch (filter.kind) {
    case 'contains':
      return filter.column === null
        ? `contains “${filter.text}”`
        : `“${filter.column}” ${filter.isWhole === true ? 'is' : 'contains'} “${filter.text}”`
    case 'value':
      return filter.value === ''
        ? `“${filter.column}” is empty`
        : `“${filter.column}” is “${filter.value}”`
    case 'range':
      return `“${filter.column}” from ${filter.from} ${filter.withLast ? 'up to' : 'to below'} ${filter.to}`
    case 'shape':
      return `“${filter.column}” has the shape ${filter.shape}`
    case 'misfit':
      return `“${filter.column}” does not fit its type`
    case 'held':
      return 'would be held back'
    case 'breaks':
      return `“${filter.column}” breaks what it is held to`
    case 'dropped':
      return 'would be dropped'
    case 'changed':
      return 'is changed by the steps'
    case 'repaired':
      return 'was repaired'
  }
}
