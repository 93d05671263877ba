/** Where the Pallet that holds a home listens for commands: a file in the home, for its owner alone. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'

const Address = z.object({ path: z.string(), secret: z.string(), version: z.string() })
export type Address = z.infer<typeof Address>

/** What the systems take for the name of a socket, with its end: 104 bytes on a Mac, 108 on Linux. */
const longestPathBytes = 103
const temporaryName = 'pallet-socket-'

const fileIn = (home: string): string => join(home, 'commands.json')
const folderIn = (home: string): string => join(home, 'socket')

/** null: nobody listens, or nobody of this user. */
export function readAddress(home: string): Address | null {
  try {
    return Address.parse(JSON.parse(readFileSync(fileIn(home), 'utf8')))
  } catch {
    return null
  }
}

/** In one step, so that nobody reads half of it. */
export function writeAddress(home: string, address: Address): void {
  const part = `${fileIn(home)}.part`
  rmSync(part, { force: true })
  writeFileSync(part, JSON.stringify(address), { mode: 0o600, flag: 'wx' })
  renameSync(part, fileIn(home))
}

/** Only for whoever holds the home: what an earlier Pallet has left there goes, however it ended. */
export function clearAddress(home: string): void {
  const folder = dirname(readAddress(home)?.path ?? '')
  try {
    if (basename(folder).startsWith(temporaryName)) rmSync(folder, { recursive: true, force: true })
    rmSync(folderIn(home), { recursive: true, force: true })
    rmSync(fileIn(home), { force: true })
  } catch {
    // Whoever goes by what stays behind finds that nobody answers.
  }
}

/**
 * Names for the socket, the best first, each in a folder that only its owner may enter: in the home, or, where
 * that path is too long or on a disk that has no sockets, in the folder for temporary files.
 */
export function* socketPaths(home: string): Generator<string> {
  if (process.platform === 'win32') {
    yield String.raw`\\.\pipe\pallet-${randomBytes(16).toString('hex')}`
    return
  }
  const inHome = join(folderIn(home), 'pallet.sock')
  if (Buffer.byteLength(inHome) <= longestPathBytes) {
    mkdirSync(folderIn(home), { mode: 0o700 })
    yield inHome
  }
  yield join(mkdtempSync(join(tmpdir(), temporaryName)), 'pallet.sock')
}
