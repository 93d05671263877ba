/** What of a person was found and taken out, on their right to erasure (GDPR, article 17), and the protocol of it. */
import { z } from 'zod'
import { localTime } from '../localTime.ts'
import { plural } from '../sizes.ts'

export const erasePlaces = ['table', 'put-aside', 'blob', 'held-back', 'copy'] as const

const Count = z.object({ runId: z.string(), rows: z.int().min(0) })

/** One place that holds rows of the person. */
export const ErasedPlace = z.object({
  /** `put-aside`: rows that went out of a table and can be brought back; `copy`: what is kept of a file that was not delivered. */
  kind: z.enum(erasePlaces),
  /** `sandbox: customers`, `sandbox: pallet/customers/…`, or the run. */
  where: z.string(),
  connection: z.string().nullable(),
  /** The table, the blob, or the run. */
  name: z.string(),
  /** By the run that had brought them. Of a copy, which goes as a whole, one. */
  runs: z.array(Count),
  /** `begun`: nobody knows yet whether it is done. */
  state: z.enum(['found', 'begun', 'done']),
  /** Of a blob without the rows. */
  bytes: z.int().min(0).optional(),
})
export type ErasedPlace = z.infer<typeof ErasedPlace>

export const Found = z.object({
  places: z.array(ErasedPlace),
  /** Where nobody could look, or nothing can be taken out, in sentences. */
  unreached: z.array(z.string()),
})
export type Found = z.infer<typeof Found>

/** The protocol. It says which value it was to whoever has the value and the key, and to nobody else. */
export const Erasure = Found.extend({
  pallet: z.literal('erasure'),
  version: z.literal(1),
  id: z.string(),
  dataset: z.string(),
  /** By its name in the table. */
  column: z.string(),
  /** HMAC-SHA-256 of each value, in small letters and without white space at its ends, with the key of this home. */
  values: z.array(z.string().regex(/^[0-9a-f]{64}$/)).min(1),
  who: z.string(),
  /** UTC, ISO 8601. */
  at: z.string(),
  /** null: it was cut off, and goes on when it is asked for again. */
  finishedAt: z.string().nullable(),
})
export type Erasure = z.infer<typeof Erasure>

export const EraseInput = z.object({
  dataset: z.string().min(1).max(63),
  /** By its name in the table or its label. */
  column: z.string().min(1),
  /** As they stand in the file. */
  values: z.array(z.string().trim().min(1).max(1000)).min(1).max(100),
})
export type EraseInput = z.infer<typeof EraseInput>

const nouns: Record<ErasedPlace['kind'], string> = {
  table: 'row',
  'put-aside': 'row',
  blob: 'row',
  'held-back': 'held-back row',
  copy: 'copy',
}
const names: Record<ErasedPlace['kind'], string> = {
  table: 'Table',
  'put-aside': 'Put aside for',
  blob: 'Blob',
  'held-back': 'Held back of run',
  copy: 'Copy of the file of run',
}

export const rowsAt = ({ runs }: Pick<ErasedPlace, 'runs'>): number =>
  runs.reduce((sum, { rows }) => sum + rows, 0)

/** `Table sandbox: customers: 3 rows`. */
export function placeWords(place: ErasedPlace): string {
  const rows = rowsAt(place)
  const count = place.kind === 'copy' ? 'whole' : plural(rows, nouns[place.kind])
  return `${names[place.kind]} ${place.where}: ${count}`
}

/** How much there is, or was, in one sentence's part. */
export function foundWords({ places }: Pick<Found, 'places'>): string {
  if (places.length === 0) return 'nothing'
  return erasePlaces
    .flatMap((kind) => {
      const those = places.filter((one) => one.kind === kind)
      if (those.length === 0) return []
      const rows = those.reduce((sum, one) => sum + rowsAt(one), 0)
      switch (kind) {
        case 'table':
          return [`${plural(rows, 'row')} in ${plural(those.length, 'table')}`]
        case 'put-aside':
          return [`${plural(rows, 'row')} put aside`]
        case 'blob':
          return [`${plural(rows, 'row')} in ${plural(those.length, 'blob')}`]
        case 'held-back':
          return [plural(rows, 'held-back row')]
        case 'copy':
          return [those.length === 1 ? '1 copy' : `${those.length} copies`]
      }
    })
    .join(', ')
}

/** Rows that were taken out of the table of a run, and what says so. */
export interface ErasedOf {
  rows: number
  why: string
}

/** What the protocols say of the rows that a run had brought into its table; null: nothing. */
export function erasedOf(
  protocols: readonly Erasure[],
  { runId, connection, table }: { runId: string; connection: string; table: string },
): ErasedOf | null {
  const those = protocols.flatMap(({ id, at, places }) => {
    const rows = places
      .filter(
        (place) =>
          place.kind === 'table' &&
          place.state === 'done' &&
          place.connection === connection &&
          place.name === table,
      )
      .flatMap(({ runs }) => runs)
      .reduce((sum, one) => sum + (one.runId === runId ? one.rows : 0), 0)
    return rows === 0 ? [] : [{ id, at, rows }]
  })
  if (those.length === 0) return null
  return {
    rows: those.reduce((sum, { rows }) => sum + rows, 0),
    why: those
      .map(
        ({ id, at, rows }) =>
          `${plural(rows, 'row')} of it ${rows === 1 ? 'was' : 'were'} erased for a person, ${localTime(at)}, by the protocol ${id}.`,
      )
      .join(' '),
  }
}
