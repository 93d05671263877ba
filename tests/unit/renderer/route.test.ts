import { expect, it } from 'vitest'
import { hrefOf, parseRoute, type Route } from '../../../renderer/ui/route.ts'

const routes: Route[] = [
  { page: 'today' },
  { page: 'streams', connection: null, topic: null },
  { page: 'streams', connection: 'tills', topic: null },
  { page: 'streams', connection: 'tills', topic: 'sales/data' },
  { page: 'send' },
  { page: 'runs' },
  { page: 'run', runId: '20261120-181533-9f2c' },
  { page: 'run', runId: 'a/b %' },
  { page: 'datasets' },
  { page: 'dataset', name: 'till/2 %' },
  { page: 'compare', name: 'till/2 %', version: null },
  { page: 'compare', name: 'till/2 %', version: 3 },
  { page: 'query', sql: null },
  { page: 'query', sql: 'SELECT \'50 %\' AS "a/b"' },
  { page: 'insights', board: 'sales' },
  { page: 'insights', board: 'customers' },
  { page: 'connections', open: null },
  { page: 'connections', open: 'contoso-prod' },
  { page: 'settings', log: false },
  { page: 'settings', log: true },
]

it.each(routes)('an address leads back to its page: %o', (route) => {
  expect(parseRoute(hrefOf(route))).toEqual(route)
})

it.each(['', '#', '#/', '#/nowhere', '#main'])('%j is the home page', (hash) => {
  expect(parseRoute(hash)).toEqual({ page: 'send' })
})

it('a broken escape is taken as it stands', () => {
  expect(parseRoute('#/runs/50%')).toEqual({ page: 'run', runId: '50%' })
})
