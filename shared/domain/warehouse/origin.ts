import { z } from 'zod'
import { formatCount } from '../sizes.ts'

/** Lines that are named of several that say the same. */
export const mostLines = 20

/** From which lines of which file a row of a table has come. */
export const Origin = z.object({
  runId: z.string(),
  dataset: z.string(),
  /** Its name, or what a run without one has in its place. */
  file: z.string(),
  /** UTC, ISO 8601. */
  sentAt: z.string(),
  /** That have the cells of the row, at most `mostLines`: one, unless rows of the file say the same. */
  lines: z.array(z.number()),
  /** How many there are. */
  total: z.number(),
  /** A sentence on why they are not known, or what is to be known of them; may be empty. */
  note: z.string(),
})
export type Origin = z.infer<typeof Origin>

/** The lines in a sentence. */
export function linesWords({
  file,
  lines,
  total,
  note,
}: Pick<Origin, 'file' | 'lines' | 'total' | 'note'>): string {
  const more = total - lines.length
  const named = lines.map(formatCount).join(', ')
  const found =
    total === 0
      ? ''
      : total === 1
        ? `Line ${named} of ${file}.`
        : `Lines ${named}${more > 0 ? ` and ${formatCount(more)} more` : ''} of ${file} say the same.`
  return `${found} ${note}`.trim()
}

/** The column that names the run which brought a row, as each warehouse spells it. */
export const isRunColumn = (column: string | undefined): boolean =>
  column?.toLowerCase() === '_pallet_run'
