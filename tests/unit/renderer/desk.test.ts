import { describe, expect, it } from 'vitest'
import {
  changedSteps,
  historyOf,
  newHistory,
  stepsAt,
  withChange,
  writtenFault,
} from '../../../renderer/core/recipes.ts'
import { lookThrough } from '../../../renderer/core/looks.ts'
import type { ChosenFile } from '../../../renderer/core/chosenFiles.ts'
import { troublesOf } from '../../../renderer/features/preview/problems.ts'
import { cellFault } from '../../../renderer/features/preview/rowWords.ts'
import { columnsOfView, rowInFile, rowOfView } from '../../../renderer/features/preview/shown.ts'
import { kindsFor } from '../../../renderer/features/steps/AddStep.tsx'
import { effectWords } from '../../../renderer/features/steps/effectWords.ts'
import { fittingSteps } from '../../../renderer/features/steps/fitting.ts'
import { stepOfValues } from '../../../renderer/features/steps/stepFields.ts'
import { undecidedOrder } from '../../../shared/domain/columns/columnDoubts.ts'
import type { Column, Dataset } from '../../../shared/domain/datasets/dataset.ts'
import { workedPlaces } from '../../../shared/domain/recipe/effect.ts'
import { type Recipe, withIds } from '../../../shared/domain/recipe/recipe.ts'
import { fitRecipe } from '../../../shared/domain/recipe/recipeFit.ts'

const dataset: Dataset = {
  name: 'sales',
  reading: null,
  recipe: [{ kind: 'trim' }],
  contract: null,
  destination: null,
  updatedAt: '',
}

describe('the steps of a chosen file', () => {
  const trim = newHistory(dataset.recipe)
  const more = withChange(trim, [...stepsAt(trim), { kind: 'drop-blank-rows' }])

  it('are its dataset’s until they are others, and again when the change is taken back', () => {
    expect(changedSteps({ recipe: null }, dataset)).toBeNull()
    expect(changedSteps({ recipe: trim }, dataset)).toBeNull()
    expect(changedSteps({ recipe: more }, dataset)).toHaveLength(2)
    expect(changedSteps({ recipe: { ...more, at: 0 } }, dataset)).toBeNull()
    expect(stepsAt(historyOf({ recipe: null }, null))).toHaveLength(6)
  })

  it('forget what was taken back once something else is changed', () => {
    const other = withChange({ ...more, at: 0 }, [])
    expect(other).toEqual({ all: [trim.all[0], []], at: 1 })
  })

  it('say which of them does not fit, where they were written here', () => {
    const wrong = withChange(trim, [{ kind: 'remove', columns: ['Ort'] }])
    const header = null
    expect(writtenFault({ recipe: wrong, header }, dataset, ['Preis'])?.sentence).toContain('“Ort”')
    expect(writtenFault({ recipe: wrong, header }, dataset, ['Preis', 'Ort'])).toBeNull()
    expect(
      writtenFault({ recipe: null, header: null }, { ...dataset, recipe: [] }, ['Preis']),
    ).toBeNull()
  })
})

describe('the steps that fit a column or a cell', () => {
  // Names and values that would end a formula or a text before its time.
  const hostile = ['Preis', 'a]b', 'x" or true or "', "it's", '[]', 'Ä ö']
  const values = [null, '', 'gratis', '"', 'a]" = "', '=1+1']

  it('fit whatever the column is called and the cell holds', () => {
    for (const label of hostile)
      for (const value of values)
        for (const type of ['text', 'decimal', 'date'] as const)
          for (const fitting of fittingSteps({ label, type }, value).flat()) {
            if (fitting.how === 'form') continue
            const { fault } = fitRecipe([fitting.step], [label, 'other'])
            expect(fault, `${label} ${value} ${fitting.words}`).toBeNull()
          }
  })

  it('open their forms with what is known', () => {
    const all = fittingSteps({ label: 'Preis', type: 'decimal', decimalMark: ',' }, 'gratis').flat()
    const asked = all.filter((one) => one.how === 'form')
    const replace = asked.find(({ kind }) => kind === 'replace')
    const made = stepOfValues('replace', { ...replace?.given, with: '0' }, null)
    expect(made).toEqual({
      kind: 'replace',
      columns: ['Preis'],
      find: 'gratis',
      with: '0',
      whole: true,
    })
    const formula = asked.find(({ kind }) => kind === 'derive')?.given['formula']
    expect(formula).toBe('number([Preis], ",")')
  })
})

