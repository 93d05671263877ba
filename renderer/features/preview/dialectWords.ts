import { encodings, type Dialect } from '../../../shared/domain/dialect.ts'

const encodingNames: Record<Dialect['encoding'], string> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16 (LE)',
  'utf-16be': 'UTF-16 (BE)',
  'windows-1252': 'Windows-1252 (Western)',
  'windows-1250': 'Windows-1250 (Central European)',
  'windows-1251': 'Windows-1251 (Cyrillic)',
  'windows-1253': 'Windows-1253 (Greek)',
  'windows-1254': 'Windows-1254 (Turkish)',
  'windows-1257': 'Windows-1257 (Baltic)',
  'iso-8859-2': 'ISO 8859-2 (Central European)',
  'iso-8859-15': 'ISO 8859-15 (Western)',
  ibm437: 'DOS 437 (United States)',
  ibm850: 'DOS 850 (Western)',
  macintosh: 'Macintosh',
}

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

/** The usual separators, and the file's own where it is another one. */
export function delimiterOptions(current: string): { value: string; label: string }[] {
  const usual = Object.entries(delimiterNames).map(([value, label]) => ({ value, label }))
  if (delimiterNames[current] !== undefined) return usual
  return [...usual, { value: current, label: nameOf(current) }]
}

const quoteNames: Record<string, string> = { '"': 'Double "', "'": "Single '", '': 'None' }

export function quoteOptions(current: string): { value: string; label: string }[] {
  const usual = Object.entries(quoteNames).map(([value, label]) => ({ value, label }))
  if (quoteNames[current] !== undefined) return usual
  return [...usual, { value: current, label: nameOf(current) }]
}

/** A changed quote takes a doubled-quote escape along; a backslash stays what it is. */
export function withQuote(dialect: Dialect, quote: string): Dialect {
  const escape = dialect.escape === dialect.quote ? quote : dialect.escape
  return { ...dialect, quote, escape: quote === '' ? '' : escape === '' ? quote : escape }
}

function nameOf(character: string): string {
  const code = character.codePointAt(0) ?? 0
  const shown = code > 32 && code !== 127 ? `${character} ` : ''
  return `${shown}U+${code.toString(16).toUpperCase().padStart(4, '0')}`
}
