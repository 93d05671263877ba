import { open } from 'node:fs/promises'
import { recordsLayout } from '../../shared/domain/files/records.ts'

/** The longest record fits into it more than once. */
const chunkBytes = 2 * recordsLayout.maxLineBytes

/**
 * Hands a records file to the function that `user` gives, piece by piece: the bytes `[0, filled)` of the buffer that `user` was
 * asked for. It answers how many of these whole records are; the rest comes again with what follows, or null: that was enough.
 */
export async function eachChunk(
  recordsFile: string,
  signal: AbortSignal,
  user: (bytes: number) => {
    buffer: Buffer
    use: (filled: number) => Promise<number | null>
  },
): Promise<void> {
  const source = await open(recordsFile, 'r')
  try {
    const { size } = await source.stat()
    const { buffer, use } = user(Math.min(chunkBytes, size))
    let filled = 0
    for (;;) {
      signal.throwIfAborted()
      const { bytesRead } = await source.read(buffer, filled, buffer.length - filled, null)
      if (bytesRead === 0) return
      filled += bytesRead
      const used = await use(filled)
      if (used === null) return
      buffer.copyWithin(0, used, filled)
      filled -= used
    }
  } finally {
    await source.close()
  }
}
