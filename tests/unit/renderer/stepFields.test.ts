import { describe, expect, it } from 'vitest'
import {
  stepFields,
  stepOfValues,
  valuesOfStep,
} from '../../../renderer/features/steps/stepFields.ts'
import {
  type RecipeStep,
  type StepKind,
  defaultRecipe,
} from '../../../shared/domain/recipe/recipe.ts'

const columns = ['Store', 'Item']
const steps: RecipeStep[] = [
  ...defaultRecipe,
  { kind: 'trim', columns },
  { kind: 'collapse-spaces', off: true },
  { kind: 'case', columns, to: 'title' },
  { kind: 'replace', columns, find: ' ', with: '', pattern: true },
  {
    kind: 'map-values',
    columns,
    values: [
      { from: 'a b', to: 'c' },
      { from: 'd', to: '' },
    ],
  },
  { kind: 'fill', columns, with: { kind: 'above' } },
  { kind: 'fill', columns, with: { kind: 'value', value: ' x' } },
  { kind: 'fill', columns, with: { kind: 'column', column: 'Day' } },
  { kind: 'round', columns, digits: 0, decimalMark: ',' },
  { kind: 'round-dates', columns, to: 'week', order: 'dmy' },
  { kind: 'parse-date', columns, formats: ['dd.MM.yyyy', 'd MMM yy'], twoDigitYearsFrom: 1950 },
  { kind: 'parse-number', columns, decimalMark: ',', groupMark: ' ', unit: '€' },
  { kind: 'parse-number', columns, decimalMark: '.' },
  { kind: 'parse-boolean', columns, trueWords: ['ja', 'x'], falseWords: ['nein'] },
  { kind: 'hash', columns, name: 'ours', id: 'one' },
  { kind: 'tokenise', columns, key: '0123456789ab' },
  {
    kind: 'look-up',
    dataset: 'stores',
    keys: [{ column: 'Store', in: 'id' }],
    take: [
      { column: 'city', into: 'City' },
      { column: 'area', into: 'Area' },
    ],
    unmatched: { kind: 'value', value: 'none' },
  },
  { kind: 'mask', columns, keep: 4 },
  { kind: 'redact', columns, with: '-' },
  { kind: 'split', column: 'Store', at: ', ', into: ['A', 'B'] },
  { kind: 'merge', columns, between: '', into: 'Both' },
  { kind: 'derive', into: 'X', formula: '[Store]' },
  { kind: 'rename', column: 'Store', to: 'Shop' },
  { kind: 'remove', columns },
  { kind: 'reorder', columns },
  { kind: 'pivot-longer', columns, names: 'Month', values: 'Pieces' },
  {
    kind: 'pivot-wider',
    keys: columns,
    names: 'Month',
    values: 'Pieces',
    columns: ['Jan', 'Feb'],
    unknown: 'drop',
  },
  { kind: 'drop-duplicates', keep: 'first' },
  { kind: 'drop-duplicates', keys: columns, keep: 'largest', by: 'number([Price])' },
  { kind: 'drop-rows', when: '[Store] = ""' },
  { kind: 'keep-rows', when: '[Store] = ""' },
]

describe('the form of a step', () => {
  it.each(steps)('gives back what it was filled with: $kind', (step) => {
    expect(stepOfValues(step.kind, valuesOfStep(step), step)).toEqual(step)
  })

  it('is there for every kind, and gives no step while something is missing', () => {
    const kinds = Object.keys(stepFields) as StepKind[]
    expect(new Set(steps.map(({ kind }) => kind))).toEqual(new Set(kinds))
    const empty = kinds.filter((kind) => stepOfValues(kind, {}, null) !== null)
    expect(empty.toSorted()).toEqual(
      [
        'collapse-spaces',
        'drop-blank-rows',
        'drop-duplicates',
        'drop-repeated-headers',
        'trim',
        'unwrap-formulas',
      ].toSorted(),
    )
  })
})
