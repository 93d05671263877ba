/** Held-back rows come home: edited, dropped, sent again, and never twice. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { accountOf } from '../../../shared/domain/fixing/fixing.ts'
import type { Meaning } from '../../../shared/domain/datasets/meaning.ts'
import { receiptText } from '../../../main/terminal/receipt.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'

const folder = testFolder()
const limit = () => AbortSignal.timeout(600_000)
let real: RealCore
beforeEach(() => {
  real = realCore(join(folder(), 'home'))
})
afterEach(async () => {
  await real.core.close()
})

const good = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, row) => `A${from + row};2026-11-20;${from + row},50`)

/** Sends rows, `article;day;amount` each, and waits for the end of it. */
async function send(
  rows: readonly string[],
  meaning: Meaning = { kind: 'append' },
  ifDelivered?: 'correct',
): Promise<string> {
  const file = join(folder(), 'sales.csv')
  writeFileSync(file, ['article;day;amount', ...rows, ''].join('\n'))
  const { source } = await real.core.sources.open(file)
  const { runId } = await real.core.runs.start({
    source,
    dataset: 'sales',
    destination: { blob: null, warehouse: { meaning } },
    ifDelivered,
  })
  await ended(runId)
  return runId
}

async function ended(runId: string): Promise<void> {
  const run = await real.until(runId, 'succeeded', 'failed', 'stopped', 'waiting')
  expect(run).toMatchObject({ state: 'succeeded', problem: null })
}

async function sendFixed(runId: string): Promise<string> {
  const sent = await real.core.runs.sendFixed(runId, limit())
  await ended(sent.runId)
  return sent.runId
}

const table = async (): Promise<string[]> => {
  const sql = 'SELECT article, day, amount FROM sales ORDER BY ALL'
  return (await real.core.warehouse.query(sql, 1000, limit())).rows.map((row) => row.join(';'))
}
const held = (runId: string) => real.core.runs.rejects(runId, 0, 500)
const account = (runId: string) => accountOf(real.core.runs.get(runId).receipt)

/** A first file teaches the dataset its types; then one with three rows that do not fit. */
async function withThreeHeld(meaning?: Meaning): Promise<string> {
  await send(good(1, 40), meaning)
  return await send(
    [...good(101, 170), 'B1;32.1.2026;1,00', 'B2;2026-11-21;=1+1', 'B3;2026-11-22;3,00;much;more'],
    meaning,
  )
}

test('rows are grouped, edited, judged by the same cleaning, sent, and in the account until it reads 0 held back', async () => {
  const { core } = real
  const first = await withThreeHeld()
  const before = await held(first)
  expect(before).toMatchObject({ total: 3, open: 3, ready: 0, found: 3 })
  expect(before.rows.map(({ line, cells }) => [line, ...cells])).toEqual([
    [72, 'B1', '32.1.2026', '1,00'],
    [73, 'B2', '2026-11-21', '=1+1'],
    [74, 'B3', '2026-11-22', '3,00', 'much,more'],
  ])
  expect(before.groups.map(({ rows, firstLine, column }) => [rows, firstLine, column])).toEqual([
    [1, 72, 'day'],
    [1, 73, 'amount'],
    [1, 74, ''],
  ])
  const [one, two, three] = before.rows.map(({ record }) => record)
  const only = (record: number | undefined) => ({ records: [record ?? 0] })
  await core.runs.fix(
    first,
    [
      { ...only(one), to: { kind: 'cell', column: 1, value: '2026-11-31' } },
      { ...only(two), to: { kind: 'cell', column: 2, value: '2,00' } },
      { ...only(three), to: { kind: 'drop', reason: 'a test sale' } },
    ],
    limit(),
  )
  const edited = await held(first)
  expect(edited).toMatchObject({ open: 2, ready: 1 })
  expect(edited.rows.map(({ state, problems }) => [state, problems?.length])).toEqual([
    ['edited', 1],
    ['edited', 0],
    ['dropped', 0],
  ])
  const second = await sendFixed(first)
  expect(core.runs.get(second).receipt).toMatchObject({
    completes: first,
    rows: { in: 1, clean: 1 },
  })
  expect(account(first)).toEqual({ in: 73, clean: 71, quarantined: 1, dropped: 1, loaded: 71 })
  await expect(sendFixed(first)).rejects.toThrow('None of the held-back rows')

  await core.runs.fix(
    first,
    [{ ...only(one), to: { kind: 'cell', column: 1, value: '2026-11-30' } }],
    limit(),
  )
  await sendFixed(first)
  expect(account(first)).toEqual({ in: 73, clean: 72, quarantined: 0, dropped: 1, loaded: 72 })
  expect(core.runs.get(first).run.account.quarantined).toBe(0)
  const text = receiptText(core.runs.get(first).receipt, [])
  expect(text).toContain('✔ 72 of 73 rows delivered, 1 dropped.')
  expect(text).toContain('1 dropped by a person: a test sale')
  const there = await table()
  expect(there).toHaveLength(112)
  expect(there.filter((row) => row.startsWith('B'))).toEqual([
    'B1;2026-11-30;1.00',
    'B2;2026-11-21;2.00',
  ])
  // What the files of the dataset are like has not become what Pallet writes.
  await send(good(201, 240))
})

