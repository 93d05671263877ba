import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { type Packed, inflating } from './packed.ts'

export const isGzip = (head: Buffer): boolean => head[0] === 0x1f && head[1] === 0x8b

/** Of several members one after the other, too. zlib checks the sum of each. */
export function openGzip(path: string): Packed {
  const bytes = createReadStream(path, { highWaterMark: inflating.chunkSize })
  return {
    bytes,
    inflate: createGunzip(inflating),
    promised: null,
    entry: null,
    entries: [],
    close: () => bytes.destroy(),
  }
}
