/** What stands before the cells of a canonical record (`recordsLayout.lineage`): where in the file it comes from. */
import { canonical } from '../canonical.ts'

const { comma } = canonical

export class LineageWriter {
  readonly #output: Buffer
  /** Of the last record's length: the next one mostly has as many. */
  #lengthDigits = 2

  constructor(output: Buffer) {
    this.#output = output
  }

  /** Writes `rec,line,off,len,` at `at`; returns where the cells begin. */
  write(at: number, record: number, line: number, offset: number, lengthBytes: number): number {
    const output = this.#output
    let end = writeInteger(record, output, at)
    output[end++] = comma
    end = writeInteger(line, output, end)
    output[end++] = comma
    end = writeInteger(offset, output, end)
    output[end++] = comma
    end = writeInteger(lengthBytes, output, end)
    output[end++] = comma
    return end
  }

  /** Writes `rec,line,off,` at `at` and leaves room for the length; returns where the cells begin. */
  begin(at: number, record: number, line: number, offset: number): number {
    const output = this.#output
    let end = writeInteger(record, output, at)
    output[end++] = comma
    end = writeInteger(line, output, end)
    output[end++] = comma
    end = writeInteger(offset, output, end)
    output[end++] = comma
    end += this.#lengthDigits
    output[end++] = comma
    return end
  }

  /**
   * Fills in the length of a record whose cells lie in `[cellsAt, cellsEnd)`; where it needs more or fewer
   * digits than the last record's, the cells move. Returns their new end.
   */
  finish(lengthBytes: number, cellsAt: number, cellsEnd: number): number {
    const digits = digitsOf(lengthBytes)
    const gap = cellsAt - this.#lengthDigits - 1
    let end = cellsEnd
    if (digits !== this.#lengthDigits) {
      const to = gap + digits + 1
      this.#output.copyWithin(to, cellsAt, cellsEnd)
      end += to - cellsAt
      this.#output[to - 1] = comma
      this.#lengthDigits = digits
    }
    writeInteger(lengthBytes, this.#output, gap)
    return end
  }
}

function digitsOf(value: number): number {
  let digits = 1
  for (let bound = 10; value >= bound; bound *= 10) digits += 1
  return digits
}

/** Writes a whole number below 2^53 in decimal and returns the end. */
function writeInteger(value: number, target: Uint8Array, at: number): number {
  const end = at + digitsOf(value)
  let rest = value
  let place = end
  // Above 31 bits division is slow: nine digits at a time.
  while (rest > 0x7fff_ffff) {
    const upper = Math.floor(rest / 1e9)
    let lower = (rest - upper * 1e9) | 0
    for (let count = 0; count < 9; count += 1) {
      const tenth = (lower / 10) | 0
      target[--place] = 48 + lower - tenth * 10
      lower = tenth
    }
    rest = upper
  }
  let small = rest | 0
  while (place > at) {
    const tenth = (small / 10) | 0
    target[--place] = 48 + small - tenth * 10
    small = tenth
  }
  return end
}
