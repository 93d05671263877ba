import { createStore } from '../../core/store.ts'
import { type Extent, isScaled, lastTop, rowPx, scrollOf, topAt, topToShow } from './gridScroll.ts'

/** The row at the top of a table, from 0 and with its fraction: moved by its scroll bar, its wheel and its keys. */
export class GridScroller {
  readonly store = createStore({ top: 0, viewPx: 600 })
  readonly #headPx: number
  #frame: HTMLElement | null = null
  #rows = 0
  /** Where the bar was put, so that its event is not taken for a person's. */
  #put = 0

  constructor(headPx: number) {
    this.#headPx = headPx
  }

  /** Works on this element until the answer is called. */
  readonly attach = (frame: HTMLElement): (() => void) => {
    this.#frame = frame
    const measure = new ResizeObserver(() => {
      const viewPx = Math.max(rowPx, frame.clientHeight - this.#headPx)
      this.store.set({ ...this.store.get(), viewPx })
    })
    measure.observe(frame)
    const end = new AbortController()
    const { signal } = end
    frame.addEventListener('scroll', () => this.#onScroll(frame), { passive: true, signal })
    frame.addEventListener('wheel', this.#onWheel, { passive: false, signal })
    return () => {
      end.abort()
      measure.disconnect()
      this.#frame = null
    }
  }

  /** While a file is read there are more rows each time; the same row stays at the top. Once they are drawn. */
  setRows(rows: number): void {
    this.#rows = rows
    this.moveTo(this.store.get().top)
  }

  moveTo(row: number): void {
    const top = Math.max(0, Math.min(row, lastTop(this.#extent())))
    if (top !== this.store.get().top) this.store.set({ ...this.store.get(), top })
    if (this.#frame === null) return
    this.#frame.scrollTop = scrollOf(top, this.#extent())
    this.#put = this.#frame.scrollTop
  }

  /** With the least movement. */
  show(row: number): void {
    this.moveTo(topToShow(row, this.store.get().top, this.#extent()))
  }

  #extent(): Extent {
    return { rows: this.#rows, viewPx: this.store.get().viewPx }
  }

  #onScroll({ scrollTop }: HTMLElement): void {
    if (Math.abs(scrollTop - this.#put) < 1) return
    this.#put = scrollTop
    this.store.set({ ...this.store.get(), top: topAt(scrollTop, this.#extent()) })
  }

  /** One px of a bar that stands for several rows would be too many. */
  readonly #onWheel = (event: WheelEvent): void => {
    const isDown = !event.ctrlKey && !event.shiftKey && event.deltaY !== 0
    if (!isDown || !isScaled(this.#extent())) return
    event.preventDefault()
    const { top, viewPx } = this.store.get()
    const px = { 0: 1, 1: rowPx, 2: viewPx }[event.deltaMode] ?? 1
    this.moveTo(top + (event.deltaY * px) / rowPx)
  }
}
