/** A file of the spool while it is being filled: hashed, counted, whole or not there at all. */
import { createHash } from 'node:crypto'
import { open, rename, rm, statfs } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode, fileTrouble } from '../../shared/domain/errorCode.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { formatBytes } from '../../shared/domain/sizes.ts'
import { WriteBehind } from './writeBehind.ts'

/**
 * Writes beside the target (`.part`) and renames when everything is on the disk. `close` must be called in
 * any case; before `finish` it removes the part file. Every failure to write is a Problem: `disk-full` or
 * `home-unusable`.
 */
export class Spool {
  /** Bytes written since the start or the last `restart`. */
  bytes = 0
  private readonly target: string
  private readonly part: string
  private readonly file: FileHandle
  private readonly behind: WriteBehind
  private hash = createHash('sha256')
  private finished = false

  private constructor(target: string, part: string, file: FileHandle) {
    this.target = target
    this.part = part
    this.file = file
    this.behind = new WriteBehind(file)
  }

  static async create(target: string): Promise<Spool> {
    const part = `${target}.part`
    try {
      return new Spool(target, part, await open(part, 'w'))
    } catch (thrown) {
      throw await writeProblem(thrown, target, null)
    }
  }

  /** Throws `disk-full` when `bytes` more will not fit, before anything is written. */
  async expect(bytes: number): Promise<void> {
    await expectRoom(this.target, bytes)
  }

  /** `needed`: what the rest of the source still takes, for the sentence when the disk is full. */
  async write(chunk: Uint8Array, needed: number | null): Promise<void> {
    try {
      await this.behind.write(chunk)
    } catch (thrown) {
      throw await writeProblem(thrown, this.target, needed)
    }
    this.hash.update(chunk)
    this.bytes += chunk.length
  }

  /** Forgets what was written: the source changed, or cannot be resumed. */
  async restart(): Promise<void> {
    await this.behind.restart()
    this.hash = createHash('sha256')
    this.bytes = 0
  }

  async finish(): Promise<{ bytes: number; sha256: string }> {
    try {
      await this.behind.finish()
      await this.file.close()
      await rename(this.part, this.target)
      this.finished = true
      await syncFolder(dirname(this.target))
    } catch (thrown) {
      throw await writeProblem(thrown, this.target, null)
    }
    return { bytes: this.bytes, sha256: this.hash.digest('hex') }
  }

  async close(): Promise<void> {
    if (this.finished) return
    await this.behind.settled()
    await this.file.close().catch(() => {})
    await rm(this.part, { force: true })
  }
}

/** Makes a rename durable; Windows has no such call and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Throws `disk-full` when the disk of `target` has no room for `bytes` more. */
export async function expectRoom(target: string, bytes: number): Promise<void> {
  const free = await freeBytes(target)
  if (free !== null && free < bytes) throw diskFull(bytes, free)
}

async function freeBytes(target: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(dirname(target))
    return bavail * bsize
  } catch {
    return null
  }
}

function diskFull(needed: number | null, free: number | null, cause?: unknown): Problem {
  const need = needed === null ? '' : ` ${formatBytes(needed)} more are needed.`
  const left = free === null ? '' : ` ${formatBytes(free)} are free.`
  return new Problem(
    {
      code: 'disk-full',
      what: `The disk with Pallet's data has no room for a copy of the file.${need}${left}`,
      did: 'The unfinished copy has been removed.',
      advice: 'Free some space; Pallet then goes on by itself.',
    },
    { cause },
  )
}

/** What the file system says about the spool, as a person reads it. */
export async function writeProblem(
  thrown: unknown,
  target: string,
  needed: number | null,
): Promise<Problem> {
  if (thrown instanceof Problem) return thrown
  const code = errorCode(thrown)
  if (fileTrouble(code) === 'full') return diskFull(needed, await freeBytes(target), thrown)
  return new Problem(
    {
      code: 'home-unusable',
      what: 'Pallet cannot write to its own data folder, so the file was not copied.',
      advice: 'Check that the folder exists and that you may write to it.',
      detail: code,
    },
    { cause: thrown },
  )
}
