import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { withWorkbook } from '../../../main/reading/sheets/open.ts'
import { Met } from '../../../main/reading/sheets/workbook.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { biff8, compoundFile, double, record, text, words, xls } from '../../fixtures/compound.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { problemOf, readsIn } from '../../fixtures/reading.ts'

const folder = testFolder()
const readAll = readsIn(folder)
const fixture = (name: string): Buffer => readFileSync(join('tests/fixtures/xls', name))

// Written by xlwt 1.3 (Excel 97, and days since 1904) and by SheetJS 0.18 (Excel 95, code page 1252).
test.each(['excel97', 'excel95', 'from1904'])(
  'a workbook of before 2007 says what it stores: %s',
  async (name) => {
    const expected = JSON.parse(fixture(`${name}.json`).toString())
    const { output, rows, doubts } = await readAll(fixture(`${name}.xls`))
    expect(output.detected.reading).toMatchObject({ kind: 'sheet', sheet: expected.sheet })
    expect(output.labels).toEqual(expected.labels)
    expect(rows).toEqual(expected.rows)
    for (const doubt of expected.doubts) expect(doubts.join()).toContain(doubt)
    expect(doubts.length).toBe(expected.doubts.length)
  },
)

const number = (row: number, column: number, value: number, style = 0): Buffer =>
  record(0x0203, words(row, column, style), double(value))
const label = (row: number, column: number, value: string): Buffer =>
  record(0x0204, words(row, column, 0), text(value))
const formula = (row: number, column: number, result: Buffer, options = 0): Buffer =>
  record(0x0006, words(row, column, 0), result, words(options), '000000000000')
const noNumber = (kind: number, value: number): Buffer =>
  Buffer.of(kind, 0, value, 0, 0, 0, 0xff, 0xff)

test('each record of a cell is read, and so are the results of formulas', async () => {
  const style = (format: number): Buffer => record(0x00e0, words(0, format), '00'.repeat(16))
  const labels = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
  const { rows, doubts } = await readAll(
    xls(
      [record(0x041e, words(164), text('dd/mm/yyyy')), style(0), style(164), style(46)],
      [
        ...labels.map((name, column) => label(0, column, name)),
        // 12.34 and 1 as numbers in four bytes: whole and times 100, and the upper half of a double.
        record(0x00bd, words(1, 0), words(0), '4b130000', words(0), '0000f03f', words(1)),
        record(0x027e, words(1, 2, 0), 'feffffff'),
        number(1, 3, 46_082.25, 1),
        number(1, 4, 1.5, 2),
        record(0x0205, words(1, 5, 0), '01 00'),
        record(0x0205, words(1, 6, 0), '2a 01'),
        record(0x0201, words(1, 7, 0)),
        formula(2, 0, double(2.5)),
        formula(2, 1, noNumber(0, 0)),
        // What it shares with other cells stands between a formula and its text.
        record(0x04bc, '00'.repeat(10)),
        record(0x0207, words(3), '00', Buffer.from('a')),
        record(0x003c, '01', '6200 3dd8'),
        formula(2, 2, noNumber(1, 1)),
        formula(2, 3, noNumber(2, 7)),
        formula(2, 4, noNumber(3, 0)),
        formula(2, 5, double(0), 2),
        // A chart has numbers of its own.
        record(0x0809, words(0x0600, 0x20), '00'.repeat(12)),
        number(9, 9, 9),
        record(0x000a),
        formula(2, 6, double(0)),
        label(2, 7, 'end'),
      ],
    ),
  )
  expect(rows).toEqual([
    [2, '12.34', '1', '-1', '2026-03-01 06:00:00', '36:00:00', 'true', '#N/A', ''],
    [3, '2.5', 'ab\ufffd', 'true', '#DIV/0!', '', '', '0', 'end'],
  ])
  expect(doubts.join()).toContain('1 formula are not in the file (the first is in F3)')
})

const texts = fc.array(
  fc.oneof(
    fc.string(),
    fc.string({ unit: 'grapheme', maxLength: 20 }).map((one) => one.toWellFormed()),
  ),
  { minLength: 1, maxLength: 12 },
)

test('shared texts read back equal wherever the records that hold them are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      texts,
      fc.array(fc.nat(60), { minLength: 1 }),
      fc.boolean(),
      async (all, cuts, isRich) => {
        const pieces: Buffer[] = []
        let piece = Buffer.alloc(8)
        let cut = 0
        const next = (): number => 10 + (cuts[cut++ % cuts.length] ?? 0)
        let room = next()
        const split = (): void => {
          pieces.push(piece)
          piece = Buffer.alloc(0)
          room = next()
        }
        for (const [index, value] of all.entries()) {
          const isWide = /[^\0-ÿ]/.test(value) || index % 2 === 1
          const behind = isRich ? Buffer.alloc(12 + index, 0xee) : Buffer.alloc(0)
          const flags = (isWide ? 1 : 0) | (isRich ? 12 : 0)
          const head = Buffer.concat([
            words(value.length),
            Buffer.of(flags),
            isRich ? words(2, 4 + index, 0) : Buffer.alloc(0),
          ])
          // Also what stands before the characters may be cut, and what stands behind them.
          for (const byte of head) {
            if (piece.length >= room) split()
            piece = Buffer.concat([piece, Buffer.of(byte)])
          }
          for (const unit of value.split('')) {
            if (piece.length >= room) {
              split()
              piece = Buffer.of(isWide ? 1 : 0)
            }
            piece = Buffer.concat([piece, Buffer.from(unit, isWide ? 'utf16le' : 'latin1')])
          }
          for (const byte of behind) {
            if (piece.length >= room) split()
            piece = Buffer.concat([piece, Buffer.of(byte)])
          }
        }
        split()
        const shared = pieces.map((data, index) => record(index === 0 ? 0x00fc : 0x003c, data))
        const cells = all.flatMap((_, index) => [
          record(0x00fd, words(index, 0, 0, index, 0)),
          number(index, 1, index),
        ])
        expect(await cellsOf(xls(shared, cells))).toEqual(
          all.map((value, index) => (value === '' ? [String(index)] : [value, String(index)])),
        )
      },
    ),
    { numRuns: 60 },
  )
})

