/** Held-back rows of a kind are fixed together: by steps, by another rule, counted before, and remembered where that is wanted. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountOf } from '../../../shared/domain/fixing/fixing.ts'
import { type GroupFix, effectWords, fixWords } from '../../../shared/domain/fixing/groupFix.ts'
import type { RecipeStep } from '../../../shared/domain/recipe/recipe.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'

const home = mkdtempSync(join(tmpdir(), 'pallet-'))
const limit = () => AbortSignal.timeout(600_000)
let real: RealCore
beforeAll(() => {
  real = realCore(join(home, 'home'))
})
afterAll(async () => {
  await real.core.close()
  rmSync(home, { recursive: true, force: true })
})

async function sent(dataset: string, lines: readonly string[]): Promise<string> {
  const file = join(home, `${dataset}.csv`)
  writeFileSync(file, [...lines, ''].join('\n'))
  const runId = await real.send(file, { blob: null }, dataset)
  const run = await real.until(runId, 'succeeded', 'failed', 'stopped', 'waiting')
  expect(run).toMatchObject({ state: 'succeeded', problem: null })
  return runId
}

const held = (runId: string) => real.core.runs.rejects(runId, 0, 500)
const groupAbout = async (runId: string, text: string): Promise<string> =>
  (await held(runId)).groups.find(({ message }) => message.includes(text))?.id ?? ''

async function sendFixed(runId: string): Promise<void> {
  const { runId: id } = await real.core.runs.sendFixed(runId, limit())
  expect(await real.until(id, 'succeeded', 'failed')).toMatchObject({ state: 'succeeded' })
}

const header = 'number;day;amount;shop'
const good = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${from + at};${1 + (at % 28)}.11.2026;${at}.50;Köln`)
/** Rows that do not fit a file of days as day.month.year and of amounts with a point. */
const faulty = [
  ...Array.from({ length: 12 }, (_, at) => `${500 + at};1.11.2026;${at},25;Köln`),
  '520;2.11.2026;1.234,50;Köln',
  '521;2.11.2026;Stk;Köln',
  '522;2.11.2026;Stk;Köln',
  '530;11/21/2026;3.00;Köln',
  '531;11/30/2026;4,00;Köln',
]

