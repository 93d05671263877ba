import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { read } from '../../../main/reading/read.ts'
import type { ReadOutput } from '../../../main/runs/ports/reading.ts'
import type { Remembered } from '../../../shared/domain/files/reading.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { packed, rowsXml, xlsxParts } from '../../fixtures/workbooks.ts'

const folder = testFolder()
const labels = ['Day', 'Shop', 'Sum']

async function readAs(remembered: Remembered, content: string | Uint8Array): Promise<ReadOutput> {
  const at = folder()
  const path = join(at, 'export.csv')
  writeFileSync(path, content)
  expect(statSync(path).size).toBeGreaterThan(0)
  return await read(
    {
      path,
      reading: null,
      remembered,
      unpackedFile: join(at, 'unpacked'),
      recordsFile: join(at, 'records'),
      quarantineFile: join(at, 'held'),
    },
    {
      signal: new AbortController().signal,
      report: () => {},
      ask: () => Promise.reject(new Error('Nothing is asked.')),
    },
  )
}

const csv: Remembered = {
  labels,
  reading: {
    kind: 'delimited',
    dialect: {
      encoding: 'windows-1252',
      delimiter: ';',
      quote: '"',
      escape: '"',
      lineEnd: '\r\n',
      headerRows: 1,
      skipLines: 2,
    },
  },
}
const rows = ['2026-01-03;Bonn;5', '2026-01-04;Köln;7']
const below = (...titles: string[]) =>
  Buffer.from([...titles, labels.join(';'), ...rows, ''].join('\r\n'), 'latin1')

test('a file that fits is read as its dataset remembers, without a word', async () => {
  const output = await readAs(csv, below('Report', ''))
  expect(output.detected).toEqual({ reading: csv.reading, doubts: [] })
  expect(output).toMatchObject({ labels, records: 2, quarantined: 0 })
})

test.each([
  ['longer', ['Report', 'of all shops', 'printed today', ''], 4],
  ['shorter', [], 0],
])(
  'where what stands above the table is %s, it begins at its labels',
  async (_, titles, skipLines) => {
    const output = await readAs(csv, below(...titles))
    expect(output).toMatchObject({ labels, records: 2, quarantined: 0 })
    expect(output.detected.reading).toMatchObject({
      dialect: { encoding: 'windows-1252', skipLines },
    })
    expect(output.detected.doubts[0]).toContain(
      `The labels of the dataset begin on line ${skipLines + 1} of this file`,
    )
  },
)

test('another delimiter is detected where the labels are there, and left alone where they are not', async () => {
  const anew = await readAs(csv, 'Day,Shop,Sum\n2026-01-03,Bonn,5\n2026-01-04,Rome,7\n')
  expect(anew).toMatchObject({ labels, records: 2, quarantined: 0 })
  expect(anew.detected.reading).toMatchObject({ dialect: { delimiter: ',', encoding: 'utf-8' } })
  expect(anew.detected.doubts.at(-1)).toContain('does not fit what the dataset remembers')
  const other = await readAs(csv, 'Report\r\n\r\na;b\r\n1;2\r\n')
  expect(other.detected).toEqual({ reading: csv.reading, doubts: [] })
})

const book = (...names: string[]) =>
  packed(
    xlsxParts({
      sheets: names.map((name) => ({
        name,
        xml: rowsXml(
          name === 'Sales'
            ? [labels, ['2026-01-03', 'Bonn', '5']]
            : [
                ['Name', 'Street'],
                ['Bonn', 'Markt 1'],
              ],
        ),
      })),
    }),
  )

test('numbers stay as shown where the sheet has to be found anew', async () => {
  const sheet: Remembered = {
    labels,
    reading: { kind: 'sheet', sheet: 'Old', numbers: 'shown', skipLines: 7, headerRows: 1 },
  }
  const cells =
    '<row r="2"><c r="A2" s="1"><v>46082</v></c><c r="B2" s="2"><v>7</v></c><c r="C2"><v>5</v></c></row>'
  const book = packed(
    xlsxParts({
      formats: [0, 'dd.mm.yyyy', '000'],
      sheets: [{ name: 'New', xml: rowsXml([labels]) + cells }],
    }),
  )
  const output = await readAs(sheet, book)
  expect(output).toMatchObject({ labels, records: 1 })
  expect(output.detected.reading).toMatchObject({ kind: 'sheet', numbers: 'shown' })
})

test('a workbook that comes in place of a CSV file is read from the sheet that has the labels', async () => {
  const output = await readAs(csv, book('Shops', 'Sales'))
  expect(output).toMatchObject({ labels, records: 1, quarantined: 0 })
  expect(output.detected.reading).toMatchObject({ kind: 'sheet', sheet: 'Sales' })
  expect(output.detected.doubts.join(' ')).toContain(
    'The file is of another kind than the dataset remembers (windows-1252, separated by semicolon, with header): it was detected anew (sheet “Sales”)',
  )
})

test('and the other way round; records as JSON, too', async () => {
  const sheet: Remembered = {
    labels,
    reading: { kind: 'sheet', sheet: 'Sales', skipLines: null, headerRows: null },
  }
  const fromText = await readAs(sheet, below())
  expect(fromText).toMatchObject({ labels, records: 2 })
  const fromJson = await readAs(sheet, '[{"Day":"2026-01-03","Shop":"Bonn","Sum":5}]')
  expect(fromJson).toMatchObject({ labels, records: 1 })
  expect(fromJson.detected.reading).toEqual({ kind: 'records', path: [] })
})

test('a file of another kind with other labels is refused', async () => {
  await expect(readAs(csv, book('Shops'))).rejects.toMatchObject({
    data: {
      code: 'dialect-unclear',
      what: expect.stringContaining('has not their labels “Day”, “Shop”, “Sum”'),
    },
  })
})
