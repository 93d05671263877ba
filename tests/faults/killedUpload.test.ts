/** `pallet upload` killed with SIGKILL at named points and at random, then called once more. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { random } from '../fixtures/exports.ts'
import { isCommit, isStageBlock, type SeenRequest } from '../fixtures/faultProxy.ts'
import { testFolder } from '../fixtures/folder.ts'
import { forgetDatabase, killedUpload, type KillAt } from '../fixtures/killing.ts'
import { startStorage, type Storage } from '../integration/upload/azurite.ts'

const folder = testFolder()
const seed = Number(process.env['PALLET_FAULT_SEED'] ?? 20261120)
const cases = Number(process.env['PALLET_FAULT_CASES'] ?? 12)
const kills = Math.max(2, Math.floor(cases / 4))
const container = 'killed'
const MiB = 1024 ** 2
const old = Buffer.from('yesterday')
let storage: Storage

beforeAll(async () => {
  storage = await startStorage()
  await storage.service.getContainerClient(container).create()
})
afterAll(() => storage.stop())

function contentOf(next: () => number, bytes: number): Buffer {
  const words = Uint32Array.from({ length: bytes / 4 }, () => next() * 2 ** 32)
  return Buffer.from(words.buffer)
}

async function stored(blob: string): Promise<Buffer> {
  return await storage.blob(container, blob).downloadToBuffer()
}

const staged = (seen: readonly SeenRequest[]): number =>
  seen.filter(({ line }) => isStageBlock(line)).length

/** Whether the server has committed what was sent by the time of the kill, and where it is killed. */
const points: { name: string; committed: boolean; killAt: KillAt }[] = [
  {
    name: 'before the first byte',
    committed: false,
    killAt: (_line, _seen, kill) => {
      kill()
      return { kind: 'drop-before' }
    },
  },
  {
    name: 'in the middle of a block',
    committed: false,
    killAt: (line, seen, kill) =>
      isStageBlock(line) && staged(seen) === 3 ? { kind: 'halt', share: 0.5, reached: kill } : null,
  },
  {
    name: 'when all blocks are staged and the commit is not sent',
    committed: false,
    killAt: (line, _seen, kill) => {
      if (!isCommit(line)) return null
      kill()
      return { kind: 'drop-before' }
    },
  },
  {
    name: 'when the commit is sent and not answered',
    committed: true,
    killAt: (line, _seen, kill) => {
      if (!isCommit(line)) return null
      kill()
      return { kind: 'lose-answer' }
    },
  },
  {
    name: 'after the commit, before it is verified',
    committed: true,
    killAt: (_line, seen, kill) => {
      if (!seen.slice(0, -1).some(({ line }) => isCommit(line))) return null
      kill()
      return { kind: 'drop-before' }
    },
  },
]

describe('killed', () => {
  test.each(points)('$name', async ({ name, committed, killAt }) => {
    const blob = `${name}.bin`
    await storage.blob(container, blob).upload(old, old.length)
    const content = contentOf(random(seed), 24 * MiB)
    const file = join(folder(), 'export.bin')
    await writeFile(file, content)
    const home = join(folder(), 'home')
    const { killed, inFlightBytes, sentAgainBytes, second } = await killedUpload(
      storage,
      {
        home,
        file,
        container,
        blob,
        async meanwhile() {
          expect((committed ? content : old).equals(await stored(blob))).toBe(true)
        },
      },
      killAt,
    )
    expect(killed).toBe(true)
    expect(sentAgainBytes).toBeLessThanOrEqual(inFlightBytes)
    expect(second.code).toBe(0)
    expect(content.equals(await stored(blob))).toBe(true)
    if (committed) expect(second.events.at(-1)).toMatchObject({ event: 'upload', bytesSent: 0 })
  })

  test.each(Array.from({ length: kills }, (_, index) => ({ index, forget: index % 2 === 1 })))(
    `at random, database lost: $forget (seed ${seed}, case $index)`,
    async ({ index, forget }) => {
      const next = random(seed + index)
      const blob = `random-${index}.bin`
      await storage.blob(container, blob).upload(old, old.length)
      const content = contentOf(next, 24 * MiB)
      const file = join(folder(), 'export.bin')
      await writeFile(file, content)
      const home = join(folder(), 'home')
      // Two requests to plan, some seven blocks, one to commit and two to verify.
      const at = 1 + Math.floor(next() * 12)
      const { inFlightBytes, sentAgainBytes, second } = await killedUpload(
        storage,
        {
          home,
          file,
          container,
          blob,
          ...(forget ? { meanwhile: () => forgetDatabase(home) } : {}),
        },
        (_line, seen, kill) => {
          if (seen.length === at) kill()
          return null
        },
      )
      expect(sentAgainBytes).toBeLessThanOrEqual(inFlightBytes)
      expect(second.code).toBe(0)
      expect(content.equals(await stored(blob))).toBe(true)
    },
  )
})
