/** A lost blob sent again, killed anywhere: told once more, it is there once, byte for byte; the table is as it was. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { bundled } from '../fixtures/bundled.ts'
import { random } from '../fixtures/exports.ts'
import { testFolder } from '../fixtures/folder.ts'
import { realCore } from '../fixtures/realCore.ts'
import type { ResendKillPoint } from '../fixtures/resending.ts'
import { shopDay } from '../fixtures/shopDays.ts'
import { ask } from '../integration/warehouse/loading.ts'
import { killed } from './killed.ts'

const folder = testFolder()
const seed = Number(process.env['PALLET_FAULT_SEED'] ?? 20261122)
const kills = Number(process.env['PALLET_FAULT_CASES'] ?? 1) * 4
const script = await bundled(fileURLToPath(new URL('../fixtures/resending.ts', import.meta.url)))
const limit = () => AbortSignal.timeout(600_000)

test(
  `${kills} kills while a lost blob is sent again, half of them with the storage: it is there once, and right (seed ${seed})`,
  async () => {
    const next = random(seed)
    const home = join(folder(), 'home')
    const file = join(folder(), 'sales.csv')
    writeFileSync(file, shopDay(1).content)
    const first = realCore(home)
    const runId = await first.send(file)
    await first.until(runId, 'succeeded')
    const { blob } = first.core.runs.get(runId).run.destination
    const name = blob?.name ?? ''
    const bytes = await (await first.container()).getBlobClient(name).downloadToBuffer()
    await first.core.close()
    const table = async () =>
      (await ask(join(home, 'warehouse.duckdb'), 'SELECT * FROM sales ORDER BY ALL', 1000)).rows
    const rows = await table()
    expect(rows).not.toEqual([])

    for (let nth = 0; nth < kills; nth += 1) {
      const points = ['upload', 'clean', 'fetch', 'ms', 'planUpload', 'read'] as const
      const at = points[nth % points.length] ?? 'ms'
      const most = { fetch: 4, read: 4, clean: 8, planUpload: 4, upload: 8, ms: 4000 }[at]
      const point: ResendKillPoint = {
        at,
        nth: 1 + Math.floor(next() * most),
        powerCut: next() < 0.5,
      }
      const told = `kill ${nth + 1}, ${JSON.stringify(point)}`
      await killed(script, home, point, told)
      expect([told, ...(await table())]).toEqual([told, ...rows])

      const real = realCore(home)
      try {
        const { core } = real
        await core.sources.clear()
        await core.runs.resend(runId, undefined, limit())
        const container = await real.container()
        const there: string[] = []
        for await (const { name: one } of container.listBlobsFlat({ includeUncommitedBlobs: true }))
          there.push(one)
        expect([told, ...there]).toEqual([told, name])
        const again = await container.getBlobClient(name).downloadToBuffer()
        expect(Buffer.compare(again, bytes), told).toBe(0)
        const { run, receipt } = core.runs.get(runId)
        expect(run.state, told).toBe('succeeded')
        expect(receipt.blobNow?.state ?? null, told).not.toBe('gone')
        expect(core.runs.list({ limit: 10 }), told).toHaveLength(1)
        expect([told, ...readdirSync(real.home.incoming)]).toEqual([told])
        // There is nothing left to do.
        expect(await core.runs.resend(runId, undefined, limit()), told).toEqual({ sent: false })
      } finally {
        await real.core.close()
      }
      expect([told, ...(await table())]).toEqual([told, ...rows])
    }
  },
  600_000 + kills * 60_000,
)
