/** Held-back rows as people see them: a page of them on screen, all of them as a CSV file. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { ReadableStream } from 'node:stream/web'
import { errorCode } from '../../shared/domain/errorCode.ts'
import { HeldRow } from '../../shared/domain/quarantine.ts'
import type { HeldRows } from '../runs/ports/reading.ts'

/** One quarantine file, a row at a time; a file that does not exist (yet) has no rows. */
async function* rowsOf(file: string): AsyncGenerator<HeldRow> {
  const stream = createReadStream(file, { encoding: 'utf8', highWaterMark: 256 * 1024 })
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
      if (line === '') continue
      const row = parseRow(line)
      // Only a write that was cut off leaves such a line, and its step is done again.
      if (row === null) return
      yield row
    }
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return
    throw thrown
  } finally {
    stream.destroy()
  }
}

function parseRow(line: string): HeldRow | null {
  try {
    return HeldRow.safeParse(JSON.parse(line)).data ?? null
  } catch {
    return null
  }
}

/** All files, each ordered by record, merged into one order. Holds one row of each in memory. */
async function* merged(files: readonly string[]): AsyncGenerator<HeldRow> {
  const sources = files.map((file) => rowsOf(file))
  try {
    const heads = await Promise.all(sources.map((source) => source.next()))
    for (;;) {
      let first = -1
      let record = Infinity
      for (const [index, head] of heads.entries()) {
        if (head.done === true || head.value.record >= record) continue
        first = index
        record = head.value.record
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

/** A page of the rows that the steps of a run held back, in file order, and how many there are in all. */
export async function readHeldRows(
  files: readonly string[],
  offset: number,
  limit: number,
): Promise<HeldRows> {
  const rows: HeldRow[] = []
  let total = 0
  for await (const row of merged(files)) {
    if (total >= offset && rows.length < limit) rows.push(row)
    total += 1
  }
  return { total, rows }
}

/** How much text is gathered before it is passed on. */
const pieceLength = 64 * 1024

async function* csvPieces(files: readonly string[]): AsyncGenerator<Uint8Array> {
  let piece = '\uFEFFline,record,reasons,raw\r\n'
  for await (const { line, record, reasons, raw } of merged(files)) {
    const why = reasons.map(({ message }) => message).join(' ')
    piece += `${line},${record},${quoted(why)},${quoted(raw)}\r\n`
    if (piece.length < pieceLength) continue
    yield Buffer.from(piece)
    piece = ''
  }
  yield Buffer.from(piece)
}

/**
 * Every held-back row as CSV: line, record, reasons, raw. UTF-8 with a byte-order mark and CRLF, so that
 * Excel shows letters rightly by a double click. A cell that Excel would run as a formula (`=`, `+`, `-`, `@` of
 * either width, tab or a line's end at its start: the file came from outside) gets an apostrophe before it, which keeps it text; Pallet's own
 * recipe takes such an apostrophe off again. Reads as fast as the stream is drained, and no further when it is cancelled.
 */
export function heldRowsCsv(files: readonly string[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(csvPieces(files))
}

/** Both, as the use cases ask for them. */
export const rejectsReader = { page: readHeldRows, csv: heldRowsCsv }

function quoted(text: string): string {
  const safe = /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text
  return `"${safe.replaceAll('"', '""')}"`
}
