import { expect, test } from 'vitest'
import type { Brought } from '../../../shared/domain/warehouse/contents.ts'
import { rowsOverTime } from '../../../shared/domain/warehouse/rowsOverTime.ts'

/** Delivered at the second `at`. */
const brought = (
  runId: string,
  at: number,
  rows: number,
  more: Partial<Brought> = {},
): Brought => ({
  runId,
  dataset: 'sales',
  table: 'sales',
  meaning: { kind: 'append' },
  rows,
  took: [],
  corrects: null,
  completes: null,
  sourceSha256: '',
  loadedAt: second(at),
  undoneAt: null,
  tableRows: null,
  ...more,
})
const second = (at: number): string => new Date(at * 1000).toISOString()
const took = (runId: string, rows: number): Partial<Brought> => ({ took: [{ runId, rows }] })
const counts = (...asked: Parameters<typeof rowsOverTime>) =>
  rowsOverTime(...asked).map(({ runId, undone, rows }) => [undone ? `-${runId}` : runId, rows])

/** Appended, replaced, merged, and one of them undone; newest first. */
const ledger = [
  brought('d', 7, 5, took('c', 2)),
  brought('c', 4, 6, took('b', 1)),
  brought('x', 3, 3, { ...took('b', 2), undoneAt: second(5) }),
  brought('b', 2, 8, took('a', 10)),
  brought('a', 1, 10),
]

test('rows that came and went add up, where the table has no others', () => {
  expect(counts(ledger.slice(1), 13, true)).toEqual([
    ['a', 10],
    ['b', 8],
    ['x', 9],
    ['c', 14],
    ['-x', 13],
  ])
})

test('nobody knows them where somebody else has changed the table, or deliveries are not told', () => {
  const unknown = ['a', 'b', 'x', 'c', '-x', 'd'].map((run) => [run, null])
  expect(counts(ledger, 20, true)).toEqual(unknown)
  expect(counts(ledger, null, true)).toEqual(unknown)
  expect(counts(ledger, 16, false)).toEqual(unknown)
  expect(counts(ledger, 16, true).at(-1)).toEqual(['d', 16])
})

test('what a run found after its commit counts, whoever else has changed the table', () => {
  const found = ledger.map((one) => (one.runId === 'c' ? { ...one, tableRows: 100 } : one))
  expect(counts(found, 20, true)).toEqual([
    ['a', null],
    ['b', null],
    ['x', null],
    ['c', 100],
    ['-x', 99],
    ['d', 102],
  ])
})

test('a delivery whose rows that went out were not counted leaves what follows unknown', () => {
  const uncounted = ledger.map((one) => (one.runId === 'b' ? { ...one, took: null } : one))
  expect(counts(uncounted, 16, true)).toEqual([
    ['a', null],
    ['b', null],
    ['x', null],
    ['c', null],
    ['-x', null],
    ['d', null],
  ])
})
