import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { stepKindWords } from '../../../shared/domain/recipe/recipeWords.ts'

it('has every kind of step in the documentation, and no other', () => {
  const page = readFileSync(new URL('../../../docs/steps.md', import.meta.url), 'utf8')
  const rows = page.split('\n').filter((line) => line.startsWith('| `'))
  const named = rows.flatMap((line) => line.split('|')[1]?.match(/[a-z-]+/g) ?? [])
  expect(named.toSorted()).toEqual(Object.keys(stepKindWords).toSorted())
})
