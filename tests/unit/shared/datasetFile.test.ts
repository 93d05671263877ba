import { expect, it } from 'vitest'
import type { Dataset } from '../../../shared/domain/dataset.ts'
import {
  datasetFile,
  readContractFile,
  readDatasetFile,
  readRecipeFile,
  recipeFile,
  writeFileOf,
} from '../../../shared/domain/datasetFile.ts'
import { type Recipe, defaultRecipe } from '../../../shared/domain/recipe.ts'
import { contractAfter } from '../../../shared/domain/recipeContract.ts'
import { fitRecipe } from '../../../shared/domain/recipeFit.ts'

const contract = {
  columns: [{ name: 'price', label: 'Price', type: 'decimal' as const, scale: 2, required: true }],
  maxQuarantinedShare: 0.1,
}
const recipe: Recipe = [
  ...defaultRecipe,
  { kind: 'drop-rows', name: 'returns', when: 'number([Price]) < 0', off: true },
]
const dataset: Dataset = {
  name: 'sales',
  reading: null,
  recipe,
  contract,
  destination: null,
  updatedAt: '2026-11-22T00:00:00Z',
}

it('is read as it was written', () => {
  const file = datasetFile(dataset)
  const text = writeFileOf(file)
  expect(readDatasetFile(text)).toEqual({ content: file, faults: null })
  expect(readRecipeFile(text)).toEqual({ content: recipe, faults: null })
  expect(readContractFile(text)).toEqual({ content: contract, faults: null })
  expect(readRecipeFile(writeFileOf(recipeFile(recipe))).content).toEqual(recipe)
})

it.each([
  ['{', /^It is no JSON: /],
  ['[]', /^It must be an object with "pallet": "dataset" and "version": 1.$/],
  ['{"pallet":"recipe","version":1,"steps":[]}', /^It must be an object with "pallet": "dataset"/],
  ['{"pallet":"dataset","version":2}', /^It is of version 2, and this Pallet knows version 1/],
])('%s is refused with a sentence', (text, sentence) => {
  expect(readDatasetFile(text).faults?.[0]).toMatch(sentence)
})

it('says each thing that is wrong with the steps, and where', () => {
  const faults = (...steps: object[]): string[] | null =>
    readRecipeFile(JSON.stringify({ pallet: 'recipe', version: 1, steps })).faults
  expect(
    faults({ kind: 'trim', colums: ['A'] }, { kind: 'round', columns: ['A'], digits: 1 }),
  ).toEqual(['“steps[0].colums” is a field that Pallet does not know.'])
  expect(faults({ kind: 'trim' }, { kind: 'shine' })?.[0]).toMatch(/^“steps\[1\].kind”: .+\.$/)
  expect(faults({ kind: 'trim', id: 'a' }, { kind: 'trim', id: 'a' })?.[0]).toContain('the same id')
  expect(
    faults(
      { kind: 'keep-rows', when: '[A] = ' },
      { kind: 'replace', columns: ['A'], find: '(?=a)', with: '', pattern: true },
    ),
  ).toEqual([
    'In step 1, Keep rows where [A] = : A value is missing at the end.',
    'In step 2, Replace the pattern “(?=a)” by nothing in “A”: A group cannot begin with “(?”, other than “(?:”.',
  ])
})

it('keeps the rules of a column that a step renames, and learns what a step makes', () => {
  const labels = ['Price', 'Colour', 'Note']
  const text = { type: 'text' as const }
  const known = {
    columns: [
      ...contract.columns,
      { name: 'colour', label: 'Colour', ...text },
      { name: 'note', label: 'Note', ...text },
    ],
    maxQuarantinedShare: 0.1,
  }
  const { steps } = fitRecipe(
    [
      { kind: 'rename', column: 'Price', to: 'Net' },
      { kind: 'remove', columns: ['Note'] },
      { kind: 'derive', into: 'Price', formula: 'number([Net]) * 2' },
    ],
    labels,
  )
  const first = contractAfter(known, labels, steps)
  expect(first.contract.columns).toEqual([
    { ...contract.columns[0], label: 'Net' },
    { name: 'colour', label: 'Colour', ...text },
    { name: 'price_2', label: 'Price', ...text },
  ])
  expect([...first.toLearn]).toEqual(['Price'])
  const second = contractAfter(first.contract, labels, steps)
  expect(second).toEqual({ contract: first.contract, toLearn: new Set() })
})