it('a kind of step is found by what people call it', () => {
  expect(kindsFor('')).toContain('trim')
  expect(kindsFor('dedupe')).toEqual(['drop-duplicates'])
  expect(kindsFor('new column')).toEqual(['derive'])
  expect(kindsFor('xyz')).toEqual([])
})

it.each([
  [{ changedCells: 1, changedByColumn: [{ column: 'Ort', cells: 1 }] }, '1 cell in “Ort”', 'does'],
  [
    {
      changedCells: 5,
      changedByColumn: ['A', 'B', 'C'].map((column) => ({ column, cells: 1 })),
      droppedRows: 2,
    },
    '5 cells in 3 columns, 2 rows dropped',
    'does',
  ],
  [{ heldRows: 3 }, '3 rows held back', 'wrong'],
  [{ problem: 'No such column.' }, 'No such column.', 'wrong'],
  [{}, 'changes nothing', 'nothing'],
] as const)('an effect is said in words: %o', (given, words, tone) => {
  const none = { stepId: 's', changedCells: 0, changedByColumn: [], droppedRows: 0, heldRows: 0 }
  const effect = { ...none, ...structuredClone(given) } as Parameters<typeof effectWords>[0]
  expect(effectWords(effect, 'trim')).toEqual({ words, tone })
  expect(effectWords(none, 'rename')).toBeNull()
})

describe('the table before, after, and both', () => {
  const columns: Column[] = ['A', 'B', 'C'].map((label) => ({ name: label, label, type: 'text' }))
  const recipe: Recipe = [
    { kind: 'rename', column: 'A', to: 'Town' },
    { kind: 'remove', columns: ['B'] },
    { kind: 'derive', into: 'D', formula: '[C]' },
    { kind: 'drop-rows', when: '[C] = "x"' },
  ]
  const steps = withIds(recipe)
  const places = workedPlaces(recipe, ['A', 'B', 'C'], 0, recipe.length)
  const worked = {
    record: 1,
    line: 2,
    cells: places.map(({ after }) => (after === null ? '' : `new ${after.label}`)),
    before: Object.fromEntries(
      places.flatMap(({ before }, nth) => (before === null ? [] : [[nth, `old ${before.label}`]])),
    ),
    longer: {},
    fate: { kind: 'stands' as const },
  }
  const labels = (view: Parameters<typeof columnsOfView>[1]) =>
    columnsOfView(places, view, columns, () => undefined).map(({ column, was, change }) => [
      column.label,
      was,
      change,
    ])

  it('has the columns of its view, with what becomes of them', () => {
    expect(labels('before')).toEqual([
      ['A', null, 'kept'],
      ['B', null, 'kept'],
      ['C', null, 'kept'],
    ])
    expect(labels('after').map(([label]) => label)).toEqual(['Town', 'C', 'D'])
    expect(labels('both')).toEqual([
      ['Town', 'A', 'kept'],
      ['B', null, 'removed'],
      ['C', null, 'kept'],
      ['D', null, 'made'],
    ])
  })

  it('has a cell for each of them', () => {
    for (const view of ['before', 'after', 'both'] as const)
      expect(rowOfView(worked, places, view, steps).cells).toHaveLength(labels(view).length)
    expect(rowOfView(worked, places, 'before', steps).cells).toEqual(['old A', 'old B', 'old C'])
    expect(rowOfView(worked, places, 'after', steps)).toMatchObject({
      cells: ['new Town', 'new C', 'new D'],
      before: { 0: 'old A', 1: 'old C' },
    })
    const dropped = { ...worked, fate: { kind: 'dropped' as const, step: steps[3]?.id ?? '' } }
    expect(rowOfView(dropped, places, 'both', steps).fate).toEqual({
      kind: 'left',
      sentence: 'Dropped by step 4, Drop rows where [C] = "x".',
    })
  })

  it('holds each of the cells that a pivot made of a row to the type of their column', () => {
    const menge: Column = { name: 'menge', label: 'Menge', type: 'integer' }
    const row = rowOfView({ ...worked, parts: 3 }, places, 'after', steps)
    expect(cellFault(row, menge, '1 · 20 · 300')).toBe('')
    expect(cellFault(row, menge, '7')).toBe('')
    expect(cellFault(row, menge, '1 · zwei · 300')).not.toBe('')
    // Cut off: nobody knows what the last one was.
    expect(cellFault(row, menge, '1 · 20')).toBe('')
    const alone = rowOfView(worked, places, 'after', steps)
    expect(cellFault(alone, menge, '1 · 20 · 300')).not.toBe('')
  })

  it('shows the first rows of the file in these columns until the steps are worked', () => {
    const shown = columnsOfView(places, 'both', columns, () => undefined)
    const row = {
      record: 1,
      line: 2,
      cells: ['1', '2', '3'],
      longer: { 2: 5000 },
      fate: { kind: 'stands' as const },
    }
    expect(rowInFile(row, shown)).toEqual({
      ...row,
      cells: ['1', '2', '3', ''],
      longer: { 2: 5000 },
    })
  })
})

