/** A file read, and written as plain CSV for other programs. */
import { open, rename, rm } from 'node:fs/promises'
import { tableOf } from '../../shared/domain/files/preview.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { withChoices } from '../../shared/domain/files/reading.ts'
import { writeAll } from '../files/writeAll.ts'
import type { PlainCopy, PlainCopyInput } from '../runs/ports/reading.ts'
import { recordsLayout } from '../../shared/domain/files/records.ts'
import { canonical, cellText } from './canonical.ts'
import { fileProblem } from './read.ts'
import { openReading } from './opened.ts'
import type { Counted } from './reader.ts'
import { everyTable, readerOf } from './readers.ts'

const { comma, doubleQuote, lf } = canonical
const lineageFields = recordsLayout.lineage.length

/** Throws as `read` does, and leaves nothing behind then. */
export async function plainCopy(input: PlainCopyInput, signal: AbortSignal): Promise<PlainCopy> {
  const { outFile, heldFile } = input
  const parts = {
    out: `${outFile}.part`,
    held: `${heldFile}.part`,
    unpacked: `${outFile}.unpacked.part`,
  }
  try {
    const found = await copyTo(input, parts, signal)
    await rename(parts.out, outFile)
    if (found.held > 0) await rename(parts.held, heldFile)
    else await rm(heldFile, { force: true })
    return found
  } catch (thrown) {
    signal.throwIfAborted()
    throw fileProblem(thrown)
  } finally {
    for (const part of Object.values(parts)) await rm(part, { force: true })
  }
}

async function copyTo(
  { path, entry, table, ragged, choices }: PlainCopyInput,
  parts: { out: string; held: string; unpacked: string },
  signal: AbortSignal,
): Promise<PlainCopy> {
  const {
    file,
    reading: detected,
    ...opened
  } = await openReading(
    { path, reading: null, entry, unpackedFile: parts.unpacked, enoughBytes: Infinity },
    signal,
  )
  const isChosen = Object.keys(choices).length > 0
  const chosen = isChosen ? withChoices(detected, choices) : detected
  if (chosen === null)
    throw new Problem({
      code: 'dialect-unclear',
      what: 'What was chosen of how the file is read, files of its kind do not have.',
      did: 'It was not read.',
      advice: 'Read it without such choices.',
    })
  const other =
    table === undefined ? null : tableOf([await everyTable(file, chosen, signal)], table)
  const reading = other ?? chosen
  const doubts = reading === detected ? opened.doubts : []
  const reader = readerOf(reading)
  const writeOut = async (header: string[] | null): Promise<Counted> => {
    const out = await open(parts.out, 'w')
    try {
      const heldRows = await open(parts.held, 'w')
      try {
        if (header !== null) await writeAll(out, Buffer.from(`${header.map(cellText).join(',')}\n`))
        const sink = {
          records: (lines: Uint8Array) => writeAll(out, withoutLineage(lines)),
          held: (lines: Uint8Array) => writeAll(heldRows, lines),
        }
        return await reader.read(file, reading, sink, { signal, report: () => {} }, ragged)
      } finally {
        await heldRows.close()
      }
    } finally {
      await out.close()
    }
  }
  const { header: early } = await reader.sample(file, reading, signal)
  let counted = await writeOut(early)
  // Records with names of their own may bring new ones behind the sample.
  if (counted.header !== null && counted.header.length > (early?.length ?? Infinity))
    counted = await writeOut(counted.header)
  return {
    ...(reading === detected && opened.encoding !== undefined ? { encoding: opened.encoding } : {}),
    reading,
    ...(reading === detected && opened.weighed !== undefined ? { weighed: opened.weighed } : {}),
    doubts: [...doubts, ...counted.doubts],
    header: counted.header,
    columns: counted.labels.length,
    records: counted.records,
    held: counted.quarantined,
  }
}

/** Whole canonical lines (see `recordsLayout`), each from its first cell on. */
function withoutLineage(lines: Uint8Array): Uint8Array {
  const cells = Buffer.allocUnsafe(lines.length)
  let end = 0
  for (let at = 0; at < lines.length;) {
    for (let fields = 0; fields < lineageFields; at += 1) if (lines[at] === comma) fields += 1
    for (let quoted = false, inLine = true; inLine; at += 1) {
      const byte = lines[at] ?? lf
      cells[end++] = byte
      if (byte === doubleQuote) quoted = !quoted
      else if (byte === lf && !quoted) inLine = false
    }
  }
  return cells.subarray(0, end)
}
