/** Text whose cells stand at the same places in every line. */
import { isUtf8 } from 'node:buffer'
import type { Dialect } from '../../../shared/domain/files/dialect.ts'
import { maxRuledLines, type PreviewRow } from '../../../shared/domain/files/preview.ts'
import type { HeldRow, Reason } from '../../../shared/domain/files/quarantine.ts'
import type { ReadingOf, TableFacts } from '../../../shared/domain/files/reading.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { decoderOf } from '../../files/decoding.ts'
import { headOf as readHead } from '../../files/head.ts'
import { cellText } from '../canonical.ts'
import { refuseBinary } from '../delimited/binary.ts'
import { detect } from '../delimited/detect.ts'
import { detectEncoding, unitBytes, wideEncoding } from '../delimited/detectEncoding.ts'
import { headBytes, probeFile } from '../delimited/probe.ts'
import { Mended, repairedLines, toldOfFilled } from '../mended.ts'
import type { Arrived, Reader } from '../reader.ts'
import { RecordWriter } from '../recordWriter.ts'
import { type Line, cut, outside, proposeColumns } from './columns.ts'
import { type Layout, decideLayout, faultOf } from './layout.ts'
import { type SourceLine, walkLines } from './lines.ts'

/** So many lines, or characters of them, decide where the columns are. */
const head = { lines: 2000, characters: 1024 * 1024 }

export const fixed: Reader<'fixed'> = {
  takesAnyText: true,

  detect: async (file, signal) => {
    const first = await bytesOf(file)
    const guess = wideEncoding(first) ?? (isUtf8(first) ? 'utf-8' : 'windows-1252')
    if (proposeColumns(linesOf(first, guess, file)) === null) return null
    const probe = await probeFile(file.path, file.size, signal)
    const doubts: string[] = []
    const { encoding, ...evidence } = detectEncoding(probe, doubts)
    const found = proposeColumns(linesOf(first, encoding, file))
    if (found === null) return null
    const delimited = detect(probe)
    // Cells that another program has set apart by delimiters are sure; blanks may stand in line for other reasons.
    const isSplit =
      delimited.width > 1 && delimited.share >= 0.8 && delimited.dialect.repeats !== true
    const isBetter =
      found.headerRows > 0 && !delimited.isLabelled && found.columns.length > delimited.width
    if (isSplit && !isBetter) return null
    const { columns, headerRows, skipLines } = found
    const where = `The cells stand in ${plural(columns.length, 'column')} of fixed width. Check where each of them begins.`
    return {
      reading: { kind: 'fixed', encoding, columns, headerRows, skipLines },
      doubts: [...doubts, ...found.doubts, where],
      encoding: evidence,
    }
  },

  sample: async (file, reading, signal) => {
    const { layout, lines, isWhole } = await headLines(file, reading, signal)
    const records: PreviewRow[] = []
    const held: HeldRow[] = []
    const filled = new Mended()
    let count = 0
    for (const line of lines) {
      if (line.number <= layout.above || line.text.trim() === '') continue
      count += 1
      const { cells, reason } = rowOf(line, layout, reading, { filled, record: count })
      if (reason === null)
        records.push({
          line: line.number,
          cells,
          ...(filled.lines.at(-1) === line.number ? { repaired: 'filled' as const } : {}),
        })
      else held.push({ record: count, line: line.number, raw: line.text, reasons: [reason] })
    }
    const last = lines.at(-1)
    const share = last === undefined ? 1 : (last.offset + last.length) / file.bytes
    return {
      ...factsOf(layout, reading),
      doubts: toldOfFilled(filled),
      records,
      held,
      parts: null,
      ruler: {
        columns: layout.columns,
        lines: lines
          .filter(({ number }) => number > reading.skipLines)
          .slice(0, maxRuledLines)
          .map(({ text }) => text),
      },
      estimatedRecords: isWhole ? count : Math.round(count / Math.max(share, 1e-9)),
    }
  },

  read: async (file, reading, sink, { signal, report }, ragged = reading.ragged ?? 'hold') => {
    const { layout, loneCr } = await headLines(file, reading, signal)
    const writer = new RecordWriter(sink, layout.columns.length)
    const filled = new Mended()
    const full: SourceLine[] = []
    const add = (line: SourceLine): void => {
      const { number, text, offset, length } = line
      const record = writer.records + 1
      const { cells, reason } = rowOf(line, layout, { ...reading, ragged }, { filled, record })
      if (reason === null) writer.write(number, cells.map(cellText).join(','), { offset, length })
      else writer.hold(number, text, reason.message, reason.code)
    }
    await walkLines(
      file,
      { encoding: reading.encoding, loneCr },
      {
        line: (line) => {
          if (line.number > layout.above && line.text.trim() !== '') full.push(line)
          return false
        },
        pause: async (bytesDone) => {
          signal.throwIfAborted()
          for (const line of full) {
            add(line)
            if (writer.isFull) await writer.flush()
          }
          full.length = 0
          const repaired = repairedLines({ filled })
          if (repaired !== null) await sink.repaired?.(repaired)
          const { records: rowsDone, quarantined } = writer
          report({ bytesDone, rowsDone, quarantined })
        },
      },
    )
    await writer.flush()
    const { records, quarantined } = writer
    return {
      ...factsOf(layout, reading),
      doubts: toldOfFilled(filled),
      parts: null,
      records,
      quarantined,
    }
  },

  beginnings: async (file, reading, _areMeant, signal) => {
    if (reading.headerRows === 0) return null
    const found = await fixed.detect(file, signal)
    if (found === null) return []
    const { skipLines } = found.reading
    return [{ reading: { ...reading, skipLines }, linesBefore: skipLines }]
  },

  cellsOf: (raw, { columns }, labels) =>
    columns === null || columns.length !== labels.length || outside(raw, columns) !== null
      ? null
      : cut(raw, columns),
}

