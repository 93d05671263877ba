/**
 * A table of many columns is worked on in parts of a few: what a statement takes in memory and
 * planning grows with the expressions in it, and what the engine takes for a wide table grows with
 * the columns, so both are bounded by the width of a part. Each part is a file of canonical
 * records of its own, with the lineage and its share of the cells.
 */
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { recordsLayout } from '../../../shared/domain/files/records.ts'
import { eachChunk } from '../recordChunks.ts'

/** Columns of a part at most. */
const maxPartColumns = 24

export interface Part {
  /** From 1; names the part's tables. */
  nth: number
  /** Canonical records of this part. */
  file: string
  /** The first of its cells, counted from 0 in the whole record, and how many they are. */
  from: number
  width: number
}

/** The parts of a record of so many cells. One part is the records file itself. */
export function planParts(recordsFile: string, width: number, folder: string): Part[] {
  const count = Math.max(1, Math.ceil(width / maxPartColumns))
  const each = Math.ceil(width / count)
  return Array.from({ length: Math.ceil(width / each) }, (_, index) => ({
    nth: index + 1,
    file: count === 1 ? recordsFile : join(folder, `part-${index + 1}.csv`),
    from: index * each,
    width: Math.min(each, width - index * each),
  }))
}

/** The part that a cell, counted from 0 in the whole record, is in. */
export function partOf(parts: readonly Part[], cell: number): Part | undefined {
  return parts.find(({ from, width }) => cell >= from && cell < from + width)
}

/** Bytes collected for a part before they are written. */
const partBytes = 128 * 1024

const [comma, quote, lineEnd] = [
  recordsLayout.delimiter,
  recordsLayout.quote,
  recordsLayout.lineEnd,
].map((character) => character.charCodeAt(0))

/** Writes the files of the parts. Memory is bounded by the parts' buffers and the longest record. */
export async function cutIntoParts(
  recordsFile: string,
  parts: readonly Part[],
  signal: AbortSignal,
): Promise<void> {
  const files: FileHandle[] = []
  try {
    const writers: PartWriter[] = []
    for (const part of parts) {
      const file = await open(part.file, 'w')
      files.push(file)
      writers.push(new PartWriter(file))
    }
    // Where cells are counted from the first of the lineage: the delimiter that ends each part.
    const { length: lineage } = recordsLayout.lineage
    const lastCells = parts.map(({ from, width }) => lineage + from + width)
    await eachChunk(recordsFile, signal, (bytes) => {
      const buffer = Buffer.allocUnsafe(bytes + 1)
      const use = async (filled: number) => {
        const used = cutRecords(buffer.subarray(0, filled), lineage, lastCells, writers)
        for (const writer of writers) if (writer.isFull) await writer.write()
        return used
      }
      return { buffer, use }
    })
    for (const writer of writers) await writer.write()
  } finally {
    for (const file of files) await file.close()
  }
}

/** Hands every whole record's share to the writers; answers with the bytes of the whole records. */
function cutRecords(
  bytes: Buffer,
  lineage: number,
  lastCells: readonly number[],
  writers: readonly PartWriter[],
): number {
  const ends: number[] = []
  let start = 0
  let isQuoted = false
  let cells = 0
  let lineageEnd = 0
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]
    if (byte === quote) isQuoted = !isQuoted
    else if (isQuoted) continue
    else if (byte === comma) {
      cells += 1
      if (cells === lineage) lineageEnd = at + 1
      else if (cells === lastCells[ends.length]) ends.push(at)
    } else if (byte === lineEnd) {
      ends.push(at)
      let from = lineageEnd
      for (const [nth, end] of ends.entries()) {
        writers[nth]?.add(bytes.subarray(start, lineageEnd))
        writers[nth]?.add(bytes.subarray(from, end))
        writers[nth]?.endLine()
        from = end + 1
      }
      ends.length = 0
      cells = 0
      start = at + 1
    }
  }
  return start
}

/** Collects the bytes of one part; they grow past `partBytes` until the caller can wait for the disk. */
class PartWriter {
  readonly #file: FileHandle
  #bytes = Buffer.allocUnsafe(partBytes)
  #end = 0

  constructor(file: FileHandle) {
    this.#file = file
  }

  get isFull(): boolean {
    return this.#end >= partBytes / 2
  }

  add(piece: Buffer): void {
    const end = this.#end + piece.length
    // One more for the line end.
    if (end >= this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, end + 1))
      this.#bytes.copy(larger, 0, 0, this.#end)
      this.#bytes = larger
    }
    this.#end += piece.copy(this.#bytes, this.#end)
  }

  endLine(): void {
    this.#bytes[this.#end] = lineEnd ?? 10
    this.#end += 1
  }

  async write(): Promise<void> {
    await this.#file.writeFile(this.#bytes.subarray(0, this.#end))
    this.#end = 0
  }
}
