import { createHash } from 'node:crypto'

/**
 * A block's id is its content address: 32 raw bytes, always the same length, because Put Block wants
 * all ids of one blob to be equally long (at most 64 bytes raw). Layout, big-endian:
 *
 *     0  magic 'P', version 2     4  occurrence              12  length in bytes
 *     2  size class, 0            8  0                       16  MD5 of the block
 *
 * It does not say where the block stands, so a block is found again wherever it moved to. Content that stands in
 * a file more than once is told apart by its occurrence, counted from 0: no list of ours ever names
 * an id twice, which is documented nowhere. Version 1 named size and index instead.
 */
export interface BlockAddress {
  /** See `blockSizes`; 0 … 255. */
  sizeClass: number
  /** How often the same content stands in the file before this block. */
  occurrence: number
  /** Bytes in this block. */
  bytes: number
  /** 16 raw bytes. */
  md5: Uint8Array
}

export const blockIdBytes = 32
/** Base64 characters of an id. */
export const blockIdLength = 44
const magic = 0x50
const version = 2

export function encodeBlockId(address: BlockAddress): string {
  if (address.md5.length !== 16)
    throw new RangeError(`an MD5 has 16 bytes, not ${address.md5.length}`)
  const raw = Buffer.alloc(blockIdBytes)
  raw.writeUInt8(magic, 0)
  raw.writeUInt8(version, 1)
  raw.writeUInt8(address.sizeClass, 2)
  raw.writeUInt32BE(address.occurrence, 4)
  raw.writeUInt32BE(address.bytes, 12)
  raw.set(address.md5, 16)
  return raw.toString('base64')
}

/** What an id of ours says; null for an id that somebody else made, or another version of ours. */
export function parseBlockId(id: string): BlockAddress | null {
  if (id.length !== blockIdLength) return null
  const raw = Buffer.from(id, 'base64')
  if (raw.length !== blockIdBytes || raw.toString('base64') !== id) return null
  if (raw.readUInt8(0) !== magic || raw.readUInt8(1) !== version) return null
  if (raw.readUInt8(3) !== 0 || raw.readUInt32BE(8) !== 0) return null
  return {
    sizeClass: raw.readUInt8(2),
    occurrence: raw.readUInt32BE(4),
    bytes: raw.readUInt32BE(12),
    md5: new Uint8Array(raw.subarray(16)),
  }
}

/** Gives the blocks of one file their ids, in file order. */
export function blockNaming(sizeClass: number): (bytes: number, md5: Uint8Array) => string {
  const seen = new Map<string, number>()
  return (bytes, md5) => {
    const first = encodeBlockId({ sizeClass, occurrence: 0, bytes, md5 })
    const occurrence = seen.get(first) ?? 0
    seen.set(first, occurrence + 1)
    return occurrence === 0 ? first : encodeBlockId({ sizeClass, occurrence, bytes, md5 })
  }
}

/** Hex SHA-256 over the ids of the blocks of a file in order, raw: lengths and MD5s. */
export function treeHash(): { add: (id: string) => void; digest: () => string } {
  const hash = createHash('sha256')
  return { add: (id) => hash.update(id, 'base64'), digest: () => hash.digest('hex') }
}
