import { describe, expect, test } from 'vitest'
import { formatDated, formatWhen, timeShown } from '../../../renderer/ui/times.ts'

describe('a time as it is shown', () => {
  const now = new Date(2026, 10, 21, 15, 0)
  test.each([
    [new Date(2026, 10, 21, 14, 3, 20), 'minute'],
    [new Date(2026, 8, 5, 9, 0), 'minute'],
    [new Date(2023, 4, 31, 23, 59), 'day'],
  ])('%s is found by it, and what is a %s away is not', (at, grain) => {
    const found = timeShown(formatWhen(at.toISOString(), now), now)
    const away = grain === 'minute' ? 60_000 : 24 * 3_600_000
    const isIn = (moment: number): boolean =>
      found !== null && moment >= found.since.getTime() && moment < found.before.getTime()
    expect(isIn(at.getTime())).toBe(true)
    expect(isIn(at.getTime() - away)).toBe(false)
    expect(isIn(at.getTime() + away)).toBe(false)
    expect(timeShown(formatDated(at.toISOString()), now)).not.toBeNull()
  })

  test.each(['', 'sales', '12', '31 may be', '2026', 'B 12:30', '1 Foo'])(
    '“%s” is none',
    (text) => {
      expect(timeShown(text, now)).toBeNull()
    },
  )
})
