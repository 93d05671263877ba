/** What is printed for engines elsewhere, as far as it can be shown without one; the rest is in tests/engines. */
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it } from 'vitest'
import { isReadAlikeByJava, refuseUnlike } from '../../../shared/domain/recipe/cleanElsewhere.ts'
import { smallLetters } from '../../../main/cleaning/elsewhere/words.ts'
import type { Contract } from '../../../shared/domain/datasets/dataset.ts'
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts'
import { fitRecipe } from '../../../shared/domain/recipe/recipeFit.ts'

it('makes the letters small that DuckDB makes small, and no others', async () => {
  const db = await DuckDBInstance.create(':memory:')
  const engine = await db.connect()
  const found = await engine.runAndReadAll(
    'SELECT chr(i::INTEGER), lower(chr(i::INTEGER)) FROM range(1, 69632) AS t(i) WHERE i NOT BETWEEN 55296 AND 57343 AND lower(chr(i::INTEGER)) <> chr(i::INTEGER)',
  )
  const byDuckdb = found.getRows().map(([capital, small]) => [String(capital), String(small)])
  engine.closeSync()
  db.closeSync()
  // Letters that are new in Unicode, of phonetics and scripts that no export is written in: DuckDB's tables do not know them all.
  const isOld = ([capital = '']: string[]): boolean =>
    !/[\u1c89\ua7cb-\ua7dc\u{10d50}-\u{10d65}]/u.test(capital)
  expect(smallLetters().filter(isOld)).toEqual(byDuckdb.filter(isOld))
})

const contract = (more: Partial<Contract> = {}): Contract => ({
  columns: [{ name: 'a', label: 'A', type: 'text' }],
  maxQuarantinedShare: 0.05,
  ...more,
})
const refused =
  (recipe: Recipe, given: Contract, engine: 'spark' | 'snowflake' = 'spark') =>
  (): void =>
    refuseUnlike(engine, fitRecipe(recipe, ['A']).steps, given)

describe('what is done differently elsewhere is refused with a sentence', () => {
  it.each<[Recipe[number], string]>([
    [
      { kind: 'case', columns: ['A'], to: 'upper' },
      'Step 1, “A” in capital letters, cannot be done in Spark as it is done here: some letters, such as ß, become others there.',
    ],
    [
      { kind: 'replace', columns: ['A'], find: 'a+', with: 'b', pattern: true },
      'what a pattern finds differs there.',
    ],
    [{ kind: 'derive', into: 'B', formula: '[A]' }, 'formulas are worked on this computer only.'],
    [
      { kind: 'parse-date', columns: ['A'], formats: ['dd.MM.yyyy'] },
      'its forms are read on this computer only.',
    ],
    [{ kind: 'tokenise', columns: ['A'] }, 'the key of tokens does not leave this computer.'],
    [
      { kind: 'drop-duplicates', keep: 'largest', by: '[A]' },
      'formulas are worked on this computer only.',
    ],
  ])('step %#', (step, sentence) => {
    expect(refused([step], contract())).toThrow(sentence)
    expect(refused([{ ...step, off: true }], contract())).not.toThrow()
  })

  it.each<[Partial<Contract>, string]>([
    [
      { columns: [{ name: 'a', label: 'A', type: 'time' }] },
      'The contract cannot be checked in Spark as it is here: “A” has times of day, for which not every engine has a type.',
    ],
    [{ columns: [{ name: 'a', label: 'A', type: 'decimal' }] }, 'how many digits they keep'],
    [
      { columns: [{ name: 'a', label: 'A', type: 'integer', max: 1e21 }] },
      'it would be rounded there',
    ],
    [
      {
        columns: [
          { name: 'a', label: 'A', type: 'text', required: true, severity: { required: 'warn' } },
        ],
      },
      'elsewhere rows can only be held back',
    ],
    [
      { columns: [{ name: 'a', label: 'A', type: 'text', pattern: '\\s' }] },
      'Java reads differently',
    ],
    [{ rules: [{ kind: 'key', columns: ['a'], severity: 'stop' }] }, 'warns or stops'],
    [
      { rules: [{ kind: 'formula', formula: '[A] = "x"', sentence: 'It is x' }] },
      'the rule “It is x” has a formula, and formulas are worked on this computer only.',
    ],
    [{ rows: { atLeast: 1 } }, 'rules about the file as a whole'],
  ])('contract %#', (more, sentence) => {
    expect(refused([], contract(more))).toThrow(sentence)
  })

  it('asks no pattern of Snowflake, which cannot be tried here', () => {
    const columns: Contract['columns'] = [
      { name: 'a', label: 'A', type: 'text', pattern: '[A-Z]+' },
    ]
    expect(refused([], contract({ columns }))).not.toThrow()
    expect(refused([], contract({ columns }), 'snowflake')).toThrow('was not tried in Snowflake')
  })
})

it.each<[string, boolean]>([
  ['[A-Z]{2}-[0-9]{3,}', true],
  ['^(a|b)\\.\\d+$', true],
  ['o\'\\\\["]?', true],
  ['\\s+', false],
  ['\\\\s', true],
  ['a\\b', false],
  ['(a$)\\n?', false],
  ['[a[b]]', false],
  ['[a&&b]', false],
  ['a{,3}', false],
  ['a{', false],
])('knows whether Java reads %s alike: %s', (pattern, isAlike) => {
  expect(isReadAlikeByJava(pattern)).toBe(isAlike)
})
