/** A disk that becomes full while a warehouse is begun, and while it is filled: what was there stays, and the run goes on with room. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testFolder } from '../fixtures/folder.ts'
import { realCore } from '../fixtures/realCore.ts'

const folder = testFolder()
/** A disk that is full is a small one, and only root may mount one. */
const mayMount = process.platform === 'linux' && process.getuid?.() === 0
if (!mayMount)
  console.warn('The full warehouse is not tried: it needs Linux and root, to mount a small disk.')

test.runIf(mayMount)(
  'a warehouse on a full disk keeps what it has, its run waits, and ends when there is room',
  async () => {
    const disk = folder()
    const resize = (size: string): void =>
      void spawnSync('mount', ['-o', `remount,size=${size}`, disk])
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', disk])
    const home = join(folder(), 'home')
    mkdirSync(home)
    // Only the loading meets the small disk.
    symlinkSync(join(disk, 'warehouse.duckdb'), join(home, 'warehouse.duckdb'))
    const real = realCore(home)
    try {
      const { core } = real
      const send = async (name: string, rows: number, from: number): Promise<string> => {
        const file = join(folder(), name)
        const lines = Array.from(
          { length: rows },
          (_, row) => `${from + row},${((from + row) ** 3 * 1e9).toString(36)}${row.toString(7)}`,
        )
        writeFileSync(file, ['id,name', ...lines, ''].join('\n'))
        return await real.send(file, { blob: null })
      }
      const count = async (): Promise<unknown> => {
        const sql = 'SELECT count(*) FROM sales'
        return (await core.warehouse.query(sql, 1, AbortSignal.timeout(600_000))).rows[0]?.[0]
      }
      const meetsFullDisk = async (runId: string): Promise<void> => {
        const { problem, state } = await real.until(runId, 'waiting', 'succeeded', 'failed')
        expect({ state, code: problem?.code }).toEqual({ state: 'waiting', code: 'disk-full' })
        expect(problem?.what).toMatch(/^The disk became full while loading output\.parquet/)
      }

      // Not even the beginning of the file fits, and none of it is left.
      const first = await send('first.csv', 5, 0)
      await meetsFullDisk(first)
      resize('3m')
      await core.runs.resume(first)
      await real.until(first, 'succeeded')
      expect(await count()).toBe('5')

      const large = await send('large.csv', 300_000, 1000)
      await meetsFullDisk(large)
      expect(await count()).toBe('5')
      resize('400m')
      await core.runs.resume(large)
      const { rows } = await real.until(large, 'succeeded')
      expect(rows.loaded).toBe(300_000)
      expect(await count()).toBe('300005')
    } finally {
      await real.core.close()
      spawnSync('umount', [disk])
    }
  },
)
