/**
 * What older Office wraps its documents in: a file with streams in it, each in sectors that a table links ([MS-CFB]). Nothing in
 * it is believed further than the file is long, so that no chain goes in circles for ever.
 */
import type { FileHandle } from 'node:fs/promises'

/** Bytes that can be read anywhere. */
export interface Bytes {
  readonly bytes: number
  /** Fills `target` from `at` on; fewer come only where the bytes end. */
  read(at: number, target: Buffer): Promise<number>
}

const signature = Buffer.from('d0cf11e0a1b11ae1', 'hex')
const headerBytes = 512
/** Sectors of one table: 4 GiB of the small ones, twice of what Excel writes. */
const maxSectors = 8 * 1024 * 1024
/** No document has more parts in its folder. */
const maxEntries = 65_536
const entryBytes = 128
/** Streams below this size are in small sectors ([MS-CFB] 2.2, 2.4). */
const smallBytes = 4096
const miniSectorBytes = 64
/** Numbers of sectors from here on say that a chain is over ([MS-CFB] 2.1). */
const lastRegular = 0xffff_fffa
const kinds = { stream: 2, root: 5 } as const

interface Entry {
  name: string
  kind: number
  left: number
  right: number
  child: number
  start: number
  bytes: number
}

/** By the first eight bytes of a file. */
export function isCompound(head: Buffer): boolean {
  return head.subarray(0, signature.length).equals(signature)
}

export class Compound {
  readonly #file: FileHandle
  readonly #sectorBytes: number
  /** The sector that follows each. */
  readonly #next: Uint32Array
  readonly #miniFrom: number
  #root: Entry | null = null
  readonly #streams = new Map<string, Entry>()

  private constructor(file: FileHandle, header: Buffer, next: Uint32Array) {
    this.#file = file
    this.#sectorBytes = sectorBytesOf(header)
    this.#next = next
    this.#miniFrom = header.readUInt32LE(60)
  }

  /** Throws an `Error` where it is damaged. `size`: of the file, in bytes. */
  static async open(file: FileHandle, size: number): Promise<Compound> {
    const header = Buffer.alloc(headerBytes)
    const { bytesRead } = await file.read(header, 0, headerBytes, 0)
    if (bytesRead < headerBytes) throw new Error('the file ends in its header')
    const compound = new Compound(file, header, await tableOf(file, header, size))
    await compound.#readFolder(header.readUInt32LE(48))
    return compound
  }

  /** Of its outermost folder: what is embedded in the document has streams of the same names. Upper and lower case are one. */
  has(name: string): boolean {
    return this.#streams.has(name.toLowerCase())
  }

  async stream(name: string): Promise<Bytes> {
    const entry = this.#streams.get(name.toLowerCase())
    if (entry === undefined) throw new Error('no such stream')
    if (entry.bytes < smallBytes) return this.#small(entry)
    return this.#inSectors(this.#chain(entry.start, entry.bytes), entry.bytes)
  }

