/**
 * Files a window has announced and whose bytes it may send: nothing else can be put on
 * this computer. Each announcement carries one transfer at a time, and only until one succeeded.
 */
export class Announcements {
  readonly #open = new Map<string, { bytes: number; busy: boolean }>()

  add(source: string, bytes: number): void {
    this.#open.set(source, { bytes, busy: false })
  }

  /** The announced size in bytes; null when nothing is expected under this id, or is arriving already. */
  claim(source: string): number | null {
    const announced = this.#open.get(source)
    if (announced === undefined || announced.busy) return null
    announced.busy = true
    return announced.bytes
  }

  /** The transfer ended: whole, it is settled; broken, it may be sent again from the start. */
  settle(source: string, outcome: 'whole' | 'broken'): void {
    if (outcome === 'whole') this.#open.delete(source)
    else {
      const announced = this.#open.get(source)
      if (announced !== undefined) announced.busy = false
    }
  }
}
