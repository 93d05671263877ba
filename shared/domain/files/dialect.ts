import { z } from 'zod'

/** Encodings the reader knows, by their WHATWG label (the names `TextDecoder` takes); those of DOS and UTF-32 by IANA's. */
export const encodings = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'utf-32le',
  'utf-32be',
  'windows-1252',
  'windows-1250',
  'windows-1251',
  'windows-1253',
  'windows-1254',
  'windows-1257',
  'iso-8859-2',
  'iso-8859-15',
  'ibm437',
  'ibm850',
  'macintosh',
  'shift_jis',
  'euc-jp',
  'gb18030',
  'big5',
  'euc-kr',
] as const

/** Some programs write several characters between cells: `||`, `~|~`. */
export const maxDelimiterLength = 8

/** Quotes of typesetters, by the one that opens: those that close. None stands for itself inside of a cell. */
export const quotePairs: Readonly<Record<string, readonly string[]>> = {
  '“': ['”'],
  '„': ['“', '”'],
  '«': ['»'],
  '»': ['«'],
}

/** Rows of labels above one another are joined into one label for each column; more of them are titles. */
export const maxHeaderRows = 3

/** How the bytes of an export are to be read. Lines are physical lines, counted from 1. */
const fields = z.object({
  encoding: z.enum(encodings),
  delimiter: z.string().min(1).max(maxDelimiterLength),
  /** Delimiters that follow one another count as one, and those at both ends of a line for none, as in tables aligned by blanks. */
  repeats: z.boolean().optional(),
  /** Lines that begin with it are none of the table; absent or '': none are. */
  comment: z.string().max(1).optional(),
  /** '' means that the file quotes nothing; one of `quotePairs` closes as it says. */
  quote: z.string().max(1),
  /** Usually the quote itself, doubled; some exports use a backslash. */
  escape: z.string().max(1),
  lineEnd: z.enum(['\n', '\r\n', '\r', 'mixed']),
  /** How many of the first records after the skipped lines carry the column labels; 0: none does. */
  headerRows: z.int().min(0).max(maxHeaderRows),
  /** Physical lines before the header: titles, `sep=;`, blank lines. */
  skipLines: z.int().min(0),
})
export type Dialect = z.infer<typeof fields>
export const fieldsOfDialect = Object.keys(fields.shape)

type Stored = Dialect | (Omit<Dialect, 'headerRows'> & { header: boolean })

/** Older versions stored whether there is a header, and knew one row of it. */
export const Dialect = z.preprocess((stored: Stored) => {
  if (typeof stored !== 'object' || stored === null || !('header' in stored)) return stored
  const { header, ...rest } = stored
  return { ...rest, headerRows: header ? 1 : 0 }
}, fields)

/** As people call them. */
export const encodingNames: Readonly<Record<Dialect['encoding'], string>> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16 (LE)',
  'utf-16be': 'UTF-16 (BE)',
  'utf-32le': 'UTF-32 (LE)',
  'utf-32be': 'UTF-32 (BE)',
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
  shift_jis: 'Shift-JIS (Japanese)',
  'euc-jp': 'EUC-JP (Japanese)',
  gb18030: 'GB 18030 (Chinese)',
  big5: 'Big5 (Chinese)',
  'euc-kr': 'EUC-KR (Korean)',
}
