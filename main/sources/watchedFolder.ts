/** What lies in a watched folder, by looking again and again: network drives do not tell of changes. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { errorCode, fileTrouble } from '../../shared/domain/errorCode.ts'
import { Problem } from '../../shared/domain/problem.ts'
import type { FolderFile, Folders, PutAway } from '../runs/ports/folders.ts'

/** Half of the threads that Node has for files: a drive that does not answer must not hold all of them. */
const looksAtOnce = 2

export const watchedFolders: Folders = {
  list: (folder, isWanted, signal) => untilAborted(list(folder, isWanted, signal), signal),
  putAway,
}

async function list(
  folder: string,
  isWanted: (name: string) => boolean,
  signal: AbortSignal,
): Promise<FolderFile[]> {
  let names: string[]
  try {
    names = (await readdir(folder)).filter(isWanted)
  } catch (error) {
    throw folderProblem(folder, error)
  }
  const files: FolderFile[] = []
  const left = names.values()
  const look = async (): Promise<void> => {
    for (const name of left) {
      signal.throwIfAborted()
      // One that is gone since is not there, and one that cannot be looked at will be another time.
      const info = await stat(join(folder, name), { bigint: true }).catch(() => null)
      if (info?.isFile() === true)
        files.push({ name, bytes: Number(info.size), modified: String(info.mtimeNs) })
    }
  }
  await Promise.all(Array.from({ length: looksAtOnce }, look))
  return files
}

async function putAway(
  { path, sha256, marker }: { path: string; sha256: string; marker: string | null },
  how: PutAway,
  signal: AbortSignal,
): Promise<boolean> {
  const name = basename(path)
  try {
    if ((await hashOf(path, signal)) !== sha256) return false
    switch (how.kind) {
      case 'delete':
        await rm(path)
        if (marker !== null) await rm(marker, { force: true })
        return true
      case 'move':
        await mkdir(how.to, { recursive: true })
        await rename(path, join(how.to, how.as))
        if (marker !== null) await rm(marker, { force: true })
        return true
    }
  } catch (error) {
    const code = errorCode(error)
    const trouble = fileTrouble(code)
    if (trouble === null) throw error
    if (trouble === 'missing') return false
    throw new Problem(
      {
        code: trouble === 'busy' ? 'source-locked' : 'source-unreadable',
        what: `${name} was delivered, and cannot be ${how.kind === 'move' ? 'moved' : 'deleted'} from ${dirname(path)}.`,
        did: 'It stays there and is not sent again; Pallet tries again to put it away.',
        advice: 'Give whoever runs Pallet the right to change that folder, or let its files stay.',
        detail: code,
      },
      { cause: error },
    )
  }
}

async function hashOf(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash, { signal })
  return hash.digest('hex')
}

/** A drive that does not answer keeps nobody from closing. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const onAbort = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', onAbort)
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function folderProblem(folder: string, error: unknown): Problem {
  const detail = errorCode(error)
  if (fileTrouble(detail) === 'missing')
    return new Problem(
      {
        code: 'source-missing',
        what: `The watched folder ${folder} is not there.`,
        did: 'Nothing was taken from it; Pallet goes on looking.',
        advice: 'Check whether its drive is connected, or watch another folder instead.',
        detail,
      },
      { cause: error },
    )
  return new Problem(
    {
      code: 'source-unreadable',
      what: `The watched folder ${folder} cannot be read.`,
      did: 'Nothing was taken from it; Pallet goes on looking.',
      advice: 'Give whoever runs Pallet the right to read it.',
      detail,
    },
    { cause: error },
  )
}
