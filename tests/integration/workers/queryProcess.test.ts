/** What a query may take, held by ending the process that answers it. */
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Fork, forkNode } from '../../../main/processes/child.ts'
import {
  type QueryLimits,
  answerInProcess,
  usualLimits,
} from '../../../main/workers/queryProcess.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { watchMemory } from '../../fixtures/memory.ts'
import { runLoad, writeClean } from '../warehouse/loading.ts'

const folder = testFolder()

/** What became of a query, and the most memory its process had, in MiB. */
async function asked(
  sql: string,
  limits: Partial<QueryLimits> = {},
): Promise<{ became: unknown; peak: number; temporaryFiles: boolean }> {
  const load = writeClean(folder(), 'r1', ['A1,1.50,'])
  const { warehouse } = load
  await runLoad(load)
  let watch = { stop: () => 0 }
  const watched: Fork = (entry, env) => {
    const child = forkNode<never, never>(entry, env)
    if (child.pid !== undefined) watch = watchMemory(child.pid, () => false)
    return child
  }
  const became = await answerInProcess(
    watched,
    { file: warehouse.file, sql, limit: 10_000 },
    AbortSignal.timeout(600_000),
    { ...usualLimits, ...limits },
  ).catch((error: unknown) => error)
  return {
    became,
    peak: watch.stop(),
    temporaryFiles: existsSync(`${warehouse.file}.query.tmp`),
  }
}

test('a query that would take all memory is ended, with a sentence, before it has it', async () => {
  for (const sql of [
    "SELECT repeat('x', 1000000) FROM range(10000)",
    'SELECT list(i) FROM range(8000000) AS t(i)',
  ]) {
    const { became, peak } = await asked(sql)
    expect(became, sql).toMatchObject({
      code: 'limit-exceeded',
      message: expect.stringMatching(/memory.*Ask for less at once/s),
    })
    expect(peak, sql).toBeLessThan(1024)
  }
})

test('a query has an end, and a limit on temporary files that are gone afterwards', async () => {
  const endless =
    'SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE a.range + b.range = -1'
  expect((await asked(endless, { timeMs: 1000 })).became).toMatchObject({
    code: 'limit-exceeded',
    message: expect.stringContaining('more time than 1.0 s'),
  })
  const sorting = 'SELECT i FROM range(30000000) AS t(i) ORDER BY hash(i)'
  expect(await asked(sorting, { tempBytes: 1024 * 1024 })).toMatchObject({
    became: {
      code: 'limit-exceeded',
      message: expect.stringContaining('more than 1.0 MiB of temporary space'),
    },
    temporaryFiles: false,
  })
})
