import { expect, test } from 'vitest'
import { dagIdOf } from '../../../main/terminal/dag.ts'

test('a DAG is called after its dataset; of names in other letters none is called like another', () => {
  expect(dagIdOf('sales-2.till')).toBe('pallet_sales-2.till')
  const names = ['売上', '在庫', 'Köln', 'Káln', 'a b', 'a_b', 'a?b']
  const ids = names.map(dagIdOf)
  expect(new Set(ids).size).toBe(names.length)
  for (const id of ids) expect(id).toMatch(/^[\w.-]{1,250}$/)
})