test('an undo of the completing run gives its rows back; one of the first takes both', async () => {
  const { core } = real
  const first = await withThreeHeld({ kind: 'snapshot' })
  expect(await table()).toHaveLength(70)
  const fixAll = async (): Promise<string> => {
    const { rows } = await held(first)
    await core.runs.fix(
      first,
      rows.map(({ record, cells }) => ({
        records: [record],
        to: { kind: 'cells' as const, cells: [cells[0] ?? '', '2026-11-23', '9,00'] },
      })),
      limit(),
    )
    return await sendFixed(first)
  }
  const fixed = await fixAll()
  // A snapshot is not replaced by three rows.
  expect(await table()).toHaveLength(73)
  await core.runs.undo(fixed, limit())
  expect(await table()).toHaveLength(70)
  expect(account(first).quarantined).toBe(3)
  expect(await held(first)).toMatchObject({ open: 3, ready: 3 })

  const again = await sendFixed(first)
  expect(await core.runs.foreseeUndo(first, limit())).toMatchObject({
    out: 73,
    back: 40,
    completions: [again],
  })
  expect(await table()).toHaveLength(73)
  await core.runs.undo(first, limit())
  expect(await table()).toHaveLength(40)
  expect(core.runs.get(again).run.undoneAt).not.toBeNull()
  await expect(core.runs.sendFixed(first, limit())).rejects.toThrow('has been undone')
})

test('a row that clashes with one that was delivered is told before anything leaves, and nothing is lost', async () => {
  const { core } = real
  const first = await withThreeHeld({ kind: 'upsert', keys: ['article'] })
  const [row] = (await held(first)).rows
  const to = (article: string) => [
    {
      records: [row?.record ?? 0],
      to: { kind: 'cells' as const, cells: [article, '2026-11-23', '9,00'] },
    },
  ]
  await core.runs.fix(first, to('A101'), limit())
  const { runId } = await core.runs.sendFixed(first, limit())
  const failed = await real.until(runId, 'failed')
  expect(failed.problem).toMatchObject({ code: 'rows-clash', detail: 'A101' })
  expect(await held(first)).toMatchObject({ open: 3, ready: 1 })
  // One key of an earlier file is replaced, as its own file would have.
  await core.runs.fix(first, to('A1'), limit())
  await expect(core.runs.retry(runId)).rejects.toThrow('edited or sent again since')
  await sendFixed(first)
  expect((await table()).filter((cells) => cells.startsWith('A1;'))).toEqual(['A1;2026-11-23;9.00'])
  expect(await table()).toHaveLength(110)
})

test('edited in a spreadsheet that writes its own way, and brought back unharmed; a correction takes the place of all', async () => {
  const { core } = real
  const first = await withThreeHeld()
  const csv = Buffer.from(
    await new Response(await core.runs.rejectsFile(first, 'csv')).arrayBuffer(),
  )
  const [header, ...rows] = csv.toString('utf8', 3).trimEnd().split('\r\n')
  // By semicolons, as the file: the spreadsheet that writes it so opens it so.
  expect(header).toBe(
    'article;day;amount;pallet_beyond;pallet_line;pallet_record;pallet_reasons;pallet_drop',
  )
  expect(rows[1]).toContain(`2026-11-21;"'=1+1";;73;72`)
  expect(await core.runs.harmless(first)).toBe(1)
  const bring = async (lines: readonly string[]) => {
    const file = join(folder(), 'back.csv')
    const text = ['﻿' + lines.join('\r\n').replaceAll(';', '\t'), ''].join('\r\n')
    writeFileSync(file, Buffer.from(text, 'utf16le'))
    const { source } = await core.sources.open(file)
    return await core.runs.bringFixed(first, source, limit())
  }
  const names = (header ?? '').replaceAll(';', '\t')
  await expect(bring([names, 'N1;2026-11-20;1,00;;;;;'])).rejects.toThrow('says in pallet_record')
  await expect(bring([names, 'N1;2026-11-20;1,00;;;999;;'])).rejects.toThrow('is none of the rows')
  // Days in its own order, zeros gone, tabs, UTF-16; one row left out, one dropped.
  const back = await bring([
    names,
    `B2;11/21/2026;'=1+1;;73;72;;`,
    'B3;11/22/2026;3;;74;73;;double',
  ])
  const clear = { unclear: [], unclearDays: 0 }
  expect(back).toEqual({ ...clear, edited: 0, dropped: 1, same: 1, missing: 1, wrong: 0 })
  const changed = await bring([names, 'B1;1/31/2026;1;;72;71;;', `B2;11/21/2026;'=1+1;;73;72;;`])
  expect(changed).toEqual({ ...clear, edited: 1, dropped: 0, same: 1, missing: 0, wrong: 0 })
  const fixed = await sendFixed(first)
  expect((await table()).filter((cells) => cells.startsWith('B'))).toEqual(['B1;2026-01-31;1.00'])

  // A correction of the file takes the place of all that was delivered of it.
  const corrected = await send(good(101, 173), { kind: 'append' }, 'correct')
  expect(core.runs.get(corrected).receipt.load).toMatchObject({ corrects: first, removed: 71 })
  expect(core.runs.get(fixed).run.correctedBy).toBe(corrected)
  await expect(core.runs.sendFixed(first, limit())).rejects.toThrow('has been corrected by')
  await core.runs.undo(corrected, limit())
  expect(await table()).toHaveLength(111)
  expect(core.runs.get(fixed).run.correctedBy).toBeNull()
})
