import { InvalidArgumentError } from 'commander'
import { expect, test } from 'vitest'
import { parseSince } from '../../../main/terminal/since.ts'

const now = new Date('2026-11-20T12:00:00.000Z')

test.each([
  ['30m', '2026-11-20T11:30:00.000Z'],
  ['12h', '2026-11-20T00:00:00.000Z'],
  ['7d', '2026-11-13T12:00:00.000Z'],
  ['2w', '2026-11-06T12:00:00.000Z'],
  ['2026-11-19T08:00:00Z', '2026-11-19T08:00:00.000Z'],
  ['2026-11-19', new Date(2026, 10, 19).toISOString()],
  ['2026-11-19 18:30', new Date(2026, 10, 19, 18, 30).toISOString()],
])('%s is %s', (text, expected) => {
  expect(parseSince(text, now)).toBe(expected)
})

test.each(['', '7', 'd', '-7d', '7y', 'yesterday', '2026-13-01', '2026', '20.11.2026'])(
  '“%s” is not understood',
  (text) => {
    expect(() => parseSince(text, now)).toThrow(InvalidArgumentError)
  },
)
