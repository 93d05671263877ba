/** Text whose cells stand between delimiters. */
import { open } from 'node:fs/promises'
import type { Dialect } from '../../../shared/domain/files/dialect.ts'
import type { Parts, PreviewRow } from '../../../shared/domain/files/preview.ts'
import { type ReadingOf, factsOf } from '../../../shared/domain/files/reading.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import { repairedLines, toldOfComments, toldOfFilled, toldOfQuotes } from '../mended.ts'
import { type Arrived, partsOf, type Reader } from '../reader.ts'
import { refuseBinary } from './binary.ts'
import { detectFile } from './detect.ts'
import { unitBytes } from './detectEncoding.ts'
import { readBytes, readHead } from './head.ts'
import { commonWidth, decideLayout } from './layout.ts'
import type { Layout } from './layout.ts'
import type { OtherTables } from './otherTables.ts'
import { headBytes, readAt } from './probe.ts'
import { heldJsonBytes, Tokenizer } from './tokenizer.ts'
import { maxChunkBytes } from './window.ts'

export const delimited: Reader<'delimited'> = {
  takesAnyText: true,

  detect: async ({ path, size }, signal) => {
    const { dialect, doubts, encoding, next, ...taken } = await detectFile(path, size, signal)
    const asOne = ({ width, share }: { width: number; share: number }, one: Dialect) => ({
      reading: { kind: 'delimited' as const, dialect: one },
      columns: width,
      share,
    })
    return {
      reading: { kind: 'delimited', dialect },
      doubts,
      encoding,
      weighed: [asOne(taken, dialect), ...(next === null ? [] : [asOne(next, next.dialect)])],
    }
  },

  sample: async (file, reading, signal) => {
    const { dialect, ragged = 'hold' } = reading
    const { labels, header, width, trailingDelimiter, doubts } = await layoutOf(
      file,
      dialect,
      signal,
    )
    const complete = isComplete(file)
    const options = { dialect, width, trailingDelimiter, header, ragged, complete, signal }
    const { records, held, count, bytes, whole, mended, filled, comments, others } = await readHead(
      file.path,
      options,
    )
    const [cutOnce, filledUp] = [new Set(mended.lines), new Set(filled.lines)]
    const repairOf = (line: number): Pick<PreviewRow, 'repaired'> =>
      cutOnce.has(line) ? { repaired: 'quote' } : filledUp.has(line) ? { repaired: 'filled' } : {}
    return {
      ...factsOf(dialect),
      labels,
      header,
      doubts: [
        ...doubts,
        ...toldOfQuotes(mended),
        ...toldOfFilled(filled),
        ...toldOfComments(comments, dialect.comment ?? ''),
        ...toldOfTables(others),
      ],
      records: records.map(({ line, cells }) => ({ line, cells, ...repairOf(line) })),
      held,
      parts: await tablesOf(file, reading, { header, others }, signal),
      estimatedRecords: whole || bytes === 0 ? count : Math.round((count / bytes) * file.bytes),
    }
  },

  read: async (file, reading, sink, { signal, report }, ragged = reading.ragged ?? 'hold') => {
    const { dialect } = reading
    const { labels, header, width, trailingDelimiter, doubts } = await layoutOf(
      file,
      dialect,
      signal,
    )
    // Rows become bytes at once: thousands of small objects that wait for the disk would swell the heap.
    let held: Buffer | null = null
    let heldEnd = 0
    const tokenizer = new Tokenizer({
      dialect,
      width,
      trailingDelimiter,
      header,
      ragged,
      inputBytes: file.size,
      held: (row) => {
        held ??= Buffer.allocUnsafe(heldJsonBytes)
        heldEnd += held.write(`${JSON.stringify(row)}\n`, heldEnd)
      },
    })
    const drain = async () => {
      for (let more = true; more;) {
        signal.throwIfAborted()
        more = tokenizer.run()
        if (tokenizer.outputEnd > 0)
          await sink.records(tokenizer.output.subarray(0, tokenizer.outputEnd))
        tokenizer.outputEnd = 0
        if (held !== null && heldEnd > 0) await sink.held(held.subarray(0, heldEnd))
        heldEnd = 0
        const repaired = repairedLines({ quote: tokenizer.mended, filled: tokenizer.filled })
        if (repaired !== null) await sink.repaired?.(repaired)
      }
      const { position, records, quarantined } = tokenizer
      report({ bytesDone: position, rowsDone: records, quarantined })
    }

    const source = await open(file.path, 'r')
    try {
      // The next chunk is fetched while this one is being tokenized; together never more than the tokenizer was told.
      const chunkBytes = Math.min(maxChunkBytes, file.size)
      let current = Buffer.allocUnsafe(chunkBytes)
      let ahead = Buffer.allocUnsafe(chunkBytes)
      let asked = 0
      const fill = async (chunk: Buffer): Promise<number> => {
        const { bytesRead } = await source.read(chunk, 0, Math.min(chunkBytes, file.size - asked))
        asked += bytesRead
        return bytesRead
      }
      let bytesRead = await fill(current)
      while (bytesRead > 0) {
        const next = fill(ahead)
        try {
          tokenizer.push(current.subarray(0, bytesRead))
          await drain()
        } finally {
          // Not left behind when the drain fails: the file is about to be closed.
          await next.catch(() => {})
        }
        bytesRead = await next
        ;[current, ahead] = [ahead, current]
      }
    } finally {
      await source.close()
    }
    tokenizer.finish()
    await drain()
    const { records, quarantined, mended, filled, comments, others } = tokenizer
    const told = [
      ...doubts,
      ...toldOfQuotes(mended),
      ...toldOfFilled(filled),
      ...toldOfComments(comments, dialect.comment ?? ''),
      ...toldOfTables(others),
    ]
    const parts = await tablesOf(file, reading, { header, others }, signal)
    return { ...factsOf(dialect), labels, header, doubts: told, parts, records, quarantined }
  },

  beginnings: async (file, reading, areMeant, signal) => {
    const { dialect } = reading
    if (dialect.headerRows === 0) return null
    const { records } = await readHead(file.path, {
      dialect: { ...dialect, skipLines: 0, headerRows: 0 },
      width: null,
      trailingDelimiter: false,
      complete: isComplete(file),
      signal,
    })
    return records
      .filter(({ cells }) => areMeant(cells))
      .map(({ line }) => ({
        reading: { ...reading, dialect: { ...dialect, skipLines: line - 1 } },
        linesBefore: line - 1,
      }))
  },

  cellsOf: (raw, reading, { length: width }) => {
    const ofOneRecord = { encoding: 'utf-8', headerRows: 0, skipLines: 0 } as const
    const dialect = { ...reading.dialect, ...ofOneRecord }
    const bytes = Buffer.from(raw)
    const loose = readBytes(bytes, dialect)
    // With its width known, a row may be cut in one way only, as it was when the file was read.
    const { records, held } = loose.held.length > 0 ? readBytes(bytes, dialect, width) : loose
    const [only] = records
    return only === undefined || records.length > 1 || held.length > 0 ? null : only.cells
  },
}

