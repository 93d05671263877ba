/** Rows that were repaired in one way: how many, and where the first of them stand. */
import type { Repair } from '../../shared/domain/files/preview.ts'
import { formatCount, plural } from '../../shared/domain/sizes.ts'

/** As many as a preview shows rows. */
const linesKept = 1000
const linesTold = 3

export class Mended {
  rows = 0
  /** Of the first of them. */
  readonly lines: number[] = []

  #records: number[] = []

  /** `record`: its ordinal; null: the line is no record. */
  add(line: number, record: number | null): void {
    this.rows += 1
    if (this.lines.length < linesKept) this.lines.push(line)
    if (record !== null) this.#records.push(record)
  }

  /** The records that were added since this was asked last. */
  take(): number[] {
    const records = this.#records
    this.#records = []
    return records
  }

  /** `line 3, 5, 9 …` */
  get where(): string {
    const told = this.lines.slice(0, linesTold)
    return `line ${told.join(', ')}${this.rows > told.length ? ' …' : ''}`
  }
}

/** `record,repair` a line, of those that were added since this was asked last; null: none was. */
export function repairedLines(ways: Partial<Record<Repair, Mended>>): Buffer | null {
  const all = (['quote', 'filled'] as const).flatMap((repair) =>
    (ways[repair]?.take() ?? []).map((record) => ({ record, repair })),
  )
  if (all.length === 0) return null
  all.sort((one, other) => one.record - other.record)
  return Buffer.from(all.map(({ record, repair }) => `${record},${repair}\n`).join(''))
}

/** Of rows with a stray quote. */
export function toldOfQuotes({ rows, where }: Mended): string[] {
  if (rows === 0) return []
  return [
    rows === 1
      ? `One row has a stray quote (${where}). It could be cut into cells in one way only, and was. Check it.`
      : `${formatCount(rows)} rows have a stray quote (${where}). Each could be cut into cells in one way only, and was. Check them.`,
  ]
}

/** Of lines that are comments. */
export function toldOfComments({ rows, where }: Mended, sign: string): string[] {
  if (rows === 0) return []
  return [
    `${plural(rows, 'line')} ${rows === 1 ? 'begins' : 'begin'} with “${sign}” and ${rows === 1 ? 'is' : 'are'} left out as ${rows === 1 ? 'a comment' : 'comments'} (${where}). If ${rows === 1 ? 'it is a row' : 'they are rows'}, say that the file has no comments.`,
  ]
}

/** Of rows that ended early, and were filled up because somebody chose it. */
export function toldOfFilled({ rows, where }: Mended): string[] {
  if (rows === 0) return []
  return [
    `${plural(rows, 'row')} ended before the last column (${where}) and ${rows === 1 ? 'was' : 'were'} filled up with empty cells, as chosen.`,
  ]
}
