import { open } from 'node:fs/promises'

const chunkBytes = 4 * 1024 * 1024

/**
 * Hands a records file to `use` piece by piece: the bytes of `[0, filled)`. It answers how many of these whole records
 * are; the rest comes again with what follows, or null: that was enough. Memory is bounded by the chunk and the longest record.
 */
export async function eachChunk(
  recordsFile: string,
  signal: AbortSignal,
  use: (bytes: Buffer, filled: number) => Promise<number | null>,
): Promise<void> {
  const source = await open(recordsFile, 'r')
  try {
    const { size } = await source.stat()
    // One more than the file: its end is seen without a larger buffer.
    let buffer = Buffer.allocUnsafe(Math.min(chunkBytes, size + 1))
    let filled = 0
    for (;;) {
      signal.throwIfAborted()
      if (filled === buffer.length) {
        const larger = Buffer.allocUnsafe(buffer.length * 2)
        buffer.copy(larger)
        buffer = larger
      }
      const { bytesRead } = await source.read(buffer, filled, buffer.length - filled, null)
      if (bytesRead === 0) return
      filled += bytesRead
      const used = await use(buffer, filled)
      if (used === null) return
      buffer.copyWithin(0, used, filled)
      filled -= used
    }
  } finally {
    await source.close()
  }
}