/** The tables of the file, as far as it was read: those above the one that is read, and those below. */
async function tablesOf(
  file: Arrived,
  reading: ReadingOf<'delimited'>,
  { header, others }: { header: readonly string[] | null; others: OtherTables },
  signal: AbortSignal,
): Promise<Parts | null> {
  const { skipLines } = reading.dialect
  const startingAt = (line: number, labels: readonly string[] | null, title: string | null) => {
    const names = labels === null ? 'without labels' : labels.slice(0, 3).join(', ')
    const name = `Line ${formatCount(line)}: ${title === null ? names : `${title} (${names})`}`
    return {
      name: name.length > 80 ? `${name.slice(0, 80)}…` : name,
      reading: {
        ...reading,
        dialect: { ...reading.dialect, skipLines: line - 1, headerRows: labels === null ? 0 : 1 },
      },
    }
  }
  const here = { ...startingAt(skipLines + 1, header, null), reading }
  const below = others.told.map(({ line, labels, title }) => startingAt(line, labels, title))
  const choices = [here, ...below]
  if (skipLines > 0) {
    const { dialect } = await detectFile(file.path, file.size, signal)
    if (dialect.skipLines < skipLines) {
      const first = { ...reading, dialect }
      const layout = await layoutOf(file, dialect, signal)
      const above = await readHead(file.path, {
        ...layout,
        dialect,
        complete: isComplete(file),
        signal,
      })
      const lines = above.others.told.map(({ line }) => line)
      if (lines.includes(skipLines + 1))
        choices.unshift(
          { ...startingAt(dialect.skipLines + 1, layout.header, null), reading: first },
          ...above.others.told
            .filter(({ line }) => line <= skipLines)
            .map(({ line, labels, title }) => startingAt(line, labels, title)),
        )
    }
  }
  return partsOf('table', choices, here.name)
}

/** So many of them are told one by one. */
const tablesTold = 3

function toldOfTables({ told, count, rows }: OtherTables): string[] {
  const each = told.slice(0, tablesTold).map(({ line, labels, title, rows: own }) => {
    const names = labels.slice(0, 3).join('”, “')
    const named = title === null ? '' : `, “${title}”,`
    return `Another table${named} begins on line ${line} (“${names}”${labels.length > 3 ? ' …' : ''}): ${plural(own, 'row')} of ${labels.length} cells. They are none of this table, so they are not among its rows. To read that one instead, choose it as the table of the file.`
  })
  if (count === each.length) return each
  return [...each, `There are ${formatCount(count)} such tables, with ${plural(rows, 'row')}.`]
}

function isComplete({ size, bytes }: Arrived): boolean {
  return size >= bytes
}

async function headOf({ path, size }: Arrived): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    return await readAt(file, 0, Math.min(headBytes, size))
  } finally {
    await file.close()
  }
}

async function layoutOf(file: Arrived, dialect: Dialect, signal: AbortSignal): Promise<Layout> {
  // What is remembered of how a file is read says nothing of what the next file is.
  refuseBinary(await headOf(file), unitBytes(dialect.encoding) > 1)
  const { headerRows } = dialect
  const readRows = (width: number | null) =>
    readHead(file.path, {
      dialect: { ...dialect, headerRows: 0 },
      width,
      trailingDelimiter: false,
      complete: isComplete(file),
      signal,
    })
  const head = await readRows(null)
  const isLabels = ({ record }: { record: number }) => record <= headerRows
  if (!head.held.some(isLabels)) return decideLayout(head, headerRows)
  // As any other row, one of labels is cut where there is one way only.
  const { records, held } = await readRows(
    commonWidth(head.records.map(({ cells }) => cells.length)),
  )
  const lines = new Set(head.held.filter(isLabels).map(({ line }) => line))
  const mended = records.filter(({ line }) => lines.has(line))
  const stillHeld = held.filter(({ line }) => lines.has(line))
  const layout = decideLayout(
    { records: [...mended, ...head.records], held: stillHeld },
    headerRows,
  )
  if (mended.length > 0)
    layout.doubts.push(
      'The line with the column labels has a stray quote. It could be cut into cells in one way only, and was. Check the labels.',
    )
  return layout
}
