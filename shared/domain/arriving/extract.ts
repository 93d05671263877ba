/** What is taken out of the API of a shop system, page by page, and where it has come to. */
import { z } from 'zod'

/** Names between points, as `data.items`; empty: the answer itself. */
const Place = z.string().max(200)
const Parameter = z.string().min(1).max(100)
const Size = z.object({ parameter: Parameter, records: z.int().min(1).max(10_000) })

/** How an API hands out the pages of a list. */
export const Paging = z.discriminatedUnion('kind', [
  /** All of it is one answer. */
  z.object({ kind: z.literal('none') }),
  /** By their numbers, up to one without records. */
  z.object({
    kind: z.literal('page'),
    parameter: Parameter,
    first: z.int().min(0).max(1),
    size: Size.nullable(),
  }),
  /** By how many records come before. */
  z.object({ kind: z.literal('offset'), parameter: Parameter, size: Size.nullable() }),
  /**
   * By what stands in the answer before. `untilEmpty`: up to a page without records, because each answer has such a cursor;
   * otherwise up to an answer without one.
   */
  z.object({
    kind: z.literal('cursor'),
    parameter: Parameter,
    next: Place.min(1),
    untilEmpty: z.boolean(),
    size: Size.nullable(),
  }),
  /** By the address in the header `Link` with `rel="next"` (RFC 8288). */
  z.object({ kind: z.literal('link'), size: Size.nullable() }),
  /** By an address in the answer. */
  z.object({ kind: z.literal('next'), next: Place.min(1), size: Size.nullable() }),
])
export type Paging = z.infer<typeof Paging>
export const pagingKinds = Paging.options.map((option) => option.shape.kind.value)

export const Extract = z.object({
  connection: z.string().min(1),
  /** Below the address of the connection; what is asked with it stands in `query`. */
  path: z
    .string()
    .max(1000)
    .regex(/^\/[^?#\s\\]*$/, 'A path begins with / and has no question mark: /admin/orders.json.'),
  query: z.record(Parameter, z.string().max(1000)),
  /** Where the list of the records is. */
  records: Place,
  paging: Paging,
  /** What tells records apart: of those that come again, the last one counts. null: only those that are the same all through are one. */
  key: Place.min(1).nullable(),
  /**
   * Only what is new or changed: records have `field`, a time or a number that grows, and the API takes the smallest that is wanted
   * as `parameter`. `back`: so much less is asked for, in seconds or in numbers, where the API means more than and not from, or
   * shows a record only some time after its change; what was brought is known by its content.
   */
  incremental: z
    .object({ field: Place.min(1), parameter: Parameter, back: z.int().min(0).max(86_400) })
    .nullable(),
  /** Where the API says how many records the list has: in a header, or in the answer. */
  total: z.object({ in: z.enum(['header', 'answer']), name: Place.min(1) }).nullable(),
})
export type Extract = z.infer<typeof Extract>

/** Where an extract has come to, and which records were brought that come again when it is asked from there, by their content. */
export const Position = z.object({
  value: z.string(),
  seen: z.array(z.object({ content: z.string(), value: z.string() })),
})
export type Position = z.infer<typeof Position>

/** What of an extract stands in the ledger beside its rows. */
export const LoadedExtract = z.object({
  connection: z.string(),
  path: z.string(),
  field: z.string(),
  from: Position.nullable(),
  to: Position,
})
export type LoadedExtract = z.infer<typeof LoadedExtract>

/** An extract as one run takes it: planned before its first page is asked for. */
export const PlannedExtract = Extract.extend({ from: Position.nullable() })
export type PlannedExtract = z.infer<typeof PlannedExtract>

/** Columns that every record of an extract has besides its own: the page it stood on, and its place there, from 1. */
export const extractColumns = ['api_page', 'api_index'] as const

/**
 * Where an extract has come to in a table, by what stands in the ledger, oldest first, without what was undone; null: nothing of it
 * is there. So what was undone last is brought again.
 */
export function positionIn(
  loaded: readonly LoadedExtract[],
  {
    connection,
    path,
    incremental,
  }: Pick<Extract, 'connection' | 'path'> & { incremental: { field: string } | null },
): Position | null {
  const last = loaded.findLast(
    (one) => one.connection === connection && one.path === path && one.field === incremental?.field,
  )
  return last?.to ?? null
}

/**
 * Compares two values of a field that grows: whole numbers by their size, times of ISO 8601 by the instant (without a zone: UTC).
 * null: they are not of one kind.
 */
export function comparePositions(one: string, other: string): number | null {
  const [a, b] = [ordered(one), ordered(other)]
  if (a === null || b === null || a.kind !== b.kind) return null
  return a.at < b.at ? -1 : a.at > b.at ? 1 : 0
}

/** The value from which is asked; see `Extract.incremental`. */
export function askedFrom(value: string, back: number): string {
  const at = ordered(value)
  if (back === 0 || at === null) return value
  if (at.kind === 'number') return String(at.at > BigInt(back) ? at.at - BigInt(back) : 0n)
  const text = new Date(Number(at.at / 1_000_000n) - back * 1000).toISOString()
  return /(?:Z|[+-]\d\d:?\d\d)$/.test(value) ? text : text.slice(0, -1)
}

const time = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?)?$/

/** Nanoseconds since 1970, or the number. */
function ordered(value: string): { kind: 'number' | 'time'; at: bigint } | null {
  if (/^\d{1,38}$/.test(value)) return { kind: 'number', at: BigInt(value) }
  const parts = time.exec(value)
  if (parts === null) return null
  const [, day = '', clock = '00:00:00', fraction = '', zone = 'Z'] = parts
  const seconds = Date.parse(`${day}T${clock}${zone.replace(/(\d\d)(\d\d)$/, '$1:$2')}`)
  if (Number.isNaN(seconds)) return null
  return { kind: 'time', at: BigInt(seconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0')) }
}

interface Taken {
  batch?: unknown
  extract?: Pick<Extract, 'incremental'> | undefined
}

/** Whether a run takes the next part of what goes on: it is known by its place there, and not by being like another file. */
export const isPart = ({ batch, extract }: Taken): boolean =>
  batch !== undefined || (extract !== undefined && extract.incremental !== null)
