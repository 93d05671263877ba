import { expect, test } from 'vitest'
import { parsePersonal } from '../../../main/terminal/personal.ts'
import type { Column, Destination } from '../../../shared/domain/datasets/dataset.ts'
import {
  marksInWords,
  placesOf,
  treatedColumns,
  treatmentFault,
  treatmentWords,
  treatmentsOf,
  unmarked,
  withMarks,
} from '../../../shared/domain/privacy/personalRules.ts'

const columns: Column[] = [
  { name: 'email', label: 'E-Mail', type: 'text', personal: { blob: 'hash', 'built-in': 'mask' } },
  { name: 'born', label: 'Born', type: 'date', required: true, personal: { topic: 'tokenise' } },
  { name: 'name', label: 'Name', type: 'text', personal: { warehouse: 'drop' } },
  { name: 'amount', label: 'Amount', type: 'decimal', scale: 2 },
]
const blob = { connection: 'shop', container: 'c', name: 'n', format: 'csv' } as const
const table = (connection: string): Destination['warehouse'] => ({
  connection,
  table: 't',
  meaning: { kind: 'upsert', keys: ['email'] },
})
const topic = { connection: 'k', topic: 't', key: ['born'] }

test('the strictest rule of the places that a run sends to', () => {
  const of = (sent: Parameters<typeof placesOf>[0]) =>
    treatmentWords(columns, treatmentsOf(columns, placesOf(sent)))
  expect(of({ blob, warehouse: null })).toBe('“E-Mail” is hashed')
  expect(of({ blob, warehouse: table('sandbox') })).toBe('“E-Mail” is masked')
  expect(of({ blob: null, warehouse: table('lake') })).toBe('“Name” is left empty')
  expect(of({ blob: null, warehouse: null, topic })).toBe('“Born” becomes tokens')
})

test('what is treated is text, and what is left empty keeps its type', () => {
  const treatments = treatmentsOf(columns, ['blob', 'warehouse', 'topic'])
  expect(treatedColumns(columns, treatments)).toEqual([
    { name: 'email', label: 'E-Mail', type: 'text' },
    { name: 'born', label: 'Born', type: 'text' },
    columns[2],
    columns[3],
  ])
})

test('what tells rows apart is not masked', () => {
  const fault = (sent: Parameters<typeof placesOf>[0]) =>
    treatmentFault(columns, treatmentsOf(columns, placesOf(sent)), sent)
  expect(fault({ blob, warehouse: table('sandbox') })).toContain('“E-Mail” tells its rows apart')
  expect(fault({ blob, warehouse: table('lake') })).toBeNull()
  expect(fault({ blob: null, warehouse: null, topic })).toBeNull()
  const all = [{ ...columns[2], personal: { blob: 'drop' } } as Column]
  expect(treatmentFault(all, treatmentsOf(all, ['blob']), { blob, warehouse: null })).toContain(
    'Every column',
  )
})

test('a mark of the dataset stays, and what looks personal is named unless it is marked or hidden', () => {
  const [email = columns[3]] = columns
  if (email === undefined) throw new Error('there is one')
  const { personal, ...bare } = email
  expect(withMarks([bare], columns)).toEqual([{ ...bare, personal }])
  const prints = [{ personal: 'e-mail address' as const }]
  expect(unmarked([bare], prints)).toEqual([{ label: 'E-Mail', kind: 'e-mail address' }])
  expect(unmarked([email], prints)).toEqual([])
  expect(unmarked([bare], prints, [{ kind: 'hash', columns: ['e-mail'] }])).toEqual([])
  expect(unmarked([bare], prints, [{ kind: 'hash', columns: ['e-mail'], off: true }])).toHaveLength(
    1,
  )
})

test('on the command line', () => {
  const said = parsePersonal('Name=no', parsePersonal('E-Mail=blob:hash,topic:drop'))
  expect(said).toEqual({ 'E-Mail': { blob: 'hash', topic: 'drop' }, Name: null })
  expect(marksInWords(said['E-Mail'] ?? {})).toBe('blob:hash,topic:drop')
  for (const rule of ['keep', 'hash', 'mask', 'tokenise', 'drop'])
    expect(marksInWords(parsePersonal(`a=${rule}`)['a'] ?? {})).toBe(rule)
  for (const wrong of ['a', 'a=shred', 'a=blob', 'a=cloud:hash', 'a=blob:hash:x', 'a='])
    expect(() => parsePersonal(wrong)).toThrow('COLUMN=RULE is expected')
})
