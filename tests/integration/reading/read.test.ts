import { createHash } from 'node:crypto'
import { execFile } from 'node:child_process'
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { preview } from '../../../main/reading/preview.ts'
import { readHeldRows, tableCsv } from '../../../main/reading/quarantine.ts'
import { read } from '../../../main/reading/read.ts'
import type { ReadReport } from '../../../main/runs/ports/reading.ts'
import type { Dialect } from '../../../shared/domain/files/dialect.ts'
import type { HeldRow } from '../../../shared/domain/files/quarantine.ts'
import type { Reading } from '../../../shared/domain/files/reading.ts'

const readModule = pathToFileURL(resolve(import.meta.dirname, '../../../main/reading/read.ts')).href

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pallet-read-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function control(
  report: (progress: ReadReport) => void = () => {},
  signal = new AbortController().signal,
) {
  return { signal, report, ask: () => Promise.reject(new Error('nothing to ask')) }
}
function put(content: string | Buffer): string {
  const path = join(folder, 'source')
  writeFileSync(path, content)
  return path
}
const shownBy = () => ({ entry: null, unpackedFile: join(folder, 'unpacked-head') })
const files = () => ({
  unpackedFile: join(folder, 'unpacked'),
  recordsFile: join(folder, 'records.csv'),
  quarantineFile: join(folder, 'held.ndjson'),
})

test('a European export: semicolons, windows-1252, title lines, CRLF, a broken row', async () => {
  const text =
    'Umsätze Filiale 12\r\n\r\nStraße Nr.;Preis;Datum;Preis\r\nHauptstraße 1;1,50;31.01.2024;€ 2\r\nkurz;1\r\nGasse 2;12,00;01.02.2024;\r\n'
  const path = put(Buffer.from(text.replaceAll('€', '\x80'), 'latin1'))
  const output = await read({ path, reading: null, ...files() }, control())
  expect(output).toMatchObject({
    labels: ['Straße Nr.', 'Preis', 'Datum', 'Preis_2'],
    records: 3,
    quarantined: 1,
    labelled: true,
    conventions: { decimalMark: ',' },
    raw: { in: 'source', encoding: 'windows-1252' },
    detected: {
      reading: {
        kind: 'delimited',
        dialect: { delimiter: ';', lineEnd: '\r\n', headerRows: 1, skipLines: 2 },
      },
    },
  })
  expect(output.detected.doubts.join()).toContain('Umsätze Filiale 12')
  expect(readFileSync(files().recordsFile, 'utf8')).toBe(
    '1,4,52,33,Hauptstraße 1,"1,50",31.01.2024,€ 2\n3,6,95,25,Gasse 2,"12,00",01.02.2024,\n',
  )
  const { rows } = await readHeldRows([files().quarantineFile], 0, 10)
  expect(rows).toMatchObject([
    { record: 2, line: 5, raw: 'kurz;1', reasons: [{ code: 'missing-cell' }] },
  ])

  const shown = await preview(
    { path, name: 'x.csv', bytes: text.length, reading: null, rows: 10, ...shownBy() },
    control(),
  )
  expect(shown.columns).toMatchObject([
    { name: 'strasse_nr', type: 'text' },
    { name: 'preis', type: 'decimal', decimalMark: ',' },
    { name: 'datum', type: 'date', order: 'dmy' },
    { name: 'preis_2', label: 'Preis_2', type: 'integer', unit: '€' },
  ])
  expect(shown.rows.map((row) => [row.line, row.cells[0]])).toEqual([
    [4, 'Hauptstraße 1'],
    [6, 'Gasse 2'],
  ])
  expect(shown.broken).toMatchObject([{ line: 5, raw: 'kurz;1' }])
  expect(shown.estimatedRecords).toBe(3)
})

test('the same file twice gives the same output', async () => {
  const path = put('a,b\n1,2\n3\n')
  await read({ path, reading: null, ...files() }, control())
  const first = [readFileSync(files().recordsFile), readFileSync(files().quarantineFile)]
  await read({ path, reading: null, ...files() }, control())
  expect([readFileSync(files().recordsFile), readFileSync(files().quarantineFile)]).toEqual(first)
})

test('a file with nothing but its header has no records', async () => {
  const output = await read({ path: put('sku,price\n'), reading: null, ...files() }, control())
  expect(output).toMatchObject({ labels: ['sku', 'price'], records: 0, quarantined: 0 })
  expect(readFileSync(files().recordsFile, 'utf8')).toBe('')
})

