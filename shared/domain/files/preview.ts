import { z } from 'zod'
import { ColumnChoice } from '../columns/columnChoice.ts'
import { Column } from '../datasets/dataset.ts'
import { Problem } from '../problem.ts'
import { DetectedReading, FixedColumn, Reading } from './reading.ts'

/** What a file can hold several of: files of an archive, lists of a document, sheets of a workbook, tables of a text. */
export const partKinds = ['entry', 'list', 'sheet', 'table'] as const

/** What one file holds several of, of which one was taken. */
export const Parts = z.object({
  of: z.enum(partKinds),
  /** In file order, two at least. `reading` takes it; null: how it is read is to be detected (`entry` names it). */
  choices: z.array(z.object({ name: z.string(), reading: Reading.nullable() })),
  /** Which of them was taken, from 0. */
  taken: z.int().min(0),
})
export type Parts = z.infer<typeof Parts>

/** How the table is read that is the `nth` of a file, from 1; null: the file has one only. Throws `usage` where it has not so many. */
export function tableOf(parts: readonly (Parts | null)[], nth: number): Reading | null {
  const tables = parts.find((one) => one?.of === 'table')?.choices ?? []
  if (nth === 1 && tables.length === 0) return null
  const table = tables[nth - 1]
  if (table !== undefined) return table.reading
  throw new Problem({
    code: 'usage',
    what: `The file has no table ${nth}: ${tables.length === 0 ? 'it seems to have one only' : `it has ${tables.length}`}.`,
    did: 'Nothing was done.',
    advice:
      'Look at “pallet preview FILE”, or say with --skip-lines how many lines stand above it.',
  })
}

/** What was mended in a row: a stray quote, of which the row was cut in the only way there is; or it was filled up with empty cells. */
export const Repair = z.enum(['quote', 'filled'])
export type Repair = z.infer<typeof Repair>

export const PreviewRow = z.object({
  line: z.number(),
  cells: z.array(z.string()),
  repaired: Repair.optional(),
})
export type PreviewRow = z.infer<typeof PreviewRow>

/** So many lines are shown with the borders of columns of fixed width. */
export const maxRuledLines = 12

/** The first rows of a file as the reader will read them. */
export const Preview = z.object({
  name: z.string(),
  bytes: z.number(),
  detected: DetectedReading,
  /** What is not sure of the proposed types; nothing to look at where a dataset has decided them. */
  columnDoubts: z.array(z.object({ label: z.string(), sentence: z.string() })),
  /** Columns with dates of which nothing says whether the day or the month stands first: a person has to. */
  undecided: z.array(z.string()),
  /** By label: what most cells of a column that is proposed as text could be read as, or those of one of which nothing says what they are. */
  offers: z.record(z.string(), ColumnChoice),
  /** Proposed columns, in file order, with the types seen in the sampled rows. */
  columns: z.array(Column),
  /** Cells as text, as they stand in the file; a short row is padded with ''. `line` is the physical line. */
  rows: z.array(PreviewRow),
  /** Records of the sample whose structure is broken and which would be held back. */
  broken: z.array(z.object({ line: z.number(), raw: z.string(), reason: z.string() })),
  /** What could be read instead, the outermost first; none where there is nothing to choose. */
  parts: z.array(Parts),
  /** The first lines as they stand, and where the columns were found in them; of text of fixed width only. */
  ruler: z.object({ columns: z.array(FixedColumn), lines: z.array(z.string()) }).nullable(),
  /** Records in the whole file, estimated from the sample's bytes per record; exact when the sample is the file. */
  estimatedRecords: z.number(),
})
export type Preview = z.infer<typeof Preview>
