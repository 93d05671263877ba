/** The data folder deleted by somebody in the middle of a run: what happened is said, in each step. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testFolder } from '../../fixtures/folder.ts'
import { realCore } from '../../fixtures/realCore.ts'

const folder = testFolder()

// Windows deletes no file that is open.
test.runIf(process.platform !== 'win32').each(['clean', 'load'] as const)(
  'deleted while it comes to %s, the run ends with a sentence',
  async (room) => {
    const home = join(folder(), 'home')
    const real = realCore(home, {
      rooms: (rooms) => ({
        [room]: (...given: Parameters<(typeof rooms)[typeof room]>) => {
          rmSync(home, { recursive: true })
          const work = rooms[room] as (...given: unknown[]) => Promise<unknown>
          return work(...given)
        },
      }),
    })
    try {
      const file = join(folder(), 'sales.csv')
      writeFileSync(file, 'id,product\n1,Tea\n2,Milk\n')
      const runId = await real.send(file, { blob: null })
      const ended = await real.until(runId, 'failed', 'waiting', 'succeeded')
      expect(ended).toMatchObject({ state: 'failed', problem: { code: 'home-unusable' } })
      expect(ended.problem?.advice).toMatch(/^\S.*\.$/)
    } finally {
      await real.core.close()
    }
  },
)
