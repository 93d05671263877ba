/** Control characters as pictures: what stands in a file must not steer the terminal or break a line. */
export function visible(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => {
    const code = character.charCodeAt(0)
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? '␡' : '\ufffd'
  })
}

/** The same for a cell of several lines, which may break where it breaks. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n')
}
