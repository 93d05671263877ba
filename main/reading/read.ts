/** The read step: the spool file in, canonical records and quarantine out. */
import { open, rm } from 'node:fs/promises'
import { errorCode, fileTrouble } from '../../shared/domain/errorCode.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { writeAll } from '../files/writeAll.ts'
import { WriteBehind } from '../files/writeBehind.ts'
import type { Control } from '../runs/ports/control.ts'
import type { LookOutput, ReadInput, ReadOutput, ReadReport } from '../runs/ports/reading.ts'
import { canonical } from './canonical.ts'
import { openReading } from './opened.ts'
import type { ReaderReport } from './reader.ts'
import { IndexWriter } from './recordIndex.ts'
import { readerOf } from './readers.ts'

/**
 * Reads a whole file, which is unpacked before if it is packed. Memory does not depend on its size. The same input writes the
 * same output, so a read that was killed is simply done again. Throws as `openReading` does, and `dialect-unclear`,
 * `source-missing`, `source-unreadable`.
 */
export async function read(input: ReadInput, control: Control<ReadReport>): Promise<ReadOutput> {
  const { parts: _parts, repaired: _repaired, ...output } = await readToLook(input, control)
  return output
}

export async function readToLook(
  input: ReadInput,
  control: Control<ReadReport>,
): Promise<LookOutput> {
  try {
    return await readFile(input, control)
  } catch (thrown) {
    await rm(input.recordsFile, { force: true }).catch(() => {})
    await rm(input.quarantineFile, { force: true }).catch(() => {})
    await rm(input.unpackedFile, { force: true }).catch(() => {})
    control.signal.throwIfAborted()
    throw fileProblem(thrown)
  }
}

async function readFile(input: ReadInput, control: Control<ReadReport>): Promise<LookOutput> {
  const { path, reading: given, remembered, unpackedFile } = input
  const { file, isUnpacked, reading, doubts, encoding } = await openReading(
    { path, reading: given, remembered, entry: null, unpackedFile, enoughBytes: Infinity },
    control.signal,
    (progress) =>
      control.report({ ...progress, doing: 'Unpacking the file', rowsDone: 0, quarantined: 0 }),
  )

  const records = await open(input.recordsFile, 'w')
  const behind = new WriteBehind(records)
  const { look } = input
  const index = look === undefined ? null : await IndexWriter.create(look.indexFile)
  let mended = 0
  const repaired = look === undefined ? null : await open(look.repairedFile, 'w')
  try {
    const quarantine = await open(input.quarantineFile, 'w')
    try {
      const sink = {
        records: async (lines: Uint8Array) => {
          // What is looked at is found by its index as soon as that has it.
          if (index === null) return await behind.write(lines)
          await writeAll(records, lines)
          await index.add(lines)
        },
        held: (lines: Uint8Array) => writeAll(quarantine, lines),
        repaired: async (lines: Uint8Array) => {
          for (const byte of lines) if (byte === canonical.lf) mended += 1
          if (repaired !== null) await writeAll(repaired, lines)
        },
      }
      const { signal } = control
      const report = (progress: ReaderReport): void =>
        control.report({ ...progress, doing: 'Reading records', bytesTotal: file.size })
      const table = await readerOf(reading).read(file, reading, sink, { signal, report })
      const { doubts: more, header: _header, ...output } = table
      await behind.finish()
      await quarantine.sync()
      const said = encoding === undefined ? {} : { encoding }
      const detected = { reading, doubts: [...doubts, ...more], ...said }
      return { ...output, repaired: mended, isUnpacked, detected }
    } finally {
      await quarantine.close()
    }
  } finally {
    await index?.close()
    await repaired?.close()
    await behind.settled()
    await records.close()
  }
}

/** What the file system says about the spool file, as a person reads it. */
export function fileProblem(thrown: unknown): unknown {
  const detail = errorCode(thrown)
  if (thrown instanceof Problem || detail === '') return thrown
  switch (fileTrouble(detail)) {
    case null:
      return thrown
    case 'full':
      return new Problem(
        {
          code: 'disk-full',
          what: 'The disk is full: the records of the file could not be written.',
          did: 'What was half written has been removed.',
          advice: 'Free some space; Pallet then reads the file again by itself.',
          detail,
        },
        { cause: thrown },
      )
    case 'missing':
      return new Problem(
        {
          code: 'source-missing',
          what: 'The file is no longer there.',
          advice: 'Choose the file again.',
          detail,
        },
        { cause: thrown },
      )
    case 'folder':
      return new Problem(
        {
          code: 'source-folder',
          what: 'This is a folder.',
          advice: 'Choose a file in it.',
          detail,
        },
        { cause: thrown },
      )
    case 'forbidden':
    case 'busy':
    case 'failing':
    case 'damaged':
      return new Problem(
        {
          code: 'source-unreadable',
          what: 'The file cannot be read.',
          advice: 'Check that you may open it, and that its disk is in order.',
          detail,
        },
        { cause: thrown },
      )
  }
}
