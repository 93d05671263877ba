import { expect, test } from 'vitest'
import { askedFrom, comparePositions, positionIn } from '../../../shared/domain/arriving/extract.ts'

test.each([
  ['9', '10', -1],
  ['12345678901234567890', '12345678901234567891', -1],
  ['2026-11-20T08:00:00Z', '2026-11-20T09:00:00+01:00', 0],
  ['2026-11-20T08:00:00+0100', '2026-11-20T07:00:00.000Z', 0],
  ['2026-11-20T08:00:00.0000001Z', '2026-11-20T08:00:00Z', 1],
  ['2026-11-20 08:00:00', '2026-11-20T08:00:01', -1],
  ['2026-11-20', '2026-11-20T00:00:00Z', 0],
  ['2026-11-20', '20261120', null],
  ['soon', '1', null],
  ['2026-13-45', '2026-11-20', null],
  ['1.5', '1', null],
])('%s beside %s', (one, other, place) => {
  expect(comparePositions(one, other)).toBe(place)
  if (place !== null) expect(comparePositions(other, one)).toBe(place === 0 ? 0 : -place)
})

test.each([
  ['100', 0, '100'],
  ['100', 1, '99'],
  ['0', 1, '0'],
  ['2026-11-20T08:00:00', 1, '2026-11-20T07:59:59.000'],
  ['2026-11-20T08:00:00.250+01:00', 60, '2026-11-20T06:59:00.250Z'],
])('from %s, %i before: %s', (value, back, asked) => {
  expect(askedFrom(value, back)).toBe(asked)
})

test('a place is that of the same list, field and connection', () => {
  const entry = { connection: 'shop', path: '/orders', field: 'id', from: null }
  const loaded = [1, 2].map((at) => ({ ...entry, to: { value: String(at), seen: [] } }))
  const asked = { connection: 'shop', path: '/orders', incremental: { field: 'id' } }
  expect(positionIn(loaded, asked)?.value).toBe('2')
  for (const other of [{ connection: 'till' }, { path: '/x' }, { incremental: { field: 'at' } }])
    expect(positionIn(loaded, { ...asked, ...other })).toBeNull()
})