const { signal } = new AbortController()

async function cellsOf(bytes: Buffer): Promise<string[][] | null> {
  const path = join(folder(), 'book.xls')
  writeFileSync(path, bytes)
  const file = { path, size: bytes.length, bytes: bytes.length }
  return withWorkbook(file, signal, async (book) => {
    const all: string[][] = []
    for (const { name } of book.sheets)
      for await (const rows of book.rows(name, new Met(), signal, 'stored'))
        for (const { cells } of rows) all.push([...cells])
    return all
  })
}

test('what a script of a web shop writes is read without its wrapping, in the letters of its pages', async () => {
  const old = (value: string, encoding: BufferEncoding): Buffer =>
    Buffer.concat([words(Buffer.byteLength(value, encoding)), Buffer.from(value, encoding)])
  for (const encoding of ['utf8', 'latin1'] as const) {
    const cell = (row: number, column: number, value: string): Buffer =>
      record(0x0204, words(row, column, 0), old(value, encoding))
    const { rows, output } = await readAll(
      Buffer.concat([
        record(0x0809, words(0, 0x10, 0, 0)),
        cell(0, 0, 'Größe'),
        cell(0, 1, 'Menge'),
        cell(1, 0, 'übergroß'),
        number(1, 1, 2),
        record(0x000a),
      ]),
    )
    expect([output.labels, rows]).toEqual([['Größe', 'Menge'], [[2, 'übergroß', '2']]])
  }
})

const small = [label(0, 0, 'a'), label(0, 1, 'b'), number(1, 0, 1), number(1, 1, 2)]

test.each([
  ['is locked with a password', xls([record(0x002f, words(1))], small), 'locked with a password'],
  [
    'is of before 1993',
    Buffer.concat([record(0x0409, words(0, 0x10, 0)), ...small]),
    'before 1993',
  ],
  ['has rows out of order', xls([], [...small, number(0, 2, 1)]), 'damaged'],
  ['has columns that no program has', xls([], [...small, number(2, 20_000, 1)]), 'damaged'],
  ['names texts that it does not have', xls([], [record(0x00fd, words(0, 0, 0, 7, 0))]), 'damaged'],
  ['has no end', compoundFile({ Workbook: biff8([], small).subarray(0, -4) }), 'damaged'],
  ['ends in a record', compoundFile({ Workbook: biff8([], small).subarray(0, -9) }), 'damaged'],
  ['ends in the middle', xls([], small).subarray(0, 700), 'damaged'],
  ['ends in its header', xls([], small).subarray(0, 300), 'damaged'],
  ['has no sheets', compoundFile({ Workbook: Buffer.alloc(100) }), 'damaged'],
  ['has a folder in a circle', circle(48), 'damaged'],
  ['has small parts in a circle', circle(60), 'damaged'],
])('a workbook that %s is refused in a sentence', async (_, bytes, sentence) => {
  expect((await problemOf(readAll(bytes))).text).toContain(sentence)
})

/** Its sectors, from the one that a field of the header names, follow themselves. */
function circle(field: number): Buffer {
  const bytes = xls([], small)
  const tableAt = (bytes.readUInt32LE(76) + 1) * 512
  const sector = bytes.readUInt32LE(field)
  bytes.writeUInt32LE(sector, tableAt + 4 * sector)
  if (field === 60) bytes.writeUInt32LE(0, (sector + 1) * 512)
  return bytes
}

test('whatever bytes are changed or missing, a workbook is read or refused in a sentence', async () => {
  const whole = [fixture('excel97.xls'), fixture('excel95.xls'), xls([], small)]
  const change = fc.record({
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    to: fc.nat(255),
  })
  let read = 0
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...whole),
      fc.array(change, { maxLength: 8 }),
      fc.option(fc.nat(10_000)),
      async (source, changes, end) => {
        const bytes = Buffer.from(source.subarray(0, end ?? source.length))
        // Most of what matters stands at the front.
        for (const { at, to } of changes)
          if (bytes.length > 0) bytes[Math.floor(at ** 3 * bytes.length)] = to
        try {
          const cells = await cellsOf(bytes)
          if (cells !== null) read += 1
        } catch (thrown) {
          if (!(thrown instanceof Problem)) throw thrown
        }
      },
    ),
    { numRuns: 400, examples: whole.map((source): [Buffer, [], null] => [source, [], null]) },
  )
  // As they are they can be read, and here and there a changed one.
  expect(read).toBeGreaterThan(whole.length)
})
