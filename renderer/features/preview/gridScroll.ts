/**
 * Which rows of a table of any height are in view. A browser draws no element higher than some 17 million px
 * (Firefox), so a higher table gets a scroll bar of its whole length all the same, on which one px is several rows; wheel
 * and keys move it by rows.
 */
export const rowPx = 24
export const mostPx = 12_000_000

export interface Extent {
  rows: number
  /** What can be seen of the rows. */
  viewPx: number
}

export function heightOf({ rows }: Extent): number {
  return Math.min(rows * rowPx, mostPx)
}

export function isScaled({ rows }: Extent): boolean {
  return rows * rowPx > mostPx
}

/** The largest row, from 0 and with its fraction, that can be at the top. */
export function lastTop({ rows, viewPx }: Extent): number {
  return Math.max(0, rows - viewPx / rowPx)
}

/** The row at the top where the bar stands at `scrollPx`. */
export function topAt(scrollPx: number, extent: Extent): number {
  if (!isScaled(extent)) return scrollPx / rowPx
  return (scrollPx / (mostPx - extent.viewPx)) * lastTop(extent)
}

/** Where the bar stands when this row is at the top. */
export function scrollOf(top: number, extent: Extent): number {
  if (!isScaled(extent)) return top * rowPx
  return (top / lastTop(extent)) * (mostPx - extent.viewPx)
}

/** The rows to draw: those in view and a few on both sides; `to` is not among them. */
export function rowsInView(top: number, { rows, viewPx }: Extent): { from: number; to: number } {
  const few = 8
  const last = Math.ceil(top + viewPx / rowPx)
  return { from: Math.max(0, Math.floor(top) - few), to: Math.min(rows, last + few) }
}

/** The row at the top that brings `row` into view with the least movement. */
export function topToShow(row: number, top: number, { viewPx }: Extent): number {
  const whole = Math.max(1, Math.floor(viewPx / rowPx))
  if (row < top) return row
  return row >= top + whole ? row - whole + 1 : top
}
