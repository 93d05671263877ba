/** Fixed and sent again, killed anywhere: no held-back row is delivered twice, and none is lost. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { random } from '../fixtures/exports.ts'
import { type FixKillPoint, faultyFile, fixAll } from '../fixtures/fixing.ts'
import { testFolder } from '../fixtures/folder.ts'
import { realCore } from '../fixtures/realCore.ts'
import { ask } from '../integration/warehouse/loading.ts'

const folder = testFolder()
const seed = Number(process.env['PALLET_FAULT_SEED'] ?? 20261122)
const kills = Number(process.env['PALLET_FAULT_CASES'] ?? 3)
const script = fileURLToPath(new URL('../fixtures/fixing.ts', import.meta.url))

test(
  `${kills} kills while rows are fixed and sent again: every row once (seed ${seed})`,
  async () => {
    const next = random(seed)
    const home = join(folder(), 'home')
    for (let nth = 0; nth < kills; nth += 1) {
      const points = ['load', 'change', 'clean', 'foresee', 'ms', 'read'] as const
      const at = points[nth % points.length] ?? 'ms'
      const most = { load: 6, change: 40, clean: 12, foresee: 6, ms: 4000, read: 12 }[at]
      const point: FixKillPoint = { at, nth: 1 + Math.floor(next() * most) }
      const child = spawn(process.execPath, [script, home, JSON.stringify(point)], {
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      let said = ''
      child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
      const [, signal] = (await once(child, 'close')) as [number | null, string | null]
      expect(signal, `${JSON.stringify(point)}: ${said}`).toBe('SIGKILL')
      await expectNoneTwice(home, JSON.stringify(point))
    }
    const real = realCore(home)
    try {
      await real.core.sources.clear()
      await fixAll(real, 500)
      const files = real.core.runs.list({ limit: 1000 }).filter((run) => run.completes === null)
      for (const [index, { dataset, account }] of files.toReversed().entries()) {
        const { ids, account: whole } = faultyFile(index + 1)
        expect(account).toEqual(whole)
        const { rows } = await real.core.warehouse.query(
          `SELECT id FROM ${dataset} ORDER BY id`,
          1000,
          AbortSignal.timeout(600_000),
        )
        expect(rows.map(([id]) => Number(id))).toEqual(ids)
      }
      expect(files.length).toBeGreaterThan(0)
    } finally {
      await real.core.close()
    }
  },
  600_000 + kills * 60_000,
)

async function expectNoneTwice(home: string, told: string): Promise<void> {
  const warehouse = join(home, 'warehouse.duckdb')
  if (!existsSync(warehouse)) return
  const tables = await ask(
    warehouse,
    `SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'sales%'`,
  )
  for (const [table] of tables.rows) {
    const { rows } = await ask(
      warehouse,
      `SELECT id FROM ${String(table)} GROUP BY id HAVING count(*) > 1`,
    )
    expect([told, ...rows]).toEqual([told])
  }
}
