/** What the files of a dataset are is asked once, with what they have in common with the rows that are there. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { Answer } from '../../../shared/domain/runs/decision.ts'
import type { Meaning } from '../../../shared/domain/datasets/meaning.ts'
import { windowWords } from '../../../shared/domain/runs/run.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'

const folder = testFolder()
let real: RealCore
afterEach(async () => {
  await real.core.close()
})

const stock = (from: number, to: number, amount: number, day = '2026-11-20'): string[] =>
  Array.from({ length: to - from + 1 }, (_, row) => `A${from + row},${amount},${day}`)

/** Sends rows; `asked` is the beginning of the question that is expected, or null. */
async function send(
  dataset: string,
  rows: readonly string[],
  expected: RegExp | null = null,
  answer: Answer = 'skip',
  said: { meaning?: Meaning; remember?: boolean; ifDelivered?: 'append' } = {},
): Promise<string> {
  const { core } = real
  const file = join(folder(), `${dataset}.csv`)
  writeFileSync(file, ['article,amount,day', ...rows, ''].join('\n'))
  const { source } = await core.sources.open(file)
  const { meaning, ...how } = said
  const warehouse = meaning === undefined ? {} : { meaning }
  const { runId } = await core.runs.start({
    source,
    dataset,
    destination: { blob: null, warehouse },
    ...how,
  })
  const first = await real.until(runId, 'succeeded', 'failed', 'waiting')
  if (expected === null) expect(first).toMatchObject({ state: 'succeeded', problem: null })
  else {
    expect(first.problem?.what).toMatch(expected)
    await core.runs.answer(runId, answer)
    await real.until(runId, 'succeeded')
  }
  return runId
}

async function table(name: string): Promise<string[]> {
  const sql = `SELECT article, amount, day FROM ${name} ORDER BY ALL`
  const { rows } = await real.core.warehouse.query(sql, 1000, AbortSignal.timeout(600_000))
  return rows.map((row) => row.join(','))
}

const meaningOf = (dataset: string) =>
  real.core.datasets.list().find(({ name }) => name === dataset)?.destination?.warehouse

test('the whole table, changed rows, whole days: each is seen in the second file, and asked no more once it is answered', async () => {
  real = realCore(join(folder(), 'home'))

  await send('whole', stock(1, 10, 5))
  expect(meaningOf('whole')).toMatchObject({ meaning: { kind: 'append' }, assumed: true })
  const all = /^10 of its 15 rows are the same .* It may be the whole table each time\.$/
  await send('whole', stock(1, 15, 5), all, 'snapshot')
  expect(await table('whole')).toEqual(stock(1, 15, 5).toSorted())
  expect(meaningOf('whole')).toEqual({
    connection: 'sandbox',
    table: 'whole',
    meaning: { kind: 'snapshot' },
  })

  await send('changed', stock(1, 10, 5))
  const keys =
    /^4 of its 5 rows have the article of a row that is in changed already, .* It may be new and changed rows each time\.$/
  // What was said for this file alone leaves the dataset as it was.
  const only = await send('changed', stock(7, 11, 6), null, 'skip', { ifDelivered: 'append' })
  await real.core.runs.undo(only, AbortSignal.timeout(600_000))
  await send('changed', stock(7, 11, 7), keys, 'upsert')
  const changed = [...stock(1, 6, 5), ...stock(7, 11, 7)]
  expect(await table('changed')).toEqual(changed.toSorted())
  await send('changed', stock(1, 1, 9))
  expect(await table('changed')).toContain('A1,9,2026-11-20')

  const days = (...each: number[]) =>
    each.flatMap((day) => stock(1, 4, day, `2026-11-${String(day)}`))
  await send('days', days(10, 11, 12))
  const slice = /^8 of its 12 rows are the same .* It may be all there is for each day in it\.$/
  await send('days', days(11, 12, 13), slice, 'slice')
  expect(meaningOf('days')?.meaning).toEqual({ kind: 'slice', by: ['day'] })
  expect(await table('days')).toEqual(days(10, 11, 12, 13).toSorted())
})

test('other days are new rows, which is said once; who has chosen is not asked', async () => {
  real = realCore(join(folder(), 'home'))
  const warned = (runId: string) =>
    real.core.runs.events(runId).filter(({ message }) => message.startsWith('Nobody has said'))
  expect(warned(await send('sales', stock(1, 5, 1, '2026-11-20')))).toEqual([])
  const [told] = warned(await send('sales', stock(1, 5, 2, '2026-11-21')))
  expect(told?.message).toContain('None of the 1 day in it is in sales yet.')
  expect(told?.message).toContain('On the command line: “--by day --remember”.')
  // In the window it names what the window has.
  const inWindow = windowWords(told?.message ?? '')
  expect(inWindow).toMatch(
    /“Change” beside the destination, then “The days or stores that are in the file”\.$/,
  )
  expect(inWindow).not.toContain('--')
  expect(warned(await send('sales', stock(1, 5, 3, '2026-11-22')))).toEqual([])
  expect(meaningOf('sales')?.assumed).toBe(true)

  const append = { meaning: { kind: 'append' as const }, remember: true }
  await send('chosen', stock(1, 5, 1), null, 'skip', append)
  await send('chosen', stock(1, 5, 2))
  expect(meaningOf('chosen')?.assumed).toBeUndefined()
  expect(await table('chosen')).toHaveLength(10)
})
