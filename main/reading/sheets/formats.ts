/** Numbers as a program of spreadsheets shows them, by the format of their cell; in English, whatever the file's own language is. */
import { format } from 'numfmt'
import { type NumberKind, kindOfFormat, numberText, plainNumber } from './values.ts'
import type { Met } from './workbook.ts'

/** How a number of a cell is to be understood, and what it is shown by; null: as it is stored. */
export interface CellFormat {
  kind: NumberKind
  code: string | null
}

export const unformatted: CellFormat = { kind: 'number', code: null }

/**
 * Formats that have a number and no code in the file (ECMA-376, 18.8.30). Those of a day as the computer's own language has it
 * (14, 22, those of East Asia) are left out: they show another text on every computer.
 */
const builtIn: Readonly<Record<number, string>> = {
  1: '0',
  2: '0.00',
  3: '#,##0',
  4: '#,##0.00',
  9: '0%',
  10: '0.00%',
  11: '0.00E+00',
  12: '# ?/?',
  13: '# ??/??',
  15: 'd-mmm-yy',
  16: 'd-mmm',
  17: 'mmm-yy',
  18: 'h:mm AM/PM',
  19: 'h:mm:ss AM/PM',
  20: 'h:mm',
  21: 'h:mm:ss',
  37: '#,##0;(#,##0)',
  38: '#,##0;(#,##0)',
  39: '#,##0.00;(#,##0.00)',
  40: '#,##0.00;(#,##0.00)',
  45: 'mm:ss',
  46: '[h]:mm:ss',
  47: 'mm:ss.0',
  48: '##0.0E+0',
}

/** `General` shows as many digits as the column is wide, and `@` what was typed. */
const asStored = /^(general|@)?$/i

/** `id`: of the format; `code`: as the file says it, or null where it does not. */
export function cellFormat(id: number, code: string | null): CellFormat {
  const kind = kindOfFormat(id, code)
  const shown = code ?? builtIn[id] ?? ''
  return { kind, code: asStored.test(shown.trim()) ? null : plainCode(shown, kind) }
}

/** A language in a format of numbers says which currency it is; the marks would change with it. Names of months and days are its own. */
function plainCode(code: string, kind: NumberKind): string {
  if (kind !== 'number') return code
  return code.replace(/\[\$([^\]-]*)(?:-[^\]]*)?\]/g, (_, currency: string) =>
    currency === '' ? '' : `"${currency}"`,
  )
}

/** Days between the two beginnings of time that workbooks know. */
const since1904 = 1462

/** A stored number as it is shown; where its format has no way of showing it, as it is stored, which is counted. */
export function shownNumber(
  stored: string,
  { kind, code }: CellFormat,
  epoch: 1900 | 1904,
  met: Met,
): string {
  const value = Number(stored)
  if (stored.trim() === '' || !Number.isFinite(value)) return plainNumber(stored)
  const isDay = kind === 'date' || kind === 'timestamp'
  if (code === null) return numberText(stored, kind, epoch)
  // Excel shows hashes for what is before the first day.
  if (kind !== 'number' && value < 0) return numberText(stored, kind, epoch)
  try {
    const days = isDay && epoch === 1904 ? value + since1904 : value
    return format(code, days, { nbsp: false }).trim()
  } catch {
    met.unshown += 1
    return numberText(stored, kind, epoch)
  }
}
