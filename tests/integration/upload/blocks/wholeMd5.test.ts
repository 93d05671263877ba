/** The MD5 of the whole file: stored with the blob, checked after the commit, and never of another file. */
import { createHash, randomBytes } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { UploadOutput, UploadReport } from '../../../../main/runs/ports/uploading.ts'
import { openSource } from '../../../../main/upload/blocks/source.ts'
import { wholeMd5 } from '../../../../main/upload/blocks/wholeMd5.ts'
import { systemClock } from '../../../../main/upload/line/requests.ts'
import { usualLimits } from '../../../../main/upload/line/retry.ts'
import { upload } from '../../../../main/upload/upload.ts'
import { startStorage, type Storage } from '../azurite.ts'

const MiB = 1024 ** 2
const container = 'sums'
const settings = {
  limits: { ...usualLimits, firstPauseMs: 10, longestPauseMs: 50 },
  clock: systemClock,
}
let storage: Storage
let files = 0

beforeAll(async () => {
  storage = await startStorage()
  await storage.service.getContainerClient(container).create()
})
afterAll(() => storage.stop())

async function fileOf(content: Buffer): Promise<string> {
  files += 1
  const file = join(storage.folder, `export-${files}.csv`)
  await writeFile(file, content)
  return file
}

function send(
  file: string,
  blob: string,
  more: { wholeMd5?: boolean; runId?: string; signal?: AbortSignal } = {},
  onReport: (report: UploadReport) => void = () => {},
): Promise<UploadOutput> {
  const { signal = new AbortController().signal, ...rest } = more
  return upload(
    {
      access: storage.access,
      container,
      blob,
      file,
      contentType: 'text/csv',
      runId: 'run-1',
      missingContainer: 'refuse',
      wholeMd5: true,
      ...rest,
    },
    {
      signal,
      report: onReport,
      ask: () => Promise.reject(new Error('nothing is asked here')),
    },
    settings,
  )
}

const md5Of = (content: Buffer): string => createHash('md5').update(content).digest('base64')

async function storedMd5(blob: string): Promise<string | null> {
  const { contentMD5 } = await storage.blob(container, blob).getProperties()
  return contentMD5 === undefined ? null : Buffer.from(contentMD5).toString('base64')
}

describe('the MD5 of the whole file', () => {
  it.each([
    ['no byte', 0],
    ['one byte', 1],
    ['several blocks', 20 * MiB + 3],
  ])('is stored with a blob of %s', async (name, bytes) => {
    const content = randomBytes(bytes)
    const output = await send(await fileOf(content), `${name}.csv`)
    expect(output.md5).toBe(md5Of(content))
    expect(await storedMd5(`${name}.csv`)).toBe(md5Of(content))
  })

  it('comes to a blob that was uploaded without it, and nothing is sent for that', async () => {
    const content = randomBytes(9 * MiB)
    const file = await fileOf(content)
    const without = await send(file, 'later.csv', { wholeMd5: false })
    expect(without.md5).toBeUndefined()
    expect(await storedMd5('later.csv')).toBeNull()
    // By the same run, which would otherwise find its own commit and be done.
    const { md5, blocksSent, etag } = await send(file, 'later.csv')
    expect([md5, blocksSent]).toEqual([md5Of(content), 0])
    expect(await storedMd5('later.csv')).toBe(md5Of(content))
    expect((await send(file, 'later.csv')).etag).toBe(etag)
  })

  it('is that of the file as it was committed, however it was changed meanwhile', async () => {
    const file = await fileOf(randomBytes(3 * MiB))
    let touched = false
    const output = await send(file, 'changed.csv', {}, ({ phase }) => {
      if (phase !== 'summing' || touched) return
      touched = true
      appendFileSync(file, 'one more row\n')
    })
    const content = await readFile(file)
    expect(output).toMatchObject({ bytes: content.length, md5: md5Of(content) })
    expect(await storedMd5('changed.csv')).toBe(md5Of(content))
  })

  it('is given up at once when the upload is', async () => {
    const file = await fileOf(Buffer.alloc(0))
    // Some seconds of reading.
    await truncate(file, 1024 * MiB)
    const abort = new AbortController()
    const run = send(file, 'given up.csv', { signal: abort.signal }, ({ acknowledged }) => {
      if (acknowledged === undefined || abort.signal.aborted) return
      abort.abort(new Error('lid closed'))
    })
    await expect(run).rejects.toThrow('lid closed')
  })

  it('can be waited for only as long as somebody wants it', async () => {
    const file = await fileOf(Buffer.alloc(0))
    await truncate(file, 1024 * MiB)
    const source = await openSource(file)
    const sum = wholeMd5(source)
    const abort = new AbortController()
    const waiting = sum.digest(abort.signal)
    abort.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await sum.close()
    await source.close()
  })

  it('is none of a file that was cut short', async () => {
    const file = await fileOf(randomBytes(MiB))
    const source = await openSource(file)
    await truncate(file, 5)
    const sum = wholeMd5(source)
    await expect(sum.digest(new AbortController().signal)).rejects.toMatchObject({
      data: { code: 'source-growing' },
    })
    await sum.close()
    await source.close()
  })
})
