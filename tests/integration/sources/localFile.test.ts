import { createHash } from 'node:crypto'
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  statfsSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { FetchReport } from '../../../main/runs/ports/fetching.ts'
import { defaultLimits, fetchSource } from '../../../main/sources/fetch.ts'
import { readProblem } from '../../../main/sources/localFile.ts'
import { writeProblem } from '../../../main/files/spool.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pallet-fetch-'))
  mkdirSync(join(folder, 'spool'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const limits = { ...defaultLimits, copy: { copies: 3, pauseMs: 0, stillMs: 0 } }

function fetchFile(
  location: string,
  report: (progress: FetchReport) => void = () => {},
  signal = new AbortController().signal,
  copy = limits.copy,
) {
  const target = join(folder, 'spool', 'source')
  const ask = () => Promise.reject(new Error('nothing to ask'))
  return fetchSource({ location, target }, { signal, report, ask }, { ...limits, copy })
}
const leftBehind = () => readdir(join(folder, 'spool'))

test('copies the bytes unchanged and hashes them', async () => {
  const bytes = Buffer.alloc(3_000_001, 'Straße;Größe\r\n')
  const path = join(folder, 'a b.csv')
  writeFileSync(path, bytes)
  const output = await fetchFile(path)
  expect(output).toEqual({
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  })
  expect(readFileSync(join(folder, 'spool', 'source')).equals(bytes)).toBe(true)
  expect(await leftBehind()).toEqual(['source'])
})

test.each([
  ['source-missing', 'nowhere.csv'],
  ['source-missing', 'file.csv/inside.csv'],
  ['source-folder', 'spool'],
  ['source-empty', 'empty.csv'],
  ['source-unreadable', 'pipe'],
])('refuses with %s: %s', async (code, name) => {
  writeFileSync(join(folder, 'file.csv'), 'a')
  writeFileSync(join(folder, 'empty.csv'), '')
  if (process.platform !== 'win32') execFileSync('mkfifo', [join(folder, 'pipe')])
  await expect(fetchFile(join(folder, name))).rejects.toMatchObject({ data: { code } })
  expect(await leftBehind()).toEqual([])
})

test.each([
  ['EACCES', 'source-unreadable', 'not allowed'],
  ['EBUSY', 'source-locked', 'Close it in Excel'],
  ['EPERM', 'source-locked', 'Close it in Excel'],
  ['EIO', 'source-unreadable', 'network drive'],
])('%s is said as %s', (code, expected, words) => {
  const problem = readProblem(Object.assign(new Error('x'), { code }), 'sales.csv')
  expect(problem).toMatchObject({ data: { code: expected } })
  expect(String(problem)).toContain(words)
})

test('a file that grows once while it is copied is copied again', async () => {
  const path = join(folder, 'growing.csv')
  writeFileSync(path, 'a,b\n1,2\n')
  let grown = false
  const output = await fetchFile(path, () => {
    if (!grown) appendFileSync(path, '3,4\n')
    grown = true
  })
  expect(output.bytes).toBe(12)
})

test('a file that never holds still is not taken', async () => {
  const path = join(folder, 'growing.csv')
  writeFileSync(path, 'a,b\n')
  let growths = 0
  const growing = fetchFile(path, () => {
    growths += 1
    appendFileSync(path, '1,2\n')
  })
  await expect(growing).rejects.toMatchObject({ data: { code: 'source-growing' } })
  expect(growths).toBeGreaterThanOrEqual(3)
  expect(await leftBehind()).toEqual([])
})

test('a file that holds still only while it is copied is not taken', async () => {
  const path = join(folder, 'growing.csv')
  writeFileSync(path, 'a,b\n')
  // The next line comes when the whole of the file has been copied, long before it counts as still.
  let written = false
  const writeOnce = () => {
    if (!written) setTimeout(() => appendFileSync(path, '1,2\n'), 50)
    written = true
  }
  const once = { copies: 1, pauseMs: 0, stillMs: 1000 }
  const growing = fetchFile(path, writeOnce, new AbortController().signal, once)
  await expect(growing).rejects.toMatchObject({ data: { code: 'source-growing' } })
})

test('a cancelled copy ends with the reason and leaves nothing', async () => {
  const path = join(folder, 'big.csv')
  writeFileSync(path, Buffer.alloc(4_000_000, 'x'))
  const abort = new AbortController()
  const reason = new Error('enough')
  const copying = fetchFile(path, () => abort.abort(reason), abort.signal)
  await expect(copying).rejects.toBe(reason)
  expect(await leftBehind()).toEqual([])
})

test('a file that does not fit is refused before it is copied, with what is needed and free', async () => {
  const path = join(folder, 'huge.csv')
  const { bavail, bsize } = statfsSync(folder)
  writeFileSync(path, '')
  // Sparse: it takes no room itself.
  truncateSync(path, bavail * bsize + 2 ** 40)
  const copying = fetchFile(path)
  await expect(copying).rejects.toMatchObject({ data: { code: 'disk-full' } })
  await expect(copying).rejects.toThrow(/TiB more are needed\. .* are free/)
  expect(await leftBehind()).toEqual([])
})

test('a disk that fills up while copying is said the same way', async () => {
  const full = Object.assign(new Error('x'), { code: 'ENOSPC' })
  const problem = await writeProblem(full, join(folder, 'source'), 5_000_000)
  expect(problem.data.code).toBe('disk-full')
  expect(problem.message).toContain('4.8 MiB more are needed.')
})
