/** Rows written to be read again, and those that reading has written. */
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { writeAll } from '../files/writeAll.ts'
import { canonical, cellText, parseCanonical } from './canonical.ts'

/** How much text is gathered before it is written. */
const pieceLength = 64 * 1024

/** Rows as a file that `fixedReading` reads. */
export async function writeRows(
  target: string,
  labels: readonly string[],
  rows: Iterable<readonly string[]> | AsyncIterable<readonly string[]>,
): Promise<number> {
  const file = await open(target, 'w', 0o600)
  try {
    // A line of nothing would be no record.
    const line = (cells: readonly string[]): string =>
      `${cells.map((cell) => (cells.length === 1 && cell === '' ? '""' : cellText(cell))).join(',')}\n`
    await writeAll(file, Buffer.from(line(labels)))
    let piece = ''
    for await (const cells of rows) {
      piece += line(cells)
      if (piece.length < pieceLength) continue
      await writeAll(file, Buffer.from(piece))
      piece = ''
    }
    await writeAll(file, Buffer.from(piece))
    await file.sync()
    return (await file.stat()).size
  } finally {
    await file.close()
  }
}

/** The records of a canonical file, a chunk of them in memory at a time. */
export async function* readRecords(
  recordsFile: string,
): AsyncGenerator<{ line: number; cells: string[] }> {
  let left: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(recordsFile) as AsyncIterable<Buffer>) {
    left = Buffer.concat([left, chunk])
    let end = 0
    let isQuoted = false
    for (const [index, byte] of left.entries()) {
      if (byte === canonical.doubleQuote) isQuoted = !isQuoted
      else if (byte === canonical.lf && !isQuoted) end = index + 1
    }
    yield* parseCanonical(left.subarray(0, end))
    left = left.subarray(end)
  }
}
