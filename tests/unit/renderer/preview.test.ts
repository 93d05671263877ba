import { describe, expect, it } from 'vitest'
import {
  choiceOf,
  typeOptions,
  typeOptionsFor,
} from '../../../renderer/features/preview/columnTypes.ts'
import {
  delimiterOptions,
  quoteOptions,
  withQuote,
} from '../../../renderer/features/preview/dialectWords.ts'
import { columnWidths, headRows } from '../../../renderer/features/preview/tableLayout.ts'
import { optionOf, unitOf, withChoice } from '../../../shared/domain/columns/columnChoice.ts'
import { columnTypes, type Column } from '../../../shared/domain/datasets/dataset.ts'
import type { Dialect } from '../../../shared/domain/files/dialect.ts'

const dialect: Dialect = {
  encoding: 'utf-8',
  delimiter: ',',
  quote: '"',
  escape: '"',
  lineEnd: '\n',
  headerRows: 1,
  skipLines: 0,
}

describe('column types', () => {
  it('offers every type of the contract, and every entry stands for itself', () => {
    expect(new Set(typeOptions.map(({ type }) => type))).toEqual(new Set(columnTypes))
    for (const { value } of typeOptions) expect(optionOf(choiceOf(value))).toBe(value)
  })

  it('offers the units that are known of a column, and a choice leaves no other behind', () => {
    const euro = { type: 'decimal', decimalMark: ',', unit: '€' } as const
    const options = typeOptionsFor({ type: 'text' }, euro, { type: 'integer', unit: '%' })
    expect(options.length).toBe(typeOptions.length + 6)
    expect(choiceOf('decimal , €', options)).toEqual(euro)
    for (const { value } of options) expect(optionOf(choiceOf(value, options))).toBe(value)
    const price: Column = { name: 'p', label: 'P', ...euro, min: 0 }
    expect(withChoice(price, { type: 'decimal', decimalMark: '.' })).toEqual({
      name: 'p',
      label: 'P',
      type: 'decimal',
      decimalMark: '.',
      min: 0,
    })
    expect(['€', '%', 'CHF', '()', '', 'dmy'].map(unitOf)).toEqual([
      '€',
      '%',
      'CHF',
      '',
      undefined,
      undefined,
    ])
  })

  it('a new type takes the rules of the old one along only where they still make sense', () => {
    const price: Column = {
      name: 'price',
      label: 'Price',
      type: 'decimal',
      decimalMark: ',',
      required: true,
      min: 0,
      oneOf: ['1,5'],
    }
    expect(withChoice(price, { type: 'integer' })).toEqual({
      name: 'price',
      label: 'Price',
      type: 'integer',
      decimalMark: ',',
      required: true,
      min: 0,
    })
    expect(withChoice(price, { type: 'date', order: 'dmy' })).toEqual({
      name: 'price',
      label: 'Price',
      type: 'date',
      order: 'dmy',
      required: true,
    })
    expect(withChoice(price, { type: 'decimal', decimalMark: ',' })).toBe(price)
  })
})

describe('dialect', () => {
  it('offers the file’s own separator and quote even when they are unusual', () => {
    expect(delimiterOptions(';').some(({ value }) => value === ';')).toBe(true)
    expect(delimiterOptions('\u0001').at(-1)).toEqual({ value: '\u0001', label: 'U+0001' })
    expect(quoteOptions('`').at(-1)).toEqual({ value: '`', label: '` U+0060' })
  })

  it('a doubled quote follows the quote, a backslash stays', () => {
    expect(withQuote(dialect, "'")).toMatchObject({ quote: "'", escape: "'" })
    expect(withQuote({ ...dialect, escape: '\\' }, "'")).toMatchObject({ escape: '\\' })
    expect(withQuote(dialect, '')).toMatchObject({ quote: '', escape: '' })
    expect(withQuote({ ...dialect, quote: '', escape: '' }, '"')).toMatchObject({ escape: '"' })
  })
})

describe('the table', () => {
  it('puts broken records where they stand in the file', () => {
    const preview = {
      rows: [
        { line: 2, cells: ['a'] },
        { line: 5, cells: ['b'] },
      ],
      broken: [
        { line: 3, raw: '"', reason: 'x' },
        { line: 9, raw: '"', reason: 'x' },
      ],
    }
    const said = (estimatedRecords: number) =>
      headRows({ ...preview, estimatedRecords }).map(({ line, fate }) => `${line} ${fate.kind}`)
    expect(said(4)).toEqual(['2 stands', '3 broken', '5 stands', '9 broken'])
    // What stands between is not known of a longer file.
    expect(said(400)).toEqual(['2 stands', '3 broken', '5 stands'])
  })

  it('gives every column a readable width, however long its cells', () => {
    const columns: Column[] = [
      { name: 'a', label: 'a', type: 'text' },
      { name: 'b', label: 'b', type: 'text' },
    ]
    const [narrow, wide] = columnWidths(columns, [{ cells: ['1', 'x'.repeat(5000)] }])
    expect(narrow).toBeGreaterThanOrEqual(90)
    expect(wide).toBeGreaterThan(narrow ?? 0)
    expect(wide).toBeLessThanOrEqual(400)
    // The label is bold, and has a button beside it.
    const [labelled, filled] = columnWidths(
      columns.map((column, index) => ({ ...column, label: index === 0 ? 'column number 7' : 'b' })),
      [{ cells: ['1', 'x'.repeat(15)] }],
    )
    expect(labelled).toBeGreaterThan((filled ?? 0) + 24)
  })
})
