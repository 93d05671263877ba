/**
 * Loads into every warehouse, each ended somewhere: by a kill, by a line that is cut, by an answer that is lost. What is sent again brings
 * every row once, and leaves nothing that was staged. `npm run test:faults` tries it at length.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LoadInput } from '../../main/runs/ports/warehouse.ts'
import { Problem } from '../../shared/domain/problem.ts'
import type { Meaning } from '../../shared/domain/meaning.ts'
import {
  type Place,
  databricksPlace,
  duckdbPlace,
  leftIn,
  sent,
  snowflakePlace,
} from '../fixtures/begunLoad.ts'
import { bundled } from '../fixtures/bundled.ts'
import { cleanFile } from '../fixtures/cleanFile.ts'
import { type DatabricksServer, databricksServer } from '../fixtures/databricksServer.ts'
import { random } from '../fixtures/exports.ts'
import { testFolder } from '../fixtures/folder.ts'
import { type SnowflakeServer, snowflakeServer } from '../fixtures/snowflakeServer.ts'

const folder = testFolder()
const seed = Number(process.env['PALLET_FAULT_SEED'] ?? 20261122)
/** Six for each case of the long form: 50 cases are 300. */
const cases = Number(process.env['PALLET_FAULT_CASES'] ?? 1) * 6
const script = await bundled(fileURLToPath(new URL('../fixtures/loadingChild.ts', import.meta.url)))
let snowflake: SnowflakeServer
let databricks: DatabricksServer
beforeAll(async () => {
  ;[snowflake, databricks] = await Promise.all([snowflakeServer(), databricksServer()])
})
afterAll(() => Promise.all([snowflake.close(), databricks.close()]))

const meanings: Meaning[] = [
  { kind: 'append' },
  { kind: 'snapshot' },
  { kind: 'slice', by: ['sold'] },
  { kind: 'upsert', keys: ['sku'] },
]
/** Rows of one day each, so that a file of the second day may take the place of some. */
const first = [
  'A,1.00,2026-01-01 00:00:00',
  'B,1.00,2026-01-02 00:00:00',
  'C,1.00,2026-01-02 00:00:00',
]
const second = ['B,2.00,2026-01-02 00:00:00', 'D,2.00,2026-01-03 00:00:00']
const standing: Record<Meaning['kind'], string> = {
  append: 'A r1, B r1, B r2, C r1, D r2',
  snapshot: 'B r2, D r2',
  slice: 'A r1, B r2, D r2',
  upsert: 'A r1, B r2, C r1, D r2',
}
const before = 'A r1, B r1, C r1'

type Ended = 'killed' | 'cut' | 'answered' | 'by itself'

/** Loads in a process that is killed when something is reached, which counts from when it begins. */
async function killed(
  input: LoadInput,
  home: string,
  reached: () => Promise<unknown>,
): Promise<Ended> {
  writeFileSync(`${home}/input.json`, JSON.stringify(input))
  const child = spawn(process.execPath, [script, `${home}/input.json`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const exited = once(child, 'exit')
  const begins = once(child.stdout, 'data').then(reached)
  await Promise.race([begins, exited])
  child.kill('SIGKILL')
  const [, signal] = (await exited) as [number | null, string | null]
  return signal === 'SIGKILL' ? 'killed' : 'by itself'
}

const inputOf =
  (place: Place, home: string) =>
  (runId: string, rows: string[], meaning: Meaning = { kind: 'append' }): LoadInput => ({
    ...cleanFile(home, runId, rows),
    warehouse: place.access,
    meaning,
  })

const warehouses = ['duckdb', 'snowflake', 'databricks'] as const

it(`${cases} loads that are ended somewhere: no row lost, none twice, nothing left (seed ${seed})`, async () => {
  const ended: Record<string, number> = {}
  // Each of the warehouses for itself, and all at once: mostly they wait.
  const working = warehouses.map(async (which, nth) => {
    const next = random(seed + nth)
    for (let load = 1; load <= cases / warehouses.length; load += 1) {
      const how = `${which} ${await endedLoad(which, next, `load ${load}, seed ${seed}`)}`
      ended[how] = (ended[how] ?? 0) + 1
      if (load % 20 === 0) console.log(`${which}: ${load}`)
    }
  })
  await Promise.all(working)
  console.log(`Ended: ${JSON.stringify(ended)}`)
  const kills = Object.entries(ended)
    .filter(([key]) => key.endsWith(' killed'))
    .reduce((sum, [, count]) => sum + count, 0)
  expect(kills).toBeGreaterThan(cases / 4)
})

/** One load that is ended somewhere, and sent again; all that must be so is looked at. */
async function endedLoad(
  which: (typeof warehouses)[number],
  next: () => number,
  nth: string,
): Promise<Ended> {
  const among = (count: number): number => Math.floor(next() * count)
  const home = folder()
  const place = placeIn(which, home)
  const server = which === 'snowflake' ? snowflake : databricks
  const meaning = meanings[among(meanings.length)] ?? { kind: 'append' }
  const input = inputOf(place, home)
  const { requests } = server
  await sent(input('r1', first))
  const load = input('r2', second, meaning)
  // The second load sends up to half as many requests more; of the built-in warehouse it is milliseconds.
  const point = among(which === 'duckdb' ? 200 : (server.requests - requests) * 1.5)
  const at = next() < 0.5 ? 'before' : 'after'
  const isKill = which === 'duckdb' || next() < 0.5
  const told = `${which} ${meaning.kind}, ${isKill ? 'killed' : 'cut'} ${at} ${point}, ${nth}`
  if (which !== 'duckdb')
    server.fault({ match: /^/, skip: point, at, does: isKill ? 'hang' : 'lose' })
  const end = isKill
    ? await killed(load, home, () => (which === 'duckdb' ? wait(point) : server.reached()))
    : await sent(load).then(
        () => 'answered' as const,
        (error: unknown) => {
          if (!(error instanceof Problem)) throw error
          return 'cut' as const
        },
      )
  server.clearFaults()
  const table = async (): Promise<string> => {
    const rows = await place.ask('SELECT sku, _pallet_run FROM sales ORDER BY ALL')
    return rows.map((row) => row.join(' ')).join(', ')
  }
  expect([before, standing[meaning.kind]], told).toContain(await table())
  if (end === 'answered') expect(await table(), told).toBe(standing[meaning.kind])
  expect(await sent(load), told).toMatchObject({ rows: 2 })
  expect(await table(), told).toBe(standing[meaning.kind])
  const entries = await place.ask(`SELECT count(*) FROM _pallet_ledger WHERE run_id = 'r2'`)
  expect(entries, told).toEqual([['1']])
  const kept = meaning.kind === 'append' ? [] : ['_pallet_kept_r2']
  const turn = which === 'duckdb' ? [] : ['_pallet_turn']
  expect(await leftIn(place), told).toEqual([...kept, '_pallet_ledger', ...turn, 'sales'])
  rmSync(home, { recursive: true, force: true })
  return end
}

function placeIn(which: (typeof warehouses)[number], home: string): Place {
  switch (which) {
    case 'duckdb':
      return duckdbPlace(home)
    case 'snowflake':
      return snowflakePlace(snowflake)
    case 'databricks':
      return databricksPlace(databricks)
  }
}
