import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Draft, boundedHistory, mostKept } from '../../../shared/domain/draft.ts'
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts'

const state = (nth: number, characters: number): Recipe => [
  { kind: 'derive', id: `s${nth}`, into: 'x', formula: `'${'x'.repeat(characters)}'` },
]

const history = fc
  .array(fc.constantFrom(1, 1000, 60_000, 500_000), { minLength: 1, maxLength: 300 })
  .chain((sizes) =>
    fc.record({
      all: fc.constant(sizes.map((size, nth) => state(nth, size))),
      at: fc.nat(sizes.length - 1),
    }),
  )

test('the state that holds and the first one are always kept, with a row of states around the one that holds', () => {
  fc.assert(
    fc.property(history, (given) => {
      const kept = boundedHistory(given)
      const places = kept.all.map((one) => given.all.indexOf(one))
      expect(kept.all[kept.at]).toBe(given.all[given.at])
      expect(places[0]).toBe(0)
      const row = places.slice(places[1] === 1 ? 0 : 1)
      expect(row).toEqual(row.map((_, nth) => (row[0] ?? 0) + nth))
      expect(kept.all.length).toBeLessThanOrEqual(mostKept.states)
      const others = kept.all.filter((_, nth) => nth !== 0 && nth !== kept.at)
      expect(JSON.stringify(others).length).toBeLessThanOrEqual(mostKept.characters + 200)
    }),
    { numRuns: 60 },
  )
})

test('a short history is kept as it is', () => {
  const all = [1, 2, 3, 4].map((nth) => state(nth, 10))
  expect(boundedHistory({ all, at: 2 })).toEqual({ all, at: 2 })
})

test('a draft of which no state holds is none', () => {
  const draft = { dataset: '', reading: null, columns: {}, keepsRecipe: null, header: null }
  expect(Draft.safeParse({ ...draft, recipe: { all: [[]], at: 0 } }).success).toBe(true)
  expect(Draft.safeParse({ ...draft, recipe: { all: [[]], at: 1 } }).success).toBe(false)
})
