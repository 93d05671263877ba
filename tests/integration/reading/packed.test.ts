/** Files that come packed: read as what is in them, or refused with a sentence. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { preview } from '../../../main/reading/preview.ts'
import { unpack } from '../../../main/reading/packed/unpack.ts'
import { read } from '../../../main/reading/read.ts'
import type { ReadReport } from '../../../main/runs/ports/reading.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { Reading } from '../../../shared/domain/files/reading.ts'
import { zipOf } from '../../fixtures/zip.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pallet-packed-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const control = (
  report: (progress: ReadReport) => void = () => {},
  abort = new AbortController(),
) => ({
  signal: abort.signal,
  report,
  ask: () => Promise.reject(new Error('nothing to ask')),
})
const files = () => ({
  unpackedFile: join(folder, 'unpacked'),
  recordsFile: join(folder, 'records.csv'),
  quarantineFile: join(folder, 'held.ndjson'),
})
function put(content: Buffer): string {
  const path = join(folder, 'source')
  writeFileSync(path, content)
  return path
}
const readThis = (content: Buffer, reading: Reading | null = null) =>
  read({ path: put(content), reading, ...files() }, control())
const records = () => readFileSync(files().recordsFile, 'utf8')
const show = (content: Buffer, bytes = content.length, entry: string | null = null) =>
  preview(
    {
      path: put(content),
      name: 'x',
      bytes,
      reading: null,
      entry,
      unpackedFile: join(folder, 'head'),
      rows: 5,
    },
    control(),
  )

const sales = 'id;price\n1;2,50\nbroken\n3;4,75\n'
const stock = 'sku,count\nA,1\nB,2\n'

describe('a packed file', () => {
  it('is read as the file in it, and its lineage counts in the unpacked bytes', async () => {
    const plain = await readThis(Buffer.from(sales))
    expect(plain.isUnpacked).toBe(false)
    const expected = records()
    const { isUnpacked: _, ...table } = plain
    const half = Math.floor(sales.length / 2)
    const packed = [
      gzipSync(sales),
      Buffer.concat([gzipSync(sales.slice(0, half)), gzipSync(sales.slice(half))]),
      Buffer.concat([gzipSync(sales), Buffer.alloc(512)]),
      zipOf({ name: 'sales.csv', content: sales }),
      zipOf({ name: 'sales.csv', content: sales, method: 0 }),
      zipOf({ name: 'sales.csv', content: sales, zip64: true }),
    ]
    for (const content of packed) {
      // Nothing of the packing is in the reading: packed or not, it is the same dataset.
      expect(await readThis(content)).toEqual({ ...table, isUnpacked: true })
      expect(records()).toBe(expected)
      expect(readFileSync(files().unpackedFile, 'utf8')).toBe(sales)
    }
  })

  it('that a dataset knows is read as the dataset says', async () => {
    const { detected } = await readThis(Buffer.from('a;b\n1;2\n'))
    const output = await readThis(gzipSync('a,b;c\n1,5;2\n'), detected.reading)
    expect(output.labels).toEqual(['a,b', 'c'])
    expect(output.detected).toEqual({ reading: detected.reading, doubts: [] })
  })

  it('shows its first rows from its beginning alone, and leaves nothing behind', async () => {
    const rows = Array.from(
      { length: 150_000 },
      (_, id) => `${id},${`row ${(id * 7919) % 1_000_003} `.repeat(7)}\n`,
    )
    const text = `id,text\n${rows.join('')}`
    const content = gzipSync(text, { level: 1 })
    const shown = await show(content)
    expect(shown.rows[4]).toEqual({ line: 6, cells: ['4', 'row 31676 '.repeat(7)] })
    // Known from the part that was unpacked.
    expect(shown.estimatedRecords).toBeGreaterThan(120_000)
    expect(shown.estimatedRecords).toBeLessThan(180_000)
    // Half of it is here: as much is shown, and no row is cut.
    const half = content.subarray(0, Math.floor(content.length / 2))
    const arriving = await show(half, content.length)
    expect(arriving.rows).toEqual(shown.rows)
    expect(arriving.broken).toEqual([])
    expect(existsSync(join(folder, 'head'))).toBe(false)
  })

  it('is unpacked before it is read, and both are told', async () => {
    const told: ReadReport[] = []
    const text = `a,b\n${'1,2\n'.repeat(100_000)}`
    const content = gzipSync(text)
    await read(
      { path: put(content), reading: null, ...files() },
      control((report) => told.push(report)),
    )
    expect(new Set(told.map(({ doing }) => doing))).toEqual(
      new Set(['Unpacking the file', 'Reading records']),
    )
    expect(told.find(({ doing }) => doing === 'Unpacking the file')?.bytesTotal).toBe(
      content.length,
    )
    expect(told.at(-1)).toMatchObject({ bytesDone: text.length, bytesTotal: text.length })
  })

  it('leaves nothing behind when reading it is cancelled, and is read the same the next time', async () => {
    const content = gzipSync(`a,b\n${'1,2\n'.repeat(200_000)}`)
    const abort = new AbortController()
    const reason = new Error('enough')
    const reading = read(
      { path: put(content), reading: null, ...files() },
      control(() => abort.abort(reason), abort),
    )
    await expect(reading).rejects.toBe(reason)
    for (const file of Object.values(files())) expect(existsSync(file)).toBe(false)
    // As a killed process leaves it.
    writeFileSync(files().unpackedFile, 'x'.repeat(1_000_000))
    expect(await readThis(content)).toMatchObject({ records: 200_000, quarantined: 0 })
    expect(statSync(files().unpackedFile).size).toBe(800_004)
  })
})

describe('an archive of several files', () => {
  const content = zipOf(
    { name: '__MACOSX/._sales.csv', content: 'x' },
    { name: 'march/', content: '', method: 0 },
    { name: 'march/.hidden.csv', content: 'x' },
    { name: 'readme.txt', content: 'Sales and stock of March.\n' },
    { name: 'march/sales 03-01.csv', content: sales },
    { name: 'march/stock 03-01.csv', content: stock },
  )

  it('gives the first that is called like data, and says which others there are', async () => {
    const { detected, labels } = await readThis(content)
    expect(labels).toEqual(['id', 'price'])
    expect(detected.reading.entry).toBe('march/sales 03-01.csv')
    expect(detected.doubts[0]).toContain('“readme.txt”, “march/stock 03-01.csv”')
    const shown = await show(content, content.length, 'march/stock 03-01.csv')
    expect(shown.parts[0]?.choices.map(({ name }) => name)).toEqual([
      'readme.txt',
      'march/sales 03-01.csv',
      'march/stock 03-01.csv',
    ])
    expect(shown.columns.map(({ label }) => label)).toEqual(['sku', 'count'])
    expect(shown.detected.doubts).toEqual([])
    await expect(show(content, content.length, 'march/stock')).rejects.toMatchObject({
      code: 'usage',
    })
  })

  it('gives the file that a dataset remembers, though its name has another day', async () => {
    const { detected } = await show(content, content.length, 'march/stock 03-01.csv')
    const next = (...names: string[]) =>
      readThis(zipOf(...names.map((name) => ({ name, content: stock }))), detected.reading)
    const again = await next('march/sales 03-02.csv', 'march/stock 03-02.csv')
    expect(again.detected.reading.entry).toBe('march/stock 03-02.csv')
    expect((await next('other.csv')).records).toBe(2)
    await expect(next('a.csv', 'b.csv')).rejects.toMatchObject({ code: 'usage' })
  })

  it('that has not arrived as a whole says so', async () => {
    await expect(show(content.subarray(0, 200), content.length)).rejects.toMatchObject({
      code: 'source-arriving',
    })
  })
})

describe('a packed file that cannot be unpacked', () => {
  const gz = gzipSync(sales)
  const turned = (from: Buffer, at: number): Buffer => {
    const bytes = Buffer.from(from)
    bytes[at] = (bytes[at] ?? 0) ^ 0xff
    return bytes
  }
  const zip = zipOf({ name: 'a.csv', content: sales })
  const only = (entry: Partial<Parameters<typeof zipOf>[0]>) =>
    zipOf({ name: 'a.csv', content: sales, ...entry })
  const cases: [what: string, content: Buffer, code: string, sentence: RegExp][] = [
    [
      'a gzip file that is cut off',
      gz.subarray(0, gz.length - 6),
      'source-truncated',
      /ends in the middle/,
    ],
    ['a gzip file with a turned byte', turned(gz, 20), 'source-truncated', /damaged/],
    ['a gzip file with a wrong sum', turned(gz, gz.length - 8), 'source-truncated', /damaged/],
    [
      'a gzip file with other bytes behind it',
      Buffer.concat([gz, Buffer.from('rest of something')]),
      'source-truncated',
      /Behind its end/,
    ],
    ['a gzip file in a gzip file', gzipSync(gz), 'source-binary', /once more/],
    [
      'a zip file in a zip file',
      zipOf({ name: 'b.zip', content: zip }),
      'source-binary',
      /ZIP archive inside another/,
    ],
    [
      'a tar file in a gzip file',
      gzipSync(Buffer.concat([Buffer.alloc(257, 'a'), Buffer.from('ustar'), Buffer.alloc(250)])),
      'source-binary',
      /once more/,
    ],
    [
      'a zip file that is cut off',
      zip.subarray(0, zip.length - 30),
      'source-truncated',
      /ends in the middle/,
    ],
    ['a zip file with a wrong sum', only({ crc32: 1 }), 'source-truncated', /damaged/],
    ['a zip file with a turned byte', turned(zip, 45), 'source-truncated', /damaged/],
    ['a zip file with a password', only({ flags: 1 }), 'source-binary', /password/],
    ['a zip file with a strong password', only({ flags: 0x41 }), 'source-binary', /password/],
    ['a zip file packed by AES', only({ method: 99 }), 'source-binary', /password/],
    ['a zip file packed by Deflate64', only({ method: 9 }), 'source-binary', /Deflate64/],
    ['a zip file packed by Zstandard', only({ method: 93 }), 'source-binary', /Zstandard/],
    ['a zip file packed in an unknown way', only({ method: 77 }), 'source-binary', /method 77/],
    [
      'a zip file that points outside of itself',
      only({ name: '../../a.csv' }),
      'source-binary',
      /outside of itself/,
    ],
    [
      'a zip file with an absolute path',
      only({ name: '/etc/a.csv' }),
      'source-binary',
      /outside of itself/,
    ],
    [
      'a zip file of folders alone',
      only({ name: 'a/', content: '', method: 0 }),
      'source-binary',
      /empty/,
    ],
    ['a zip file without files', zipOf(), 'source-binary', /empty/],
    ['a zip file with more in it than it says', only({ size: 5 }), 'source-truncated', /damaged/],
  ]
  for (const [what, content, code, sentence] of cases)
    it(`is refused with a sentence: ${what}`, async () => {
      const refused = await readThis(content).catch((thrown: unknown) => thrown)
      expect(refused).toBeInstanceOf(Problem)
      const { data } = Problem.from(refused)
      expect(data.what).toMatch(sentence)
      expect(data.code).toBe(code)
      for (const file of Object.values(files())) expect(existsSync(file)).toBe(false)
    })
})

describe('what was made to fill disks', () => {
  const limits = { anyRatioBytes: 100_000, ratio: 200, bytes: 10_000_000 }
  const unpackThis = (content: Buffer) =>
    unpack(
      {
        file: { path: put(content), size: content.length, bytes: content.length },
        target: files().unpackedFile,
        wanted: null,
        enoughBytes: Infinity,
      },
      new AbortController().signal,
      () => {},
      limits,
    )
  const zeros = (size: number) => Buffer.alloc(size)

  it('ends at a ratio that no export has, or at a size that none should have', async () => {
    const tooMuch = {
      code: 'source-binary',
      data: { what: expect.stringContaining('to fill disks') },
    }
    for (const content of [zeros(2_000_000), randomBytes(11_000_000)])
      for (const packed of [gzipSync(content, { level: 1 }), zipOf({ name: 'a', content })]) {
        await expect(unpackThis(packed)).rejects.toMatchObject(tooMuch)
        expect(statSync(files().unpackedFile).size).toBeLessThan(11_000_000)
      }
    const small = zeros(limits.anyRatioBytes)
    expect((await unpackThis(gzipSync(small)))?.file.size).toBe(small.length)
  })

  it('does not begin where the disk has no room for what it says', async () => {
    const packed = zipOf({ name: 'a', content: 'x', zip64: true })
    // The size as the list of the files has it: before the end record, in the extra field of 28 bytes.
    packed.writeBigUInt64LE(2n ** 50n, packed.length - 22 - 24)
    await expect(unpackThis(packed)).rejects.toMatchObject({ code: 'disk-full' })
  })
})