it('a doubt about the first rows gives way to what is known of all of them, and one that is asked is not said as well', () => {
  const doubt = 'In column “Menge”, 1 of 200 sampled values is not a whole number.'
  const preview = { columnDoubts: [{ label: 'Menge', sentence: doubt }], undecided: ['Tag'] }
  expect(
    troublesOf(null, [doubt, 'Other.'], preview, null, false).map(({ sentence }) => sentence),
  ).toEqual([doubt, 'Other.'])
  const column = {
    column: { name: 'menge', label: 'Menge', type: 'integer' },
    filled: 600,
    fits: 597,
    misfits: [{ value: 'Stk', count: 3, line: 9 }],
  }
  const profile = { columns: [column], hints: [undecidedOrder('Tag')] } as unknown as Parameters<
    typeof troublesOf
  >[3]
  expect(troublesOf(null, [doubt, 'Other.'], preview, profile, false)).toEqual([
    {
      sentence:
        '“Menge”: 3 of 600 values do not fit its type, Whole number, such as “Stk” in line 9.',
      filter: { kind: 'misfit', column: 'Menge' },
      cell: { label: 'Menge', value: 'Stk' },
    },
    { sentence: 'Other.', filter: null, cell: null },
  ])
})

it('only the columns that filters and order name go along when rows are asked for, however many there are', () => {
  const choices = { reading: null, header: null, columns: {}, recipe: null, dataset: '' }
  const file = { source: 'f', choices } as unknown as ChosenFile
  const columns = Array.from({ length: 300 }, (_, at): Column => {
    const label = `C ${at}`
    return { name: `c_${at}`, label, type: 'text' }
  })
  const view = { file, dataset: null, seen: columns, columns, filters: [], order: null }
  expect(lookThrough(view).typed).toEqual([])
  const order = { column: 'C 7', descending: true }
  const filters = [{ kind: 'misfit' as const, column: 'C 9' }, { kind: 'held' as const }]
  expect(lookThrough({ ...view, filters, order }).typed.map(({ label }) => label)).toEqual([
    'C 7',
    'C 9',
  ])
})
