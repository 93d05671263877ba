/** What was held back stays for as long as is set, and is then really gone; the account stays. */
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'

const folder = testFolder()
const never = new AbortController().signal
const at = new Date('2026-11-02T10:00:00Z')
const later = (days: number): void => void at.setTime(at.getTime() + days * 86_400_000)
let real: RealCore
afterEach(() => real.core.close())

/** Files of the home, but its database, in which a text stands. */
function filesWith(text: string, path = real.home.folder): string[] {
  return readdirSync(path).flatMap((name) => {
    const file = join(path, name)
    if (statSync(file).isDirectory()) return filesWith(text, file)
    return /pallet\.db/.test(name) || !readFileSync(file).includes(text) ? [] : [file]
  })
}

test('raw rows are removed when their time is over, once, and never of what is not over; the receipt says so', async () => {
  real = realCore(join(folder(), 'home'), { now: () => new Date(at) })
  const { core, home } = real
  const send = async (name: string, wrong: number, state: 'succeeded' | 'stopped') => {
    const file = join(folder(), `${name}.csv`)
    const good = Array.from({ length: 100 }, (_, row) => `${name}-${row},1.50`)
    const bad = Array.from({ length: wrong }, (_, row) => `ada-${name}-${row}@contoso.test,free`)
    writeFileSync(file, ['id,price', ...good, ...bad, ''].join('\n'))
    const runId = await real.send(file, { blob: null })
    await real.until(runId, state)
    return runId
  }
  const first = await send('monday', 2, 'succeeded')
  const stopped = await send('tuesday', 60, 'stopped')
  const signal = AbortSignal.timeout(600_000)
  const held = await core.runs.rejects(first, 0, 10)
  expect(held.open).toBe(2)
  const [row] = held.rows
  await core.runs.fix(
    first,
    [{ records: [row?.record ?? 0], to: { kind: 'cells', cells: ['typed-by-ada', '2.50'] } }],
    signal,
  )
  // For ever, unless somebody says otherwise.
  later(400)
  await core.watches.due(never)
  expect(filesWith('ada-monday')).not.toEqual([])
  const last = await send('wednesday', 2, 'succeeded')
  core.settings.save({ keepDays: 30 })
  later(29)
  await core.watches.due(never)
  for (const id of [first, stopped]) {
    expect(readdirSync(home.runFolder(id))).toEqual([])
    expect(core.runs.get(id).receipt.emptiedAt).toBe(at.toISOString())
  }
  expect(filesWith('ada-monday')).toEqual([])
  expect(filesWith('ada-tuesday')).toEqual([])
  expect(filesWith('ada-wednesday')).not.toEqual([])
  const cells = real.db.prepare('SELECT cells FROM fix WHERE run_id = ?').pluck().all(first)
  expect(cells).toEqual(['[]'])
  const { receipt } = core.runs.get(first)
  expect(receipt.rows).toMatchObject({ in: 102, clean: 100, quarantined: 2, loaded: 100 })
  expect((await core.runs.rejects(first, 0, 10)).rows).toEqual([])
  const said = (): string[] => core.runs.events(first).map(({ message }) => message)
  const removed = (): string[] =>
    said().filter((message) => message.includes('removed after 30 days'))
  expect(removed()).toHaveLength(1)
  later(2)
  await core.watches.due(never)
  expect(removed()).toHaveLength(1)
  expect(core.runs.get(last).receipt.emptiedAt).toBe(at.toISOString())
  // The file is where it was, so the run can be tried again.
  const again = await core.runs.retry(stopped)
  await real.until(again.runId, 'stopped')
}, 600_000)
