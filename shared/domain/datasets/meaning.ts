import { z } from 'zod'

const columnNames = z.array(z.string().min(1).max(63)).min(1)

/** What the files of a dataset are to the rows that are in the table already. */
export const Meaning = z.discriminatedUnion('kind', [
  /** New rows each time. */
  z.object({ kind: z.literal('append') }),
  /** The whole table each time. */
  z.object({ kind: z.literal('snapshot') }),
  /** Everything there is for the days (or stores …) that are in the file: of an instant its day counts. An empty cell is a value, too. */
  z.object({ kind: z.literal('slice'), by: columnNames }),
  /** New and changed rows, told apart by their keys. */
  z.object({ kind: z.literal('upsert'), keys: columnNames }),
])
export type Meaning = z.infer<typeof Meaning>
export type MeaningKind = Meaning['kind']
export const meaningKinds = Meaning.options.map((option) => option.shape.kind.value)

/** As a person chooses it. */
export const meaningChoices: Record<MeaningKind, string> = {
  append: 'New rows each time',
  snapshot: 'The whole table each time',
  slice: 'The days or stores that are in the file',
  upsert: 'New and changed rows',
}

/** The columns that decide which rows a file takes the place of. */
export function decidingColumns(meaning: Meaning): readonly string[] {
  switch (meaning.kind) {
    case 'append':
    case 'snapshot':
      return []
    case 'slice':
      return meaning.by
    case 'upsert':
      return meaning.keys
  }
}

/** The columns that tell the rows of a file apart, where any are known to: those that decide, and those that may not repeat. */
export function tellingColumns(
  meaning: Meaning,
  columns: readonly { name: string; unique?: boolean | undefined }[],
): string[] {
  const deciding = decidingColumns(meaning)
  return columns
    .filter(({ name, unique }) => unique === true || deciding.includes(name))
    .map(({ name }) => name)
}

export function sameMeaning(one: Meaning, other: Meaning): boolean {
  const columns = decidingColumns(other)
  return (
    one.kind === other.kind &&
    decidingColumns(one).length === columns.length &&
    decidingColumns(one).every((name) => columns.includes(name))
  )
}

/**
 * The meaning with the columns as the contract names them: a person may say a name in any case, or the label
 * that stands in the file. A name that is none of them is left as it is; see `unknownColumn`.
 */
export function withColumnsOf(
  meaning: Meaning,
  columns: readonly { name: string; label: string }[],
): Meaning {
  const named = (names: readonly string[]): string[] =>
    names.map((name) => {
      const wanted = name.normalize('NFC').toLowerCase()
      return columns.find((column) => column.name === wanted || column.label === name)?.name ?? name
    })
  switch (meaning.kind) {
    case 'append':
    case 'snapshot':
      return meaning
    case 'slice':
      return { kind: 'slice', by: named(meaning.by) }
    case 'upsert':
      return { kind: 'upsert', keys: named(meaning.keys) }
  }
}

/** A column that the meaning asks for and the file does not have; null: it has them all. */
export function unknownColumn(
  meaning: Meaning,
  columns: readonly { name: string }[],
): string | null {
  return (
    decidingColumns(meaning).find((wanted) => columns.every(({ name }) => name !== wanted)) ?? null
  )
}

/** In a few words, for a line of a list. */
export function meaningShort(meaning: Meaning): string {
  switch (meaning.kind) {
    case 'append':
      return 'new rows'
    case 'snapshot':
      return 'whole table'
    case 'slice':
      return `whole ${meaning.by.join(' and ')}`
    case 'upsert':
      return `new and changed rows by ${meaning.keys.join(' and ')}`
  }
}

/** What a file does to the table, as a person reads it. */
export function meaningSentence(meaning: Meaning): string {
  switch (meaning.kind) {
    case 'append':
      return 'Its rows are added to the table.'
    case 'snapshot':
      return 'Its rows take the place of everything in the table.'
    case 'slice':
      return `Its rows take the place of all rows with the same ${meaning.by.join(' and ')}.`
    case 'upsert':
      return `Its rows are added; a row with the same ${meaning.keys.join(' and ')} is replaced.`
  }
}
