/** Whole files, with nothing said about them: what was written is found and read back, and what is broken is read, held back or refused. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseCanonical } from '../../../main/reading/canonical.ts'
import { singleByteMap } from '../../../main/reading/delimited/encoding.ts'
import { readHeldRows } from '../../../main/reading/quarantine.ts'
import { read } from '../../../main/reading/read.ts'
import { quiet } from '../../../main/runs/quiet.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { encodeWide } from '../../unit/reading/encoding.ts'

const folder = testFolder()
/** For hangs only: the machine may have much else to do. */
const hangMs = 10 * 60_000
const control = quiet(AbortSignal.timeout(hangMs))

async function readWhole(bytes: Buffer) {
  const path = join(folder(), 'source')
  const recordsFile = join(folder(), 'records.csv')
  const quarantineFile = join(folder(), 'held.ndjson')
  writeFileSync(path, bytes)
  const unpackedFile = join(folder(), 'unpacked')
  const output = await read(
    { path, reading: null, unpackedFile, recordsFile, quarantineFile },
    control,
  )
  const held = await readHeldRows([quarantineFile], 0, 10_000)
  return { output, records: readFileSync(recordsFile), held: held.rows }
}

const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'utf-32le', 'windows-1252', 'gb18030'] as const
type Encoding = (typeof encodings)[number]

function encode(text: string, encoding: Encoding): Buffer {
  switch (encoding) {
    case 'utf-8':
      return Buffer.from(text)
    case 'utf-16le':
      return Buffer.from(text, 'utf16le')
    case 'utf-16be':
      return Buffer.from(text, 'utf16le').swap16()
    case 'windows-1252': {
      const map = singleByteMap(encoding)
      return Buffer.from(
        Array.from(text, (letter) =>
          letter < '\x80' ? letter.charCodeAt(0) : (map?.indexOf(letter.charCodeAt(0)) ?? 0),
        ),
      )
    }
    case 'utf-32le':
    case 'gb18030':
      return encodeWide(text, encoding)
  }
}

/** What texts are made of, by encoding. */
const words = (encoding: Encoding): string[] =>
  encoding === 'gb18030'
    ? ['绿茶', '牛奶和面包', '北京市朝阳区', '上海', '鱼罐头', '商店', '苹果汁', '我们的新产品']
    : ['Käse', 'Crème brûlée', 'l’été', 'Straße', 'Tee – grün', '12 €', 'São João']

interface Written {
  labels: string[]
  rows: string[][]
  bytes: Buffer
  /** Of each row, as it stands in the file. */
  records: Buffer[]
  style: object
}

/** Labels over a number of each row, texts with anything in them, prices and days. */
const tables: fc.Arbitrary<Written> = fc
  .record({
    encoding: fc.constantFrom(...encodings),
    mark: fc.boolean(),
    delimiter: fc.constantFrom(',', ';', '\t', '|', '||', '~|~', '::'),
    style: fc.constantFrom('"', '" always', "' always", '\\" always'),
    lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
    lastEnd: fc.boolean(),
    comma: fc.boolean(),
    texts: fc.integer({ min: 1, max: 3 }),
    rows: fc.integer({ min: 5, max: 25 }),
    seed: fc.array(fc.nat(999), { minLength: 100, maxLength: 100 }),
  })
  .map((one) => {
    const { encoding, delimiter, lineEnd, comma, seed } = one
    const isMarked = encoding.startsWith('utf-') && (one.mark || encoding !== 'utf-8')
    const quote = one.style.startsWith("'") ? "'" : '"'
    const escape = one.style.startsWith('\\') ? '\\' : quote
    let at = 0
    const pick = <T>(of: readonly T[]): T => {
      at += 1
      return of[((seed[at % seed.length] ?? 0) + at) % of.length] as T
    }
    const spice = [
      '',
      '',
      '',
      `${delimiter}x`,
      ` ${quote}y${quote}`,
      `${lineEnd}z`,
      '; so',
      ', and',
      '  ',
    ]
    const labels = ['id', ...['name', 'note', 'city'].slice(0, one.texts), 'price', 'day']
    const rows = Array.from({ length: one.rows }, (_, nth) => [
      String(nth + 1),
      ...Array.from({ length: one.texts }, () => pick(words(encoding)) + pick(spice)),
      `${pick([1, 20, 300])}${comma ? ',' : '.'}${pick(['50', '00', '95'])}`,
      `2026-0${pick([1, 2, 3])}-1${pick([0, 5, 9])}`,
    ])
    const write = (cell: string): string => {
      const isBare =
        one.style === '"' &&
        ![delimiter, delimiter.slice(0, 1), quote, '\n', '\r'].some((mark) =>
          cell.includes(mark),
        ) &&
        cell === cell.trim()
      return isBare ? cell : quote + cell.replaceAll(quote, escape + quote) + quote
    }
    const line = (cells: string[]): string => cells.map(write).join(delimiter)
    const lines = rows.map(line)
    const text = [line(labels), ...lines].join(lineEnd) + (one.lastEnd ? lineEnd : '')
    return {
      labels,
      rows,
      bytes: encode((isMarked ? '\uFEFF' : '') + text, encoding),
      records: lines.map((record) => encode(record, encoding)),
      style: { encoding, delimiter, style: one.style, lineEnd },
    }
  })