const plain: Dialect = {
  encoding: 'utf-8',
  delimiter: ',',
  quote: '"',
  escape: '"',
  lineEnd: '\n',
  headerRows: 1,
  skipLines: 0,
}
const plainReading: Reading = { kind: 'delimited', dialect: plain }
test.each<[string, string[], number, RegExp]>([
  ['a,b\n1,2,3\n4,5,6\n', ['a', 'b', 'column3'], 2, /2 labels, but the rows have 3/],
  ['qty,price\n1,5,2\n2,6,3\n3,7,4\n', ['column1', 'qty', 'price'], 3, /2 labels/],
  ['a,b,c,d\n1,2,3\n4,5,6\n', ['a', 'b', 'c'], 2, /4 labels/],
  ['"a,b\n1,2\n3,4\n', ['column1', 'column2'], 2, /column labels cannot be read/],
  ['"a "x" b",c\n1,2\n3,4\n', ['a "x" b', 'c'], 2, /column labels has a stray quote/],
])('a header that is wrong does not cost its rows: %j', async (content, labels, records, doubt) => {
  const output = await read({ path: put(content), reading: plainReading, ...files() }, control())
  expect(output).toMatchObject({ labels, records, quarantined: 0 })
  expect(output.detected.doubts.join(' ')).toMatch(doubt)
})

test('a second table is told with its line and its rows, and read when the file starts there', async () => {
  const content = 'id,n\n1,2\n3,4\n\nday,shop,sum\n2026-01-01,x,5\n2026-01-02,y,6\nTotal,11\n'
  const path = put(content)
  const output = await read({ path, reading: null, ...files() }, control())
  expect(output).toMatchObject({ labels: ['id', 'n'], records: 3, quarantined: 0 })
  const told = 'Another table begins on line 5 (“day”, “shop”, “sum”): 2 rows of 3 cells.'
  expect(output.detected.doubts.join()).toContain(told)
  const input = { path, name: 'x', bytes: 80, reading: null, rows: 9, ...shownBy() }
  const shown = await preview(input, control())
  expect(shown.detected.doubts.join()).toContain(told)
  const reading: Reading = { kind: 'delimited', dialect: { ...plain, skipLines: 4 } }
  const other = await read({ path, reading, ...files() }, control())
  expect(other).toMatchObject({ labels: ['day', 'shop', 'sum'], records: 3, quarantined: 1 })
})

test('rows of labels above one another are joined, and none is a record', async () => {
  const content = ',2026 Q1,,2026 Q2\n"Store, No",Sales,Cost,Sales\nBonn,1,2,3\nRome,4,5,6\n'
  const output = await read({ path: put(content), reading: null, ...files() }, control())
  expect(output).toMatchObject({
    labels: ['Store, No', '2026 Q1 Sales', '2026 Q1 Cost', '2026 Q2 Sales'],
    records: 2,
    quarantined: 0,
  })
  expect(readFileSync(files().recordsFile, 'utf8')).toBe(
    '1,3,47,10,Bonn,1,2,3\n2,4,58,10,Rome,4,5,6\n',
  )
})

