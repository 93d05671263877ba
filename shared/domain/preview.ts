import { z } from 'zod'
import { Column } from './dataset.ts'
import { DetectedReading } from './reading.ts'

/** The first rows of a file as the reader will read them. */
export const Preview = z.object({
  name: z.string(),
  bytes: z.number(),
  detected: DetectedReading,
  /** What is not sure of the proposed types; nothing to look at where a dataset has decided them. */
  columnDoubts: z.array(z.string()),
  /** Columns with dates of which nothing says whether the day or the month stands first: a person has to. */
  undecided: z.array(z.string()),
  /** Proposed columns, in file order, with the types seen in the sampled rows. */
  columns: z.array(Column),
  /** Cells as text, as they stand in the file; a short row is padded with ''. `line` is the physical line. */
  rows: z.array(z.object({ line: z.number(), cells: z.array(z.string()) })),
  /** Records of the sample whose structure is broken and which would be held back. */
  broken: z.array(z.object({ line: z.number(), raw: z.string(), reason: z.string() })),
  /** The files of an archive, of which one was taken (`reading.entry`); none where there is nothing to choose. */
  entries: z.array(z.string()),
  /** The lists of records in a document, of which one was taken (`reading.path`); none where there is nothing to choose. */
  lists: z.array(z.array(z.string())),
  /** The sheets of a workbook, of which one was taken; none of another file. */
  sheets: z.array(z.string()),
  /** Records in the whole file, estimated from the sample's bytes per record; exact when the sample is the file. */
  estimatedRecords: z.number(),
})
export type Preview = z.infer<typeof Preview>
