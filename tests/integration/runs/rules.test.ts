/** The rules of a dataset over several runs: they warn, hold back, ask another dataset, and let nothing leave. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { Column, Contract } from '../../../shared/domain/datasets/dataset.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'

const folder = testFolder()
let real: RealCore
afterEach(async () => {
  await real.core.close()
})

test('warnings are on the receipt, other datasets are asked, and a rule can let nothing leave', async () => {
  real = realCore(join(folder(), 'home'))
  const { core } = real
  const send = async (dataset: string, lines: string[]) => {
    const file = join(folder(), `${dataset}.csv`)
    writeFileSync(file, [...lines, ''].join('\n'))
    const { source } = await core.sources.open(file)
    const checked = await core.runs.check({ source, dataset }, AbortSignal.timeout(600_000))
    const { runId } = await core.runs.start({ source, dataset, destination: { blob: null } })
    const run = await real.until(runId, 'succeeded', 'failed', 'stopped')
    return { checked, ...core.runs.get(run.id) }
  }
  const held = async (runId: string) =>
    (await core.runs.rejects(runId, 0, 10)).rows.flatMap(({ reasons }) =>
      reasons.map(({ code, message }) => [code, message]),
    )
  await send('stores', ['Id,Town', 'S1,Ulm', 'S2,Bonn'])
  await send('sales', ['Store,Sku,Net,Gross', 'S1,AB-1,1,2', 'S2,AB-2,2,2'])

  const learnt = (): Contract => {
    const contract = core.datasets.list().find(({ name }) => name === 'sales')?.contract
    if (contract == null) throw new Error('nothing was learnt')
    return { ...contract, maxQuarantinedShare: 1 }
  }
  const withRules = (sku: Partial<Column>, rules: Contract['rules']): Contract => ({
    ...learnt(),
    columns: learnt().columns.map((column) =>
      column.name === 'sku' ? { ...column, ...sku } : column,
    ),
    rules,
  })
  const rules = [
    { kind: 'foreign', column: 'store', dataset: 'stores', to: 'id' },
    {
      kind: 'formula',
      formula: 'number([Gross]) >= number([Net])',
      sentence: 'Gross is never less than net.',
      severity: 'warn',
    },
  ] satisfies Contract['rules']
  expect(() => core.datasets.changeRules('sales', withRules({ pattern: '(?=x)' }, rules))).toThrow(
    'the pattern of "sku" cannot be used: A group cannot begin with “(?”',
  )
  expect(() =>
    core.datasets.changeRules('sales', withRules({}, [{ kind: 'key', columns: ['day'] }])),
  ).toThrow('there is no column “day”')
  const pattern = { pattern: '[A-Z]{2}-[0-9]+', severity: { pattern: 'warn' } } as const
  core.datasets.changeRules('sales', withRules(pattern, rules), 'agreed with the shops')
  expect(core.datasets.versions('sales')[0]).toMatchObject({
    what: 'Rules changed: “Sku”, whole rows.',
    why: 'agreed with the shops',
  })

  const second = await send('sales', [
    'Store,Sku,Net,Gross',
    'S1,AB-3,1,2',
    'S9,AB-4,1,2',
    'S1,ab,5,2',
    ',AB-5,2,2',
  ])
  const warnings = [
    { rule: '“Sku” fits the pattern [A-Z]{2}-[0-9]+', rows: 1, lines: [4] },
    { rule: 'Gross is never less than net', rows: 1, lines: [4] },
  ]
  expect(second.receipt).toMatchObject({ rows: { in: 4, clean: 3, quarantined: 1, loaded: 3 } })
  expect(second.receipt.warnings).toHaveLength(2)
  expect(second.receipt.warnings).toEqual(expect.arrayContaining(warnings))
  // The same is said before it is sent.
  expect(second.checked.warnings).toEqual(second.receipt.warnings)
  expect(await held(second.run.id)).toEqual([
    ['foreign-key', '“S9” in “Store” is no “id” of the dataset stores.'],
  ])
  // A row that is mended is asked the same, and comes home with a value that the other dataset knows.
  const mend = async (value: string) => {
    const to = { kind: 'cell', column: 0, value } as const
    await core.runs.fix(second.run.id, [{ records: [2], to }], AbortSignal.timeout(600_000))
    return (await core.runs.rejects(second.run.id, 0, 10)).rows[0]?.problems
  }
  expect(await mend('S8')).toMatchObject([{ code: 'foreign-key' }])
  expect(await mend('S2')).toEqual([])
  const { runId } = await core.runs.sendFixed(second.run.id, AbortSignal.timeout(600_000))
  expect((await real.until(runId, 'succeeded', 'failed', 'stopped')).rows.loaded).toBe(1)

  // A rule that lets nothing leave names its lines, and keeps the rows to be looked at.
  core.datasets.changeRules(
    'sales',
    withRules({ ...pattern, severity: { pattern: 'stop' } }, undefined),
  )
  const third = await send('sales', ['Store,Sku,Net,Gross', 'S1,AB-6,1,2', 'S1,ab,5,2'])
  expect(third.checked).toMatchObject({ stops: [{ rows: 1, lines: [3] }] })
  expect(third.run).toMatchObject({
    state: 'stopped',
    rows: { loaded: null },
    problem: {
      code: 'limit-exceeded',
      what: 'sales.csv breaks a rule that lets nothing of a file pass. “Sku” fits the pattern [A-Z]{2}-[0-9]+: 1 row breaks it in line 3.',
    },
  })
  expect(await held(third.run.id)).toEqual([
    ['constraint-error', '“ab” in “Sku” does not fit the pattern [A-Z]{2}-[0-9]+.'],
  ])
  // With the rule taken out, the run goes on by itself.
  core.datasets.changeRules(
    'sales',
    withRules({ pattern: undefined, severity: undefined }, undefined),
  )
  await core.runs.retry(third.run.id)
  expect((await real.until(third.run.id, 'succeeded', 'failed')).rows.loaded).toBe(2)

  // The whole of a file is held beside the last one that was measured, before anything leaves.
  const whole = [
    { kind: 'rows-change', by: 0.5, severity: 'stop' },
    { kind: 'column-change', column: 'net', of: 'mean', by: 0.5, severity: 'warn' },
  ] satisfies Contract['whole']
  core.datasets.changeRules('sales', { ...withRules({}, undefined), whole })
  const fourth = await send('sales', ['Store,Sku,Net,Gross', 'S1,AB-7,1,2', 'S2,AB-8,3,4'])
  expect(fourth.receipt.warnings).toEqual([])
  const fifth = await send('sales', ['Store,Sku,Net,Gross', 'S1,AB-9,10,20', 'S2,AC-1,20,40'])
  expect(fifth.receipt.warnings.map(({ rule }) => rule)).toEqual([
    'The mean of “Net” is 15, and was 2 in the last file: 650 % more, where at most 50 % is usual',
  ])
  const sixth = await send(
    'sales',
    ['Store,Sku,Net,Gross', 'A', 'B', 'C', 'D', 'E'].map((sku, row) =>
      row === 0 ? sku : `S1,${sku},15,16`,
    ),
  )
  expect(sixth.run).toMatchObject({ state: 'stopped', rows: { loaded: null } })
  expect(sixth.run.problem?.what).toContain(
    '5 clean rows, and 2 in the last file: 150 % more, where at most 50 % is usual.',
  )

  // What is to be asked is asked, before anything leaves; so many rows may be said, or stop the run.
  const asking = [{ kind: 'rows-change', by: 0.5, severity: 'ask' }] satisfies Contract['whole']
  const rowsThat = (severity: 'warn' | 'stop') => ({ atMost: 4, severity })
  core.datasets.changeRules('sales', {
    ...withRules({}, undefined),
    whole: asking,
    rows: rowsThat('warn'),
  })
  const last = join(folder(), 'last.csv')
  const many = ['D1', 'D2', 'D3', 'D4', 'D5'].map((sku) => `S1,${sku},15,16`)
  writeFileSync(last, ['Store,Sku,Net,Gross', ...many, ''].join('\n'))
  const asked = (
    await core.runs.start({
      source: (await core.sources.open(last)).source,
      dataset: 'sales',
      destination: { blob: null },
    })
  ).runId
  const { question } = await real.until(asked, 'waiting', 'succeeded', 'failed', 'stopped')
  expect(question).toEqual({
    kind: 'whole',
    broken: ['5 clean rows, and 2 in the last file: 150 % more, where at most 50 % is usual.'],
  })
  await core.runs.answer(asked, 'load')
  expect((await real.until(asked, 'succeeded', 'failed')).rows.loaded).toBe(5)
  expect(core.runs.get(asked).receipt.warnings.map(({ rule }) => rule)).toEqual([
    '5 clean rows; its files usually have at most 4 rows',
  ])
  core.datasets.changeRows('sales', rowsThat('stop'))
  const stopped = await send('sales', [
    'Store,Sku,Net,Gross',
    ...many.map((row) => row.replace('D', 'E')),
  ])
  expect(stopped.run).toMatchObject({ state: 'stopped', rows: { loaded: null } })
  expect(stopped.run.problem?.what).toContain('usually have at most 4 rows.')
})