test('a first row after a blank line is read, whatever its quotes are', async () => {
  const content = '\n"x"y,2,3\na,b,c\n"1,1",2,3\n"4,4",5,6\n7,8,9\n'
  const output = await read({ path: put(content), reading: null, ...files() }, control())
  expect(output).toMatchObject({ records: 5, quarantined: 0 })
  expect(readFileSync(files().recordsFile, 'utf8')).toMatch(/^1,2,1,8,"""x""y",2,3\n/)
  expect(output.detected.doubts.join(' ')).toContain('One row has a stray quote (line 2).')
})

test.each<[string, string | Buffer, Dialect | null]>([
  ['source-empty', '', null],
  ['source-empty', '\uFEFF\r\n\r\n', null],
  ['source-empty', 'a\n', { ...plain, skipLines: 5 }],
  ['dialect-unclear', 'a,b\n1,2\n', { ...plain, delimiter: '"' }],
  ['source-binary', Buffer.from('377abcaf271c0004', 'hex'), null],
  ['source-binary', Buffer.from('377abcaf271c0004', 'hex'), plain],
  // What is encrypted or packed in a way that nobody knows: bytes of every value, in no order.
  ['source-binary', createHash('shake256', { outputLength: 4096 }).update('noise').digest(), null],
])('%s leaves nothing behind', async (code, content, dialect) => {
  const reading: Reading | null = dialect === null ? null : { kind: 'delimited', dialect }
  await expect(read({ path: put(content), reading, ...files() }, control())).rejects.toMatchObject({
    data: { code },
  })
  expect(await readdir(folder)).toEqual(['source'])
})

test('a missing file and a folder are said', async () => {
  const path = join(folder, 'nowhere')
  await expect(read({ path, reading: null, ...files() }, control())).rejects.toMatchObject({
    data: { code: 'source-missing' },
  })
  await mkdir(path)
  await expect(read({ path, reading: null, ...files() }, control())).rejects.toMatchObject({
    data: { code: 'source-folder' },
  })
})

test('a cancelled read ends with the reason and leaves nothing behind', async () => {
  const path = put(`a,b\n${'1,2\n'.repeat(1_000_000)}`)
  const abort = new AbortController()
  const reason = new Error('enough')
  const reading = read(
    { path, reading: plainReading, ...files() },
    control(() => abort.abort(reason), abort.signal),
  )
  await expect(reading).rejects.toBe(reason)
  expect(await readdir(folder)).toEqual(['source'])
})

test('memory does not follow the size of the file, even when every row is held back', async () => {
  const path = join(folder, 'source')
  const handle = openSync(path, 'w')
  writeSync(handle, 'a,b\n')
  const piece = '1\n2,"x\n'.repeat(100_000)
  for (let count = 0; count < 4; count += 1) writeSync(handle, piece)
  closeSync(handle)
  // In a process of its own: this one carries the memory of the tests before.
  const script = `
    const { read } = await import(${JSON.stringify(readModule)})
    const control = { signal: new AbortController().signal, report() {}, ask() {} }
    const base = process.memoryUsage().rss
    const output = await read(${JSON.stringify({ path, reading: plainReading, ...files() })}, control)
    const { records, quarantined } = output
    console.log(JSON.stringify({ records, quarantined, grown: process.resourceUsage().maxRSS * 1024 - base }))`
  // How much of what is young V8 lets lie is its own choice, by tens of MiB.
  const young = '--max-semi-space-size=2'
  const options = [young, '--input-type=module', '-e', script]
  const child = await promisify(execFile)(process.execPath, options)
  const { grown, ...counted } = JSON.parse(child.stdout) as Record<string, number>
  expect(counted).toEqual({ records: 800_000, quarantined: 800_000 })
  expect(grown).toBeLessThan(64 * 1024 * 1024)
})

test('a file that is still arriving is previewed without its cut last row', async () => {
  const path = put('a,b\n1,2\n3,4\n5,"6')
  const shown = await preview(
    { path, name: 'x.csv', bytes: 1600, reading: null, rows: 10, ...shownBy() },
    control(),
  )
  expect(shown.rows.map((row) => row.cells)).toEqual([
    ['1', '2'],
    ['3', '4'],
  ])
  expect(shown.broken).toEqual([])
  expect(shown.estimatedRecords).toBeGreaterThan(200)
})

test('held-back rows of two steps come in file order, page by page', async () => {
  const row = (record: number): HeldRow => ({
    record,
    line: record + 1,
    raw: `=cmd|"${record}"`,
    reasons: [{ code: 'type-error', column: 'price', value: 'x', message: 'is no number.' }],
  })
  const [one, two] = [join(folder, 'one'), join(folder, 'two')]
  const lines = (records: number[]) =>
    records.map((record) => `${JSON.stringify(row(record))}\n`).join('')
  writeFileSync(one, lines([1, 4, 6]))
  // the last write was cut off
  writeFileSync(two, `${lines([2, 3, 5])}{"record":7,"li`)
  const page = (offset: number, limit: number) =>
    readHeldRows([one, two, join(folder, 'none')], offset, limit)
  expect(await page(0, 10)).toEqual({ total: 6, rows: [1, 2, 3, 4, 5, 6].map(row) })
  expect((await page(2, 2)).rows.map(({ record }) => record)).toEqual([3, 4])
  expect(await page(9, 2)).toEqual({ total: 6, rows: [] })

  const pieces: Uint8Array[] = []
  const table = async function* (): AsyncGenerator<string[]> {
    yield ['a', 'b']
    yield ['1', 'x "y"\nz']
  }
  for await (const piece of tableCsv(table())) pieces.push(piece)
  const bytes = Buffer.concat(pieces)
  expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
  expect(bytes.toString('utf8', 3)).toBe('a,b\r\n1,"x ""y""\nz"\r\n')
})

test('a second table is one of the choices, as wide as the first and below a title too, and so is the first again', async () => {
  const content =
    'id,name,n\n1,a,2\n2,b,4\n\nReturns of March\nday,shop,sum\n2026-01-01,x,5\n2026-01-02,y,6\n\nlabel,qty,price\nu,1,2\nv,3,4\n'
  const path = put(content)
  const shownAs = (reading: Reading | null) =>
    preview({ path, name: 'x', bytes: content.length, reading, rows: 9, ...shownBy() }, control())
  const first = await shownAs(null)
  expect(first.rows.map(({ line }) => line)).toEqual([2, 3])
  expect(first.broken).toEqual([])
  const told = first.detected.doubts.join()
  expect(told).toContain('Another table, “Returns of March”, begins on line 6')
  expect(told).toContain('Another table begins on line 10 (“label”, “qty”, “price”): 2 rows')
  const names = [
    'Line 1: id, name, n',
    'Line 6: Returns of March (day, shop, sum)',
    'Line 10: label, qty, price',
  ]
  const [tables] = first.parts
  expect(tables?.choices.map(({ name }) => name)).toEqual(names)
  const second = await shownAs(tables?.choices[1]?.reading ?? null)
  expect(second.columns.map(({ label }) => label)).toEqual(['day', 'shop', 'sum'])
  expect(second.rows.map(({ line }) => line)).toEqual([7, 8])
  expect(second.parts[0]).toMatchObject({ of: 'table', taken: 1 })
  expect(second.parts[0]?.choices).toHaveLength(3)
  const again = await shownAs(second.parts[0]?.choices[0]?.reading ?? null)
  expect(again.rows).toEqual(first.rows)
  const last = await read(
    { path, reading: tables?.choices[2]?.reading ?? null, ...files() },
    control(),
  )
  expect(last).toMatchObject({ labels: ['label', 'qty', 'price'], records: 2, quarantined: 0 })
})
