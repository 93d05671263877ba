/** The first records of a file, through the tokenizer that also reads the whole of it. */
import { open } from 'node:fs/promises'
import type { Dialect } from '../../../shared/domain/files/dialect.ts'
import type { HeldRow } from '../../../shared/domain/files/quarantine.ts'
import { parseCanonical } from '../canonical.ts'
import type { CanonicalRecord } from '../canonical.ts'
import type { Mended } from '../mended.ts'
import type { OtherTables } from './otherTables.ts'
import { Tokenizer } from './tokenizer.ts'
import type { TokenizerOptions } from './tokenizer.ts'
import { maxChunkBytes } from './window.ts'

/** How much of the records decides about header, width and column types. */
export const sampleBytes = 1024 * 1024

export interface Head {
  records: CanonicalRecord[]
  held: HeldRow[]
  /** Records that the sample holds, the header not counted. */
  count: number
  /** Bytes of the source that the sample covers, skipped lines included. */
  bytes: number
  /** Whether the sample is the whole file. */
  whole: boolean
  mended: Mended
  filled: Mended
  comments: Mended
  others: OtherTables
}

export interface HeadOptions extends Omit<TokenizerOptions, 'held' | 'inputBytes'> {
  /** False while the file is still arriving: its last record may be cut. */
  complete: boolean
  signal: AbortSignal
}

/** Tokenizes the file until `sampleBytes` of records have been seen or it ends. */
export async function readHead(path: string, options: HeadOptions): Promise<Head> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const taking = new Taking({ ...options, inputBytes: size })
    const { tokenizer } = taking
    const chunk = Buffer.allocUnsafe(Math.min(maxChunkBytes, size))
    for (let read = 0, ended = false; !ended && taking.bytes < sampleBytes;) {
      options.signal.throwIfAborted()
      // Not beyond the size above: a file that is still arriving grows meanwhile.
      const wanted = Math.min(chunk.length, size - read)
      const { bytesRead } = await file.read(chunk, 0, wanted, null)
      read += bytesRead
      ended = bytesRead === 0
      if (!ended) tokenizer.push(chunk.subarray(0, bytesRead))
      else if (options.complete) tokenizer.finish()
      taking.whole = taking.take(sampleBytes) && ended && options.complete
    }
    return taking.head()
  } finally {
    await file.close()
  }
}

/** The records of bytes that are at hand, for trying a dialect on them; `held` holds what broke. */
export function readBytes(
  bytes: Uint8Array,
  dialect: Dialect,
  width: number | null = null,
): { records: CanonicalRecord[]; held: HeldRow[] } {
  const taking = new Taking({
    dialect,
    width,
    trailingDelimiter: false,
    inputBytes: bytes.length,
  })
  for (let at = 0; at < bytes.length; at += maxChunkBytes) {
    taking.tokenizer.push(bytes.subarray(at, at + maxChunkBytes))
    taking.take(Infinity)
  }
  taking.tokenizer.finish()
  taking.take(Infinity)
  return { records: taking.records(), held: taking.held }
}

/** A tokenizer whose output is kept in memory. */
class Taking {
  readonly tokenizer: Tokenizer
  readonly held: HeldRow[] = []
  /** What is kept, roughly. */
  bytes = 0
  whole = false
  private readonly parts: Buffer[] = []

  constructor(options: Omit<TokenizerOptions, 'held'>) {
    this.tokenizer = new Tokenizer({
      ...options,
      held: (row) => {
        this.held.push(row)
        this.bytes += row.raw.length + 100
      },
    })
  }

  /** Runs the tokenizer until it needs more input (true) or `limit` bytes are kept (false). */
  take(limit: number): boolean {
    const { tokenizer } = this
    for (;;) {
      const more = tokenizer.run()
      this.bytes += tokenizer.outputEnd
      this.parts.push(Buffer.from(tokenizer.output.subarray(0, tokenizer.outputEnd)))
      tokenizer.outputEnd = 0
      if (!more) return true
      if (this.bytes >= limit) return false
    }
  }

  head(): Head {
    return {
      records: this.records(),
      held: this.held,
      count: this.tokenizer.records,
      bytes: this.tokenizer.position,
      whole: this.whole,
      mended: this.tokenizer.mended,
      filled: this.tokenizer.filled,
      comments: this.tokenizer.comments,
      others: this.tokenizer.others,
    }
  }

  records(): CanonicalRecord[] {
    return parseCanonical(Buffer.concat(this.parts))
  }
}
