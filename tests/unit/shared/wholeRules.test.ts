import { expect, it } from 'vitest'
import type { ColumnProfile } from '../../../shared/domain/files/profile.ts'
import { proposeRules, withProposals } from '../../../shared/domain/rules/ruleProposals.ts'
import {
  type Measures,
  type WholeRule,
  brokenWhole,
} from '../../../shared/domain/rules/wholeRules.ts'

const measures = (rows: number, column: Partial<Measures['columns'][number]> = {}): Measures => ({
  rows,
  columns: [{ name: 'c', empty: 0, distinct: 1, mean: null, newest: null, ...column }],
})
const ofColumn = (of: 'empty' | 'distinct' | 'mean', by: number): WholeRule => ({
  kind: 'column-change',
  column: 'c',
  of,
  by,
  severity: 'warn',
})

it('says with both numbers how a file differs from the last one, and nothing where there is none', () => {
  const rows: WholeRule = { kind: 'rows-change', by: 0.2, severity: 'stop' }
  const fresh: WholeRule = { kind: 'fresh', column: 'c', days: 2, severity: 'warn' }
  const cases: [WholeRule, Measures, Measures | null, string | null][] = [
    [rows, measures(80), measures(100), null],
    [rows, measures(120), measures(100), null],
    [
      rows,
      measures(79),
      measures(100),
      '79 clean rows, and 100 in the last file: 21 % less, where at most 20 % is usual',
    ],
    [rows, measures(79), null, null],
    [
      rows,
      measures(5),
      measures(0),
      '5 clean rows, and 0 in the last file: from none at all, where at most 20 % is usual',
    ],
    [ofColumn('empty', 0.1), measures(10, { empty: 2 }), measures(10, { empty: 1 }), null],
    [
      ofColumn('empty', 0.1),
      measures(10, { empty: 5 }),
      measures(10),
      '“C” is empty in 50 % of the rows, and was in 0 % of the last file, where at most 10 points more or less are usual',
    ],
    [
      ofColumn('distinct', 0.5),
      measures(9, { distinct: 1 }),
      measures(9, { distinct: 3 }),
      '“C” has 1 different value, and had 3 in the last file: 66.7 % less, where at most 50 % is usual',
    ],
    [ofColumn('mean', 0.5), measures(9, { mean: -5 }), measures(9, { mean: -4 }), null],
    [ofColumn('mean', 0.5), measures(9, { mean: 3 }), measures(9), null],
    [fresh, measures(3, { newest: '2026-11-20' }), null, null],
    [
      fresh,
      measures(3, { newest: '2026-11-19' }),
      null,
      'The newest day in “C” is 2026-11-19, 3 days ago, where at most 2 are usual',
    ],
    [fresh, measures(3), null, '“C” has no day at all'],
    [fresh, measures(0), null, null],
  ]
  for (const [rule, now, before, said] of cases)
    expect([rule, brokenWhole(rule, now, before, '2026-11-22', () => 'C')]).toEqual([rule, said])
})

const profile = (of: Partial<ColumnProfile>): ColumnProfile => ({
  column: { name: 'c', label: 'C', type: 'text' },
  filled: 1203,
  empty: 0,
  emptyWords: [],
  fits: 1203,
  misfits: [],
  distinct: 900,
  top: [],
  patterns: [],
  patternCount: 40,
  length: { min: 1, max: 9, mean: 4 },
  spread: null,
  isKey: false,
  personal: null,
  ...of,
})

it('proposes only what every value keeps, each with its evidence', () => {
  const rulesOf = (of: Partial<ColumnProfile>) =>
    proposeRules(profile(of)).map(({ set, evidence }) => [set, evidence])
  const value = (text: string) => ({ value: text, count: 1, line: 2 })
  expect(rulesOf({ empty: 1 })).toEqual([])
  expect(rulesOf({ fits: 1202 })).toEqual([])
  expect(rulesOf({ filled: 19, fits: 19 })).toEqual([])
  expect(
    rulesOf({
      isKey: true,
      patternCount: 1,
      patterns: [{ pattern: 'AA-999', count: 1203 }],
      top: [value('AB-123')],
    }),
  ).toEqual([
    [{ required: true }, 'never empty in 1,203 rows'],
    [{ unique: true }, 'all 1,203 values are different'],
    [{ pattern: '[A-Z]{2}-[0-9]{3}' }, 'all 1,203 values look like AA-999'],
  ])
  // A shape may stand for letters that the pattern does not know.
  expect(
    rulesOf({
      empty: 1,
      patternCount: 1,
      patterns: [{ pattern: 'Aa…', count: 1203 }],
      top: [value('Köln')],
      length: { min: 4, max: 7, mean: 5 },
    }),
  ).toEqual([])
  expect(rulesOf({ empty: 1, distinct: 2, top: [value('b'), value('a')] })).toEqual([
    [{ oneOf: ['a', 'b'] }, 'only “b”, “a”'],
  ])
  const spread = { min: '0', max: '500' } as ColumnProfile['spread']
  const column = { name: 'c', label: 'C', type: 'integer', min: 0 } as const
  const proposals = proposeRules(profile({ empty: 1, column, spread }))
  expect(proposals.map(({ evidence }) => evidence)).toEqual(['all 1,203 values are from 0 to 500'])
  const contract = { columns: [column], maxQuarantinedShare: 0.05 }
  expect(withProposals(contract, proposals).columns).toEqual([{ ...column, max: 500 }])
})
