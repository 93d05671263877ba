/** A page of many held-back rows is read without the others. */
import { appendFileSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { heldIndex } from '../../../main/reading/heldIndex.ts'
import { readHeldRows } from '../../../main/reading/quarantine.ts'
import type { HeldEntry, HeldIndex } from '../../../main/runs/ports/reading.ts'
import { groupOf } from '../../../shared/domain/fixing/fixing.ts'
import type { HeldRow } from '../../../shared/domain/files/quarantine.ts'
import { testFolder } from '../../fixtures/folder.ts'

const folder = testFolder()

const row = (record: number): HeldRow => ({
  record,
  line: record + 1,
  // Letters of several bytes, so that characters and bytes differ; and one text that was cut.
  raw: record === 700 ? 'ü'.repeat(32 * 1024) : `Grün ${'€'.repeat(record % 50)};${record}`,
  reasons: [
    ...(record % 3 === 0 ? [['a', `“x${record}” in “A” is not a date.`] as const] : []),
    ...(record % 3 === 0 ? [['a', `“y${record}” in “A” is not a date.`] as const] : []),
    ...(record % 2 === 0 || record % 3 !== 0 ? [['b', '“B” is empty.'] as const] : []),
  ].map(([column, message]) => ({ code: 'type-error', column, value: '', message })),
})
const linesOf = (records: number[]): string =>
  records.map((record) => `${JSON.stringify(row(record))}\n`).join('')
async function all(index: HeldIndex): Promise<HeldEntry[]> {
  const found: HeldEntry[] = []
  for await (const entries of index.entries()) found.push(...entries)
  return found
}

test('is the same rows in the same order, each with its groups, and any of them alone', async () => {
  const records = Array.from({ length: 6000 }, (_, nth) => nth + 1)
  const files = ['read', 'clean'].map((name) => join(folder(), `${name}.ndjson`))
  const [read = '', clean = ''] = files
  const isRead = (record: number): boolean => record % 7 === 0
  writeFileSync(read, linesOf(records.filter(isRead)))
  // A write that was cut off.
  writeFileSync(clean, `${linesOf(records.filter((one) => !isRead(one)))}{"record":1`)
  const indexFile = join(folder(), 'held.index')
  const [index, other] = await Promise.all([
    heldIndex(files, indexFile),
    heldIndex(files, indexFile),
  ])
  const entries = await all(index)
  expect(await all(other)).toEqual(entries)
  expect(entries.map(({ record }) => record)).toEqual(records)
  expect(entries.filter(({ isCut }) => isCut).map(({ record }) => record)).toEqual([700])
  for (const { record, groups } of entries.slice(0, 50))
    expect(groups.map((number) => index.groups[number])).toEqual([
      ...new Set(row(record).reasons.map(groupOf)),
    ])
  const { rows } = await readHeldRows(files, 0, 10_000)
  expect(await index.read(entries)).toEqual(rows)
  const picked = [5999, 699, 0, 4000, 4001].flatMap((nth) => entries[nth] ?? [])
  expect(await index.read(picked)).toEqual(picked.map(({ record }) => row(record)))

  // Opened again it reads none of the rows: those that nobody asks for may as well be damaged.
  const { mtime } = statSync(read)
  const damaged = readFileSync(read)
  damaged.fill('x', 0, damaged.length / 2)
  writeFileSync(read, damaged)
  utimesSync(read, mtime, mtime)
  const again = await heldIndex(files, indexFile)
  expect(await again.read(entries.slice(-8))).toEqual(rows.slice(-8))

  // Files that are others by now are indexed anew.
  writeFileSync(read, linesOf([7]))
  appendFileSync(read, linesOf([6007]))
  const anew = await all(await heldIndex(files, indexFile))
  expect(anew.at(-1)).toMatchObject({ record: 6007, file: 0 })
  expect(anew).toHaveLength(records.filter((one) => !isRead(one)).length + 2)
})
