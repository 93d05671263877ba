/** Columns of fixed width, as the borders between them. */
import type { FixedColumn } from '../../../shared/domain/files/reading.ts'

/**
 * The columns that begin at these characters (from 1, ascending). Where the character before a column is blank in every
 * line, it belongs to none: a row with text there is held back.
 */
export function columnsAt(starts: readonly number[], lines: readonly string[]): FixedColumn[] {
  const characters = lines.map((line) => Array.from(line))
  return starts.map((from, index) => {
    const next = starts[index + 1]
    if (next === undefined) return { from, to: null }
    const isBlank = characters.every((line) => (line[next - 2] ?? ' ') === ' ')
    return { from, to: isBlank && next - 2 >= from ? next - 2 : next - 1 }
  })
}

/** As far as it can go between its neighbours. `index`: of the column that begins there. */
export function moved(starts: readonly number[], index: number, to: number): number[] {
  const least = (starts[index - 1] ?? 0) + 1
  const most = (starts[index + 1] ?? Infinity) - 1
  return starts.with(index, Math.min(Math.max(to, least), most))
}

/** With one more, where there is none yet. */
export function added(starts: readonly number[], at: number): number[] {
  return starts.includes(at) || at < 1 ? [...starts] : [...starts, at].toSorted((a, b) => a - b)
}

/** The middle of the widest column of lines that are so long. */
export function widestMiddle(starts: readonly number[], length: number): number {
  let [best, most] = [Math.max(2, Math.ceil(length / 2)), 0]
  for (const [index, start] of starts.entries()) {
    const width = (starts[index + 1] ?? length + 1) - start
    if (width > most) [best, most] = [start + Math.floor(width / 2), width]
  }
  return best
}
