/** Whose file it is: by its name, else by its columns and what stands in them. */
import { expect, it } from 'vitest'
import {
  belongingOf,
  belongingSentence,
  takenAs,
} from '../../../shared/domain/datasets/belonging.ts'
import { printsOf } from '../../../shared/domain/columns/columnPrints.ts'
import type { Dataset } from '../../../shared/domain/datasets/dataset.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { defaultRecipe } from '../../../shared/domain/recipe/recipe.ts'

const labels = ['Datum', 'Filiale', 'Bon', 'Betrag']
const rowsOf = (day: string, shops: readonly string[], first = 1): string[][] =>
  Array.from({ length: 60 }, (_, row) => [
    day,
    shops[row % shops.length] ?? '',
    `B-${first + row}`,
    `${row},${row % 10}0`,
  ])
const own = ['Köln', 'Bonn', 'Trier']
const others = ['Graz', 'Linz', 'Wels']

const dataset = (
  name: string,
  rows = rowsOf('2026-11-16', own),
  more: Partial<Dataset> = {},
): Dataset => ({
  name,
  reading: null,
  recipe: defaultRecipe,
  contract: {
    columns: labels.map((label) => ({ name: label.toLowerCase(), label, type: 'text' })),
    maxQuarantinedShare: 0.05,
  },
  destination: null,
  lastFile: printsOf(labels, rows, ','),
  updatedAt: '',
  ...more,
})
const belonging = (
  file: string,
  datasets: readonly Dataset[],
  rows = rowsOf('2026-11-17', own, 500),
  under = labels,
) => belongingOf(file, printsOf(under, rows, ','), datasets)

it('goes to the one dataset that has its columns, with the reason', () => {
  const found = belonging('umsatz-2-korrigiert.csv', [dataset('umsatz'), dataset('other', [])])
  expect(found).toEqual({ kind: 'fits', name: 'umsatz-korrigiert', dataset: 'umsatz', columns: 4 })
  expect(belongingSentence(found)).toBe(
    'It has the 4 columns of the dataset “umsatz”, with values of the same kind.',
  )
  expect(takenAs('umsatz-2-korrigiert.csv', found)).toBe('umsatz')
})

it('goes to the dataset of its name, whatever another one has for columns', () => {
  expect(belonging('kasse.csv', [dataset('umsatz'), dataset('kasse', [])])).toEqual({
    kind: 'by-name',
    name: 'kasse',
  })
})

it('is a dataset of its own where its shops are others, and that is said', () => {
  const found = belonging('wien.csv', [dataset('umsatz')], rowsOf('2026-11-17', others))
  expect(found).toEqual({
    kind: 'others-values',
    name: 'wien',
    datasets: ['umsatz'],
    column: 'Filiale',
  })
  expect(takenAs('wien.csv', found)).toBe('wien')
  expect(belongingSentence(found)).toBe(
    'It has the columns of the dataset “umsatz”, but none of the values known there in “Filiale”.',
  )
})

it('is of the chain whose shops it has, where two datasets have its columns', () => {
  const both = [dataset('umsatz'), dataset('wien', rowsOf('2026-11-16', others))]
  expect(belonging('neu.csv', both)).toMatchObject({ kind: 'fits', dataset: 'umsatz' })
  expect(belonging('neu.csv', both, rowsOf('2026-11-17', others))).toMatchObject({
    kind: 'fits',
    dataset: 'wien',
  })
})

it('has to be said where two datasets fit alike', () => {
  const found = belonging('neu.csv', [dataset('umsatz'), dataset('umsatz-alt')])
  expect(found).toEqual({ kind: 'several', name: 'neu', datasets: ['umsatz', 'umsatz-alt'] })
  const refused = ((): Problem => {
    try {
      takenAs('neu.csv', found)
    } catch (error) {
      return Problem.from(error)
    }
    throw new Error('It was taken.')
  })()
  expect(refused.data).toMatchObject({
    code: 'usage',
    what: 'It is not clear whose file neu.csv is. It has the columns of the datasets “umsatz” and “umsatz-alt”.',
    advice:
      'Say it: --dataset umsatz, or --dataset umsatz-alt, or --dataset neu; the last one is a new dataset.',
  })
})

it('is a dataset of its own with other labels, other kinds of values, few columns, or none labelled', () => {
  const byName = { kind: 'by-name', name: 'neu' }
  const known = [dataset('umsatz')]
  expect(belonging('neu.csv', known, undefined, ['Datum', 'Filiale', 'Bon', 'Preis'])).toEqual(
    byName,
  )
  const turned = rowsOf('2026-11-17', own).map(([day = '', shop = '', receipt = '']) => [
    day,
    shop,
    receipt,
    'viel',
  ])
  expect(belonging('neu.csv', known, turned)).toEqual(byName)
  const two = dataset('umsatz', [], { lastFile: printsOf(['a', 'b'], [['1', '2']]) })
  expect(belonging('neu.csv', [two], [['1', '2']], ['a', 'b'])).toEqual(byName)
  const made = ['column1', 'column2', 'column3', 'column4']
  const nameless = dataset('umsatz', [], { lastFile: printsOf(made, rowsOf('2026-11-16', own)) })
  expect(belonging('neu.csv', [nameless], undefined, made)).toEqual(byName)
  expect(belonging('neu.csv', [dataset('umsatz', [], { contract: null })])).toEqual(byName)
})
