/** `pallet upload`: the engine alone, byte for byte, into the sandbox. */
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { random } from '../../fixtures/exports.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { pallet } from '../../fixtures/pallet.ts'

const folder = testFolder()

/** Bytes without repetition, so that no two blocks are alike. */
function noise(bytes: number, seed: number): Buffer {
  const next = random(seed)
  const words = new Uint32Array(bytes / 4)
  for (let at = 0; at < words.length; at += 1) words[at] = next() * 2 ** 32
  return Buffer.from(words.buffer)
}

test('a file is sent once; a longer one sends little more than what is new', async () => {
  const home = join(folder(), 'home')
  const file = join(folder(), 'backup.bin')
  const bytes = 24 * 1024 * 1024
  writeFileSync(file, noise(bytes, 1))
  const first = await pallet(['upload', file], { home })
  expect(first.code).toBe(0)
  const sent = first.events.at(-1)
  expect(sent).toMatchObject({
    event: 'upload',
    connection: 'sandbox',
    container: 'pallet',
    blob: 'backup.bin',
    bytes,
    bytesSent: bytes,
  })
  const again = await pallet(['upload', file], { home })
  expect(again.events.at(-1)).toMatchObject({ bytes, blocksSent: 0, bytesSent: 0 })

  appendFileSync(file, noise(1024, 2))
  const longer = await pallet(['upload', file], { home })
  const answer = longer.events.at(-1)
  expect(answer).toMatchObject({ bytes: bytes + 1024 })
  expect(answer?.['bytesSent']).toBeLessThanOrEqual(8 * 1024 * 1024 + 1024)

  const refused = await pallet(['upload', file, '--if-exists', 'fail'], { home })
  expect(refused.code).toBe(1)
  expect(refused.events.at(-1)).toMatchObject({ problem: { code: 'blob-conflict' } })
  // It is no run, so it is in no list of runs.
  expect((await pallet(['runs'], { home })).events).toEqual([])
})

test('a file that is not there and a rate that is none are told so', async () => {
  const home = join(folder(), 'home')
  const missing = await pallet(['upload', join(folder(), 'none.csv')], { home })
  expect(missing.code).toBe(1)
  expect(missing.events.at(-1)).toMatchObject({ problem: { code: 'source-missing' } })
  expect((await pallet(['upload', 'x.csv', '--limit', 'fast'], { home })).code).toBe(2)
  const nowhere = await pallet(['upload', 'x.csv', '--container', '..'], { home })
  expect(nowhere.code).toBe(2)
  expect(nowhere.stderr).toContain('“..” cannot be the name of a container')
})

test('the limit of the home is set, shown, kept, and taken away', async () => {
  const home = join(folder(), 'home')
  const limit = async (...args: string[]) => {
    const { code, events, stderr } = await pallet(['limit', ...args], { home })
    return { code, stderr, limit: events.at(-1)?.['limit'] }
  }
  expect(await limit()).toMatchObject({ code: 0, limit: 'off' })
  expect(await limit('20:00,off', '8:00,500k')).toMatchObject({ limit: '08:00,500k 20:00,off' })
  const wrong = await limit('08:00,fast')
  expect(wrong).toMatchObject({ code: 2 })
  expect(wrong.stderr).toContain('a table such as “08:00,500k 20:00,off”')
  expect(await limit()).toMatchObject({ limit: '08:00,500k 20:00,off' })
  expect(await limit('off')).toMatchObject({ limit: 'off' })
})
