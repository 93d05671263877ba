/**
 * Where the records of a canonical file stand: a row is found among millions by it. Records come to the file in
 * pieces of whole lines; the index has the first record of each, so it costs nothing and grows while the file does.
 */
import { readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { canonical } from './canonical.ts'

/** Three numbers of eight bytes: the ordinal of a record, its line, and where its own line begins in the file. */
const entryBytes = 24
const placeOf = { record: 0, line: 8, offset: 16 } as const

export class IndexWriter {
  readonly #file: FileHandle
  #offset = 0

  private constructor(file: FileHandle) {
    this.#file = file
  }

  static async create(path: string): Promise<IndexWriter> {
    return new IndexWriter(await open(path, 'w'))
  }

  /** After the piece is in the records file: whoever finds an entry finds its record. */
  async add(piece: Uint8Array): Promise<void> {
    const entry = Buffer.alloc(entryBytes)
    const [record, lineAt] = integerAt(piece, 0)
    const [line] = integerAt(piece, lineAt)
    entry.writeDoubleLE(record, placeOf.record)
    entry.writeDoubleLE(line, placeOf.line)
    entry.writeDoubleLE(this.#offset, placeOf.offset)
    await this.#file.writeFile(entry)
    this.#offset += piece.length
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}

/** A plain integer and its delimiter. */
export function integerAt(bytes: Uint8Array, start: number): [value: number, behind: number] {
  let value = 0
  let at = start
  while (bytes[at] !== canonical.comma) value = value * 10 + ((bytes[at++] ?? 0) - 48)
  return [value, at + 1]
}

/**
 * Where the last entry begins in the records file whose record, or line, is not above the wanted one, or the first of
 * all; null where there is none yet. `size`: bytes of the index.
 */
export function offsetFor(
  index: number,
  size: number,
  key: 'record' | 'line',
  wanted: number,
): number | null {
  let [low, high] = [0, Math.floor(size / entryBytes) - 1]
  if (high < 0) return null
  const entry = Buffer.alloc(entryBytes)
  const read = (nth: number): Buffer => {
    readSync(index, entry, 0, entryBytes, nth * entryBytes)
    return entry
  }
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (read(middle).readDoubleLE(placeOf[key]) <= wanted) low = middle
    else high = middle - 1
  }
  return read(low).readDoubleLE(placeOf.offset)
}
