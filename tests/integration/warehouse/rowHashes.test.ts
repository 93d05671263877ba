import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { compareRows } from '../../../main/warehouse/rowHashes.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type DuckdbLoad, writeClean } from './loading.ts'

const folder = testFolder()

async function common(
  home: string,
  input: DuckdbLoad,
  earlier: string[],
  columns: Column[] = input.columns,
): Promise<number[]> {
  const hashesOf = (runId: string): string => join(home, `${runId}.parquet`)
  const { same } = await compareRows(
    {
      ...input,
      columns,
      hashes: hashesOf(input.runId),
      earlier: earlier.map((runId) => ({ runId, hashes: hashesOf(runId) })),
    },
    {
      signal: new AbortController().signal,
      report: () => undefined,
      ask: () => Promise.reject(new Error('nothing is asked here')),
    },
  )
  expect(same.map(({ runId }) => runId)).toEqual(earlier)
  return same.map(({ rows }) => rows)
}

describe('rows that two files have in common', () => {
  it('are counted as often as they are in both, in whatever order', async () => {
    const home = folder()
    await common(home, writeClean(home, 'r1', ['A,1.00,', 'A,1.00,', 'A,1.00,', 'B,,']), [])
    await common(home, writeClean(home, 'r2', ['C,1.00,']), [])
    const third = writeClean(home, 'r3', ['B,,', 'A,1.00,', 'A,1.00,', 'D,,'])
    expect(await common(home, third, ['r1', 'r2'])).toEqual([3, 0])
    // Again, as after a kill; and nothing else is left.
    expect(await common(home, third, ['r1', 'r2', 'r3'])).toEqual([3, 0, 4])
    expect(readdirSync(home).filter((name) => !/\.(csv|parquet)$/.test(name))).toEqual([])
    expect(existsSync(join(home, 'r3.parquet'))).toBe(true)
  })

  it('are not those that only read alike when their cells are put together', async () => {
    const home = folder()
    const columns = (['sku', 'price', 'sold'] as const).map((name) => ({
      name,
      label: name,
      type: 'text' as const,
    }))
    await common(home, writeClean(home, 'r1', ['ab,c,', '1:a,,x']), [], columns)
    const other = writeClean(home, 'r2', ['a,bc,', ',ab,c', '"",1:a,x', ',,1:ax'])
    expect(await common(home, other, ['r1'], columns)).toEqual([0])
  })

  it('are none where the type of a column is another', async () => {
    const home = folder()
    await common(home, writeClean(home, 'r1', ['1,2.00,']), [])
    const typed = writeClean(home, 'r2', ['1,2.00,'])
    const columns = typed.columns.map((column) =>
      column.name === 'sku' ? { ...column, type: 'integer' as const } : column,
    )
    expect(await common(home, typed, ['r1'], columns)).toEqual([0])
  })
})