test('any table in any dialect is found and reads back equal, with its lineage at the right bytes', async () => {
  await fc.assert(
    fc.asyncProperty(tables, async ({ labels, rows, bytes, records, style }) => {
      const seen = await readWhole(bytes)
      const got = parseCanonical(seen.records)
      expect({ style, labels: seen.output.labels, held: seen.held }).toEqual({
        style,
        labels,
        held: [],
      })
      expect(got.map(({ cells }) => cells)).toEqual(rows)
      const lineage = /^\d+,\d+,(\d+),(\d+),/
      let start = 0
      for (const record of got) {
        const at = seen.records.indexOf(`${record.record},${record.line},`, start)
        const [, offset, length] = lineage.exec(seen.records.toString('latin1', at, at + 80)) ?? []
        start = at + 1
        const from = Number(offset)
        expect(bytes.subarray(from, from + Number(length))).toEqual(records[record.record - 1])
      }
    }),
    { numRuns: 100, seed: 7 },
  )
})

/** What happens to files on their way: bytes change, go, come twice, are cut off, and are inserted. */
const mutations = fc.array(
  fc.tuple(
    fc.constantFrom('set', 'drop', 'insert', 'repeat', 'cut'),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.constantFrom(
      ...Array.from('"\'\\,;|\n\r\0\x1a a9', (one) => one.charCodeAt(0)),
      0xff,
      0xc3,
      0x80,
    ),
    fc.integer({ min: 1, max: 40 }),
  ),
  { minLength: 1, maxLength: 6 },
)

function mutated(bytes: Buffer, changes: readonly [string, number, number, number][]): Buffer {
  let now = bytes
  for (const [what, place, byte, length] of changes) {
    const at = Math.floor(place * now.length)
    const [before, after] = [now.subarray(0, at), now.subarray(at)]
    const put = {
      set: [before, Buffer.of(byte), after.subarray(1)],
      drop: [before, after.subarray(length)],
      insert: [before, Buffer.of(byte), after],
      repeat: [before, after.subarray(0, length), after],
      cut: at < 2 ? [now] : [before],
    }[what as 'set' | 'drop' | 'insert' | 'repeat' | 'cut']
    now = Buffer.concat(put)
  }
  return now
}

test('whatever happened to a file, it is read with every record accounted for, or refused in a sentence', async () => {
  let readable = 0
  await fc.assert(
    fc.asyncProperty(tables, mutations, async ({ bytes }, changes) => {
      const { output, records, held } = await readWhole(mutated(bytes, changes)).catch(
        (error: unknown) => {
          if (!(error instanceof Problem)) throw error
          expect(error.data.what).not.toBe('')
          return { output: null, records: Buffer.alloc(0), held: [] }
        },
      )
      if (output === null) return
      readable += 1
      const standing = parseCanonical(records).map(({ record }) => record)
      const all = [...standing, ...held.map(({ record }) => record)].sort((a, b) => a - b)
      expect(all).toEqual(Array.from({ length: output.records }, (_, nth) => nth + 1))
      expect(held).toHaveLength(output.quarantined)
    }),
    { numRuns: 120 },
  )
  expect(readable).toBeGreaterThan(60)
})
