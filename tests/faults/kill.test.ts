/** Killed anywhere, it continues: every row once, and nothing of the killed is left. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { bundled } from '../fixtures/bundled.ts'
import type { KillPoint } from '../fixtures/delivering.ts'
import { random, writeSalesExport } from '../fixtures/exports.ts'
import { testFolder } from '../fixtures/folder.ts'
import { pallet, startPallet } from '../fixtures/pallet.ts'
import { type RealCore, realCore } from '../fixtures/realCore.ts'
import { type ShopDay, account, shopDay } from '../fixtures/shopDays.ts'
import { ask } from '../integration/warehouse/loading.ts'
import { killed } from './killed.ts'

const folder = testFolder()
const seed = Number(process.env['PALLET_FAULT_SEED'] ?? 20261120)
/** Twenty kills for each case of the long form: 50 cases are 1,000 kills. */
const kills = Number(process.env['PALLET_FAULT_CASES'] ?? 2.5) * 20
/** So many kills share a home; then it is let go to the end and looked through. */
const killsOfAHome = 25
const script = await bundled(fileURLToPath(new URL('../fixtures/delivering.ts', import.meta.url)))

test('a run that has ended its process twice in one step rests, says so, and ends by a word', async () => {
  const home = join(folder(), 'home')
  const file = join(folder(), 'sales.csv')
  await writeSalesExport(file, { rows: 2000, seed, oneDefectIn: 500 })
  for (const args of [['run', file], ['resume']]) {
    const killed = await startPallet(args, {
      home,
      onEvent: (event, child) => {
        if (event['step'] === 'clean' && event['state'] === 'running') child.kill('SIGKILL')
      },
    }).done
    expect(killed.signal).toBe('SIGKILL')
  }
  const rests = await pallet(['resume'], { home })
  expect(rests.code).toBe(4)
  expect(rests.events.filter(({ event }) => event === 'step')).toEqual([])
  expect(rests.stderr).toContain('rests. Pallet has ended 2 times')
  const [run] = (await pallet(['runs'], { home })).events
  expect(run).toMatchObject({ state: 'paused', problem: { code: 'crashed-before' } })
  expect((await pallet(['cancel', String(run?.['id'])], { home })).code).toBe(0)
  expect((await pallet(['resume'], { home })).code).toBe(0)
}, 600_000)

test(
  `${kills} kills in every step and between them, half of them with the storage: no row lost, none twice, nothing left (seed ${seed})`,
  async () => {
    const next = random(seed)
    for (let done = 0; done < kills;) {
      const home = join(folder(), 'home')
      for (let nth = 0; nth < killsOfAHome && done < kills; nth += 1, done += 1) {
        const point = pointOf(done, next)
        const told = `kill ${done + 1}, ${JSON.stringify(point)}`
        await killed(script, home, point, told)
        await expectWholeDeliveries(home, told)
      }
      await expectDelivered(home, `seed ${seed}, after ${done} kills`)
    }
  },
  600_000 + kills * 60_000,
)

/** The steps take turns, then what is between them, then the clock alone; how far in is chance. */
function pointOf(kill: number, next: () => number): KillPoint {
  const points = [
    'fetch',
    'read',
    'clean',
    'compareRows',
    'upload',
    'load',
    'change',
    'ms',
  ] as const
  const at = points[kill % points.length] ?? 'ms'
  const most = {
    fetch: 4,
    read: 4,
    clean: 8,
    compareRows: 4,
    upload: 12,
    load: 8,
    change: 40,
    ms: 2500,
  }[at]
  return { at, nth: 1 + Math.floor(next() * most), powerCut: next() < 0.5 }
}