test('a group is repaired by a step whose effect is counted before, undone, done, and remembered for the next file', async () => {
  const { core } = real
  await sent('till', [header, ...good(1, 60)])
  const first = await sent('till', [header, ...good(1001, 400), ...faulty])
  expect(await held(first)).toMatchObject({ open: 17, ready: 0 })
  const amounts = await groupAbout(first, 'in “amount” is not a')
  const days = await groupAbout(first, 'in “day” is not a')

  const proposals = await core.runs.proposeFixes(first, amounts, limit())
  const told = proposals.map(
    ({ fix, effect }) => `${fixWords(fix, String)}: ${effectWords(effect)}`,
  )
  expect(told).toEqual([
    'Decimal comma in “amount”: repairs 13 of 16, 12 of them ready to be sent',
    'Map “Stk” to nothing in “amount”: repairs 2 of 16',
    'Thousands with “.” and “,” before the fraction in “amount”: repairs 1 of 16',
  ])
  const [comma, empty, thousands] = proposals.map(({ fix }) => fix)
  if (comma === undefined || empty === undefined || thousands === undefined) throw new Error('none')
  const one = { runId: first, which: { group: amounts }, fix: comma }
  expect(await core.runs.foreseeFix(one, limit())).toMatchObject({
    rows: 16,
    repaired: 13,
    ready: 12,
    examples: expect.arrayContaining([
      { line: 402, column: 'amount', before: '0,25', after: '0.25' },
    ]) as unknown,
  })
  expect(await held(first)).toMatchObject({ open: 17, ready: 0 })

  // What a person had typed before is there again after the undo.
  const [typed] = (await held(first)).rows
  const change = { kind: 'cell' as const, column: 2, value: '0,99' }
  await core.runs.fix(first, [{ records: [typed?.record ?? 0], to: change }], limit())
  const done = await core.runs.fixTogether(one, false, limit())
  expect(done).toMatchObject({ rows: 16, repaired: 13, ready: 12 })
  expect(await held(first)).toMatchObject({ open: 17, ready: 12 })
  expect(await core.runs.undoTogether(first, done)).toEqual({ rows: 13, stays: null })
  const back = await held(first)
  expect(back).toMatchObject({ ready: 0 })
  expect(back.rows.map(({ cells, state }) => [cells[2], state]).slice(0, 2)).toEqual([
    ['0,99', 'edited'],
    ['1,25', 'held'],
  ])

  // For this file and the next ones: the rows go through the steps of the dataset as they stand.
  const recipeNow = () => core.datasets.list().find(({ name }) => name === 'till')?.recipe ?? []
  const before = recipeNow()
  const remembered = await core.runs.fixTogether(one, true, limit())
  expect(recipeNow()).toHaveLength(before.length + 1)
  // Undone, the next files are not cleaned by it either, unless somebody has built on it since.
  expect(await core.runs.undoTogether(first, remembered)).toEqual({ rows: 13, stays: null })
  expect(recipeNow()).toEqual(before)
  const kept = await core.runs.fixTogether(one, true, limit())
  core.datasets.changeRows('till', { atLeast: 1 }, 'a test')
  expect(await core.runs.undoTogether(first, kept)).toEqual({ rows: 13, stays: 'till' })
  expect(recipeNow()).toHaveLength(before.length + 1)
  await core.runs.fixTogether(one, true, limit())
  const recipe = recipeNow()
  expect(recipe[0]).toMatchObject({ kind: 'replace', name: 'Decimal comma in “amount”' })
  // In other rows it is done once.
  for (const fix of [empty, thousands])
    await core.runs.fixTogether({ runId: first, which: { group: amounts }, fix }, false, limit())
  const [swap] = await core.runs.proposeFixes(first, days, limit())
  expect(fixWords(swap?.fix ?? empty, String)).toContain('Read “day” as month/day/year where')
  expect(swap?.effect).toEqual({ rows: 2, repaired: 2, ready: 2 })
  await core.runs.fixTogether(
    { runId: first, which: { group: days }, fix: swap?.fix ?? empty },
    false,
    limit(),
  )
  expect(await held(first)).toMatchObject({ open: 17, ready: 17, groups: [] })
  await sendFixed(first)
  expect(accountOf(core.runs.get(first).receipt)).toMatchObject({
    in: 417,
    clean: 417,
    quarantined: 0,
    loaded: 417,
  })
  const { rows } = await core.warehouse.query(
    'SELECT number, day, amount FROM till WHERE number IN (500, 520, 521, 531) ORDER BY number',
    10,
    limit(),
  )
  expect(rows.map((row) => row.map((cell) => cell ?? 'none').join(' '))).toEqual([
    '500 2026-11-01 0.99',
    '520 2026-11-02 1234.50',
    '521 2026-11-02 none',
    '531 2026-11-30 4.00',
  ])
  const next = await sent('till', [header, ...good(601, 100), '701;1.11.2026;7,75;Köln'])
  expect(core.runs.get(next).receipt.rows).toMatchObject({ in: 101, clean: 101, quarantined: 0 })
})

