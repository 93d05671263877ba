/** What keys and the clipboard do to held-back rows. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FixableRow } from '../../../shared/domain/fixing/fixing.ts'
import {
  type Selection,
  copied,
  filled,
  filledDown,
  fixedByHand,
  inverse,
  isChosen,
  moved,
  pasted,
  put,
} from '../../../renderer/features/runs/sheet.ts'

const row = (record: number, cells: string[], more: Partial<FixableRow> = {}): FixableRow => ({
  record,
  line: record + 1,
  raw: cells.join(','),
  reasons: [{ code: 'type-error', column: 'a', value: '', message: 'wrong' }],
  cells,
  isCut: false,
  state: 'held',
  problems: [{ code: 'type-error', column: 'a', value: '', message: 'wrong' }],
  dropped: '',
  sentBy: '',
  ...more,
})
const rows = [
  row(1, ['1', '2', '3']),
  row(2, ['4', '5', '6'], { state: 'edited', problems: [] }),
  row(3, ['7', '8', '9'], { state: 'sent', sentBy: 'run' }),
  row(4, ['a', 'b', 'c'], { isCut: true }),
  row(5, ['x', 'y', 'z'], { state: 'dropped', dropped: 'a test' }),
]
const at = (
  fromRow: number,
  fromColumn: number,
  toRow = fromRow,
  toColumn = fromColumn,
): Selection => ({
  anchor: { row: fromRow, column: fromColumn },
  active: { row: toRow, column: toColumn },
})

test.each([
  ['ArrowUp', 0, 1],
  ['ArrowDown', 2, 1],
  ['ArrowLeft', 1, 0],
  ['ArrowRight', 1, 2],
  ['Home', 1, 0],
  ['End', 1, 2],
  ['PageUp', 0, 1],
  ['PageDown', 4, 1],
])(
  '%s leads from the middle to row %s, column %s, and never out of the sheet',
  (key, toRow, toColumn) => {
    const size = { rows: 5, columns: 3 }
    expect(moved({ row: 1, column: 1 }, key, size)).toEqual({ row: toRow, column: toColumn })
    const corner = moved({ row: 4, column: 2 }, key, size)
    expect(corner?.row).toBeLessThan(5)
    expect(corner?.column).toBeLessThan(3)
    expect(moved({ row: 1, column: 1 }, 'x', size)).toBeNull()
  },
)

describe('cells that are put', () => {
  test('change the rows that can be, once each, and say how many found no place', () => {
    const cells = [0, 1, 2, 3, 4, 5].flatMap((one) => [
      { row: one, column: 0, value: 'n' },
      { row: one, column: 3, value: 'n' },
    ])
    expect(put(rows, 3, cells)).toEqual({
      edits: [
        { record: 1, cells: ['n', '2', '3'] },
        { record: 2, cells: ['n', '5', '6'] },
      ],
      left: 10,
    })
  })
  test('that say the same change nothing', () => {
    expect(put(rows, 3, [{ row: 0, column: 0, value: '1' }])).toEqual({ edits: [], left: 0 })
  })
  test('beyond the last column make the row one longer', () => {
    expect(put(rows, 4, [{ row: 0, column: 3, value: '!' }]).edits).toEqual([
      { record: 1, cells: ['1', '2', '3', '!'] },
    ])
  })
})

describe('the clipboard', () => {
  test('a single value goes into every chosen cell, however they were chosen', () => {
    expect(pasted(at(1, 1, 0, 0), 'v\r\n')).toEqual(filled(at(0, 0, 1, 1), 'v'))
    expect(filled(at(0, 0, 1, 1), 'v')).toHaveLength(4)
  })
  test('a table goes in from the first chosen cell on; a cell may be empty, quoted, or have lines of its own', () => {
    expect(pasted(at(1, 1), 'a\t\r\n"b\nc"\t"d""e"\r\n')).toEqual([
      { row: 1, column: 1, value: 'a' },
      { row: 1, column: 2, value: '' },
      { row: 2, column: 1, value: 'b\nc' },
      { row: 2, column: 2, value: 'd"e' },
    ])
  })
  test('what was copied is pasted as it was', () => {
    const cell = fc.string({ maxLength: 8 })
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 2, maxLength: 5 }), (table) => {
        const sheet = table.map((cells, index) => row(index + 1, cells))
        const whole = at(0, 0, table.length - 1, 1)
        const back = pasted(whole, copied(sheet, whole))
        expect(back.map(({ value }) => value.replace(/\r\n?/g, '\n'))).toEqual(
          table.flat().map((value) => value.replace(/\r\n?/g, '\n')),
        )
      }),
    )
  })
  test('fill down repeats the first chosen row in those below it', () => {
    expect(filledDown(rows, at(0, 0, 2, 1))).toEqual([
      { row: 1, column: 0, value: '1' },
      { row: 1, column: 1, value: '2' },
      { row: 2, column: 0, value: '1' },
      { row: 2, column: 1, value: '2' },
    ])
    expect(isChosen(at(2, 1, 0, 0), { row: 1, column: 1 })).toBe(true)
    expect(isChosen(at(2, 1, 0, 0), { row: 1, column: 2 })).toBe(false)
  })
})

test('what undoes an edit makes each row what it was, and leaves alone what is on its way', () => {
  expect(inverse(rows)).toEqual([
    { records: [1], to: { kind: 'restore' } },
    { records: [2], to: { kind: 'cells', cells: ['4', '5', '6'] } },
    { records: [4], to: { kind: 'restore' } },
    { records: [5], to: { kind: 'drop', reason: 'a test' } },
  ])
})

test('only a single cell that was wrong asks for others like it', () => {
  const columns = ['a', 'b', ''].map((name) => ({ label: name.toUpperCase(), name, rules: null }))
  const by = (rowAt: number, column: number, value: string) =>
    fixedByHand(rows, [{ row: rowAt, column, value }], columns)
  expect(by(0, 0, 'n')).toEqual({ column: 0, before: '1', after: 'n' })
  expect(by(0, 1, 'n')).toBeNull()
  expect(by(0, 2, 'n')).toBeNull()
  expect(by(0, 0, '1')).toBeNull()
  expect(by(1, 0, 'n')).toBeNull()
  expect(fixedByHand(rows, filled(at(0, 0, 1, 0), 'n'), columns)).toBeNull()
})
