/** With which columns a file is sent: the person's choice goes before the dataset, the dataset before the file. */
import { describe, expect, test } from 'vitest'
import type { Column, Contract } from '../../../shared/domain/datasets/dataset.ts'
import { asItIs } from '../../../shared/domain/columns/headerMap.ts'
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts'
import {
  columnsFor,
  madeColumnsFor,
  madeLabels,
  sentColumns,
} from '../../../shared/domain/columns/sentColumns.ts'

const text = (label: string): Column => ({ name: label.toLowerCase(), label, type: 'text' })
const contractOf = (...columns: Column[]): Contract => ({ columns, maxQuarantinedShare: 0.05 })
const under = (recipe: Recipe, contract: Contract | null = null, steps: Recipe | null = null) => ({
  dataset: { recipe, contract },
  map: asItIs,
  steps,
})

describe('columns of the file', () => {
  test('what was not chosen stays as the dataset remembers it, else as it was seen', () => {
    const known = contractOf(
      { name: 'b', label: 'b', type: 'integer', unique: true },
      { name: 'c', label: 'c', type: 'integer', required: true },
    )
    expect(
      columnsFor([text('a'), text('b'), text('c')], under([], known), { c: { type: 'text' } }),
    ).toEqual([
      text('a'),
      { name: 'b', label: 'b', type: 'integer', unique: true },
      { name: 'c', label: 'c', type: 'text', required: true },
    ])
  })

  test('a column that the steps rename keeps its rules', () => {
    const rename: Recipe = [{ kind: 'rename', column: 'Preis', to: 'Price' }]
    const price: Column = { name: 'preis', label: 'Price', type: 'decimal', min: 0 }
    const known = under(rename, contractOf(text('Store'), price))
    expect(sentColumns([text('Store'), text('Preis')], known, {})).toEqual([
      text('Store'),
      { ...price, label: 'Preis' },
    ])
    // As the header of this file has it.
    const header = { ...known, map: { ...asItIs, renamed: { PREIS: 'Preis' } } }
    expect(columnsFor([text('Store'), text('PREIS')], header, {})[1]).toEqual({
      ...price,
      label: 'PREIS',
    })
  })
})

describe('columns that a step parses', () => {
  const parse: Recipe = [
    { kind: 'parse-date', columns: ['Day'], formats: ['yyyyMMdd'] },
    { kind: 'parse-number', columns: ['Price'], decimalMark: ',' },
  ]
  const day: Column = { name: 'day', label: 'Day', type: 'integer' }
  const price: Column = { name: 'price', label: 'Price', type: 'decimal', decimalMark: ',', min: 0 }

  test('are read as the step leaves them, whatever they looked like', () => {
    expect(columnsFor([text('Day'), text('Price')], under(parse), {})).toEqual([
      { name: 'day', label: 'Day', type: 'date', order: 'ymd' },
      { name: 'price', label: 'Price', type: 'decimal', decimalMark: '.' },
    ])
    expect(columnsFor([day, price], under(parse, contractOf(day, price)), {})).toEqual([
      { name: 'day', label: 'Day', type: 'date', order: 'ymd' },
      { name: 'price', label: 'Price', type: 'decimal', decimalMark: '.', min: 0 },
    ])
  })

  test('stay text where the dataset has them as text, and are what a person says', () => {
    const known = under(parse, contractOf(text('Day'), text('Price')))
    expect(columnsFor([text('Day'), text('Price')], known, {})).toEqual([
      text('Day'),
      text('Price'),
    ])
    const choices = { Day: { type: 'text' } } as const
    expect(columnsFor([text('Day'), text('Price')], under(parse), choices)[0]).toEqual(text('Day'))
  })

  test('are not, once another step has made something else of them', () => {
    const steps: Recipe = [...parse, { kind: 'hash', columns: ['Day'] }]
    expect(columnsFor([text('Day'), price], under(steps), {})[0]).toEqual(text('Day'))
    const off = parse.map((step) => ({ ...step, off: true }))
    expect(columnsFor([text('Day'), price], under(off), {})).toEqual([text('Day'), price])
  })
})

describe('columns that steps make', () => {
  const split: Recipe = [
    { kind: 'split', column: 'Item', at: '/', into: ['Item', 'Size'] },
    { kind: 'rename', column: 'Size', to: 'Width' },
  ]
  const seen = [text('Item'), text('Store')]

  test('those that the person has said something of are sent, under names that no other has', () => {
    expect(madeLabels(seen, under(split))).toEqual(['Item', 'Width'])
    expect(madeColumnsFor(seen, under(split), {})).toEqual([])
    const choices = { Width: { type: 'integer', rules: { required: true } } } as const
    const width = { name: 'width', label: 'Width', type: 'integer', required: true }
    expect(sentColumns(seen, under(split), choices)).toEqual([width])
    expect(sentColumns(seen, under([], null, split), choices)).toEqual([width])
    // Without the steps there is nothing to be said of it.
    expect(sentColumns(seen, under(split, null, []), choices)).toEqual([])
    // Of a dataset that knows its columns, all of the file are sent; its own “Item” is none of those that are left.
    const known = under(split, contractOf(text('Store'), text('Item'), text('Width')))
    expect(sentColumns(seen, known, choices)).toEqual([text('Store'), width])
  })

  test('what is said comes on top of what the dataset remembers', () => {
    const width: Column = { name: 'breite', label: 'Width', type: 'integer', min: 1 }
    const known = under(split, contractOf(text('Store'), text('Item'), width))
    expect(madeColumnsFor(seen, known, { Width: { type: 'integer' } })).toEqual([width])
    expect(madeColumnsFor(seen, known, { Width: { type: 'integer', rules: { max: 9 } } })).toEqual([
      { name: 'breite', label: 'Width', type: 'integer', max: 9 },
    ])
  })

  test('a column of the file is told from one of its label that the steps make', () => {
    const steps: Recipe = [
      { kind: 'rename', column: 'Store', to: 'Shop' },
      { kind: 'derive', into: 'Store', formula: 'upper([Shop])' },
    ]
    expect(sentColumns(seen, under(steps), { Store: { type: 'integer' } })).toEqual([
      text('Shop'),
      { name: 'store', label: 'Store', type: 'integer' },
    ])
  })
})
