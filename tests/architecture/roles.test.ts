/** Every call of the contract says which role it needs, and files beside it do. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { contract } from '../../shared/contract/contract.ts'
import { needs, roleFor } from '../../shared/contract/roles.ts'
import { actWords } from '../../shared/domain/audit.ts'
import { edgesOf, modulesIn, root } from './imports.ts'

const calls = Object.entries(contract).flatMap(([part, names]) =>
  Object.keys(names).map((name) => `${part}.${name}`),
)

test('every call of the contract needs a role, and nothing else is in the table', () => {
  const files = ['files.receive', 'files.rejects']
  expect(Object.keys(needs).sort()).toEqual([...calls, ...files].sort())
})

/** What an operator changes for others: the way of a run that is there. */
const actsOfOperators = [
  'runs.start',
  'runs.continue',
  'runs.pause',
  'runs.resume',
  'runs.goOnThere',
  'runs.cancel',
  'runs.retry',
  'runs.resend',
  'runs.answer',
  'extracts.fetch',
]

test('what changes something for others takes more than an operator, but for the runs’ own way', () => {
  const acts = Object.keys(actWords).filter((act) => roleFor(act, {}) === 'operator')
  expect(acts).toEqual(actsOfOperators)
})

test('connections, settings, keeping, folders of the server, alerts and the audit are for admins', () => {
  const acts = Object.keys(actWords).filter((act) =>
    /^(connections|settings|watches|alerts|uploads)\./.test(act),
  )
  const reads = ['audit.list', 'audit.verify', 'app.log', 'sources.open', 'connections.deviceCode']
  for (const call of [...acts, ...reads]) expect([call, roleFor(call, {})]).toEqual([call, 'admin'])
})

test('a call that is in no table needs the highest role', () => {
  for (const call of ['', 'runs', 'runs.', 'toString', '__proto__', 'runs.start.extra'])
    expect(roleFor(call, {})).toBe('admin')
})

test('a role is asked for in one place, which all that answers a window goes through', () => {
  const asking = modulesIn('main')
    .flatMap(edgesOf)
    .filter(({ to }) => to === 'main/rpc/allowed.ts')
    .map(({ from }) => from)
  expect(asking.sort()).toEqual(['main/rpc/files.ts', 'main/rpc/wire.ts'])
  // No other handler of the contract is made anywhere.
  const handlers = modulesIn('main').filter((module) =>
    readFileSync(join(root, module), 'utf8').includes('new RPCHandler('),
  )
  expect(handlers).toEqual(['main/rpc/wire.ts'])
})
