/** A file whose labels are of any script goes all the way, and its columns are asked for by their names. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { DatasetStore } from '../../../main/store/datasets.ts'
import type { ChosenDestination } from '../../../shared/domain/datasets/dataset.ts'
import { proposeDataset } from '../../../shared/domain/datasets/names.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'

const folder = testFolder()
let real: RealCore
afterEach(async () => {
  await real.core.close()
})

test('Arabic, Cyrillic, Greek, Thai and Han labels are names of columns, a file name is one of a table', async () => {
  real = realCore(join(folder(), 'home'))
  const { core } = real
  const file = join(folder(), 'مبيعات ٢٠٢٦.csv')
  const dataset = proposeDataset(file)
  const labels = ['الرقم', 'Сумма (₽)', 'Ποσό', 'สาขา', '金額', '金額']
  const names = ['الرقم', 'сумма', 'ποσό', 'สาขา', '金額', '金額_2']
  const send = async (rows: string[], destination: ChosenDestination) => {
    writeFileSync(file, `${[labels.join(','), ...rows].join('\n')}\n`)
    const { source } = await core.sources.open(file)
    const { runId } = await core.runs.start({ source, dataset, destination })
    return await real.until(runId, 'succeeded', 'failed')
  }
  const ask = async (sql: string) =>
    (await core.warehouse.query(sql, 10, AbortSignal.timeout(600_000))).rows
  // Parquet on its way, then CSV; the key is said as the file has it.
  const warehouse = { meaning: { kind: 'upsert' as const, keys: ['الرقم'] } }
  const first = await send(['1,1.5,a,b,2,3', '2,2.5,a,b,2,3'], { blob: null, warehouse })
  expect(first).toMatchObject({ state: 'succeeded', rows: { loaded: 2 } })
  const second = await send(['2,9.5,a,b,2,3'], { blob: { format: 'csv' } })
  expect(second).toMatchObject({ state: 'succeeded', rows: { loaded: 1 } })
  expect(await ask(`SELECT ${names.join(', ')} FROM مبيعات ORDER BY الرقم`)).toEqual([
    ['1', '1.50', 'a', 'b', '2', '3'],
    ['2', '9.50', 'a', 'b', '2', '3'],
  ])

  // A dataset that was learnt when such labels were only numbered keeps the columns of its table.
  const datasets = new DatasetStore(real.db, () => '')
  const [learnt] = datasets.list()
  if (learnt?.contract == null) throw new Error('nothing was learnt')
  const columns = learnt.contract.columns.map((column, index) => ({
    ...column,
    name: `column${index + 1}`,
  }))
  const older = { blob: null, warehouse: { connection: 'sandbox', table: 'older' }, triggers: [] }
  const meaning = { kind: 'append' } as const
  datasets.save(
    {
      ...learnt,
      contract: { ...learnt.contract, columns },
      destination: { ...older, warehouse: { ...older.warehouse, meaning } },
    },
    { what: 'Named.' },
  )
  expect(await send(['3,1.5,a,b,2,3'], {})).toMatchObject({ state: 'succeeded' })
  expect(await ask('SELECT column1, column5 FROM older')).toEqual([['3', '2']])
})
