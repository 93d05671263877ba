/** Files that are no text, though they may be called so. */
import { Problem } from '../../../shared/domain/problem.ts'

/** The first bytes of kinds of file that people take for CSV, and what to do about each. */
const magics: { hex: string; what: string; advice: string }[] = [
  {
    hex: '504b0304',
    what: 'a ZIP archive inside another archive',
    advice: 'Unpack the outer one, and choose the archive that is in it.',
  },
  {
    hex: 'd0cf11e0a1b11ae1',
    what: 'an old Excel workbook',
    advice: 'Save it as CSV and choose that file.',
  },
  { hex: '25504446', what: 'a PDF document', advice: 'Export the data as CSV instead.' },
  { hex: '89504e47', what: 'a picture', advice: 'Choose a CSV file.' },
  { hex: 'ffd8ff', what: 'a picture', advice: 'Choose a CSV file.' },
  { hex: '47494638', what: 'a picture', advice: 'Choose a CSV file.' },
  {
    hex: '377abcaf271c',
    what: 'a 7-Zip archive',
    advice: 'Unpack it and choose the CSV file in it.',
  },
  {
    hex: '526172211a07',
    what: 'a RAR archive',
    advice: 'Unpack it and choose the CSV file in it.',
  },
  {
    hex: '28b52ffd',
    what: 'compressed (Zstandard)',
    advice: 'Unpack it and choose the CSV file in it.',
  },
  {
    hex: '53514c69746520666f726d6174203300',
    what: 'a SQLite database',
    advice: 'Export its table as CSV.',
  },
  { hex: '50415231', what: 'a Parquet file', advice: 'Export the data as CSV instead.' },
]

/** Throws `source-binary`. `wide`: the encoding is known to have NULs in it. */
export function refuseBinary(head: Buffer, wide: boolean): void {
  const refuse = (what: string, advice: string): never => {
    throw new Problem({
      code: 'source-binary',
      what: `This file is ${what}, not a text table.`,
      did: 'Nothing was read.',
      advice,
    })
  }
  for (const { hex, what, advice } of magics) {
    if (!head.subarray(0, hex.length / 2).equals(Buffer.from(hex, 'hex'))) continue
    if (hex === '504b0304' && head.includes('xl/'))
      refuse('an Excel workbook', 'Have it detected anew, or send it as a dataset of its own.')
    refuse(what, advice)
  }
  const opening = head
    .toString('latin1', 0, 512)
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart()
    .toLowerCase()
  const isPage = /^<(!doctype html|html|head|meta|style|body|div|table)\b/.test(opening)
  // What many back offices call a workbook.
  if (isPage && /<table\b/i.test(head.toString('latin1')))
    refuse(
      'a web page with a table in it',
      'Open it in Excel, save it as a workbook or as CSV, and choose that file.',
    )
  if (isPage)
    refuse(
      'a web page',
      'Perhaps the address needs a sign-in. Download the CSV file yourself and choose it.',
    )
  if (/^(\[\s*[[{]|\{\s*"[^"]*"\s*:)/.test(opening))
    refuse('JSON', 'Export the data as CSV instead.')
  if (opening.startsWith('<?xml') && head.includes('urn:schemas-microsoft-com:office:spreadsheet'))
    refuse(
      'an Excel workbook of the year 2003 in XML',
      'Open it in Excel, save it as a workbook of today or as CSV, and choose that file.',
    )
  if (opening.startsWith('<?xml')) refuse('an XML document', 'Save it as CSV and choose that file.')
  if (!wide && head.length > 64 && isNoText(head)) refuse('a binary file', 'Choose a CSV file.')
}

/** Of an unmarked file with more NULs, or with control characters of so many kinds, no table comes; some tables are separated by one. */
const mostNuls = 0.05
const mostControls = 0.05
const mostControlKinds = 8

function isNoText(head: Buffer): boolean {
  const counts = new Uint32Array(32)
  for (const byte of head) if (byte < 32) counts[byte] = (counts[byte] ?? 0) + 1
  if ((counts[0] ?? 0) > head.length * mostNuls) return true
  // Tab, line feed, vertical tab, form feed, carriage return and the end-of-file mark of DOS stand in texts.
  const controls = counts.filter(
    (count, byte) => count > 0 && !(byte >= 9 && byte <= 13) && byte !== 26,
  )
  return (
    controls.length > mostControlKinds &&
    controls.reduce((sum, count) => sum + count, 0) > head.length * mostControls
  )
}
