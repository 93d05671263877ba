/** Files that are looked at before they are sent: each is read once for everybody who looks at it. */
import { mkdir, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { RecipeEffect } from '../../../shared/domain/recipe/effect.ts'
import type { CompareDefinitionsOutput } from '../ports/cleaning.ts'
import type { LookState } from '../../../shared/domain/files/look.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { Reading, Remembered } from '../../../shared/domain/files/reading.ts'
import { formatBytes } from '../../../shared/domain/sizes.ts'
import type { Check } from '../../../shared/domain/files/check.ts'
import type { HomePaths } from '../ports/home.ts'
import type { ReadOutput } from '../ports/reading.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { Brought } from '../outside/outside.ts'
import { quiet } from '../quiet.ts'
import { type Held, Shared, orAborted } from './shared.ts'
import type { Sources } from '../arriving/sources.ts'

export interface WholeFilesParts {
  rooms: Pick<Rooms, 'readToLook'>
  home: HomePaths
  sources: Sources
  newId: () => string
}

/** A file and how it is read. */
export interface Wanted {
  source: string
  /** null: as remembered, else detected. */
  reading: Reading | null
  remembered?: Remembered
}

/** What checking a whole file has left. */
export interface Checked {
  check: Check
  /** The files of `LookFiles`. */
  held: string
  dropped: string
}

/** Which records were chosen by a filter and an order. */
export interface Chosen {
  file: string
  rows: number
}

/** What a recipe does to all records. */
export interface Effect {
  effect: RecipeEffect
  /** By the place of a step: the records that it takes as duplicates (`EffectInput.comparedFiles`). */
  duplicates: string[]
  /** Which records each step changes (`EffectInput.changedFile`); null: nobody has asked. */
  changed: string | null
}

/** The file under two definitions of its dataset. */
export interface Beside {
  compared: CompareDefinitionsOutput
  /** With its rows. */
  folder: string
}

/** A file while it is looked at; all of it goes when nobody looks any more. */
export interface WholeFile {
  folder: string
  recordsFile: string
  indexFile: string
  brokenFile: string
  repairedFile: string
  /** The file as it was chosen. */
  path: string
  /** What is read: of a packed file, what came out of it. */
  sourceFile: (read: ReadOutput) => string
  state(): LookState
  /** Resolves when every record has been read. */
  whole(signal: AbortSignal): Promise<ReadOutput>
  /** Whether the file is still the one that was read. */
  isSame(): Promise<boolean>
  checks: Shared<Checked>
  chosen: Shared<Chosen>
  effects: Shared<Effect>
  beside: Shared<Beside>
  outside: Shared<Brought>
  close(): Promise<void>
}

/** Besides what was asked for last, these are kept: results of the same choices come back when a filter is taken off. */
const kept = { checks: 1, chosen: 4, effects: 3, beside: 1, outside: 3 }
/** Records, as they are written, take more than the file: their lineage; and a check writes what it holds back. */
const shareOfFile = 2
const spareBytes = 200 * 1024 * 1024

export class WholeFiles {
  readonly #parts: WholeFilesParts
  readonly #files = new Shared<WholeFile>(0, (file) => file.close())
  /** By what was wanted: the key of the file that is looked at, for as long as somebody does. */
  readonly #keys = new Map<string, string>()

  constructor(parts: WholeFilesParts) {
    this.#parts = parts
  }

  /** The file that is on the disk now. Its reading begins where nobody looks at it yet. */
  async hold(wanted: Wanted, signal: AbortSignal): Promise<Held<WholeFile>> {
    const path = await this.#parts.sources.whole(wanted.source, signal)
    const identity = await identityOf(path)
    const key = JSON.stringify([identity, wanted])
    this.#keys.set(JSON.stringify(wanted), key)
    return await this.#files.hold(key, signal, () => this.#open(path, identity, wanted))
  }

  /** The file that is looked at, though another one may have taken its place; opened where none is. */
  async holdOpen(wanted: Wanted, signal: AbortSignal): Promise<Held<WholeFile>> {
    const key = this.#keys.get(JSON.stringify(wanted))
    const open = key === undefined ? null : this.#files.holdMade(key)
    return open ?? (await this.hold(wanted, signal))
  }

  async use<Result>(
    wanted: Wanted,
    signal: AbortSignal,
    work: (file: WholeFile) => Promise<Result>,
  ): Promise<Result> {
    const { value, release } = await this.hold(wanted, signal)
    try {
      return await work(value)
    } finally {
      await release()
    }
  }

  async close(): Promise<void> {
    await this.#files.clear()
  }

  async #open(
    path: string,
    identity: Identity,
    { reading, remembered }: Wanted,
  ): Promise<WholeFile> {
    const { rooms, home, newId } = this.#parts
    const folder = join(home.incoming, newId())
    await mkdir(folder, { mode: 0o700 })
    await expectRoom(folder, identity.bytes).catch(async (error: unknown) => {
      await rm(folder, { recursive: true, force: true })
      throw error
    })
    const recordsFile = join(folder, 'records.csv')
    const indexFile = join(folder, 'records.index')
    const unpackedFile = join(folder, 'unpacked')
    const brokenFile = join(folder, 'rejects-read.ndjson')
    const repairedFile = join(folder, 'repaired.csv')
    const stop = new AbortController()
    let state: LookState = {
      kind: 'reading',
      rows: 0,
      bytesDone: 0,
      bytesTotal: identity.bytes,
    }
    const read = rooms.readToLook(
      {
        path,
        reading,
        remembered,
        unpackedFile,
        recordsFile,
        look: { indexFile, repairedFile },
        quarantineFile: brokenFile,
      },
      {
        ...quiet(stop.signal),
        report: ({ rowsDone, bytesDone, bytesTotal }) => {
          if (state.kind === 'reading')
            state = { kind: 'reading', rows: rowsDone, bytesDone, bytesTotal }
        },
      },
    )
    read.then(
      ({ records: rows, quarantined: broken, detected: { doubts }, repaired, parts }) =>
        (state = { kind: 'whole', rows, broken, repaired, doubts, parts }),
      () => {},
    )
    const remove = (...files: string[]) =>
      Promise.all(files.map((file) => rm(file, { force: true })))
    const checks = new Shared<Checked>(kept.checks, async ({ held, dropped }) => {
      await remove(held, dropped)
    })
    const chosen = new Shared<Chosen>(kept.chosen, async ({ file }) => {
      await remove(file)
    })
    const effects = new Shared<Effect>(kept.effects, async ({ duplicates, changed }) => {
      await remove(...duplicates, ...(changed === null ? [] : [changed]))
    })
    const beside = new Shared<Beside>(kept.beside, async ({ folder: one }) => {
      await rm(one, { recursive: true, force: true })
    })
    const outside = new Shared<Brought>(kept.outside, async ({ tables }) => {
      await remove(...tables.map(({ file }) => file))
    })
    return {
      folder,
      recordsFile,
      indexFile,
      brokenFile,
      repairedFile,
      path,
      sourceFile: ({ isUnpacked }) => (isUnpacked ? unpackedFile : path),
      state: () => state,
      whole: async (signal) => {
        signal.throwIfAborted()
        return await orAborted(read, signal)
      },
      isSame: async () => {
        const now = await identityOf(path).catch(() => null)
        return JSON.stringify(now) === JSON.stringify(identity)
      },
      checks,
      chosen,
      effects,
      beside,
      outside,
      close: async () => {
        stop.abort()
        const made = [checks, chosen, effects, beside, outside].map((one) => one.clear())
        await Promise.all([...made, read.catch(() => {})])
        await rm(folder, { recursive: true, force: true })
      },
    }
  }
}

interface Identity {
  path: string
  bytes: number
  mtimeMs: number
  ino: number
}

/** By what a file is known to be the one that it was. Throws what the file system does. */
export async function identityOf(path: string): Promise<Identity> {
  const { size: bytes, mtimeMs, ino } = await stat(path)
  return { path, bytes, mtimeMs, ino }
}

async function expectRoom(folder: string, fileBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const needed = fileBytes * shareOfFile + spareBytes
  if (free >= needed) return
  throw new Problem({
    code: 'disk-full',
    what: `To look at every row of this file, Pallet needs about ${formatBytes(needed)} on the disk with its data, and ${formatBytes(free)} are free.`,
    did: 'It shows the first rows only, and has not checked the others.',
    advice:
      'Free some space and choose the file again, or send it as it is: every row is checked then.',
  })
}
