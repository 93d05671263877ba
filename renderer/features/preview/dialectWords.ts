import {
  encodingNames,
  encodings,
  maxHeaderRows,
  type Dialect,
} from '../../../shared/domain/files/dialect.ts'
import { plural } from '../../../shared/domain/sizes.ts'

export const encodingOptions = encodings.map((value) => ({ value, label: encodingNames[value] }))

export function isEncoding(text: string): text is Dialect['encoding'] {
  return encodings.some((encoding) => encoding === text)
}

const delimiterNames: Record<string, string> = {
  ',': 'Comma ,',
  ';': 'Semicolon ;',
  '\t': 'Tab',
  '|': 'Pipe |',
  ':': 'Colon :',
  ' ': 'Space',
}

export function delimiterWord(delimiter: string): string {
  return delimiterNames[delimiter] ?? nameOf(delimiter)
}

/** The usual separators, and the file's own where it is another one. */
export function delimiterOptions(current: string): { value: string; label: string }[] {
  const usual = Object.entries(delimiterNames).map(([value, label]) => ({ value, label }))
  if (delimiterNames[current] !== undefined) return usual
  return [...usual, { value: current, label: nameOf(current) }]
}

const quoteNames: Record<string, string> = {
  '"': 'Double "',
  "'": "Single '",
  '“': 'Curly “ ”',
  '„': 'Low „ “',
  '«': 'Angled « »',
  '': 'None',
}

export function quoteOptions(current: string): { value: string; label: string }[] {
  const usual = Object.entries(quoteNames).map(([value, label]) => ({ value, label }))
  if (quoteNames[current] !== undefined) return usual
  return [...usual, { value: current, label: nameOf(current) }]
}

export const headerOptions = Array.from({ length: maxHeaderRows + 1 }, (_, rows) => ({
  value: rows,
  label: rows === 0 ? 'None' : plural(rows, 'row'),
}))

/** A changed quote takes a doubled-quote escape along; a backslash stays what it is. */
export function withQuote(dialect: Dialect, quote: string): Dialect {
  const escape = dialect.escape === dialect.quote ? quote : dialect.escape
  return { ...dialect, quote, escape: quote === '' ? '' : escape === '' ? quote : escape }
}

function nameOf(character: string): string {
  if (character.length > 1) return character
  const code = character.codePointAt(0) ?? 0
  const shown = code > 32 && code !== 127 ? `${character} ` : ''
  return `${shown}U+${code.toString(16).toUpperCase().padStart(4, '0')}`
}
