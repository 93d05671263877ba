import { describe, expect, it } from 'vitest'
import type { Choices } from '../../../renderer/core/chosenFiles.ts'
import {
  connectionsFor,
  startInput,
  targetErrors,
  targetOf,
} from '../../../renderer/features/send/destination.ts'
import { newHistory, withChange } from '../../../renderer/core/recipes.ts'
import { unsaidOf } from '../../../renderer/features/send/unsaid.ts'
import { destinationSentence } from '../../../shared/domain/datasets/names.ts'
import type { Connection } from '../../../shared/domain/connection.ts'
import type { Dataset } from '../../../shared/domain/datasets/dataset.ts'

const none: Choices = {
  dataset: 'sales',
  reading: null,
  columns: {},
  header: null,
  recipe: null,
  keepsRecipe: null,
  destination: {},
}
const file = (choices: Partial<Choices> = {}) => ({
  name: 'sales_1.csv',
  arrival: { state: 'here' as const },
  choices: { ...none, ...choices },
  belonging: null,
})
const connection = (name: string, container: string | null): Connection => ({
  name,
  settings: { kind: 'sas-url' },
  container,
  secret: 'stored',
  kept: [],
  createdAt: '',
})
const connections = [connection('sandbox', null), connection('contoso', 'exports')]
const dataset: Dataset = {
  name: 'sales',
  reading: null,
  recipe: [],
  contract: {
    columns: [{ name: 'a', label: 'A', type: 'integer', unique: true }],
    maxQuarantinedShare: 0.05,
  },
  destination: {
    blob: { connection: 'contoso', container: 'landing', format: 'parquet' },
    warehouse: { connection: 'sandbox', table: 'sales_all', meaning: { kind: 'snapshot' } },
    triggers: [],
  },
  updatedAt: '',
}

it('says in one line where a file goes that is told of and stands in another warehouse', () => {
  const destination = { warehouse: { connection: 'crates' }, triggers: [{ connection: 'flow' }] }
  expect(destinationSentence(targetOf(file({ destination }), null, connections))).toBe(
    'To sandbox · container pallet · table sales at crates · new rows · then tells flow',
  )
})

it('offers for a part of the destination the connections that can be it', () => {
  const here = [...connections, { ...connection('odd', null), settings: { kind: 'unheard-of' } }]
  expect(connectionsFor('blobs', here)).toEqual(connections)
  expect(connectionsFor('trigger', here)).toEqual([])
})

it('says in one line where a file goes', () => {
  expect(destinationSentence(targetOf(file(), null, connections))).toBe(
    'To sandbox · container pallet · table sales · new rows',
  )
  expect(destinationSentence(targetOf(file(), dataset, connections))).toBe(
    'To contoso · container landing · table sales_all · whole table',
  )
})

it('goes to the environment’s storage where there is one', () => {
  const withEnvironment = [connection('environment', 'dropzone'), ...connections]
  expect(targetOf(file(), null, withEnvironment)).toMatchObject({
    blob: { connection: 'environment', container: 'dropzone' },
  })
})

it('another connection brings its own container, not the remembered one', () => {
  const target = targetOf(
    file({ destination: { blob: { connection: 'sandbox' } } }),
    dataset,
    connections,
  )
  expect(target).toMatchObject({
    blob: { connection: 'sandbox', container: 'pallet' },
    warehouse: { table: 'sales_all' },
  })
})

it('names what Azure or the warehouse would refuse', () => {
  const { blob, warehouse, triggers } = targetOf(file(), null, connections)
  if (blob === null || warehouse === null) throw new Error('a part is missing')
  expect(targetErrors({ blob, warehouse, triggers }, connections, null)).toEqual({})
  for (const container of ['ab', 'My-Files', 'a--b', '-ab', 'a'.repeat(64)])
    expect(
      Object.keys(
        targetErrors({ blob: { ...blob, container }, warehouse, triggers }, connections, null),
      ),
    ).toEqual(['container'])
  for (const table of ['Sales 2026', 'مبيعات'])
    expect(
      targetErrors({ blob, warehouse: { ...warehouse, table }, triggers }, connections, null),
    ).toEqual({})
  for (const table of ['', 'a\nb', '_pallet_ledger', 'a'.repeat(129)])
    expect(
      Object.keys(
        targetErrors({ blob, warehouse: { ...warehouse, table }, triggers }, connections, null),
      ),
    ).toEqual(['table'])
})

it('sends what was shown, and leaves to the core what nobody changed', () => {
  const target = targetOf(file(), dataset, connections)
  expect(startInput(none, dataset, target, null)).toEqual({
    dataset: 'sales',
    ifDelivered: 'ask',
    destination: {
      blob: { connection: 'contoso', container: 'landing', format: 'parquet' },
      warehouse: { connection: 'sandbox', table: 'sales_all', meaning: { kind: 'snapshot' } },
      triggers: [],
    },
  })
})

