/** What uploads of a home share: its limit, and what is foreseen of a SAS. Real threads, real Azurite. */
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Progress } from '../../../shared/domain/runs/run.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'
import { sasUrl } from '../../fixtures/sas.ts'

const folder = testFolder()
const MiB = 1024 ** 2
let real: RealCore

beforeEach(() => {
  real = realCore(folder())
})
afterEach(() => real.core.close())

function fileOf(bytes: number): string {
  const file = join(folder(), 'backup.bin')
  writeFileSync(file, randomBytes(bytes))
  return file
}

test('an upload under way follows the setting of the home', async () => {
  const { core } = real
  // Five minutes for what is sent: the test would not see the end.
  core.settings.save({ uploadLimit: [{ from: '00:00', bytesPerSecond: 10 * 1024 }] })
  const doing: string[] = []
  const report = (progress: Progress): void => {
    doing.push(progress.doing)
    if (progress.doing.includes('held to 10 KiB/s')) core.settings.save({ uploadLimit: [] })
  }
  const { signal } = new AbortController()
  const input = { file: fileOf(3 * MiB), connection: 'sandbox' }
  const uploaded = await core.uploads.send(input, { signal, report, warn: () => {} })
  expect(uploaded.bytesSent).toBe(3 * MiB)
  expect(doing).toContain('Sending blocks, held to 10 KiB/s')
  expect(doing.slice(doing.findLastIndex((words) => words.includes('held')))).toContain(
    'Sending blocks',
  )
})

test('a limit of the upload itself goes before the one of the home', async () => {
  const { core } = real
  core.settings.save({ uploadLimit: [{ from: '00:00', bytesPerSecond: 1024 }] })
  const doing: string[] = []
  const uploaded = await core.uploads.send(
    { file: fileOf(MiB), connection: 'sandbox', limit: [] },
    {
      signal: new AbortController().signal,
      report: (progress) => doing.push(progress.doing),
      warn: () => {},
    },
  )
  expect(uploaded.bytesSent).toBe(MiB)
  expect(doing.join()).not.toContain('held')
})

test('a SAS that will not last is warned of, and the upload goes on; one that has ended is refused', async () => {
  const { core, sandbox } = real
  const access = await sandbox.access(AbortSignal.timeout(600_000))
  if (access.kind !== 'account-key') throw new Error('the sandbox answers with a key')
  const save = (minutes: number) =>
    core.connections.save({
      name: 'shop',
      settings: { kind: 'sas-url' },
      container: 'exports',
      secrets: { sasUrl: sasUrl(access, { permissions: 'rwlc', minutes }) },
    })
  const send = async (bytes: number): Promise<string[]> => {
    const warnings: string[] = []
    await core.uploads.send(
      { file: fileOf(bytes), connection: 'shop' },
      {
        signal: new AbortController().signal,
        report: () => {},
        warn: (message) => warnings.push(message),
      },
    )
    return warnings
  }
  await save(2)
  await core.connections.createContainer('shop', 'exports', AbortSignal.timeout(600_000))
  // Two minutes, and 160 seconds at what is supposed of a line.
  const [warning = '', ...others] = await send(40 * MiB)
  expect(others).toEqual([])
  expect(warning).toContain('The SAS of the connection shop ends in')
  expect(warning).toContain('sending 40 MiB takes about 2 min 40 s if the line carries 256 KiB/s')
  expect(warning).not.toMatch(/sig=|se=/)
  // The line has shown what it carries.
  await save(2)
  expect(await send(40 * MiB)).toEqual([])

  await save(-60)
  await expect(send(1)).rejects.toMatchObject({
    data: {
      code: 'credential-expired',
      advice: expect.stringContaining('The clock of this computer shows'),
    },
  })
})
