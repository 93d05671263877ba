/**
 * The regular expressions that a person may write: those that mean the same to RE2 (DuckDB), Java (Spark), POSIX (Snowflake)
 * and JavaScript. No look-around, no references back, no lazy or possessive quantifiers, no named groups.
 */

const faults: readonly { found: RegExp; sentence: string }[] = [
  { found: /^[(][?](?!:)/, sentence: 'A group cannot begin with “(?”, other than “(?:”.' },
  { found: /^\\[1-9]/, sentence: 'A reference back such as “\\1” is not possible in a pattern.' },
  {
    found: /^([*+?]|[{][0-9]*,?[0-9]*[}])[?+]/,
    sentence: 'A quantifier cannot be followed by “?” or “+”.',
  },
  {
    found: /^\\[^dDwWsSbBtnr\\.^$|?*+()[\]{}/\-"',:;&#@!%=<>~` ]/,
    sentence:
      'After “\\” only d, w, s, b, t, n, r or a character that is no letter or digit can stand.',
  },
]

/** What is wrong with a pattern, as a sentence; null: nothing. */
export function patternFault(pattern: string): string | null {
  let isInSet = false
  for (let at = 0; at < pattern.length; at += 1) {
    const rest = pattern.slice(at)
    const fault = faults.find(({ found }, index) => (!isInSet || index === 3) && found.test(rest))
    if (fault !== undefined) return fault.sentence
    if (rest.startsWith('\\')) at += 1
    else if (isInSet) isInSet = !rest.startsWith(']')
    else if (rest.startsWith('[')) {
      if (/^\[\^?\]/.test(rest)) return 'A set of characters cannot be empty or begin with “]”.'
      if (rest.includes('[:')) return 'A set of characters cannot hold “[:”.'
      isInSet = true
    }
  }
  try {
    new RegExp(pattern).test('')
  } catch {
    return 'A bracket is not closed, or a quantifier has nothing before it.'
  }
  return null
}

/** What is wrong with what takes the place of a match, as a sentence; null: nothing. */
export function replacementFault(pattern: string, replacement: string): string | null {
  const groups = new RegExp(`${pattern}|`).exec('')?.length ?? 1
  for (const [written, digit] of replacement.matchAll(/\\(.?)/gs)) {
    if (digit === '\\') continue
    if (!/^[0-9]$/.test(digit ?? '') || Number(digit) >= groups)
      return `“${written}” stands for no group of the pattern; a “\\” itself is written “\\\\”.`
  }
  return null
}
