/** One file under two definitions of its dataset: which rows become others, and how. */
import { z } from 'zod'

const Account = z.object({ clean: z.number(), held: z.number(), dropped: z.number() })

/** What a definition makes of a record; `why`: where it makes no row of it, in a sentence. */
const Made = z.object({ cells: z.array(z.string().nullable()).nullable(), why: z.string() })

/** A row that differs, with a cell for each column of `Compared`. */
export const ComparedRow = z.object({
  record: z.number(),
  line: z.number(),
  before: Made,
  after: Made,
})
export type ComparedRow = z.infer<typeof ComparedRow>

export const Compared = z.object({
  /** Records that were looked at; broken ones are the same in both. */
  records: z.number(),
  /** Whether these are the first ones of the file, and not all. */
  isSample: z.boolean(),
  before: Account,
  after: Account,
  /** Rows that both make, with other cells; rows of one of them alone. */
  changed: z.number(),
  gone: z.number(),
  come: z.number(),
  /** Columns of the table, those of both first; in how many rows of both they differ. */
  columns: z.array(
    z.object({ name: z.string(), rows: z.number(), in: z.enum(['both', 'before', 'after']) }),
  ),
  /** A page of the rows that differ, in file order. */
  rows: z.array(ComparedRow),
})
export type Compared = z.infer<typeof Compared>
