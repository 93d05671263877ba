import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  heightOf,
  isScaled,
  lastTop,
  mostPx,
  rowPx,
  rowsInView,
  scrollOf,
  topAt,
  topToShow,
} from '../../../renderer/features/preview/gridScroll.ts'

const extents = fc.record({
  rows: fc.integer({ min: 0, max: 1_000_000_000 }),
  viewPx: fc.integer({ min: rowPx, max: 4000 }),
})

describe('the scroll bar of a table', () => {
  it('leads to the first and to the last row, however many there are', () => {
    fc.assert(
      fc.property(extents, (extent) => {
        expect(heightOf(extent)).toBeLessThanOrEqual(mostPx)
        expect(topAt(0, extent)).toBe(0)
        const end = Math.max(0, heightOf(extent) - extent.viewPx)
        expect(topAt(end, extent)).toBeCloseTo(lastTop(extent), 3)
        expect(rowsInView(lastTop(extent), extent).to).toBe(extent.rows)
      }),
    )
  })

  it('stands where a row was put', () => {
    fc.assert(
      fc.property(extents, fc.double({ min: 0, max: 1, noNaN: true }), (extent, share) => {
        const top = share * lastTop(extent)
        expect(topAt(scrollOf(top, extent), extent)).toBeCloseTo(top, 3)
      }),
    )
  })

  it('moves as little as it can to show a row', () => {
    const extent = { rows: 100, viewPx: 10 * rowPx }
    expect(isScaled(extent)).toBe(false)
    expect(topToShow(3, 20, extent)).toBe(3)
    expect(topToShow(25, 20, extent)).toBe(20)
    expect(topToShow(30, 20, extent)).toBe(21)
  })
})
