import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import type { ProblemData } from '../../../shared/domain/problem.ts'
import type { Reading } from '../../../shared/domain/files/reading.ts'
import { recordsLayout } from '../../../shared/domain/files/records.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { watchMemory } from '../../fixtures/memory.ts'

const folder = testFolder()
const { maxColumns } = recordsLayout
const deadlyMiB = 1024
/** The process itself takes some 100. */
const usualMiB = 320

interface Told {
  labels?: number
  records?: number
  quarantined?: number
  problem?: ProblemData
}

/** Previews and reads in a process of its own, which is killed as soon as it grows too large. */
async function inChild(path: string, reading: Reading | null): Promise<[Told, Told]> {
  const room = (task: string) =>
    pathToFileURL(resolve(import.meta.dirname, `../../../main/reading/${task}.ts`)).href
  const unpackedFile = `${path}.unpacked`
  const files = { unpackedFile, recordsFile: `${path}.records`, quarantineFile: `${path}.held` }
  const input = { path, name: 'wide.csv', bytes: 0, rows: 200, reading, ...files }
  const script = `
    const { preview } = await import(${JSON.stringify(room('preview'))})
    const { read } = await import(${JSON.stringify(room('read'))})
    const control = { signal: new AbortController().signal, report() {}, ask() {} }
    const told = []
    for (const task of [preview, read]) {
      try {
        const { labels, columns, records, quarantined } = await task(${JSON.stringify(input)}, control)
        told.push({ labels: (labels ?? columns).length, records, quarantined })
      } catch (thrown) {
        told.push({ problem: thrown.data })
      }
    }
    console.log(JSON.stringify({ told, peakMiB: process.resourceUsage().maxRSS / 1024 }))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
  const memory = watchMemory(
    child.pid ?? 0,
    () => false,
    (nowMiB) => {
      if (nowMiB > deadlyMiB) child.kill('SIGKILL')
    },
  )
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  memory.stop()
  expect({ code, signal }).toEqual({ code: 0, signal: null })
  const { told, peakMiB } = JSON.parse(printed) as { told: [Told, Told]; peakMiB: number }
  expect(peakMiB).toBeLessThan(usualMiB)
  return told
}

function put(write: (line: (cells: string[]) => string) => string): string {
  const path = join(folder(), 'wide.csv')
  writeFileSync(
    path,
    write((cells) => `${cells.join(',')}\n`),
  )
  return path
}
const cells = (count: number, cell: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => cell(index))
const label = (index: number) => `c${index + 1}`
const commas = (header: boolean): Reading => ({
  kind: 'delimited',
  dialect: {
    encoding: 'utf-8',
    delimiter: ',',
    quote: '"',
    escape: '"',
    lineEnd: '\n',
    headerRows: header ? 1 : 0,
    skipLines: 0,
  },
})

test.each<[string, Reading | null, () => string]>([
  ['100,000 columns of one line', null, () => put((line) => line(cells(100_000, label)))],
  ['that line, read as told', commas(true), () => put((line) => line(cells(100_000, label)))],
  [
    '5 rows of 100,000 columns of 100 characters',
    null,
    () =>
      put(
        (line) =>
          line(cells(100_000, label)) + line(cells(100_000, () => 'x'.repeat(100))).repeat(5),
      ),
  ],
  [
    '30 rows of a million empty cells',
    null,
    () => put(() => `${','.repeat(999_999)}\n`.repeat(30)),
  ],
  [
    'such rows, read as told',
    commas(false),
    () => put(() => `${','.repeat(999_999)}\n`.repeat(30)),
  ],
  ['one column too many', null, () => put((line) => line(cells(maxColumns + 1, label)).repeat(3))],
  [
    'a trailing delimiter, and one column too many',
    commas(true),
    () => put((line) => line([...cells(maxColumns + 1, label), '']).repeat(3)),
  ],
  [
    'blank cells where the kept ones end',
    commas(true),
    () => put((line) => line([...cells(maxColumns, label), '', '', 'more', '']).repeat(3)),
  ],
])('%s: refused with a sentence, and memory stays', async (_, reading, make) => {
  for (const { problem } of await inChild(make(), reading))
    expect(problem).toMatchObject({
      code: 'source-too-wide',
      what: 'The file has more than 4,096 columns, which is more than Pallet takes.',
    })
})

test('as many columns as may be, with a trailing delimiter too', async () => {
  const row = cells(maxColumns, (index) => String(index))
  for (const path of [
    put((line) => line(cells(maxColumns, label)) + line(row).repeat(300)),
    put((line) => line([...cells(maxColumns, label), '']) + line([...row, '']).repeat(300)),
  ]) {
    expect(await inChild(path, null)).toMatchObject([
      { labels: maxColumns },
      { labels: maxColumns, records: 300, quarantined: 0 },
    ])
  }
})

test('rows that are too wide are held back where the header is not', async () => {
  const path = put(
    (line) => line(['a', 'b']) + line(['1', '2']) + `${','.repeat(900_000)}\n`.repeat(20),
  )
  expect(await inChild(path, commas(true))).toMatchObject([
    { labels: 2 },
    { labels: 2, records: 21, quarantined: 20 },
  ])
})

test('4,096 labels that are all the same get their names at once', async () => {
  const path = put(
    (line) => line(cells(maxColumns, () => 'Preis')) + line(cells(maxColumns, label)),
  )
  expect(await inChild(path, commas(true))).toMatchObject([
    { labels: maxColumns },
    { labels: maxColumns },
  ])
})
