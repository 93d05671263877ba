import { expect, test } from 'vitest'
import { otherTables, proposeTables } from '../../../shared/domain/warehouse/insights.ts'

const sales = (table: string) => ({
  table,
  columns: [
    { name: 'sold_at', type: 'TIMESTAMP' },
    { name: 'amount', type: 'DECIMAL(18,2)' },
  ],
})
const stores = { table: 'stores', columns: [{ name: 'city', type: 'VARCHAR' }] }

test('tables that could be meant as well are named, those that lack something are not', () => {
  const tables = [stores, sales('till_a'), sales('till_b')]
  const proposed = proposeTables(tables)
  expect(proposed.sales?.table).toBe('till_a')
  expect(otherTables(tables, proposed)).toEqual({ sales: ['till_b'], stock: [] })
  expect(otherTables([stores, sales('till_a')], proposed).sales).toEqual([])
})

test('of tables that are neither nothing is proposed', () => {
  expect(proposeTables([stores])).toEqual({ sales: null, stock: null })
})