test('a rule is changed for the rows at hand and the files to come; a cell of many rows is set, a group dropped', async () => {
  const { core } = real
  await sent('rules', [header, ...good(1, 60)])
  const dataset = core.datasets.list().find(({ name }) => name === 'rules')
  if (dataset?.contract == null) throw new Error('no contract')
  const strict = dataset.contract.columns.map((column) =>
    column.name === 'number'
      ? { ...column, min: 1, unique: true }
      : column.name === 'shop'
        ? { ...column, oneOf: ['Köln', 'Bonn'], required: true }
        : column,
  )
  core.datasets.import({
    ...dataset,
    version: 1,
    pallet: 'dataset',
    contract: { ...dataset.contract, columns: strict },
  })
  const first = await sent('rules', [
    header,
    ...good(101, 400),
    '-5;1.11.2026;1.00;Köln',
    '-2;1.11.2026;1.00;Köln',
    '801;1.11.2026;1.00;koeln',
    '802;1.11.2026;1.00;KÖLN',
    '803;1.11.2026;1.00;Aachen',
    '804;1.11.2026;1.00;',
    '805;1.11.2026;1.00;',
    '101;1.11.2026;1.00;Köln',
  ])
  const told = async (text: string) => {
    const proposed = await core.runs.proposeFixes(first, await groupAbout(first, text), limit())
    return proposed.map(({ fix, effect }) => `${fixWords(fix, String)}: ${effectWords(effect)}`)
  }
  expect(await told('is less than')).toEqual([
    '“number” may be as small as -5 from now on: repairs 2 of 2',
    '“number” has no smallest value any more: repairs 2 of 2',
  ])
  expect(await told('not one of')).toEqual([
    '“shop” may be “koeln”, “KÖLN”, “Aachen” from now on: repairs 3 of 3',
    'Map “koeln” to “Köln” and 1 more in “shop”: repairs 2 of 3',
  ])
  expect(await told('is empty')).toEqual(['“shop” may be empty from now on: repairs 2 of 2'])
  expect(await told('must not repeat')).toEqual(['“number” may repeat from now on: repairs 1 of 1'])
  const together = async (text: string, fix: GroupFix) => {
    const group = await groupAbout(first, text)
    return await core.runs.fixTogether({ runId: first, which: { group }, fix }, false, limit())
  }
  await together('is less than', {
    kind: 'rule',
    change: { kind: 'min', column: 'number', to: -5 },
  })
  await together('not one of', {
    kind: 'steps',
    steps: [
      { kind: 'case', columns: ['shop'], to: 'title' },
      { kind: 'replace', columns: ['shop'], find: 'oe', with: 'ö' },
    ],
  })
  await together('is empty', { kind: 'each', to: { kind: 'cell', column: 3, value: 'Bonn' } })
  await together('not one of', { kind: 'each', to: { kind: 'drop', reason: 'no shop of ours' } })
  const repeated = await groupAbout(first, 'must not repeat')
  expect(await held(first)).toMatchObject({
    open: 7,
    ready: 6,
    groups: [{ id: repeated, rows: 1 }],
  })
  await sendFixed(first)
  expect(accountOf(core.runs.get(first).receipt)).toMatchObject({
    in: 408,
    clean: 406,
    quarantined: 1,
    dropped: 1,
  })
  // The next file is held to the new rule.
  const next = await sent('rules', [header, ...good(901, 60), '-4;1.11.2026;1.00;Köln'])
  expect(core.runs.get(next).receipt.rows).toMatchObject({ clean: 61, quarantined: 0 })
})

test('what is no step for single rows is refused in a sentence, and rows without a value for a formula stay as they are', async () => {
  const { core } = real
  await sent('single', ['note', ...Array.from({ length: 40 }, (_, at) => `${at}`)])
  const first = await sent('single', ['note', 'x', ...Array.from({ length: 60 }, () => '7')])
  expect(await held(first)).toMatchObject({ open: 1 })
  const by = (...steps: RecipeStep[]) => ({
    runId: first,
    which: {},
    fix: { kind: 'steps' as const, steps },
  })
  await expect(core.runs.foreseeFix(by({ kind: 'drop-blank-rows' }), limit())).rejects.toThrow(
    'does more than change the cells of single rows',
  )
  await expect(
    core.runs.foreseeFix(by({ kind: 'case', columns: ['other'], to: 'upper' }), limit()),
  ).rejects.toThrow('other')
  await expect(
    core.runs.foreseeFix(by({ kind: 'derive', into: 'more', formula: '1' }), limit()),
  ).rejects.toThrow('There is no column “more” in the file')
  // One column, emptied: still a row.
  const emptied = await core.runs.foreseeFix(
    by({ kind: 'replace', columns: ['note'], find: 'x', with: '' }),
    limit(),
  )
  expect(emptied).toEqual({
    rows: 1,
    repaired: 1,
    ready: 1,
    examples: [{ line: 2, column: 'note', before: 'x', after: '' }],
  })
  const formula = by({ kind: 'derive', into: 'note', formula: 'number([note]) + 1' })
  expect(await core.runs.fixTogether(formula, false, limit())).toMatchObject({ rows: 1, ready: 0 })
  expect((await held(first)).rows[0]).toMatchObject({ state: 'held', cells: ['x'] })
})
