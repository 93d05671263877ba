/** A zip that is the document of a program: its parts, each by its name, as text. */
import { crc32, createInflateRaw } from 'node:zlib'
import { type Entry, type ZipFile, openPromise } from 'yauzl'
import { errorCode } from '../../../shared/domain/errorCode.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { headOf } from '../../files/head.ts'
import { inflating } from '../packed/packed.ts'
import type { Arrived } from '../reader.ts'
import { notHereYet } from './refused.ts'

/** No program writes more parts. */
const maxParts = 10_000
const MiB = 1024 * 1024
/** Sheets shrink to a tenth, seldom to a fiftieth; what grows more, beyond this size, was made to keep computers busy. */
const unsuspected = { bytes: 128 * MiB, ratio: 200 }

export class Container {
  readonly #zip: ZipFile
  readonly #parts: ReadonlyMap<string, Entry>

  private constructor(zip: ZipFile, parts: ReadonlyMap<string, Entry>) {
    this.#zip = zip
    this.#parts = parts
  }

  /** null: no zip. Throws `source-truncated` where it is damaged, `source-arriving` where its end is not there yet. */
  static async open(file: Arrived): Promise<Container | null> {
    if ((await headOf(file.path, 4)).toString('latin1') !== 'PK\x03\x04') return null
    if (file.size < file.bytes) throw notHereYet()
    let zip: ZipFile | null = null
    try {
      zip = await openPromise(file.path, { autoClose: false })
      if (zip.entryCount > maxParts) throw new Error('too many parts')
      const parts = new Map<string, Entry>()
      for await (const entry of zip.eachEntry()) parts.set(entry.fileName, entry)
      return new Container(zip, parts)
    } catch (thrown) {
      zip?.close()
      throw damaged(thrown)
    }
  }

  has(part: string): boolean {
    return this.#parts.has(part)
  }

  /** Bytes that a part has when it is unpacked, as the zip says. */
  bytesOf(part: string): number {
    return this.#parts.get(part)?.uncompressedSize ?? 0
  }

  /** The text of a part, in pieces; nothing where there is no such part. `taken` is told the unpacked bytes of each. */
  async *text(
    part: string,
    signal: AbortSignal,
    taken: (bytes: number) => void = () => {},
  ): AsyncGenerator<string> {
    const entry = this.#parts.get(part)
    if (entry === undefined) return
    let decoder: InstanceType<typeof TextDecoder> | null = null
    let bytes = 0
    let sum = 0
    const source = await this.#zip.openReadStreamPromise(entry, { decodeFileData: false })
    const inflate = createInflateRaw(inflating)
    source.once('error', (error) => inflate.destroy(error))
    const { compressionMethod: method } = entry
    try {
      if (entry.isEncrypted() || (method !== 0 && method !== 8)) throw new Error('packed strangely')
      for await (const chunk of method === 0 ? source : source.pipe(inflate)) {
        signal.throwIfAborted()
        if (!Buffer.isBuffer(chunk)) throw new TypeError('Bytes were expected')
        bytes += chunk.length
        sum = crc32(chunk, sum)
        if (bytes > unsuspected.bytes && bytes > entry.compressedSize * unsuspected.ratio)
          throw new Error('unpacks to far more than it is')
        taken(chunk.length)
        decoder ??= new TextDecoder(encodingOf(chunk), { fatal: true })
        yield decoder.decode(chunk, { stream: true })
      }
      if (sum !== entry.crc32) throw new Error('the checksum is another one')
    } finally {
      source.destroy()
      inflate.destroy()
    }
  }

  /** The whole text of a small part; '' where there is none. */
  async whole(part: string, signal: AbortSignal): Promise<string> {
    const pieces: string[] = []
    let left = 16 * MiB
    for await (const piece of this.text(part, signal)) {
      pieces.push(piece)
      left -= piece.length
      if (left < 0) throw new Error('a part is longer than any')
    }
    return pieces.join('')
  }

  close(): void {
    this.#zip.close()
  }
}

function encodingOf(start: Buffer): string {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le'
  return start[0] === 0xfe && start[1] === 0xff ? 'utf-16be' : 'utf-8'
}

/** Of Node, where bytes are no text, or where there are fewer than it says. */
const codesOfDamage = new Set([
  'ERR_ENCODING_INVALID_ENCODED_DATA',
  'ERR_OUT_OF_RANGE',
  'ERR_BUFFER_OUT_OF_BOUNDS',
])

/** What went wrong inside of the document, as a person reads it; what the file system says stays. */
export function damaged(thrown: unknown): unknown {
  if (thrown instanceof Problem || !(thrown instanceof Error) || thrown.name === 'AbortError')
    return thrown
  const code = errorCode(thrown)
  if (code !== '' && !code.startsWith('Z_') && !codesOfDamage.has(code)) return thrown
  return new Problem(
    {
      code: 'source-truncated',
      what: 'The workbook is damaged.',
      did: 'Nothing of it was taken.',
      advice:
        'Open it in Excel or LibreOffice, which may repair it, and save it anew; or download or export it again, to its end.',
      detail: thrown.message,
    },
    { cause: thrown },
  )
}
