import { expect, test } from 'vitest'
import { isOver, leftOf } from '../../../main/runs/waits.ts'

test('a wait is as long as it was meant, and over when the clock was set back', () => {
  const since = Date.UTC(2026, 10, 21)
  expect(isOver(since, 1000, since + 999)).toBe(false)
  expect(isOver(since, 1000, since + 1000)).toBe(true)
  expect(isOver(since, 1000, since - 86_400_000)).toBe(true)
})

test('what is left is never more than it could be', () => {
  const until = '2026-11-21T10:00:05.000Z'
  const at = (text: string): number => leftOf(until, 60_000, Date.parse(text))
  expect(at('2026-11-21T10:00:02.000Z')).toBe(3000)
  expect(at('2026-11-21T11:00:00.000Z')).toBe(0)
  expect(at('2026-11-18T10:00:00.000Z')).toBe(60_000)
})
