import { pairEncodings } from '../../../main/reading/delimited/encoding.ts'
import { lengthAt, pairTable } from '../../../main/reading/delimited/multiByte.ts'
import type { Dialect } from '../../../shared/domain/files/dialect.ts'

/** Text in UTF-32 or an encoding of East Asia; throws where it has no such character. */
export function encodeWide(text: string, encoding: Dialect['encoding']): Buffer {
  const pairs = pairEncodings.find((one) => one === encoding)
  return Buffer.concat(
    Array.from(text, (letter) => {
      const point = letter.codePointAt(0) ?? 0
      if (pairs === undefined) {
        const four = Buffer.alloc(4)
        if (encoding === 'utf-32be') four.writeUInt32BE(point)
        else four.writeUInt32LE(point)
        return four
      }
      if (point < 0x80) return Buffer.of(point)
      const at = pairTable(pairs).points.indexOf(point)
      if (at < 0) throw new Error(`${encoding} has no ${letter}.`)
      return at < 256 || lengthAt(pairs, at >> 8, at & 255) === 1
        ? Buffer.of(at)
        : Buffer.of(at >> 8, at & 255)
    }),
  )
}
