import { describe, expect, it } from 'vitest'
import { limitOf, periodsOf, rateOf } from '../../../renderer/features/settings/periods.ts'
import { type UploadLimit, UploadLimit as schema } from '../../../shared/domain/limit.ts'

const kib = 1024
const day = { from: '08:00', to: '20:00', rate: '500' }

describe('the times at which uploads are held back', () => {
  it.each<[string, UploadLimit, { from: string; to: string; rate: string }[]]>([
    ['none', [], []],
    [
      'a day',
      [
        { from: '08:00', bytesPerSecond: 500 * kib },
        { from: '20:00', bytesPerSecond: null },
      ],
      [day],
    ],
    [
      'always',
      [{ from: '00:00', bytesPerSecond: kib }],
      [{ from: '00:00', to: '00:00', rate: '1' }],
    ],
    [
      'over midnight, one after the other',
      [
        { from: '02:00', bytesPerSecond: null },
        { from: '08:00', bytesPerSecond: 500 * kib },
        { from: '20:00', bytesPerSecond: 100 * kib },
      ],
      [day, { from: '20:00', to: '02:00', rate: '100' }],
    ],
  ])('%s', (_name, limit, periods) => {
    expect(periodsOf(limit)).toEqual(periods)
    expect(limitOf(periods)).toEqual({ ok: true, limit })
    expect(schema.safeParse(limit).success).toBe(true)
  })

  it('say what is wrong at the field where it is', () => {
    const nothing = { from: '', to: '', rate: 'fast' }
    expect(limitOf([day, nothing])).toEqual({
      ok: false,
      complaints: [
        {},
        {
          from: 'A time such as 08:00.',
          to: 'A time such as 20:00.',
          rate: 'A number from 1 on, such as 500.',
        },
      ],
    })
    expect(limitOf([{ ...day, rate: '0' }])).toMatchObject({ ok: false })
  })

  it('do not overlap, over midnight either', () => {
    const overlap = [{ to: 'Overlaps another time.' }, {}]
    expect(limitOf([day, { ...day, from: '19:00', to: '21:00' }])).toEqual({
      ok: false,
      complaints: overlap,
    })
    const night = { ...day, from: '22:00', to: '09:00' }
    expect(limitOf([night, day])).toEqual({ ok: false, complaints: overlap })
    expect(limitOf([day, { ...day }])).toMatchObject({ ok: false })
    const always = { ...day, from: '00:00', to: '00:00' }
    expect(limitOf([always, day])).toMatchObject({ ok: false })
  })

  it('take a rate with a comma or a point', () => {
    expect(rateOf('1,5')).toBe(1536)
    expect(rateOf(' 500 ')).toBe(500 * kib)
    expect(rateOf('0.5')).toBeNull()
    expect(rateOf('99999999999')).toBeNull()
  })
})
