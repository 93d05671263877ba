import { expect, it } from 'vitest'
import { newHistory, stepsAt, withChange } from '../../../renderer/core/recipes.ts'
import { pairOnLine, stepOfValues } from '../../../renderer/features/steps/stepFields.ts'
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts'

const trimmed: Recipe = [{ kind: 'trim' }]
const hashed: Recipe = [{ kind: 'trim' }, { kind: 'hash', columns: ['a'] }]

it('leads back through the versions of a dataset that changed its steps, and forth again', () => {
  const history = newHistory(hashed, [trimmed, trimmed, hashed])
  expect(history.all.map((steps) => steps.length)).toEqual([1, 2])
  expect(stepsAt(history)).toHaveLength(2)
  expect(stepsAt({ ...history, at: 0 })).toMatchObject(trimmed)
  // A change after going back takes the place of what was undone.
  expect(withChange({ ...history, at: 0 }, []).all.map((steps) => steps.length)).toEqual([1, 0])
})

it.each(['Köln', 'a b', 'x; y', '"', 'é'])('writes %s on a line as the form reads it', (value) => {
  const line = pairOnLine(value, 'to') ?? ''
  expect(stepOfValues('map-values', { columns: ['c'], values: line }, null)).toMatchObject({
    values: [{ from: value, to: 'to' }],
  })
})

it.each(['a = b', 'a ', 'a\nb', ''])('leaves out “%s”, which a line cannot say', (value) => {
  expect(pairOnLine(value, 'to')).toBeNull()
})
