import { describe, expect, it } from 'vitest'
import {
  type Question,
  answersTo,
  answerWords,
  correctsOf,
  isShrink,
  isUnusual,
  knownKeys,
  likelyMeanings,
  looksDelivered,
  meaningIn,
  questionSentence,
  skippedFor,
} from '../../../shared/domain/runs/decision.ts'
import { type Delivery, isWhole, undoneBefore } from '../../../shared/domain/runs/delivery.ts'
import { RowBounds } from '../../../shared/domain/datasets/dataset.ts'
import {
  type Meaning,
  sameMeaning,
  unknownColumn,
  withColumnsOf,
} from '../../../shared/domain/datasets/meaning.ts'

const delivery = (runId: string, part: Partial<Delivery> = {}): Delivery => ({
  runId,
  dataset: 'sales',
  table: 'sales',
  meaning: { kind: 'append' },
  rows: 10,
  took: [],
  corrects: null,
  completes: null,
  sourceSha256: '',
  loadedAt: '2026-11-21T10:00:00.000Z',
  undoneAt: null,
  ...part,
})

describe('a delivery', () => {
  const first = delivery('r1')
  it('is whole until a later one that stands takes some of it', () => {
    const took = [{ runId: 'r1', rows: 1 }]
    expect(isWhole([first, delivery('r2')], first)).toBe(true)
    expect(isWhole([first, delivery('r2', { took })], first)).toBe(false)
    expect(isWhole([first, delivery('r2', { took, undoneAt: 'then' })], first)).toBe(true)
    expect(isWhole([first, delivery('r2', { corrects: 'r1' })], first)).toBe(false)
  })

  it('waits for the newest that stands on it', () => {
    const took = [{ runId: 'r1', rows: 1 }]
    const all = [first, delivery('r2', { took }), delivery('r3', { took }), delivery('r4')]
    expect(undoneBefore(all, first)?.runId).toBe('r3')
    expect(undoneBefore([first, delivery('r4')], first)).toBeNull()
  })

  it('that took rows out waits for later ones that could have taken them', () => {
    const slice: Meaning = { kind: 'slice', by: ['day'] }
    const took = [{ runId: 'r0', rows: 5 }]
    const second = delivery('r2', { meaning: slice, took })
    const after = (part: Partial<Delivery>) =>
      undoneBefore([second, delivery('r3', part)], second)?.runId ?? null
    expect(after({})).toBeNull()
    expect(after({ meaning: slice })).toBeNull()
    expect(after({ meaning: { kind: 'slice', by: ['store'] } })).toBe('r3')
    expect(after({ meaning: { kind: 'snapshot' } })).toBe('r3')
    expect(after({ corrects: 'r0' })).toBe('r3')
    expect(after({ corrects: 'r1' })).toBeNull()
  })
})

describe('what looks as if it had been delivered', () => {
  it.each([
    [58, 60, 58, true],
    [30, 60, 60, true],
    [29, 60, 60, false],
    [2, 2, 2, false],
    // A file that holds all of the earlier one and much more.
    [60, 600, 60, true],
    [50, 600, 60, false],
  ])('%i the same of %i, of %i earlier: %s', (same, rows, earlier, is) => {
    expect(looksDelivered(same, rows, earlier)).toBe(is)
  })

  it.each([
    [0, 1, true],
    [0, 0, false],
    [50, 100, false],
    [49, 100, true],
  ])('%i rows for %i are few: %s', (rows, out, is) => {
    expect(isShrink(rows, out)).toBe(is)
  })
})

it('has a usual number of rows, where somebody has said one', () => {
  const outside = (usual: RowBounds): number[] => [0, 5, 9].filter((rows) => isUnusual(rows, usual))
  expect(outside({})).toEqual([])
  expect(outside({ atLeast: 5 })).toEqual([0])
  expect(outside({ atMost: 5 })).toEqual([9])
  expect(outside({ atLeast: 5, atMost: 5 })).toEqual([0, 9])
  expect(RowBounds.safeParse({ atLeast: 6, atMost: 5 }).success).toBe(false)
})

