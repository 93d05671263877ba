import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseCanonical } from '../../../main/reading/canonical.ts'
import { RecordWriter } from '../../../main/reading/recordWriter.ts'
import { HeldRow } from '../../../shared/domain/files/quarantine.ts'

async function written(width: number, rows: string[][]) {
  const lines: Buffer[] = []
  const held: Buffer[] = []
  const writer = new RecordWriter(
    {
      records: async (bytes) => void lines.push(Buffer.from(bytes)),
      held: async (bytes) => void held.push(Buffer.from(bytes)),
    },
    width,
  )
  for (const [index, cells] of rows.entries()) {
    writer.add(index + 2, cells)
    if (writer.isFull || index % 3 === 0) await writer.flush()
  }
  await writer.flush()
  const { records, quarantined } = writer
  const heldRows = Buffer.concat(held).toString().split('\n').slice(0, -1)
  return {
    bytes: Buffer.concat(lines),
    held: heldRows.map((row) => HeldRow.parse(JSON.parse(row))),
    records,
    quarantined,
  }
}

test('records read back equal, and each lineage points at the cells of its line', async () => {
  const cell = fc.oneof(fc.constantFrom('', '"', ',', '\n', '\r', 'ä', '00123'), fc.string())
  const table = fc
    .integer({ min: 1, max: 5 })
    .chain((width) =>
      fc.tuple(
        fc.constant(width),
        fc.array(fc.array(cell, { maxLength: width }), { maxLength: 60 }),
      ),
    )
  await fc.assert(
    fc.asyncProperty(table, async ([width, rows]) => {
      const { bytes, held, records, quarantined } = await written(width, rows)
      const full = rows.map((cells) => [...cells, ...Array<string>(width - cells.length).fill('')])
      const isWhole = (cells: string[]) => !cells.join('').includes('\0')
      const numbered = full.map((cells, index) => ({ record: index + 1, line: index + 2, cells }))
      expect(parseCanonical(bytes)).toEqual(numbered.filter((row) => isWhole(row.cells)))
      expect([records, quarantined]).toEqual([rows.length, held.length])
      let at = 0
      for (const { record, line, cells } of parseCanonical(bytes)) {
        const [, start, off, len] =
          /^(\d+,\d+),(\d+),(\d+),/.exec(bytes.toString('latin1', at, at + 64)) ?? []
        expect(start).toBe(`${record},${line}`)
        const end = Number(off) + Number(len)
        const [own] = parseCanonical(
          Buffer.from(`1,1,0,0,${bytes.toString('utf8', Number(off), end)}\n`),
        )
        expect(own?.cells).toEqual(cells)
        at = end + 1
      }
      expect(at).toBe(bytes.length)
    }),
  )
})

test('a record that no table can hold is held back', async () => {
  const { bytes, held, records, quarantined } = await written(2, [
    ['a', 'b\0'],
    ['c', 'd'],
    ['ä'.repeat(1_000_000), 'e'],
  ])
  expect({ records, quarantined }).toEqual({ records: 3, quarantined: 2 })
  expect(bytes.toString()).toBe('2,3,8,3,c,d\n')
  expect(held.map(({ record, line, reasons }) => [record, line, reasons[0]?.message])).toEqual([
    [1, 2, 'This row contains NUL characters, which no table can hold.'],
    [3, 4, 'This row is longer than 2 MB when written as UTF-8.'],
  ])
})
