/** The files of held-back rows: one row a line as JSON, ordered by record. */
import { createReadStream } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { errorCode } from '../../shared/domain/errorCode.ts'
import { HeldRow } from '../../shared/domain/files/quarantine.ts'
import { maxRawBytes } from './delimited/window.ts'

const lineFeed = 0x0a

/** A row, and where it stands in which of the files. */
export interface PlacedRow {
  row: HeldRow
  file: number
  offset: number
  bytes: number
}

/** One quarantine file, a row at a time; a file that does not exist (yet) has no rows. */
async function* rowsOf(path: string, file: number): AsyncGenerator<PlacedRow> {
  const stream = createReadStream(path, { highWaterMark: 256 * 1024 })
  try {
    let left: Buffer = Buffer.alloc(0)
    let offset = 0
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const piece = left.length === 0 ? chunk : Buffer.concat([left, chunk])
      let from = 0
      for (let end = piece.indexOf(lineFeed); end >= 0; end = piece.indexOf(lineFeed, from)) {
        const row = parseHeldRow(piece.toString('utf8', from, end))
        // Only a write that was cut off leaves such a line, and its step is done again.
        if (row === null) return
        yield { row, file, offset: offset + from, bytes: end - from }
        from = end + 1
      }
      left = piece.subarray(from)
      offset += from
    }
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return
    throw thrown
  } finally {
    stream.destroy()
  }
}

export function parseHeldRow(line: string): HeldRow | null {
  try {
    return HeldRow.safeParse(JSON.parse(line)).data ?? null
  } catch {
    return null
  }
}

/** All files, each ordered by record, merged into one order. Holds one row of each in memory. */
export async function* placedRows(files: readonly string[]): AsyncGenerator<PlacedRow> {
  const sources = files.map(rowsOf)
  try {
    const heads = await Promise.all(sources.map((source) => source.next()))
    for (;;) {
      let first = -1
      let record = Infinity
      for (const [index, head] of heads.entries()) {
        if (head.done === true || head.value.row.record >= record) continue
        first = index
        record = head.value.row.record
      }
      const head = heads[first]
      const source = sources[first]
      if (head === undefined || source === undefined || head.done === true) return
      yield head.value
      heads[first] = await source.next()
    }
  } finally {
    await Promise.all(sources.map((source) => source.return(undefined)))
  }
}

/** A character at the limit may have been left out, and a line's end. */
const nearlyMaxRawBytes = maxRawBytes - 8

/** Whether more of the row stood in the file than was kept. */
export function isCut({ raw }: HeldRow): boolean {
  return raw.length * 4 >= nearlyMaxRawBytes && Buffer.byteLength(raw) >= nearlyMaxRawBytes
}

/** What a row says of which nothing may be kept. */
const erased = 'This row was erased for the person that it was about.'

/** Leaves of these records their number, their line and the code of why they were held back. The file is as it was, or done. */
export async function eraseHeld(file: string, records: readonly number[]): Promise<void> {
  const wanted = new Set(records)
  const partial = await open(`${file}.part`, 'w', 0o600)
  try {
    for await (const { row } of placedRows([file])) {
      const kept: HeldRow = wanted.has(row.record)
        ? {
            ...row,
            raw: '',
            reasons: row.reasons
              .slice(0, 1)
              .map(({ code }) => ({ code, column: '', value: '', message: erased })),
          }
        : row
      await partial.write(`${JSON.stringify(kept)}\n`)
    }
    await partial.sync()
  } finally {
    await partial.close()
  }
  await rename(`${file}.part`, file)
}
