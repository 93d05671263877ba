import { describe, expect, it } from 'vitest'
import {
  UploadLimit,
  capAt,
  capText,
  limitText,
  megabitText,
  msToSend,
  parseLimit,
} from '../../../shared/domain/limit.ts'

const kib = 1024
const shop: UploadLimit = [
  { from: '08:00', bytesPerSecond: 500 * kib },
  { from: '20:00', bytesPerSecond: null },
]
const at = (time: string, day = 20): Date => new Date(`2026-11-${day}T${time}:00`)

describe('a time table', () => {
  it.each([
    ['07:59', null, at('08:00')],
    ['08:00', 500 * kib, at('20:00')],
    ['19:59', 500 * kib, at('20:00')],
    ['20:00', null, at('08:00', 21)],
    ['23:30', null, at('08:00', 21)],
  ])('at %s', (time, bytesPerSecond, until) => {
    expect(capAt(shop, at(time))).toEqual({ bytesPerSecond, until })
  })

  it('without entries, or with one, holds for ever', () => {
    expect(capAt([], at('12:00'))).toEqual({ bytesPerSecond: null, until: null })
    const always = [{ from: '09:00', bytesPerSecond: kib }]
    expect(capAt(always, at('03:00'))).toEqual({ bytesPerSecond: kib, until: null })
  })

  it('holds over midnight, and over entries that change nothing', () => {
    const night: UploadLimit = [
      { from: '06:00', bytesPerSecond: null },
      { from: '12:00', bytesPerSecond: null },
      { from: '22:00', bytesPerSecond: kib },
    ]
    expect(capAt(night, at('05:00'))).toEqual({ bytesPerSecond: kib, until: at('06:00') })
    expect(capAt(night, at('07:00'))).toEqual({ bytesPerSecond: null, until: at('22:00') })
  })

  it('says how long a file takes through it', () => {
    const ms = (bytes: number, from: string) =>
      msToSend(shop, { bytes, bytesPerSecond: 1000 * kib, at: at(from) })
    expect(ms(10_000 * kib, '10:00')).toBe(20_000)
    expect(ms(10_000 * kib, '21:00')).toBe(10_000)
    // Ten seconds held, ten seconds free.
    expect(ms(15_000 * kib, '19:59')).toBe(30_000)
    expect(ms(500 * 60 * kib + 60_000 * kib, '19:59')).toBe(120_000)
  })
})

describe('as a person writes it', () => {
  it.each([
    ['off', []],
    ['2m', [{ from: '00:00', bytesPerSecond: 2 * kib * kib }]],
    ['08:00,500k 20:00,off', shop],
    ['20:00,off 8:00,500K', shop],
  ])('%s', (text, limit) => {
    expect(parseLimit(text)).toEqual(limit)
    expect(parseLimit(limitText(limit))).toEqual(limit)
  })

  it.each(['', 'fast', '500', '-1m', '08:00', '08:00,', '25:00,1m', '08:00,1m 08:00,2m', '1m 2m'])(
    '“%s” is not understood',
    (text) => expect(parseLimit(text)).toBeNull(),
  )

  it('is told with its end, and in the unit of the providers', () => {
    expect(capText(500 * kib, at('20:00'))).toBe('500 KiB/s until 20:00')
    expect(capText(500 * kib, null)).toBe('500 KiB/s')
    expect(megabitText(500 * kib)).toBe('4.1 Mbit/s')
    expect(limitText([{ from: '00:00', bytesPerSecond: 1500 }])).toBe('1500')
  })
})

it('a table whose times do not follow one another is none', () => {
  expect(UploadLimit.safeParse(shop.toReversed()).success).toBe(false)
  expect(UploadLimit.safeParse([shop[0], shop[0]]).success).toBe(false)
})
