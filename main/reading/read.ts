/** The read step: the spool file in, canonical records and quarantine out. */
import { open, rm, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { Problem } from '../../shared/domain/problem.ts'
import type { DetectedDialect } from '../../shared/domain/dialect.ts'
import type { Control } from '../runs/ports/control.ts'
import type { ReadInput, ReadOutput, ReadReport } from '../runs/ports/reading.ts'
import { detectFile } from './delimited/detect.ts'
import { readHead } from './delimited/head.ts'
import { decideLayout } from './delimited/layout.ts'
import { heldJsonBytes, Tokenizer } from './delimited/tokenizer.ts'
import { maxChunkBytes } from './delimited/window.ts'

/**
 * Reads a whole file. Memory does not depend on its size: one chunk, one window and one output buffer. The
 * same input writes the same output, so a read that was killed is simply done again. Throws
 * `source-empty`, `source-binary`, `dialect-unclear`, `source-missing`, `source-unreadable`, `disk-full`.
 */
export async function read(input: ReadInput, control: Control<ReadReport>): Promise<ReadOutput> {
  try {
    return await readFile(input, control)
  } catch (thrown) {
    await rm(input.recordsFile, { force: true }).catch(() => {})
    await rm(input.quarantineFile, { force: true }).catch(() => {})
    control.signal.throwIfAborted()
    throw fileProblem(thrown)
  }
}

async function readFile(input: ReadInput, control: Control<ReadReport>): Promise<ReadOutput> {
  const { signal } = control
  const { size } = await stat(input.path)
  const detected: DetectedDialect =
    input.dialect === null
      ? await detectFile(input.path, size, signal)
      : { dialect: input.dialect, doubts: [] }
  const { dialect } = detected
  const head = await readHead(input.path, {
    dialect: { ...dialect, header: false },
    width: null,
    trailingDelimiter: false,
    complete: true,
    signal,
  })
  const { labels, width, trailingDelimiter, doubts } = decideLayout(head, dialect.header)

  const files: FileHandle[] = []
  const openFile = async (path: string, flags: string): Promise<FileHandle> => {
    const file = await open(path, flags)
    files.push(file)
    return file
  }
  try {
    const source = await openFile(input.path, 'r')
    const records = await openFile(input.recordsFile, 'w')
    const quarantine = await openFile(input.quarantineFile, 'w')

    // Rows become bytes at once: thousands of small objects that wait for the disk would swell the heap.
    const held = Buffer.allocUnsafe(heldJsonBytes)
    let heldEnd = 0
    const tokenizer = new Tokenizer({
      dialect,
      width,
      trailingDelimiter,
      held: (row) => {
        heldEnd += held.write(`${JSON.stringify(row)}\n`, heldEnd)
      },
    })
    const drain = async () => {
      for (let more = true; more;) {
        signal.throwIfAborted()
        more = tokenizer.run()
        if (tokenizer.outputEnd > 0)
          await writeAll(records, tokenizer.output.subarray(0, tokenizer.outputEnd))
        tokenizer.outputEnd = 0
        if (heldEnd > 0) await writeAll(quarantine, held.subarray(0, heldEnd))
        heldEnd = 0
      }
      control.report({
        bytesDone: tokenizer.position,
        rowsDone: tokenizer.records,
        quarantined: tokenizer.quarantined,
      })
    }

    // The next chunk is fetched while this one is being tokenized.
    let current = Buffer.allocUnsafe(maxChunkBytes)
    let ahead = Buffer.allocUnsafe(maxChunkBytes)
    let { bytesRead } = await source.read(current, 0, maxChunkBytes, null)
    while (bytesRead > 0) {
      const next = source.read(ahead, 0, maxChunkBytes, null)
      try {
        tokenizer.push(current.subarray(0, bytesRead))
        await drain()
      } finally {
        // Not left behind when the drain fails: the file is about to be closed.
        await next.catch(() => {})
      }
      bytesRead = (await next).bytesRead
      ;[current, ahead] = [ahead, current]
    }
    tokenizer.finish()
    await drain()
    await records.sync()
    await quarantine.sync()
    return {
      detected: { dialect, doubts: [...detected.doubts, ...doubts] },
      labels,
      records: tokenizer.records,
      quarantined: tokenizer.quarantined,
    }
  } finally {
    for (const file of files) await file.close()
  }
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done)
    done += bytesWritten
  }
}

/** What the file system says about the spool file, as a person reads it. */
export function fileProblem(thrown: unknown): unknown {
  if (thrown instanceof Problem || !(thrown instanceof Error) || !('code' in thrown)) return thrown
  const detail = String(thrown.code)
  switch (thrown.code) {
    case 'ENOSPC':
    case 'EDQUOT':
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
    case 'ENOENT':
      return new Problem(
        {
          code: 'source-missing',
          what: 'The file is no longer there.',
          advice: 'Choose the file again.',
          detail,
        },
        { cause: thrown },
      )
    case 'EISDIR':
      return new Problem(
        {
          code: 'source-folder',
          what: 'This is a folder.',
          advice: 'Choose a file in it.',
          detail,
        },
        { cause: thrown },
      )
    case 'EACCES':
    case 'EPERM':
    case 'EIO':
      return new Problem(
        {
          code: 'source-unreadable',
          what: 'The file cannot be read.',
          advice: 'Check that you may open it, and that its disk is in order.',
          detail,
        },
        { cause: thrown },
      )
    default:
      return thrown
  }
}
