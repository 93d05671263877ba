/**
 * A block's id is its content address: 32 raw bytes, always the same length, because Put Block wants
 * all ids of one blob to be equally long (at most 64 bytes raw). Layout, big-endian:
 *
 *     0  magic 'P', version 1     4  nominal block size in KiB   12  length in bytes
 *     2  flags (none yet)         8  index of the block          16  MD5 of the block
 *
 * Equal ids mean equal bytes at the same place; a list of the server's blocks needs no journal to be understood.
 */
export interface BlockAddress {
  /** KiB, 1 … 2³²−1. */
  blockSizeKiB: number
  /** From 0. */
  index: number
  /** Bytes in this block. */
  bytes: number
  /** 16 raw bytes. */
  md5: Uint8Array
}

export const blockIdBytes = 32
/** Base64 characters of an id. */
export const blockIdLength = 44
const magic = 0x50
const version = 1

export function encodeBlockId(address: BlockAddress): string {
  if (address.md5.length !== 16)
    throw new RangeError(`an MD5 has 16 bytes, not ${address.md5.length}`)
  const raw = Buffer.alloc(blockIdBytes)
  raw.writeUInt8(magic, 0)
  raw.writeUInt8(version, 1)
  raw.writeUInt32BE(address.blockSizeKiB, 4)
  raw.writeUInt32BE(address.index, 8)
  raw.writeUInt32BE(address.bytes, 12)
  raw.set(address.md5, 16)
  return raw.toString('base64')
}

/** What an id of ours says; null for an id that somebody else made, or a version of ours not known here. */
export function parseBlockId(id: string): BlockAddress | null {
  if (id.length !== blockIdLength) return null
  const raw = Buffer.from(id, 'base64')
  if (raw.length !== blockIdBytes || raw.toString('base64') !== id) return null
  if (raw.readUInt8(0) !== magic || raw.readUInt8(1) !== version || raw.readUInt16BE(2) !== 0)
    return null
  return {
    blockSizeKiB: raw.readUInt32BE(4),
    index: raw.readUInt32BE(8),
    bytes: raw.readUInt32BE(12),
    md5: new Uint8Array(raw.subarray(16)),
  }
}
