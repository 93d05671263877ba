/** The shape of a cell: `99/99/9999`, `AA-999`. */

/** More letters of one kind than this are written as one and `…`. */
export const longestWord = 3
export const longestPattern = 60

const code = (character: string): number => character.charCodeAt(0)
const [zero, nine, bigA, bigZ] = [code('0'), code('9'), code('A'), code('Z')]
const [smallA, smallZ] = [code('a'), code('z')]

/** 9 for a digit, A for a capital letter, a for another letter; everything else as it is. At most 60 characters of it. */
export function patternOf(cell: string): string {
  let pattern = ''
  let last = ''
  let run = 0
  for (const character of cell) {
    const shape = shapeOf(character)
    run = shape === last ? run + 1 : 1
    last = shape
    const isWord = shape === 'a' || shape === 'A'
    if (!isWord || run <= longestWord) pattern += shape
    else if (run === longestWord + 1) pattern = `${pattern.slice(0, 1 - longestWord)}…`
    if (pattern.length >= longestPattern) return pattern.slice(0, longestPattern)
  }
  return pattern
}

function shapeOf(character: string): string {
  const unit = code(character)
  if (unit >= zero && unit <= nine) return '9'
  if (unit >= smallA && unit <= smallZ) return 'a'
  if (unit >= bigA && unit <= bigZ) return 'A'
  if (unit < 0x80) return character
  if (/\p{Lu}/u.test(character)) return 'A'
  return /\p{L}/u.test(character) ? 'a' : character
}
