/** A line with a stray quote: it is cut only where there is no choice. */

/** Where the text of a cell stands; `quoted`: between two quotes, which are not part of it. */
export interface Cut {
  from: number
  to: number
  quoted: boolean
}

/** With more delimiters than these inside of cells, cutting would be guessing. */
const maxInside = 50
const space = 0x20
const tab = 0x09

/**
 * The cells of `bytes[from, to)`, a line, when exactly one way of cutting it gives `width` of them; else null.
 * A cell that is quoted by the rules is taken as it is. One that begins with a stray quote ends at the next
 * delimiter, or at a later one with a quote before it. Any other ends at the next delimiter.
 */
export function onlyCut(
  bytes: Uint8Array,
  [from, to]: readonly [number, number],
  { delimiter, quote }: { delimiter: number; quote: number },
  width: number,
): Cut[] | null {
  const ends: number[] = []
  for (let at = from; at < to; at += 1) {
    if (bytes[at] !== delimiter) continue
    ends.push(at)
    if (ends.length >= width + maxInside) return null
  }
  ends.push(to)
  const inside = ends.length - width
  if (inside < 0) return null

  const isBlank = (at: number): boolean =>
    (bytes[at] === space || bytes[at] === tab) && bytes[at] !== delimiter
  const endAt = (end: number): number => ends[end] ?? to
  const startAt = (start: number): number => (start === 0 ? from : endAt(start - 1) + 1)
  /** The first byte that is not blank, from the `start`-th cell on. */
  const opensAt = (start: number): number => {
    let at = startAt(start)
    while (at < to && isBlank(at)) at += 1
    return at
  }
  /** The last byte that is not blank, before a delimiter. */
  const closesAt = (end: number): number => {
    let at = endAt(end) - 1
    while (at > from && isBlank(at)) at -= 1
    return at
  }
  const byRule = (opens: number): number | null => {
    for (let at = bytes.indexOf(quote, opens + 1); at >= 0 && at < to;) {
      if (bytes[at + 1] === quote && at + 1 < to) at = bytes.indexOf(quote, at + 2)
      else {
        let after = at + 1
        while (after < to && isBlank(after)) after += 1
        const end = ends.indexOf(after)
        return end < 0 ? null : end
      }
    }
    return null
  }
  const mayEnd = (start: number): number[] => {
    const opens = opensAt(start)
    if (opens >= to || bytes[opens] !== quote) return [start]
    const closed = byRule(opens)
    if (closed !== null) return [closed]
    const choices = [start]
    for (let end = start + 1; end <= start + inside && end < ends.length; end += 1)
      if (bytes[closesAt(end)] === quote && closesAt(end) > opens) choices.push(end)
    return choices
  }

  // How many ways lead to the end from each start, with so many delimiters still to go inside; two are enough to know.
  const choices = ends.map((_, start) => mayEnd(start))
  const ways: number[][] = [...ends.map(() => Array<number>(inside + 1).fill(0)), [1]]
  for (let start = ends.length - 1; start >= 0; start -= 1)
    for (const end of choices[start] ?? [])
      for (let left = end - start; left <= inside; left += 1) {
        const row = ways[start]
        if (row !== undefined)
          row[left] = Math.min(2, (row[left] ?? 0) + (ways[end + 1]?.[left - end + start] ?? 0))
      }
  if (ways[0]?.[inside] !== 1) return null

  const cuts: Cut[] = []
  for (let start = 0, left = inside; start < ends.length;) {
    const end = (choices[start] ?? []).find(
      (one) => (ways[one + 1]?.[left - one + start] ?? 0) === 1,
    )
    if (end === undefined) return null
    const opens = opensAt(start)
    const closes = closesAt(end)
    const quoted = bytes[opens] === quote && bytes[closes] === quote && closes > opens
    cuts.push(
      quoted
        ? { from: opens + 1, to: closes, quoted }
        : { from: startAt(start), to: endAt(end), quoted },
    )
    left -= end - start
    start = end + 1
  }
  return cuts
}