describe('a question', () => {
  const earlier = { runId: 'r1', name: 'a.csv', at: '2026-11-20T10:00:00.000Z', rows: 60 }
  const similar: Question = { kind: 'same-rows', earlier, same: 58, rows: 1_060, meanings: [] }
  it('says its numbers, and its answers say what becomes of the run', () => {
    expect(questionSentence(similar)).toBe(
      '58 of its 1,060 rows are the same as in a file delivered before: a.csv, 60 rows, on 2026-11-20 by the run r1.',
    )
    expect(answersTo(similar)).not.toContain('replace')
    expect(answersTo(similar)).toEqual(['correct', 'append', 'skip'])
    const shrink: Question = { kind: 'shrink', table: 't', out: 5, rows: 0 }
    expect(answersTo(shrink)).toEqual(['replace', 'skip'])
    const few: Question = { kind: 'unusual', rows: 1, usual: { atMost: 0 } }
    expect(answersTo(few)).toEqual(['load', 'skip'])
    expect(questionSentence(few)).toContain('usually have at most 0 rows')
    expect(correctsOf([{ question: similar, answer: 'correct' }])).toBe('r1')
    expect(correctsOf([{ question: similar, answer: 'append' }])).toBeNull()
    expect(
      skippedFor([
        { question: similar, answer: 'append' },
        { question: shrink, answer: 'skip' },
      ]),
    ).toBe(shrink)
  })
})

describe('what files may mean, where nobody has said it', () => {
  const key = { column: 'nr', shared: 60 }
  const days = { column: 'day', days: 7, shared: 6 }
  it.each([
    ['all of the table is there again', { tableRows: 60, key, days }, 58, 'snapshot upsert slice'],
    ['some of its days are', { tableRows: 90, key: null, days }, 58, 'slice snapshot'],
    ['some of its keys are', { tableRows: 90, key, days: null }, 0, 'upsert snapshot'],
    [
      'keys of days that are all there',
      { tableRows: 90, key, days: { ...days, shared: 7 } },
      0,
      'upsert slice snapshot',
    ],
  ])('%s', (_, overlap, same, kinds) => {
    const meanings = likelyMeanings(overlap, same)
    expect(meanings.map(({ kind }) => kind).join(' ')).toBe(kinds)
  })

  it('is asked with the rows, and an answer is for all its files', () => {
    const overlap = { tableRows: 90, key, days }
    expect(knownKeys(overlap, 120)).toBe(key)
    expect(knownKeys(overlap, 121)).toBeNull()
    expect(knownKeys({ ...overlap, key: { column: 'nr', shared: 2 } }, 2)).toBeNull()
    expect(knownKeys({ ...overlap, days: { ...days, shared: 0 } }, 60)).toBeNull()
    expect(knownKeys({ ...overlap, days: null, key: null }, 2)).toBeNull()
    const asked: Question = {
      kind: 'same-keys',
      table: 'stock',
      key: 'nr',
      same: 60,
      rows: 80,
      meanings: likelyMeanings({ tableRows: 90, key, days: null }, 0),
    }
    expect(questionSentence(asked)).toBe(
      '60 of its 80 rows have the nr of a row that is in stock already, and other values. It may be new and changed rows each time.',
    )
    expect(answersTo(asked)).toEqual(['upsert', 'snapshot', 'append', 'skip'])
    expect(answerWords({ question: asked, answer: 'upsert' })).toBe(
      'its rows are added; a row with the same nr is replaced, now and from now on',
    )
    expect(meaningIn(asked, 'append')).toEqual({ kind: 'append' })
    expect(meaningIn(asked, 'skip')).toBeNull()
    expect(meaningIn({ ...asked, meanings: [] }, 'append')).toBeNull()
  })
})

describe('a meaning', () => {
  const columns = [{ name: 'datum', label: 'Datum' }]
  it('finds its columns by name in any case and by label', () => {
    for (const said of ['Datum', 'DATUM', 'datum'])
      expect(withColumnsOf({ kind: 'slice', by: [said] }, columns)).toEqual({
        kind: 'slice',
        by: ['datum'],
      })
    expect(unknownColumn({ kind: 'upsert', keys: ['datum', 'nr'] }, columns)).toBe('nr')
  })

  it('is the same whatever the order of its columns', () => {
    const of = (...by: string[]) => ({ kind: 'slice' as const, by })
    expect(sameMeaning(of('a', 'b'), of('b', 'a'))).toBe(true)
    expect(sameMeaning(of('a'), of('a', 'b'))).toBe(false)
    expect(sameMeaning(of('a'), { kind: 'upsert', keys: ['a'] })).toBe(false)
  })
})
