/**
 * Loads into every warehouse, and runs whose rows a warehouse cleans, each ended somewhere: by a kill, by a line that is cut, by an
 * answer that is lost. What is sent again brings every row once, and leaves nothing that was staged. `npm run test:faults` tries it at length.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CleaningWarehouse } from '../../shared/domain/recipe/cleanOn.ts'
import type { LoadInput } from '../../main/runs/ports/warehouse.ts'
import { Problem } from '../../shared/domain/problem.ts'
import type { Meaning } from '../../shared/domain/datasets/meaning.ts'
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
import { inThisProcess } from '../fixtures/inThisProcess.ts'
import { realCore } from '../fixtures/realCore.ts'
import { type ThereSent, begunThere, openThere } from '../fixtures/sentThere.ts'
import { shopRows } from '../fixtures/shopRows.ts'
import { type SnowflakeServer, snowflakeServer } from '../fixtures/snowflakeServer.ts'

const folder = testFolder()
const seed = Number(process.env['PALLET_FAULT_SEED'] ?? 20261122)
/** Six for each case of the long form: 50 cases are 300. */
const cases = Number(process.env['PALLET_FAULT_CASES'] ?? 1) * 6
const scriptOf = (name: string): Promise<string> =>
  bundled(fileURLToPath(new URL(`../fixtures/${name}.ts`, import.meta.url)))
const [loading, cleaning] = await Promise.all(['loadingChild', 'cleaningChild'].map(scriptOf))
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

/** Works in a process that is killed when something is reached, which counts from when it begins. */
async function killed(
  script: string | undefined,
  input: object,
  home: string,
  reached: () => Promise<unknown>,
): Promise<Ended> {
  writeFileSync(`${home}/input.json`, JSON.stringify(input))
  const child = spawn(process.execPath, [String(script), `${home}/input.json`], {
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
  told(ended)
})

it(`${cases} runs that a warehouse cleans and that are ended somewhere: no row lost, none twice, nothing left (seed ${seed})`, async () => {
  const ended: Record<string, number> = {}
  const engines = ['snowflake', 'databricks'] as const
  const working = engines.map(async (engine, nth) => {
    const next = random(seed + nth)
    const requests = await requestsOf(engine)
    // Every request is met once before one is met again.
    const points: number[] = []
    for (let run = 1; run <= cases / engines.length; run += 1) {
      if (points.length === 0) points.push(...Array(requests).keys())
      const [point = 0] = points.splice(Math.floor(next() * points.length), 1)
      const how = `${engine} ${await endedCleaning(engine, point, next, `run ${run}, seed ${seed}`)}`
      ended[how] = (ended[how] ?? 0) + 1
      if (run % 20 === 0) console.log(`${engine}: ${run} of ${requests} requests`)
    }
  })
  await Promise.all(working)
  told(ended)
})

function told(ended: Readonly<Record<string, number>>): void {
  console.log(`Ended: ${JSON.stringify(ended)}`)
  const kills = Object.entries(ended)
    .filter(([key]) => key.endsWith(' killed'))
    .reduce((sum, [, count]) => sum + count, 0)
  expect(kills).toBeGreaterThan(cases / 4)
}

/** A file that is to be sent to a schema with nothing in it. */
function cleanedAt(engine: CleaningWarehouse): { place: Place; home: string; sent: ThereSent } {
  const home = folder()
  const file = `${home}/sales.csv`
  writeFileSync(file, shopRows([2, 3, 7]))
  const place = placeIn(engine, home)
  const { access } = place
  if (access.kind === 'duckdb' || access.signIn.by !== 'token')
    throw new TypeError('It is a warehouse elsewhere, with a token.')
  const { token: accessToken, by: _, ...user } = access.signIn
  const settings = Object.entries({ ...access, ...user, kind: `${engine}-token` }).filter(
    (pair): pair is [string, string] => typeof pair[1] === 'string',
  )
  return {
    place,
    home,
    sent: {
      engine,
      settings: { kind: '', ...Object.fromEntries(settings) },
      secrets: { accessToken },
      file,
    },
  }
}

/** How many requests come of a run that nothing ends. */
async function requestsOf(engine: CleaningWarehouse): Promise<number> {
  const server = engine === 'snowflake' ? snowflake : databricks
  const { home, sent: file } = cleanedAt(engine)
  const { requests } = server
  const real = realCore(`${home}/home`, { rooms: () => inThisProcess })
  await real.until(await begunThere(real, file), 'succeeded')
  await real.core.close()
  return server.requests - requests
}

/** One run that is ended at a request, and goes on or is cancelled; all that must be so is looked at. */
async function endedCleaning(
  engine: CleaningWarehouse,
  point: number,
  next: () => number,
  nth: string,
): Promise<Ended> {
  const server = engine === 'snowflake' ? snowflake : databricks
  const { place, home, sent: file } = cleanedAt(engine)
  const at = next() < 0.5 ? 'before' : 'after'
  const isKill = next() < 0.6
  const isCancelled = next() < 0.25
  const told = `${engine}, ${isKill ? 'killed' : 'cut'} ${at} ${point}${isCancelled ? ', then cancelled' : ''}, ${nth}`
  server.fault({ match: /^/, skip: point, at, does: isKill ? 'hang' : 'lose' })
  let end: Ended = 'cut'
  if (isKill) {
    const input = { ...file, home: `${home}/home` }
    end = await killed(cleaning, input, home, () => server.reached())
    server.clearFaults()
  }
  const real = realCore(`${home}/home`, { rooms: () => inThisProcess })
  try {
    const { core } = real
    if (isKill) await openThere(real, file)
    const [run = null] = core.runs.list({ limit: 1 })
    const id = run?.id ?? (await begunThere(real, file))
    if (isCancelled && run?.state !== 'succeeded') await core.runs.cancel(id)
    else {
      core.runs.resumeAll()
      for (let tries = 0; ; tries += 1) {
        const { state, problem } = await real.until(id, 'succeeded', 'waiting', 'failed')
        if (state === 'succeeded') break
        // It has a sentence, and goes on by itself in a while; this is sooner.
        expect([told, state, problem?.code]).toEqual([told, 'waiting', 'network'])
        expect(tries, told).toBeLessThan(3)
        await core.runs.resume(id)
      }
    }
    const { state, account } = core.runs.get(id).run
    const rows = await rowsOf(place)
    const tables = await leftIn(place)
    const ours = ['_pallet_ledger', '_pallet_turn', 'sales']
    if (state === 'succeeded') {
      expect([told, ...rows]).toEqual([told, `5 5 ${id}`])
      expect(account, told).toMatchObject({ in: 7, loaded: 5, quarantined: 1, dropped: 1 })
      expect(tables, told).toEqual(ours)
    } else {
      expect([[], [`5 5 ${id}`]], told).toContainEqual(rows)
      expect([told, ...tables.filter((name) => !ours.includes(name))]).toEqual([told])
    }
  } finally {
    server.clearFaults()
    await real.core.close()
  }
  rmSync(home, { recursive: true, force: true })
  return end
}

/** How many rows there are of each run, and how many different ones; none where there is no table. */
async function rowsOf(place: Place): Promise<string[]> {
  if (!(await leftIn(place)).includes('sales')) return []
  const rows = await place.ask(
    'SELECT count(*), count(DISTINCT receipt), _pallet_run FROM sales GROUP BY ALL',
  )
  return rows.map((row) => row.join(' '))
}

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
    ? await killed(loading, load, home, () => (which === 'duckdb' ? wait(point) : server.reached()))
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
