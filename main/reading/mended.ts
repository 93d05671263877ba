/** Rows that were repaired in one way: how many, and where the first of them stand. */
import { formatCount, plural } from '../../shared/domain/sizes.ts'

/** As many as a preview shows rows. */
const linesKept = 1000
const linesTold = 3

export class Mended {
  rows = 0
  /** Of the first of them. */
  readonly lines: number[] = []

  add(line: number): void {
    this.rows += 1
    if (this.lines.length < linesKept) this.lines.push(line)
  }

  /** `line 3, 5, 9 …` */
  get where(): string {
    const told = this.lines.slice(0, linesTold)
    return `line ${told.join(', ')}${this.rows > told.length ? ' …' : ''}`
  }
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
