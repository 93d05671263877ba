/** A file of this computer, copied while it holds still. */
import { open, stat } from 'node:fs/promises'
import type { BigIntStats } from 'node:fs'
import { basename } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { errorCode, fileTrouble } from '../../shared/domain/errorCode.ts'
import { Problem } from '../../shared/domain/problem.ts'
import type { ProblemCode } from '../../shared/domain/problem.ts'
import type { Control } from '../runs/ports/control.ts'
import type { FetchOutput, FetchReport } from '../runs/ports/fetching.ts'
import { Spool } from '../files/spool.ts'

const chunkBytes = 1024 * 1024

export interface CopyLimits {
  /** How often a file that changes while it is copied is copied again. */
  copies: number
  /** Pause before the next copy, so that the other program can finish. */
  pauseMs: number
  /** A file that was written less than this before it was copied is looked at again once it has been still so long. */
  stillMs: number
}

/**
 * Copies a file into the spool. Problems: `source-missing`, `source-folder`, `source-unreadable`, `source-locked`,
 * `source-empty`, `source-growing`, `disk-full`, `home-unusable`.
 */
export async function copyFile(
  path: string,
  target: string,
  control: Control<FetchReport>,
  limits: CopyLimits,
): Promise<FetchOutput> {
  const name = basename(path)
  // Before the first byte is written, and before opening a pipe would wait for its other end.
  await look(path, name)
  const spool = await Spool.create(target)
  try {
    for (let copy = 1; ; copy += 1) {
      if (await copyOnce(path, name, spool, control, limits.stillMs)) return await spool.finish()
      if (copy >= limits.copies) break
      await spool.restart()
      await delay(limits.pauseMs, undefined, { signal: control.signal })
    }
  } finally {
    await spool.close()
  }
  throw new Problem({
    code: 'source-growing',
    what: `${name} is still being written: it changed each of the ${limits.copies} times Pallet copied it.`,
    did: 'Nothing was taken from it; Pallet tries again later.',
    advice: 'Wait until the export has finished.',
  })
}

async function look(path: string, name: string): Promise<BigIntStats> {
  let stats: BigIntStats
  try {
    stats = await stat(path, { bigint: true })
  } catch (thrown) {
    throw readProblem(thrown, name)
  }
  if (stats.isDirectory()) throw folder(name)
  if (!stats.isFile())
    throw new Problem({
      code: 'source-unreadable',
      what: `${name} is not an ordinary file.`,
      advice: 'Choose the file that the till or the back office wrote.',
    })
  if (stats.size === 0n)
    throw new Problem({
      code: 'source-empty',
      what: `${name} is empty (0 bytes).`,
      advice: 'Export it again.',
    })
  return stats
}

/** One copy; false when the file was not the same before and after. */
async function copyOnce(
  path: string,
  name: string,
  spool: Spool,
  control: Control<FetchReport>,
  stillMs: number,
): Promise<boolean> {
  const before = await look(path, name)
  const bytesTotal = Number(before.size)
  await spool.expect(bytesTotal)
  const reading = async <Result>(work: Promise<Result>): Promise<Result> => {
    try {
      return await work
    } catch (thrown) {
      throw readProblem(thrown, name)
    }
  }
  const file = await reading(open(path, 'r'))
  const read = (into: Buffer): Promise<{ bytesRead: number; buffer: Buffer }> =>
    file.read(into, 0, chunkBytes, null)
  let next = read(Buffer.allocUnsafe(chunkBytes))
  try {
    for (let spare: Buffer = Buffer.allocUnsafe(chunkBytes); ;) {
      control.signal.throwIfAborted()
      const { bytesRead, buffer } = await reading(next)
      if (bytesRead === 0) break
      // Read while this piece is hashed; a failure is told to whoever waits for it.
      next = read(spare)
      next.catch(() => undefined)
      spare = buffer
      const piece = buffer.subarray(0, bytesRead)
      await spool.write(piece, Math.max(bytesRead, bytesTotal - spool.bytes))
      control.report({ bytesDone: spool.bytes, bytesTotal })
      // It grows faster than it is copied: no need to see the end of it.
      if (spool.bytes > bytesTotal) return false
    }
  } finally {
    await next.catch(() => undefined)
    await file.close()
  }
  // Who writes a line now and then holds still for just as long as a copy takes.
  const ageMs = Date.now() - Number(before.mtimeMs)
  if (ageMs < stillMs)
    await delay(Math.min(stillMs, stillMs - ageMs), undefined, { signal: control.signal })
  const after = await look(path, name)
  return (
    spool.bytes === bytesTotal &&
    after.size === before.size &&
    after.mtimeNs === before.mtimeNs &&
    after.ino === before.ino
  )
}

function folder(name: string): Problem {
  return new Problem({
    code: 'source-folder',
    what: `${name} is a folder, not a file.`,
    advice: 'Choose a file in it.',
  })
}

/** What the file system says, as a person reads it. */
export function readProblem(thrown: unknown, name: string): unknown {
  const detail = errorCode(thrown)
  if (thrown instanceof Problem || detail === '') return thrown
  const because = (code: ProblemCode, what: string, advice: string) =>
    new Problem({ code, what, advice, detail }, { cause: thrown })
  switch (fileTrouble(detail)) {
    case 'missing':
      return because(
        'source-missing',
        `${name} is not there.`,
        'Check the path; perhaps the file was moved, renamed or deleted, or its drive is not connected.',
      )
    case 'folder':
      return folder(name)
    case 'busy':
      return because(
        'source-locked',
        `${name} is in use by another program.`,
        'Close it in Excel; Pallet then tries again by itself.',
      )
    case 'forbidden':
      return because(
        'source-unreadable',
        `You are not allowed to read ${name}.`,
        'Ask for the right to read it, or copy it to a folder of your own.',
      )
    case 'full':
    case 'failing':
    case 'damaged':
    case null:
      return because(
        'source-unreadable',
        `${name} cannot be read.`,
        'Check that its disk or network drive is connected and in order.',
      )
  }
}
