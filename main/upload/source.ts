import { createHash } from 'node:crypto'
import { constants, type BigIntStats } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import { Problem } from '../../shared/domain/problem.ts'
import { blockAt, type BlockPlan } from './plan.ts'
import { encodeBlockId } from './blockId.ts'

/** The file of an upload: opened once, read by blocks, and known to be the same from start to end. */
export interface Source {
  readonly bytes: number
  /** Reads a block into `buffer` (at least as long as the block). Fails when the file became shorter. */
  readBlock(plan: BlockPlan, index: number, buffer: Buffer): Promise<LocalBlock>
  /** Fails with `source-growing` if the file was written to since it was opened. */
  assertUnchanged(): Promise<void>
  close(): Promise<void>
}

export interface LocalBlock {
  index: number
  id: string
  md5: Buffer
  /** A view on the buffer given. */
  data: Buffer
}

/** Fails with `source-missing`, `source-locked`, `source-folder` or `source-unreadable`. */
export async function openSource(file: string): Promise<Source> {
  let handle: FileHandle
  try {
    // Non-blocking: a named pipe would otherwise wait for its writer for ever.
    handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (thrown) {
    throw unreadable(file, thrown)
  }
  try {
    const opened = await handle.stat({ bigint: true })
    if (!opened.isFile()) throw notAFile(file, opened)
    return fileSource(file, handle, opened)
  } catch (thrown) {
    await handle.close()
    throw thrown
  }
}

function fileSource(file: string, handle: FileHandle, opened: BigIntStats): Source {
  return {
    bytes: Number(opened.size),
    async readBlock(plan, index, buffer) {
      const { offset, bytes } = blockAt(plan, index)
      let filled = 0
      while (filled < bytes) {
        const { bytesRead } = await handle
          .read(buffer, filled, bytes - filled, offset + filled)
          .catch((thrown: unknown) => {
            throw unreadable(file, thrown)
          })
        if (bytesRead === 0) throw changed(file)
        filled += bytesRead
      }
      const data = buffer.subarray(0, bytes)
      const md5 = createHash('md5').update(data).digest()
      const blockSizeKiB = plan.blockBytes / 1024
      return { index, id: encodeBlockId({ blockSizeKiB, index, bytes, md5 }), md5, data }
    },
    async assertUnchanged() {
      const now = await handle.stat({ bigint: true })
      if (now.size !== opened.size || now.mtimeNs !== opened.mtimeNs) throw changed(file)
    },
    close: () => handle.close(),
  }
}

export function changed(file: string): Problem {
  return new Problem({
    code: 'source-growing',
    what: `${basename(file)} was changed while it was being uploaded.`,
    did: 'Nothing was committed; Pallet starts over with the file as it is then, and sends only what differs.',
    advice: 'Close the program that writes to it.',
  })
}

function notAFile(file: string, found: BigIntStats): Problem {
  return new Problem({
    code: found.isDirectory() ? 'source-folder' : 'source-unreadable',
    what: `${basename(file)} is ${found.isDirectory() ? 'a folder' : 'no regular file'}.`,
    did: 'Nothing was sent.',
    advice: 'Choose a file.',
  })
}

function unreadable(file: string, thrown: unknown): Problem {
  const code =
    thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string'
      ? thrown.code
      : 'unknown error'
  const name = basename(file)
  switch (code) {
    case 'ENOENT':
      return new Problem({
        code: 'source-missing',
        what: `${name} is not there any more.`,
        did: 'Nothing was committed.',
        advice: 'Put it back, or start a new run.',
        detail: code,
      })
    case 'EBUSY':
    case 'ETXTBSY':
      return new Problem({
        code: 'source-locked',
        what: `${name} is in use by another program.`,
        did: 'Pallet tries again by itself.',
        advice: 'Close it there, for example in Excel.',
        detail: code,
      })
    default:
      return new Problem({
        code: 'source-unreadable',
        what: `${name} cannot be read.`,
        did: 'Nothing was committed.',
        advice: 'Check that Pallet may read the file and that its disk is healthy.',
        detail: code,
      })
  }
}
