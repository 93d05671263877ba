import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Contract } from '../../../shared/domain/datasets/dataset.ts'
import {
  type Defined,
  changeLine,
  definitionDiff,
} from '../../../shared/domain/datasets/definitionDiff.ts'
import { asItIs } from '../../../shared/domain/columns/headerMap.ts'
import { defaultRecipe, withIds } from '../../../shared/domain/recipe/recipe.ts'

const contract: Contract = {
  columns: [
    { name: 'store', label: 'Store', type: 'text', required: true },
    { name: 'amount', label: 'Amount', type: 'integer' },
  ],
  maxQuarantinedShare: 0.05,
}
const defined: Defined = { reading: null, recipe: defaultRecipe, contract }
const lines = (after: Defined, before = defined) => definitionDiff(before, after).map(changeLine)

it('says what was added, taken away, changed and moved, in the order of the work', () => {
  const [trim, unwrap, tokens, blank, total, repeated] = withIds(defaultRecipe)
  if (!trim || !unwrap || !tokens || !blank || !total || !repeated) throw new Error('steps')
  const after: Defined = {
    reading: null,
    header: { ...asItIs, renamed: { Anzahl: 'Amount' } },
    recipe: [
      trim,
      repeated,
      unwrap,
      { kind: 'empty-tokens', id: tokens.id, tokens: ['-'] },
      { ...total, off: true },
      { kind: 'drop-rows', id: 'returns', name: 'returns', when: 'number([Amount]) < 0' },
    ],
    contract: {
      columns: [
        { name: 'amount', label: 'Amount', type: 'decimal', decimalMark: ',' },
        { name: 'day', label: 'Day', type: 'date', order: 'dmy' },
      ],
      maxQuarantinedShare: 0.1,
      rows: { atLeast: 5 },
    },
  }
  expect(lines(after)).toEqual([
    '~ what its labels are: as the columns say → “Anzahl” is “Amount”',
    expect.stringMatching(/^- step 4: /),
    expect.stringMatching(/^> step 2, before step 6: /),
    expect.stringMatching(/^~ step 4: .+ → .+$/),
    expect.stringMatching(/^~ step 5: .+ → .+ \(off\)$/),
    expect.stringMatching(/^\+ step 6: .+ \(“returns”\)$/),
    '- column store: “Store”, text',
    '~ column amount, type: integer → decimal',
    '~ column amount, decimalMark: nothing → ,',
    '+ column day: “Day”, date',
    '~ rows in a file: nothing → at least 5 rows',
    '~ rows that may be held back: 5.0 % → 10 %',
  ])
})

it('is nothing between a definition and itself, however its fields stand and whether its steps have ids', () => {
  const { columns, ...rest } = contract
  const same: Defined = {
    contract: { ...rest, columns: columns.map(({ name, ...column }) => ({ ...column, name })) },
    recipe: defaultRecipe.map((step) => {
      const { id: _, ...rest } = step
      return rest
    }),
    reading: null,
  }
  expect(lines(same)).toEqual([])
  expect(lines(defined, { ...defined, contract: null })).toHaveLength(3)
})

it('of steps that were only moved names as few as it takes', () => {
  const shuffled = fc.shuffledSubarray(withIds(defaultRecipe), { minLength: defaultRecipe.length })
  fc.assert(
    fc.property(shuffled, (recipe) => {
      const moved = definitionDiff(defined, { ...defined, recipe })
      expect(moved.every(({ how }) => how === 'moved')).toBe(true)
      expect(moved.length).toBeLessThan(recipe.length)
      const isSame = recipe.every(({ id }, nth) => id === withIds(defaultRecipe)[nth]?.id)
      expect(moved.length === 0).toBe(isSame)
    }),
  )
})