it('sends a changed type with the rules of the dataset, and a named blob', () => {
  const choices: Choices = {
    ...none,
    columns: { A: { type: 'text' } },
    destination: { blob: { name: ' mine.csv ' } },
  }
  const target = targetOf({ name: 'x.csv', choices }, dataset, connections)
  const input = startInput(choices, dataset, target, [{ name: 'a', label: 'A', type: 'decimal' }])
  expect(input.columns).toEqual([{ name: 'a', label: 'A', type: 'text', unique: true }])
  expect(input.destination.blob?.name).toBe('mine.csv')
})

it('sends changed steps with whether they stay; a new dataset begins with them', () => {
  const target = targetOf(file(), dataset, connections)
  const recipe = withChange(newHistory(dataset.recipe), [{ kind: 'trim' }])
  const sent = (choices: Partial<Choices>, known: Dataset | null) =>
    startInput({ ...none, ...choices }, known, target, null).recipe
  expect(sent({}, dataset)).toBeUndefined()
  expect(sent({ recipe: newHistory(dataset.recipe) }, dataset)).toBeUndefined()
  expect(sent({ recipe, keepsRecipe: false }, dataset)).toMatchObject({ keep: false })
  expect(sent({ recipe, keepsRecipe: true }, dataset)).toMatchObject({ keep: true })
  expect(sent({ recipe }, null)).toMatchObject({ keep: true, steps: [{ kind: 'trim' }] })
  const said = (choices: Partial<Choices>, known: Dataset | null) =>
    unsaidOf(file(choices), known, undefined, undefined)
  expect(said({ recipe }, dataset)).toContain('for this file only')
  expect(said({ recipe, keepsRecipe: false }, dataset)).toBe('')
  expect(said({ recipe }, null)).toBe('')
})

it('has nothing to send of a file without rows, unless these are to be the whole table', () => {
  const preview = {
    name: 'sales_1.csv',
    bytes: 2,
    detected: { reading: { kind: 'parquet' as const }, doubts: [] },
    columnDoubts: [],
    undecided: [],
    offers: {},
    columns: [],
    rows: [],
    broken: [],
    parts: [],
    ruler: null,
    estimatedRecords: 0,
  }
  const said = (
    found: Partial<typeof preview>,
    kind: 'append' | 'snapshot',
    known: Parameters<typeof unsaidOf>[0] = file(),
  ) => unsaidOf(known, null, { ...preview, ...found }, { kind })
  expect(said({}, 'append')).toContain('no rows')
  expect(said({}, 'snapshot')).toBe('')
  expect(said({ estimatedRecords: 1 }, 'append')).toBe('')
  const arriving = { ...file(), arrival: { state: 'arriving' as const, sentBytes: 2 } }
  expect(said({}, 'append', arriving)).toBe('')
})

describe('rows that the warehouse cleans', () => {
  const lake = { ...connection('lake', null), settings: { kind: 'databricks-token' } }
  const there = { connection: 'lake', table: 'sales', meaning: { kind: 'append' as const } }
  const contract = {
    columns: [{ name: 'a', label: 'A', type: 'text' as const }],
    maxQuarantinedShare: 1,
  }
  const knownThere: Dataset = {
    ...dataset,
    recipe: [],
    contract,
    destination: { blob: null, warehouse: { ...there, cleanOn: 'databricks' }, triggers: [] },
  }

  it('are cleaned there again, until a person takes it back', () => {
    const target = targetOf(file(), knownThere, [lake])
    expect(target.warehouse?.cleanOn).toBe('databricks')
    expect(targetErrors(target, [lake], knownThere)).toEqual({})
    const back = targetOf(file({ destination: { warehouse: { cleanOn: 'local' } } }), knownThere, [
      lake,
    ])
    expect(back.warehouse?.cleanOn).toBeUndefined()
    const sent = startInput(none, knownThere, back, null)
    expect(sent.destination.warehouse?.cleanOn).toBe('local')
  })

  it('are refused with the reason before they are sent', () => {
    const target = targetOf(file(), knownThere, [lake])
    const round = { kind: 'round' as const, columns: ['A'], digits: 0 }
    const errors = [
      targetErrors(target, [lake], { ...knownThere, contract: null }),
      targetErrors(target, [lake], { ...knownThere, recipe: [round] }),
      targetErrors(
        { ...target, warehouse: { ...there, cleanOn: 'snowflake' } },
        [lake],
        knownThere,
      ),
    ]
    expect(errors.map(({ cleaner }) => cleaner)).toEqual([
      expect.stringContaining('nothing is learnt from a file there'),
      expect.stringContaining('cannot be done in Databricks as it is done here'),
      expect.stringContaining('is none of it'),
    ])
  })
})

it('a file may go to a topic, and then nowhere else', () => {
  const topic = { connection: 'tills', topic: '', key: ['shop'], perSecond: 500 }
  const open = targetOf(
    file({ destination: { blob: null, warehouse: null, topic } }),
    dataset,
    connections,
  )
  expect(targetErrors(open, connections, dataset)).toEqual({ topic: 'Choose a topic.' })
  const chosen = { ...open, topic: { ...topic, topic: 'prices' } }
  expect(targetErrors(chosen, connections, dataset)).toEqual({})
  expect(destinationSentence(chosen)).toBe('To the topic prices at tills · key shop · 500 a second')
})
