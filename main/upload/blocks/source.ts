import { randomUUID } from 'node:crypto'
import { constants, type BigIntStats } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { errorCode, fileTrouble } from '../../../shared/domain/errorCode.ts'
import { Problem } from '../../../shared/domain/problem.ts'

/** The file of an upload: opened once, and known to be the same from start to end. */
export interface Source {
  readonly bytes: number
  readonly modifiedAt: Date
  /** Whoever opens the file again and finds the same has the same bytes before him. */
  readonly identity: string
  /** For reading, until `close`. */
  readonly fd: number
  /** Reads at most as much as there is room; answers how much, 0 at the end. */
  read(room: Uint8Array, offset: number): Promise<number>
  /** Fails with `source-growing` if the file was written to since it was opened. */
  assertUnchanged(): Promise<void>
  changed(): Problem
  /** What Node's code for a failed read means to a person. */
  unreadable(code: string): Problem
  close(): Promise<void>
}

/** Fails with `source-missing`, `source-locked`, `source-folder` or `source-unreadable`. */
export async function openSource(file: string): Promise<Source> {
  let handle: FileHandle
  try {
    // Non-blocking: a named pipe would otherwise wait for its writer for ever.
    handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (thrown) {
    throw unreadable(file, errorCode(thrown))
  }
  try {
    let opened = await handle.stat({ bigint: true })
    if (!opened.isFile()) throw notAFile(file, opened)
    if (isFresh(opened, tickMs)) {
      await delay(tickMs)
      opened = await handle.stat({ bigint: true })
    }
    return fileSource(file, handle, opened)
  } catch (thrown) {
    await handle.close()
    throw thrown
  }
}

/**
 * Two writes within one tick of the file system's clock leave the same times behind (Linux: 10 ms
 * at most, NTFS and APFS far less).
 */
const tickMs = 20
/** The same for file systems that count whole seconds (FAT: two). */
const coarseTickMs = 2000

/** Whether the file was written so lately that another write might not show. */
function isFresh({ mtimeMs, ctimeMs }: BigIntStats, withinMs: number): boolean {
  const writtenMs = Number(mtimeMs > ctimeMs ? mtimeMs : ctimeMs)
  return Date.now() - writtenMs < withinMs
}

/** ctime as well, because a program can put mtime back. */
function identityOf(found: BigIntStats): string {
  const { size, mtimeNs, ctimeNs, dev, ino } = found
  return [size, mtimeNs, ctimeNs, dev, ino].join(' ')
}

function fileSource(file: string, handle: FileHandle, opened: BigIntStats): Source {
  const identity = identityOf(opened)
  const countsSeconds = [opened.mtimeNs, opened.ctimeNs].every((ns) => ns % 1_000_000_000n === 0n)
  const settled = !isFresh(opened, countsSeconds ? coarseTickMs : tickMs)
  return {
    bytes: Number(opened.size),
    modifiedAt: opened.mtime,
    identity: settled ? identity : `unsettled ${randomUUID()}`,
    fd: handle.fd,
    async read(room, offset) {
      try {
        const { bytesRead } = await handle.read(room, 0, room.length, offset)
        return bytesRead
      } catch (thrown) {
        throw unreadable(file, errorCode(thrown))
      }
    },
    async assertUnchanged() {
      if (identityOf(await handle.stat({ bigint: true })) !== identity) throw changed(file)
    },
    changed: () => changed(file),
    unreadable: (code) => unreadable(file, code),
    close: () => handle.close(),
  }
}

function changed(file: string): Problem {
  return new Problem({
    code: 'source-growing',
    what: `${basename(file)} was changed while it was being uploaded.`,
    did: 'Pallet started over three times; nothing of it was committed. It tries again later, and sends only what differs.',
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

function unreadable(file: string, code: string): Problem {
  const name = basename(file)
  switch (fileTrouble(code)) {
    case 'missing':
      return new Problem({
        code: 'source-missing',
        what: `${name} is not there any more.`,
        did: 'Nothing was committed.',
        advice: 'Put it back, or start a new run.',
        detail: code,
      })
    case 'busy':
      return new Problem({
        code: 'source-locked',
        what: `${name} is in use by another program.`,
        did: 'Pallet tries again by itself.',
        advice: 'Close it there, for example in Excel.',
        detail: code,
      })
    case 'full':
    case 'folder':
    case 'forbidden':
    case 'failing':
    case 'damaged':
    case null:
      return new Problem({
        code: 'source-unreadable',
        what: `${name} cannot be read.`,
        did: 'Nothing was committed.',
        advice: 'Check that Pallet may read the file and that its disk is healthy.',
        detail: code === '' ? 'unknown error' : code,
      })
  }
}
