import {
  array,
  assert,
  constant,
  constantFrom,
  double,
  integer,
  nat,
  oneof,
  option,
  pre,
  property,
  record,
  string,
  tuple,
  uniqueArray,
} from 'fast-check'
import { expect, it } from 'vitest'
import { contractFaults } from '../../../shared/domain/rules/contractFaults.ts'
import {
  type Column,
  type Contract,
  type Dataset,
  columnTypes,
} from '../../../shared/domain/datasets/dataset.ts'
import {
  datasetFile,
  readContractFile,
  readDatasetFile,
  readRecipeFile,
  recipeFile,
  writeFileOf,
} from '../../../shared/domain/datasets/datasetFile.ts'
import { type Recipe, defaultRecipe } from '../../../shared/domain/recipe/recipe.ts'
import { contractAfter } from '../../../shared/domain/recipe/recipeContract.ts'
import { Demand, wholeSeverities, withFittingRules } from '../../../shared/domain/rules/rules.ts'
import { fitRecipe } from '../../../shared/domain/recipe/recipeFit.ts'

const contract = {
  columns: [
    {
      name: 'price',
      label: 'Price',
      type: 'decimal' as const,
      decimalMark: '.' as const,
      scale: 2,
      required: true,
    },
  ],
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
  // Other programs find a Table Schema in it; files of before have the contract in terms of Pallet.
  const { schema, ...rest } = JSON.parse(text) as { schema: { fields: object[] } }
  expect(schema.fields).toMatchObject([
    { name: 'Price', type: 'number', constraints: { required: true } },
  ])
  expect(readDatasetFile(JSON.stringify({ ...rest, version: 1, contract })).content).toEqual(file)
  // What would be lost when it is written again is refused.
  const noted = schema.fields.map((field) => ({ ...field, description: 'net' }))
  expect(readDatasetFile(JSON.stringify({ ...rest, schema: { fields: noted } })).faults).toEqual([
    'In “schema”: “Price”: “description” is not kept.',
  ])
})

it('comes back with every rule that there can be, and from then on as it was written', () => {
  const bound = (type: Column['type']) =>
    type === 'date' || type === 'timestamp'
      ? constantFrom('2026-01-31', '2026-12-01')
      : integer({ min: -1000, max: 1000 })
  const other = constantFrom('warn' as const, 'stop' as const)
  const columnOf = (type: Column['type'], nth: number) =>
    record(
      {
        label: string({ unit: 'grapheme' }).map((text) => `${text} ${nth}`),
        order: constantFrom('dmy' as const, 'mdy' as const, 'ymd' as const),
        decimalMark: constantFrom('.' as const, ',' as const),
        unit: constantFrom('€', '%', ''),
        scale: integer({ min: 0, max: 18 }),
        required: constant(true),
        unique: constant(true),
        min: bound(type),
        minLength: nat(20),
        maxLength: integer({ min: 20, max: 40 }),
        pattern: constantFrom('[A-Z]{2}', '.*'),
        oneOf: uniqueArray(string(), { minLength: 1, maxLength: 4 }),
        severity: record(Object.fromEntries(Demand.options.map((demand) => [demand, other])), {
          requiredKeys: [],
        }),
      },
      { requiredKeys: ['label', 'order', 'decimalMark'] },
    ).map((rest) => asLearnt({ ...rest, name: `c${nth}`, type }))
  const contracts = array(constantFrom(...columnTypes), { minLength: 1, maxLength: 6 })
    .chain((types) => tuple(...types.map(columnOf)))
    .chain((columns) => {
      const name = constantFrom(...columns.map((column) => column.name))
      const severity = option(other, { nil: undefined })
      const rule = oneof(
        record({
          kind: constant('key' as const),
          columns: uniqueArray(name, { minLength: 1 }),
          severity,
        }),
        record({
          kind: constant('foreign' as const),
          column: name,
          dataset: constant('d'),
          to: constant('id'),
          severity,
        }),
        record({
          kind: constant('formula' as const),
          formula: constant('1 = 1'),
          sentence: constant('So it is'),
          severity,
        }),
      )
      return record(
        {
          columns: constant(columns),
          maxQuarantinedShare: double({ min: 0, max: 1, noNaN: true }),
          rows: record({ atLeast: nat(9), severity: constantFrom(...wholeSeverities) }),
          rules: array(rule, { minLength: 1, maxLength: 4 }),
          whole: constant([{ kind: 'rows-change' as const, by: 0.5, severity: 'ask' as const }]),
        },
        { requiredKeys: ['columns', 'maxQuarantinedShare'] },
      )
    })
  assert(
    property(contracts, (given) => {
      const own = JSON.parse(JSON.stringify(given)) as Contract
      pre(contractFaults(own).length === 0)
      const text = writeFileOf(datasetFile({ ...dataset, contract: own }))
      const { content, faults } = readDatasetFile(text)
      expect(faults).toBeNull()
      const { rules = [], ...rest } = content?.contract ?? { columns: [] }
      const { rules: before = [], ...others } = own
      expect(rest).toEqual(others)
      // Those that a Table Schema has words for come first.
      expect(rules).toHaveLength(before.length)
      expect(rules).toEqual(expect.arrayContaining(before))
      if (content !== null) expect(readDatasetFile(writeFileOf(content)).content).toEqual(content)
    }),
    { numRuns: 50 },
  )
})

/** What a column of a type has, and no more: of a number its mark, of a day its order. */
function asLearnt({ order, decimalMark, unit, scale, ...rest }: Column): Column {
  const column = withFittingRules(rest)
  const { type } = column
  if (type === 'date' || type === 'timestamp') return { ...column, order }
  if (type !== 'decimal' && type !== 'integer') return column
  return {
    ...column,
    decimalMark,
    ...(unit === undefined ? {} : { unit }),
    ...(type === 'decimal' ? { scale } : {}),
  }
}

it.each([
  ['{', /^It is no JSON: /],
  ['[]', /^It must be an object with "pallet": "dataset" and "version": 2.$/],
  ['{"pallet":"recipe","version":1,"steps":[]}', /^It must be an object with "pallet": "dataset"/],
  ['{"pallet":"dataset","version":3}', /^It is of version 3, and this Pallet knows version 2/],
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
