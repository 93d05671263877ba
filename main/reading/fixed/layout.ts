/** Which lines of a text of fixed width are rows, and what is expected of them: decided once, from its first lines. */
import { uniqueLabels } from '../../../shared/domain/columns/columnNames.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { FixedColumn, ReadingOf } from '../../../shared/domain/files/reading.ts'
import { joinLabels } from '../delimited/header.ts'
import { type Line, charactersOf, cut, isRuler, outside, proposeColumns } from './columns.ts'

/** Share of the lines that must be equally long for blanks at their ends to be part of them. */
const equallyLong = 0.9
const fewestLines = 3

export interface Layout {
  columns: FixedColumn[]
  labels: string[]
  header: string[] | null
  /** The number of the last line before the first row. */
  above: number
  /** Characters that a line needs to hold all columns, where lines are filled up with blanks; else 0. */
  needs: number
  decimalMark: '.' | ','
}

/** Throws `source-empty`. `lines`: the first of the file. */
export function decideLayout(lines: readonly Line[], reading: ReadingOf<'fixed'>): Layout {
  const { skipLines, headerRows } = reading
  const filled = lines.filter(({ number, text }) => number > skipLines && text.trim() !== '')
  if (filled.length === 0)
    throw new Problem({
      code: 'source-empty',
      what: 'The file has no rows.',
      advice: 'Export it again; if lines are skipped at its beginning, skip fewer.',
    })
  const columns = reading.columns ?? proposeColumns(filled)?.columns ?? [{ from: 1, to: null }]
  const rows = filled.slice(0, headerRows)
  const rulers = headerRows > 0 && isRuler(filled[headerRows]?.text ?? '') ? 1 : 0
  const body = filled.slice(headerRows + rulers)
  const header = headerRows > 0 ? joinLabels(rows.map(({ text }) => cut(text, columns))) : null
  return {
    columns,
    header,
    labels: uniqueLabels(header ?? columns.map(() => '')),
    above: filled[headerRows + rulers - 1]?.number ?? skipLines,
    needs: isPadded(body) ? (columns.at(-1)?.from ?? 1) : 0,
    decimalMark: decimalMarkIn(body.map(({ text }) => cut(text, columns))),
  }
}

function isPadded(body: readonly Line[]): boolean {
  const [first] = body
  if (first === undefined || body.length < fewestLines) return false
  const lengths = body.map(({ text }) => charactersOf(text).length)
  const longest = Math.max(...lengths)
  const equal = lengths.filter((length) => length === longest).length
  return equal >= body.length * equallyLong && body.some(({ text }) => text.endsWith(' '))
}

function decimalMarkIn(rows: readonly (readonly string[])[]): '.' | ',' {
  const count = (pattern: RegExp) => rows.flat().filter((cell) => pattern.test(cell)).length
  const commas = count(/^[-+]?(\d{1,3}(\.\d{3})+|\d+),(\d{1,2}|\d{4,})$/)
  return commas > count(/^[-+]?(\d{1,3}(,\d{3})+|\d+)\.(\d{1,2}|\d{4,})$/) ? ',' : '.'
}

/** Why a line is no row; null: it is one. `isShort`: it ends before its last column begins, and may be filled up. */
export function faultOf(
  text: string,
  { columns, needs }: Layout,
): { message: string; isShort: boolean } | null {
  if (isRuler(text)) return { message: 'This line is a ruler and no row.', isShort: false }
  const at = outside(text, columns)
  if (at !== null)
    return {
      message: `Character ${at} of this line stands outside of the columns.`,
      isShort: false,
    }
  const { length } = charactersOf(text)
  if (length >= needs) return null
  return {
    message: `This line ends after ${length} ${length === 1 ? 'character' : 'characters'}, before its last column begins at ${needs}.`,
    isShort: true,
  }
}
