import { expect, test } from 'vitest'
import type { TriggerTarget } from '../../../shared/domain/datasets/dataset.ts'
import { wrongTrigger } from '../../../shared/systems/telling.ts'
import { plainDestination } from '../../fixtures/destination.ts'

const wrong = (...triggers: TriggerTarget[]) =>
  wrongTrigger(triggers.length - 1, { ...plainDestination, triggers }, 'airflow-token')
const load = { connection: 'flow', job: 'load' }

test('what is told in vain is said', () => {
  expect(wrong(load)).toBeNull()
  expect(wrong({ connection: 'flow' })).toBe('Say which DAG of flow is to be started.')
  expect(wrong({ ...load, job: ' ' })).toContain('Say which DAG')
  expect(wrongTrigger(0, { ...plainDestination, triggers: [load] }, 'snowflake-token')).toBe(
    'flow starts nothing by name, so “load” means nothing there.',
  )
})

test('nobody is told twice: the second would be taken for the first', () => {
  expect(wrong(load, { ...load, parameters: { a: '1' } })).toBe(
    '“load” of flow is told already, further up.',
  )
  expect(wrong(load, { ...load, job: 'report' })).toBeNull()
  expect(wrong(load, { ...load, connection: 'other' })).toBeNull()
})

test('parameters have names and texts that can be, for what the run will have', () => {
  const given = (parameters: Record<string, string>) => wrong({ ...load, parameters })
  expect(given({ day: '{date}', 'rows.in': '{rows_in}', größe: '1' })).toBeNull()
  for (const odd of ['1st', 'a b', '', '=']) expect(given({ [odd]: 'x' })).toContain('cannot be')
  expect(given({ day: '{tomorrow}' })).toContain('means nothing')
  const noTable = { ...plainDestination, warehouse: null }
  const triggers = [{ ...load, parameters: { to: '{table}' } }]
  expect(wrongTrigger(0, { ...noTable, triggers }, 'airflow-token')).toContain(
    'nothing for “{table}”',
  )
  expect(
    wrongTrigger(
      0,
      { ...plainDestination, triggers: [{ connection: 'x', parameters: { a: '' } }] },
      'sas-url',
    ),
  ).toBe('x takes no parameters.')
})
