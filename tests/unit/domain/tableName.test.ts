import { expect, it } from 'vitest'
import { beside, tableIn, tableParts } from '../../../shared/domain/warehouse/tableName.ts'

it.each([
  ['sales', ['sales']],
  ['RAW.sales', ['RAW', 'sales']],
  ['SALES.RAW.T', ['SALES', 'RAW', 'T']],
  ['SALES."Ra.w".`T``1`', ['SALES', 'Ra.w', 'T`1']],
  ['"a""b".c', ['a"b', 'c']],
  ['Tägliche Verkäufe', ['Tägliche Verkäufe']],
  ['', null],
  ['a.', null],
  ['.a', null],
  ['a..b', null],
  ['"a', null],
  ['"a"b', null],
  ['a"b"', null],
  ['""', null],
])('%s has the parts %j', (table, parts) => {
  expect(tableParts(table)?.map(({ name }) => name) ?? null).toEqual(parts)
})

it('another table lies beside it', () => {
  expect(beside('sales', 'returns')).toBe('returns')
  expect(beside('SALES."Ra.w".sales', 'returns')).toBe('SALES."Ra.w".returns')
})

it('lies where its name says, or else its connection', () => {
  expect(tableIn('SALES.RAW.', 'sales')).toBe('SALES.RAW.sales')
  expect(tableIn('SALES.RAW.', 'OTHER.sales')).toBe('SALES.OTHER.sales')
  expect(tableIn('SALES.RAW.', 'ARCHIVE.OTHER."s.1"')).toBe('ARCHIVE.OTHER.s.1')
  expect(tableIn('', 'sales')).toBe('sales')
})
