/**
 * Forms of dates in the letters of `strptime`, which Table Schema has for `format`, and in those of Unicode. Source: Python's library
 * reference, *strftime() and strptime() Format Codes*; digits are read with and without a leading zero there.
 */
import { FormatFault, readFormat } from '../cells/dateFormat.ts'

/** By directive: with a leading zero or without, and where digits follow upon digits. */
const directives: Readonly<Record<string, { letters: string; beside: string }>> = {
  Y: { letters: 'yyyy', beside: 'yyyy' },
  y: { letters: 'yy', beside: 'yy' },
  m: { letters: 'M', beside: 'MM' },
  d: { letters: 'd', beside: 'dd' },
  H: { letters: 'H', beside: 'HH' },
  I: { letters: 'h', beside: 'hh' },
  M: { letters: 'm', beside: 'mm' },
  S: { letters: 's', beside: 'ss' },
  b: { letters: 'MMM', beside: 'MMM' },
  B: { letters: 'MMMM', beside: 'MMMM' },
  a: { letters: 'EEE', beside: 'EEE' },
  A: { letters: 'EEEE', beside: 'EEEE' },
  p: { letters: 'a', beside: 'a' },
  z: { letters: 'XXX', beside: 'XXX' },
  G: { letters: 'YYYY', beside: 'YYYY' },
  V: { letters: 'w', beside: 'ww' },
  u: { letters: 'e', beside: 'e' },
}
const figures = 'YymdHIMSGVu'
/** The years of two digits begin here for strptime (POSIX). */
export const strptimeYearsFrom = 1969

interface Part {
  directive: string | null
  text: string
}

/** A pattern of strptime in the letters of Unicode; null: it has a directive that these have no letter for, or is no form. */
export function fromStrptime(pattern: string): string | null {
  const parts: Part[] = []
  for (const [text, , directive = ''] of pattern.matchAll(/(%(.?))|[^%]+/gsu)) {
    if (!text.startsWith('%')) parts.push({ directive: null, text })
    else if (directive === '%') parts.push({ directive: null, text: '%' })
    else if (directives[directive] === undefined) return null
    else parts.push({ directive, text })
  }
  const isFigure = (part: Part | undefined): boolean =>
    part?.directive != null && figures.includes(part.directive)
  const written = parts
    .map((part, nth) => {
      const meant = part.directive === null ? undefined : directives[part.directive]
      if (meant === undefined) return inQuotes(part.text)
      const isBeside = isFigure(parts[nth - 1]) || isFigure(parts[nth + 1])
      return isBeside ? meant.beside : meant.letters
    })
    .join('')
  return isForm(written) ? written : null
}

/** A form in the letters of Unicode as a pattern of strptime; null: it has no directive for one of them, or means something else by it. */
export function toStrptime(written: string): string | null {
  if (!isForm(written)) return null
  let pattern = ''
  for (const [text] of written.matchAll(/'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']+/gsu)) {
    if (text.startsWith("'")) {
      const quoted = text === "''" ? "'" : text.slice(1, -1).replaceAll("''", "'")
      pattern += quoted.replaceAll('%', '%%')
    } else if (/^[A-Za-z]/.test(text)) {
      const found = Object.entries(directives).find(
        ([, { letters, beside }]) => text === letters || text === beside,
      )
      if (found === undefined) return null
      pattern += `%${found[0]}`
    } else pattern += text.replaceAll('%', '%%')
  }
  return pattern
}

/** Letters that stand for themselves. */
function inQuotes(text: string): string {
  return text.replaceAll("'", "''").replaceAll(/[A-Za-z%]+/g, "'$&'")
}

function isForm(written: string): boolean {
  try {
    return readFormat(written).counts === null
  } catch (thrown) {
    if (thrown instanceof FormatFault) return false
    throw thrown
  }
}