  async #readFolder(start: number): Promise<void> {
    const sectors: number[] = []
    const most = Math.ceil((maxEntries * entryBytes) / this.#sectorBytes)
    for (let at = start; at < lastRegular; at = this.#after(at)) {
      if (sectors.push(at) > most) throw new Error('the folder has no end')
    }
    const folder = Buffer.alloc(sectors.length * this.#sectorBytes)
    await this.#inSectors(Uint32Array.from(sectors), folder.length).read(0, folder)
    const entryAt = (index: number): Entry | null => {
      const at = index * entryBytes
      return at + entryBytes > folder.length
        ? null
        : entryOf(folder.subarray(at, at + entryBytes), this.#sectorBytes)
    }
    this.#root = entryAt(0)
    if (this.#root?.kind !== kinds.root) throw new Error('the folder has no root')
    const met = new Set<number>()
    const waiting = [this.#root.child]
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      const entry = met.has(index) ? null : entryAt(index)
      if (entry === null) continue
      met.add(index)
      waiting.push(entry.left, entry.right)
      if (entry.kind === kinds.stream) this.#streams.set(entry.name.toLowerCase(), entry)
    }
  }

  #after(sector: number): number {
    const next = this.#next[sector]
    if (next === undefined) throw new Error('a chain leads out of the file')
    return next
  }

  #chain(start: number, bytes: number): Uint32Array {
    const count = Math.ceil(bytes / this.#sectorBytes)
    if (count > this.#next.length) throw new Error('a stream is longer than the file')
    const sectors = new Uint32Array(count)
    let sector = start
    for (let index = 0; index < count; index += 1) {
      if (sector >= this.#next.length) throw new Error('a chain ends too soon')
      sectors[index] = sector
      sector = this.#after(sector)
    }
    return sectors
  }

  #inSectors(sectors: Uint32Array, bytes: number): Bytes {
    const file = this.#file
    const each = this.#sectorBytes
    return {
      bytes,
      async read(at, target) {
        const wanted = Math.max(0, Math.min(target.length, bytes - at))
        let read = 0
        while (read < wanted) {
          const index = Math.floor((at + read) / each)
          const within = (at + read) % each
          let together = 1
          const first = sectors[index] ?? 0
          // Those that follow one another are read at once.
          while (
            together * each - within < wanted - read &&
            sectors[index + together] === first + together
          )
            together += 1
          const length = Math.min(wanted - read, together * each - within)
          const position = (first + 1) * each + within
          const { bytesRead } = await file.read(target, read, length, position)
          if (bytesRead === 0) throw new Error('the file ends too soon')
          read += bytesRead
        }
        return read
      },
    }
  }

  /** What is smaller than a page lies in small sectors, which are together the stream of the root. */
  async #small({ start, bytes }: Entry): Promise<Bytes> {
    const root = this.#root
    if (root === null) throw new Error('the folder has no root')
    const rooms = this.#inSectors(this.#chain(root.start, root.bytes), root.bytes)
    const content = Buffer.alloc(bytes)
    const link = Buffer.alloc(4)
    let sector = start
    for (let at = 0; at < bytes; at += miniSectorBytes) {
      const piece = content.subarray(at, at + miniSectorBytes)
      if ((await rooms.read(sector * miniSectorBytes, piece)) < piece.length)
        throw new Error('a small chain leads out of the file')
      const table = this.#chain(this.#miniFrom, (sector + 1) * 4)
      await this.#inSectors(table, (sector + 1) * 4).read(sector * 4, link)
      sector = link.readUInt32LE()
    }
    return {
      bytes,
      read: (at, target) => Promise.resolve(Math.max(0, content.copy(target, 0, at))),
    }
  }
}

/** 512 or 4,096 bytes. */
function sectorBytesOf(header: Buffer): number {
  const shift = header.readUInt16LE(30)
  if (shift !== 9 && shift !== 12) throw new Error('sectors of a strange size')
  return 2 ** shift
}

/** The table of all sectors, whose own sectors are listed in the header and, beyond 109, in a chain of lists ([MS-CFB] 2.3, 2.5). */
async function tableOf(file: FileHandle, header: Buffer, size: number): Promise<Uint32Array> {
  const sectorBytes = sectorBytesOf(header)
  const sectors = Math.ceil(size / sectorBytes) - 1
  if (sectors > maxSectors) throw new Error('more sectors than any workbook has')
  const perSector = sectorBytes / 4
  const count = Math.min(header.readUInt32LE(44), Math.ceil(sectors / perSector))
  const table = new Uint32Array(count * perSector).fill(0xffff_ffff)
  const sector = Buffer.alloc(sectorBytes)
  const load = async (index: number): Promise<void> => {
    if (index >= sectors) throw new Error('a table lies beyond the file')
    const { bytesRead } = await file.read(sector, 0, sectorBytes, (index + 1) * sectorBytes)
    // The last sector of a file may be cut.
    sector.fill(0xff, bytesRead)
  }
  let filled = 0
  let list = header.subarray(76)
  let isHeader = true
  let following = header.readUInt32LE(68)
  while (filled < count) {
    const entries = isHeader ? 109 : perSector - 1
    for (let entry = 0; entry < entries && filled < count; entry += 1) {
      await load(list.readUInt32LE(entry * 4))
      for (let at = 0; at < perSector; at += 1)
        table[filled * perSector + at] = sector.readUInt32LE(at * 4)
      filled += 1
    }
    if (filled === count) break
    if (!isHeader) following = list.readUInt32LE((perSector - 1) * 4)
    await load(following)
    list = Buffer.from(sector)
    isHeader = false
  }
  return table
}

function entryOf(entry: Buffer, sectorBytes: number): Entry {
  const nameBytes = Math.min(64, entry.readUInt16LE(64))
  // With small sectors the upper half of the size may hold anything ([MS-CFB] 2.6.3).
  const upper = sectorBytes === headerBytes ? 0 : entry.readUInt32LE(124)
  return {
    name: entry.toString('utf16le', 0, Math.max(0, nameBytes - 2)),
    kind: entry.readUInt8(66),
    left: entry.readUInt32LE(68),
    right: entry.readUInt32LE(72),
    child: entry.readUInt32LE(76),
    start: entry.readUInt32LE(116),
    bytes: entry.readUInt32LE(120) + upper * 2 ** 32,
  }
}