function factsOf(
  { labels, header, decimalMark }: Layout,
  { encoding }: ReadingOf<'fixed'>,
): TableFacts & Pick<Layout, 'labels' | 'header'> {
  const labelled = header !== null
  return { labels, header, labelled, conventions: { decimalMark }, raw: { in: 'source', encoding } }
}

/** The cells of a line, or why it is held back. */
function rowOf(
  { number, text, isText, tooLong }: SourceLine,
  layout: Layout,
  { encoding, ragged = 'hold' }: { encoding: Dialect['encoding']; ragged?: string | undefined },
  { filled, record }: { filled: Mended; record: number },
): { cells: string[]; reason: Reason | null } {
  const held = (code: Reason['code'], message: string) => ({
    cells: [],
    reason: { code, column: '', value: '', message },
  })
  if (tooLong) return held('structure-error', 'This line is longer than 64 KiB.')
  if (!isText)
    return held(
      'encoding-error',
      `This row has bytes that are no text in the encoding ${encoding}.`,
    )
  const fault = faultOf(text, layout)
  if (fault !== null && (!fault.isShort || ragged === 'hold'))
    return held(fault.isShort ? 'missing-cell' : 'extra-cell', fault.message)
  if (fault !== null) filled.add(number, record)
  return { cells: cut(text, layout.columns), reason: null }
}

async function bytesOf({ path, size }: Arrived): Promise<Buffer> {
  return await readHead(path, Math.min(headBytes, size))
}

const isLoneCr = (bytes: Buffer): boolean => !bytes.includes(0x0a) && bytes.includes(0x0d)

/** The lines of the first bytes; one that is cut is left out. */
function linesOf(bytes: Buffer, encoding: Dialect['encoding'], { bytes: all }: Arrived): Line[] {
  const lines = decoderOf(encoding)
    .decode(bytes)
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .slice(0, head.lines)
  if (bytes.length < all && lines.length < head.lines) lines.pop()
  return lines.map((text, index) => ({ number: index + 1, text }))
}

async function headLines(
  file: Arrived,
  reading: ReadingOf<'fixed'>,
  signal: AbortSignal,
): Promise<{ layout: Layout; lines: SourceLine[]; isWhole: boolean; loneCr: boolean }> {
  const bytes = await bytesOf(file)
  // What is remembered of how a file is read says nothing of what the next file is.
  refuseBinary(bytes, unitBytes(reading.encoding) > 1)
  const loneCr = isLoneCr(bytes)
  const lines: SourceLine[] = []
  let characters = 0
  const isWhole = await walkLines(
    file,
    { encoding: reading.encoding, loneCr },
    {
      line: (line) => {
        lines.push(line)
        characters += line.text.length
        return lines.length > reading.skipLines + head.lines || characters > head.characters
      },
      pause: () => {
        signal.throwIfAborted()
        return Promise.resolve()
      },
    },
  )
  return { layout: decideLayout(lines, reading), lines, isWhole, loneCr }
}
