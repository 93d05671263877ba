/**
 * The usual record, looked at in WebAssembly: one of which every cell is empty, a word, a number in digits or a date as ISO 8601
 * writes it, and is what its column should hold. It says of these what `RecordScan` would say, in a third of the time, and
 * stops before the first record that is any other, which is then looked at there. A test holds both to the same answer.
 */
import { WebAssembly, wasmModule } from '../../wasm/module.ts'
import type { Tables } from '../../wasm/structure.ts'
import type { Expected } from './expected.ts'
import { daysOfMonth, kind, kinds, wholeKind } from './kinds.ts'
import { at, clockWithSeconds, ofCell, runFunction } from './plainRunCode.ts'
import type { Watch } from './watch.ts'

export interface PlainRunOptions {
  expected: readonly Expected[]
  /** By byte: `startsAs`, or 0. */
  starts: Uint8Array
  mayDrop: Watch['mayDrop']
  /** Whether a record may be dropped for an empty first cell. */
  emptyFirstDrops: boolean
  /** Tokens and words for yes and no are not longer. */
  shortBytes: number
}

/** Bytes of the tables of so many cells. */
export const plainRunBytes = (width: number): number => at.cells + width * ofCell.bytes

export class PlainRun {
  readonly #run: Kernel['run']
  readonly #width: number
  readonly #shortBytes: number
  readonly #words: Int32Array
  readonly #tables: Tables

  constructor(
    tables: Tables,
    { expected, starts, mayDrop, emptyFirstDrops, shortBytes }: PlainRunOptions,
  ) {
    this.#width = expected.length
    this.#shortBytes = shortBytes
    this.#tables = tables
    const { buffer } = tables.memory
    const bytes = new Uint8Array(buffer, tables.at, plainRunBytes(this.#width))
    this.#words = new Int32Array(buffer, tables.at, bytes.length / 4)
    bytes.set(starts, at.starts)
    bytes.set(mayDrop.first, at.first)
    bytes.set(mayDrop.second, at.second)
    for (let digits = 1; digits < 32; digits += 1)
      bytes[at.wholeKinds + digits] = wholeKind(digits, 0, false)
    bytes.set([0, ...daysOfMonth], at.days)
    // What a leap year is, is not asked here.
    bytes[at.days + 2] = 28
    for (const [cell, { required, scale, readsWords, plain, castable }] of expected.entries()) {
      const from = at.cells + cell * ofCell.bytes
      const put = (place: number, value: number): void =>
        void (this.#words[(from + place) / 4] = value)
      put(ofCell.stopsEmpty, Number(required || (cell === 0 && emptyFirstDrops)))
      put(ofCell.scale, scale)
      put(ofCell.readsWords, Number(readsWords))
      put(ofCell.castable, 1)
      bytes.set(plain, from + ofCell.plain)
      bytes.set(castable, from + ofCell.castables)
      for (const [table, of] of [
        [ofCell.plain, plain],
        [ofCell.castables, castable],
      ] as const)
        bytes[from + table + clockWithSeconds] = of[kind.clock] ?? 0
    }
    const instance = new WebAssembly.Instance(kernel(), { pallet: { memory: tables.memory } })
    this.#run = (instance.exports as Kernel).run
  }

  /** Looks at records until one is another, from the mark `next` of `found` on, which begins at `start`; answers with its first mark. */
  run(next: number, found: number, start: number): number {
    const { positionsAt, at: tablesAt } = this.#tables
    return this.#run(next, found, start, this.#width, positionsAt, tablesAt, this.#shortBytes)
  }

  /** Records of the last run. */
  get handled(): number {
    return this.#words[at.handled / 4] ?? 0
  }

  /** Where the last of these begins. */
  get lastStart(): number {
    return this.#words[at.lastStart / 4] ?? 0
  }

  /** Hands over what was found in a cell since it was taken last. */
  take(cell: number, count: (is: number, records: number) => void): Found {
    const from = (at.cells + cell * ofCell.bytes) / 4
    const counts = from + ofCell.counts / 4
    let withSeconds = 0
    for (let is = 0; is <= kinds; is += 1) {
      const records = this.#words[counts + is] ?? 0
      if (records === 0) continue
      if (is === clockWithSeconds) withSeconds = records
      count(is === clockWithSeconds ? kind.clock : is, records)
      this.#words[counts + is] = 0
    }
    return {
      withSeconds,
      fraction: this.#words[from + ofCell.fraction / 4] ?? 0,
      castable: this.#words[from + ofCell.castable / 4] === 1,
    }
  }
}

interface Found {
  /** The most digits after a dot. */
  fraction: number
  castable: boolean
  /** Times of day that say seconds. */
  withSeconds: number
}

interface Kernel {
  run: (
    next: number,
    found: number,
    start: number,
    width: number,
    positionsAt: number,
    tablesAt: number,
    shortBytes: number,
  ) => number
}

let compiled: object | undefined

function kernel(): object {
  compiled ??= new WebAssembly.Module(wasmModule([runFunction()], 'own'))
  return compiled
}