/** Whatever the moment, a delivery is in the table as a whole and in the ledger, or in neither. */
async function expectWholeDeliveries(home: string, told: string): Promise<void> {
  const warehouse = join(home, 'warehouse.duckdb')
  if (!existsSync(warehouse)) return
  const tables = await ask(
    warehouse,
    `SELECT count(*) FROM duckdb_tables() WHERE table_name = 'sales'`,
  )
  if (tables.rows[0]?.[0] === '0') return
  const { rows } = await ask(
    warehouse,
    `SELECT coalesce(run_id, _pallet_run), l.rows, n, different FROM _pallet_ledger l FULL JOIN
       (SELECT _pallet_run, count(*) AS n, count(DISTINCT id) AS different FROM sales GROUP BY ALL) ON run_id = _pallet_run`,
    1000,
  )
  const corrected = await ask(
    warehouse,
    `SELECT corrects FROM _pallet_ledger WHERE corrects IS NOT NULL`,
    1000,
  )
  const gone = new Set(corrected.rows.map(([run]) => run))
  const whole = String(account.clean)
  for (const [run, ...counts] of rows)
    expect([told, run, ...counts]).toEqual([
      told,
      run,
      whole,
      ...(gone.has(run ?? '') ? [null, null] : [whole, whole]),
    ])
}

/** Let go to the end: every export once, as its last correction has it, with its blob, and nothing else in the home. */
async function expectDelivered(home: string, told: string): Promise<void> {
  const real = realCore(home)
  try {
    const { core } = real
    await core.sources.clear()
    core.runs.resumeAll()
    for (const { id } of core.runs.list({ states: ['paused'], limit: 10 }))
      await core.runs.resume(id)
    const runs = core.runs.list({ limit: 100_000 }).toReversed()
    for (const { id } of runs) {
      await real.until(id, 'succeeded', 'failed', 'stopped')
      const { receipt } = core.runs.get(id)
      expect(receipt, told).toMatchObject({ state: 'succeeded', rows: account })
    }
    const days = runs.map((run, index) => ({ ...shopDay(index + 1), id: run.id }))
    const stand = days.filter((day) =>
      days.every(({ corrects }) => `day-${corrects}.csv` !== day.name),
    )
    const { rows } = await core.warehouse.query(
      'SELECT _pallet_run, list(id ORDER BY id)::VARCHAR FROM sales GROUP BY ALL ORDER BY ALL',
      100_000,
      AbortSignal.timeout(600_000),
    )
    expect([told, ...rows]).toEqual([
      told,
      ...stand.map(({ id, ids }) => [id, `[${ids.join(', ')}]`]),
    ])
    await expectBlobs(real, days, new Set(stand.map(({ id }) => id)), told)
    expect([told, ...readdirSync(real.home.incoming)]).toEqual([told])
    expect([told, ...readdirSync(real.home.spool).sort()]).toEqual([
      told,
      ...runs.map(({ id }) => id),
    ])
    for (const { id } of runs)
      for (const name of readdirSync(real.home.runFolder(id)))
        expect(told + name).toMatch(/(rejects-\w+\.ndjson|row-hashes\.parquet)$/)
    for (const name of readdirSync(home)) expect(told + name).not.toMatch(/\.(tmp|part)$/)
  } finally {
    await real.core.close()
  }
}

async function expectBlobs(
  real: RealCore,
  days: readonly (ShopDay & { id: string })[],
  stand: ReadonlySet<string>,
  told: string,
): Promise<void> {
  const container = await real.container()
  const names: string[] = []
  for await (const { name } of container.listBlobsFlat()) names.push(name)
  const wanted = days.map(({ id }) => {
    const blob = real.core.runs.get(id).run.destination.blob?.name ?? ''
    return stand.has(id) ? blob : `_undone/${id}/${blob}`
  })
  expect([told, ...names.sort()]).toEqual([told, ...wanted.toSorted()])
  for (const [index, name] of wanted.entries()) {
    const bytes = await container.getBlobClient(name).downloadToBuffer()
    const ids = bytes
      .toString()
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => Number.parseInt(line, 10))
    expect([told, name, ids]).toEqual([told, name, days[index]?.ids])
  }
}
