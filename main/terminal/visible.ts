/** Controls, and the marks that turn the order of a line round (U+202A–E, U+2066–9). */
const steering = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu

/** Control characters as pictures: what stands in a file must not steer the terminal or break a line. */
export function visible(text: string): string {
  return text.replace(steering, (character) => {
    const code = character.charCodeAt(0)
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? '␡' : '\ufffd'
  })
}

/** The same for a text of several lines, which may break where it breaks. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n')
}
