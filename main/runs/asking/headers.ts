/** A file whose header is not as its dataset knows it: what it is cleaned as, and what has to be asked first. */
import type { Dataset } from '../../../shared/domain/datasets/dataset.ts'
import { type ReadHeader, readHeader } from '../../../shared/domain/columns/header.ts'
import {
  type HeaderChange,
  type HeaderMap,
  changeSentences,
  mapTerms,
  strangerSentence,
  strangeIn,
} from '../../../shared/domain/columns/headerMap.ts'
import { printedRows, printsOf } from '../../../shared/domain/columns/columnPrints.ts'
import type { ColumnPrint } from '../../../shared/domain/columns/columnPrint.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { ReadOutput, RejectsReader } from '../ports/reading.ts'

/** The first rows of a file that has been read, as little of its columns as tells them from others. */
export async function printsOfFile(
  rejects: Pick<RejectsReader, 'records'>,
  recordsFile: string,
  { labels, conventions }: Pick<ReadOutput, 'labels' | 'conventions'>,
): Promise<ColumnPrint[]> {
  const rows: string[][] = []
  const wanted = printedRows(labels.length)
  for await (const { cells } of rejects.records(recordsFile)) {
    rows.push(cells)
    if (rows.length >= wanted) break
  }
  return printsOf(labels, rows, conventions.decimalMark)
}

/** What becomes of the columns of a file that is only looked at. Throws `contract-mismatch` where somebody has to say it first. */
export async function settledHeader(
  rejects: Pick<RejectsReader, 'records'>,
  recordsFile: string,
  dataset: Dataset | null,
  read: Pick<ReadOutput, 'labels' | 'conventions'>,
  chosen: HeaderMap | undefined,
): Promise<HeaderMap> {
  const settle = (prints: readonly ColumnPrint[]): ReadHeader =>
    readHeader(dataset, read.labels, chosen, prints)
  if (settle([]).open === null) return settle([]).map
  const { open, map } = settle(await printsOfFile(rejects, recordsFile, read))
  if (open === null) return map
  throw new Problem({
    code: 'contract-mismatch',
    what: `${strangerSentence(open) ?? 'The columns of this file are not those of the dataset.'} ${changeSentences(open).join(' ')}`,
    did: 'Nothing was sent.',
    advice:
      'Say what they are: “Which column is which” in the window, or --map "NEW=OLD" (--map "NEW=" leaves a new one out, --map "=OLD" lets a missing one stay empty).',
  })
}

/** What is said of a column that the question does not have would say nothing, and be asked again. */
export function refuseStrange(runId: string, change: HeaderChange, map: HeaderMap): void {
  const [strange] = mapTerms(strangeIn(change, map))
  if (strange === undefined) return
  const known = [...change.added, ...change.missing.map(({ label }) => label)]
  throw new Problem({
    code: 'usage',
    what: `“${strange}” is no answer to what the run ${runId} has asked.`,
    did: 'Nothing was changed.',
    advice: `It asks about ${known.map((label) => `“${label}”`).join(', ')}.`,
  })
}
