import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { errorCode, fileTrouble } from '../../shared/domain/errorCode.ts'
import { Problem } from '../../shared/domain/problem.ts'

/** The one folder that holds everything Pallet keeps on this computer. */
export interface Home {
  readonly folder: string
  readonly database: string
  readonly warehouse: string
  readonly spool: string
  readonly sandbox: string
  readonly logs: string
  /** Where a run keeps its files. */
  runFolder(runId: string): string
  /** Where bytes that are still arriving wait until a run takes them. */
  readonly incoming: string
}

export function homeAt(folder: string): Home {
  const spool = join(folder, 'spool')
  return {
    folder,
    database: join(folder, 'pallet.db'),
    warehouse: join(folder, 'warehouse.duckdb'),
    spool,
    sandbox: join(folder, 'sandbox'),
    logs: join(folder, 'logs'),
    incoming: join(folder, 'incoming'),
    runFolder: (runId) => join(spool, runId),
  }
}

/**
 * Makes the folder usable and takes it for this process: throws `home-unusable` when it
 * cannot be written, `home-in-use` while another process holds it. The lock is an open
 * SQLite transaction, so the operating system releases it however the process ends.
 */
export function takeHome(home: Home): { release(): void } {
  try {
    for (const folder of [home.folder, home.spool, home.logs, home.incoming]) makeFolder(folder)
    accessSync(home.folder, constants.W_OK)
  } catch (error) {
    throw unusable(home, error)
  }
  const lockFile = join(home.folder, 'pallet.lock')
  const ownerFile = join(home.folder, 'pallet.pid')
  let lock: Database.Database
  try {
    lock = new Database(lockFile, { timeout: 0 })
  } catch (error) {
    throw unusable(home, error)
  }
  try {
    lock.pragma('locking_mode = EXCLUSIVE')
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if (errorCode(error).startsWith('SQLITE_BUSY')) throw inUse(home, ownerFile, error)
    throw unusable(home, error)
  }
  try {
    writeFileSync(ownerFile, `${process.pid}\n`, { mode: 0o600 })
  } catch {
    // Only the hint for the next one; a disk so full that it fails is told by the database.
  }
  return {
    release: () => {
      if (lock.open) lock.close()
    },
  }
}

/**
 * With the folders above it. Node's own `recursive` never returns where a folder cannot be made though the one
 * above it exists, as below /proc.
 */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if (errorCode(error) === 'EEXIST' && statSync(folder).isDirectory()) return
    if (errorCode(error) !== 'ENOENT' || existsSync(dirname(folder))) throw error
    makeFolder(dirname(folder))
    makeFolder(folder)
  }
}

function inUse(home: Home, ownerFile: string, cause: unknown): Problem {
  let owner = ''
  try {
    owner = readFileSync(ownerFile, 'utf8').trim()
  } catch {
    // Only the hint is missing; the lock itself has spoken.
  }
  return new Problem(
    {
      code: 'home-in-use',
      what: `Another Pallet is already working with the folder ${home.folder}.`,
      did: 'This one changed nothing and stopped.',
      advice: 'Use the Pallet that is open, close it first, or choose another folder with --home.',
      detail: owner === '' ? '' : `process ${owner}`,
    },
    { cause },
  )
}

function unusable(home: Home, cause: unknown): Problem {
  const code = errorCode(cause)
  if (fileTrouble(code) === 'full')
    return new Problem(
      {
        code: 'disk-full',
        what: `The disk that holds ${home.folder} is full.`,
        did: 'Pallet did not start; nothing was changed.',
        advice: 'Make room on that disk, or choose another folder with --home.',
        detail: code,
      },
      { cause },
    )
  return new Problem(
    {
      code: 'home-unusable',
      what: `Pallet cannot write to its folder ${home.folder}.`,
      did: 'It changed nothing and stopped.',
      advice: 'Check the permissions of that folder, or choose another one with --home.',
      detail: code,
    },
    { cause },
  )
}
