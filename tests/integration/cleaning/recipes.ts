/** Any table of three columns, and any recipe that fits it. */
import * as fc from 'fast-check'
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts'
import { defaultRecipe } from '../../../shared/domain/recipe/recipe.ts'
import { fitRecipe } from '../../../shared/domain/recipe/recipeFit.ts'

export const labels = ['Store', 'Item', 'Price']

const cell = fc.option(
  fc.constantFrom(
    ...'S1|s1| a  b |A|a|1|2.5|-0.005|1,234.50|abc|N/A|Total|Store|item|3.2.2024'.split('|'),
    '',
    ' ',
    '\u00a0x',
    'l\nm',
    'q"r',
    "it's",
    '\\1',
    'ß',
    '="7"',
    'c,d',
  ),
  { nil: null },
)
export const rows = fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { maxLength: 12 })

/** Of one kind each, for any table with these labels. */
export const steps: Recipe = [
  ...defaultRecipe,
  { kind: 'trim', columns: ['Item'] },
  { kind: 'collapse-spaces' },
  { kind: 'case', columns: ['Store', 'Item'], to: 'upper' },
  { kind: 'case', columns: ['Item'], to: 'title' },
  { kind: 'replace', columns: ['Item', 'Price'], find: '[0-9]+|(a)', with: '<\\1>', pattern: true },
  { kind: 'replace', columns: ['Store'], find: 's', with: '\\', ignoreCase: true },
  { kind: 'map-values', columns: ['Store'], values: [{ from: 'S1', to: 'S2' }] },
  { kind: 'fill', columns: ['Store'], with: { kind: 'above' } },
  { kind: 'fill', columns: ['Item'], with: { kind: 'column', column: 'Store' } },
  { kind: 'round', columns: ['Price'], digits: 2 },
  { kind: 'round-dates', columns: ['Item', 'Store'], to: 'month', order: 'dmy' },
  { kind: 'parse-date', columns: ['Item'], formats: ['d.M.yyyy', 'M.d.yyyy'] },
  { kind: 'parse-number', columns: ['Price', 'Store'], decimalMark: '.', groupMark: ',' },
  { kind: 'parse-boolean', columns: ['Item'], trueWords: ['a', 'abc'], falseWords: ['1'] },
  { kind: 'hash', columns: ['Store'] },
  { kind: 'tokenise', columns: ['Item'] },
  {
    kind: 'look-up',
    dataset: 'stores',
    keys: [{ column: 'Store', in: 'id' }],
    take: [{ column: 'town', into: 'Town' }],
    unmatched: { kind: 'hold' },
  },
  {
    kind: 'look-up',
    dataset: 'stores',
    keys: [{ column: 'Item', in: 'id' }],
    take: [{ column: 'town', into: 'Or else' }],
    unmatched: { kind: 'value', value: '-' },
  },
  { kind: 'mask', columns: ['Item'], keep: 1 },
  { kind: 'derive', into: 'Price', formula: 'text(number([Price]) * 2)' },
  { kind: 'reorder', columns: ['Price'] },
  // What it makes has the labels that there were, so that every step fits behind it.
  { kind: 'pivot-longer', columns: ['Item', 'Price'], names: 'Item', values: 'Price' },
  ...(['hold', 'drop'] as const).map((unknown) => ({
    kind: 'pivot-wider',
    keys: ['Store'],
    names: 'Item',
    values: 'Price',
    columns: ['Item', 'a', 'Price'],
    unknown,
  })),
  { kind: 'drop-duplicates' },
  { kind: 'drop-duplicates', keys: ['Store', 'Item'], keep: 'last' },
  { kind: 'drop-duplicates', keys: ['Item'], keep: 'largest', by: 'number([Price])' },
  { kind: 'drop-rows', when: '[Item] < [Store]' },
  { kind: 'keep-rows', when: 'number([Price]) > 1 or [Item] = ""' },
].map((step, index) => ({ ...step, id: `step ${index}` }) as Recipe[number])

/** What these need besides the file. */
export const besides = {
  steps,
  key: 'a key of thirty-two characters, at least',
  others: {
    stores: {
      columns: ['id', 'town'],
      rows: [
        ['S1', 'Ulm'],
        ['a', 'Bonn'],
        ['a', 'Kiel'],
        ["it's", 'Köln'],
      ],
    },
  },
}
/** A header is looked for before columns move, and a table is turned once, to columns that all have a part in it. */
const fits = (recipe: Recipe): boolean => fitRecipe(recipe, labels).fault === null

export const recipes = fc
  .uniqueArray(fc.constantFrom(...steps), { maxLength: 7, selector: ({ id }) => id })
  .filter(fits)
