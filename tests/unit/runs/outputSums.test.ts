/** What is worked out of an output file ahead of its load holds for that file only. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { OutputSums } from '../../../main/runs/steps/outputSums.ts'
import type { StoredRun } from '../../../main/runs/ports/store.ts'
import { testFolder } from '../../fixtures/folder.ts'

const folder = testFolder()
const { signal } = new AbortController()
const run = { id: 'one', plan: {} } as StoredRun
let calls: string[]
let here: string
let sums: OutputSums

const output = (kind: 'append' | 'snapshot') => ({
  file: join(here, 'output.parquet'),
  format: 'parquet' as const,
  columns: [],
  meaning: { kind },
})

beforeEach(() => {
  calls = []
  here = folder()
  sums = new OutputSums({
    home: { runFolder: () => here } as unknown as ConstructorParameters<
      typeof OutputSums
    >[0]['home'],
    rooms: {
      fileTotals: async () => {
        calls.push('totals')
        return { rows: calls.length, columns: [], keys: null }
      },
      compareRows: async ({ hashes }) => {
        calls.push('hashes')
        writeFileSync(hashes, 'hashes')
        return { same: [] }
      },
    },
  })
  writeFileSync(output('append').file, 'rows')
})

it('is not worked out twice', async () => {
  await sums.begin(run, output('append'), 3, signal)
  expect(await sums.of(run, output('append'), 3, signal)).toMatchObject({ rows: 2 })
  expect(calls).toEqual(['hashes', 'totals'])
})

it('is worked out again of a file that was written anew', async () => {
  await sums.begin(run, output('snapshot'), 3, signal)
  rmSync(output('snapshot').file)
  writeFileSync(output('snapshot').file, 'other rows')
  expect(await sums.of(run, output('snapshot'), 3, signal)).toMatchObject({ rows: 2 })
  expect(calls).toEqual(['totals', 'totals'])
})

it('keeps hashes of rows only where later files may bring them again', async () => {
  await sums.of(run, output('append'), 0, signal)
  await sums.of(run, output('snapshot'), 3, signal)
  await sums.of({ ...run, plan: { completes: {} } } as StoredRun, output('append'), 3, signal)
  expect(calls).toEqual(['totals', 'totals', 'totals'])
})
