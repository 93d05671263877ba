import { isAbsolute, join, relative, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { skippedFor } from '../../../shared/domain/runs/decision.ts'
import { Problem, type ProblemData } from '../../../shared/domain/problem.ts'
import { lateFor } from '../../../shared/domain/arriving/expected.ts'
import { isFinished } from '../../../shared/domain/runs/run.ts'
import { formatCount } from '../../../shared/domain/sizes.ts'
import {
  type Watch,
  type WatchInput,
  type WatchNow,
  deliveredFolder,
  fitsPattern,
  placeWords,
} from '../../../shared/domain/arriving/watch.ts'
import type { FolderFile, Folders, PutAway } from '../ports/folders.ts'
import type { HomePaths } from '../ports/home.ts'
import type { StoredRun, TakenFile, WatchRepository } from '../ports/store.ts'
import { takenFile } from './sources.ts'
import { type StartingParts, startRun } from '../starting.ts'

export interface WatchingParts extends StartingParts {
  home: HomePaths
  watches: WatchRepository
  folders: Folders
  /** What the list of runs could not take. */
  unsaved: (problem: Problem) => void
  pace?: WatchPace | undefined
}

export interface WatchPace {
  /** A file is whole when its size and time have stood still for so long, ms. */
  stillMs: number
  /** From one look to the next, ms; longer where a look itself takes long. */
  everyMs: number
}

/** A folder of a connection is asked for no oftener by itself: each look signs in there. */
const elsewhereEveryMs = 60_000
/** So long a look there may take. */
const elsewhereLimitMs = 120_000
const usualPace: WatchPace = { stillMs: 2000, everyMs: 10_000 }
/** So many runs of a folder are in line at most; the other files wait where they are. */
const mostInLine = 100
/** Whoever opens a file first and fills it later has done so by then. */
const emptyMs = 5 * 60_000

/** What a look has met. */
interface Looked {
  started: string[]
  /** Files that may not be whole yet. */
  coming: number
}

/** Looks into the watched folders: starts a run for each whole new file, and puts away what was delivered. */
export class Watching {
  readonly #parts: WatchingParts
  readonly #pace: WatchPace
  /** By watch and name, files that were not whole at the last look: as they were, and since when (ms). */
  readonly #coming = new Map<number, Map<string, { as: string; since: number }>>()
  /** When a folder of a connection was last looked into (ms), by watch. */
  readonly #asked = new Map<number, number>()
  #looking: Promise<unknown> = Promise.resolve()
  readonly #closed = new AbortController()

  constructor(parts: WatchingParts) {
    this.#parts = parts
    this.#pace = parts.pace ?? usualPace
  }

  list(): WatchNow[] {
    const now = this.#parts.now()
    return this.#parts.watches.list().map((watch) => {
      const { expected, lastAt, createdAt } = watch
      const last = new Date(lastAt ?? createdAt)
      return { ...watch, late: expected === null ? null : lateFor(expected, last, now) }
    })
  }

  async add(given: WatchInput): Promise<{ watch: Watch; files: number }> {
    const { watches, datasets, connections, now } = this.#parts
    const { connection } = given
    if (connection !== undefined) connections.mustBe(connection, 'files')
    const folder =
      connection === undefined ? resolve(given.folder) : given.folder.replace(/(?<=.)\/+$/, '')
    const input = { ...given, folder }
    this.#refuse(given, folder)
    const list = this.#list(input, wantedBy(input, []), this.#closed.signal)
    const wanted = await list.catch((error: unknown) => {
      throw new Problem({ ...Problem.from(error).data, did: 'The folder is not watched.' })
    })
    if (datasets.get(given.dataset)?.destination == null)
      throw new Problem({
        code: 'not-found',
        what: `No file of the dataset ${given.dataset} was ever sent, so Pallet does not know how its files are read and where they go.`,
        did: 'The folder is not watched.',
        advice: `Send a first file by hand: “pallet run FILE --dataset ${given.dataset}”. Then watch the folder.`,
      })
    const id = watches.add(input, now().toISOString())
    return { watch: this.#must(id), files: wanted.length }
  }

  remove(id: number): void {
    this.#must(id)
    this.#parts.watches.remove(id)
    this.#coming.delete(id)
    this.#asked.delete(id)
  }

  /** Looks, and once more at what may still be coming. Answers with the runs that began. */
  async due(signal: AbortSignal): Promise<string[]> {
    const first = await this.#look(signal, true)
    if (first.coming === 0) return first.started
    await delay(this.#pace.stillMs, undefined, { signal })
    const second = await this.#look(signal, true)
    return [...first.started, ...second.started]
  }

  /** Looks again and again, until it is closed. Never fails. */
  async begin(): Promise<void> {
    const { signal } = this.#closed
    while (!signal.aborted) {
      const from = performance.now()
      try {
        await this.#look(signal, false)
      } catch (error) {
        if (!signal.aborted) this.#parts.unsaved(Problem.from(error))
      }
      // A drive that answers slowly is not asked all the time.
      const restMs = Math.max(this.#pace.everyMs, 10 * (performance.now() - from))
      await delay(restMs, undefined, { signal }).catch(() => {})
    }
  }

  /** Ends what looks, and waits for it. */
  async close(): Promise<void> {
    this.#closed.abort()
    await this.#looking.catch(() => {})
  }

  /** One look after the other, whoever asks for it. */
  #look(asked: AbortSignal, isNow: boolean): Promise<Looked> {
    const signal = AbortSignal.any([asked, this.#closed.signal])
    const look = this.#looking.catch(() => {}).then(() => this.#lookAtAll(signal, isNow))
    this.#looking = look
    return look
  }

  async #lookAtAll(signal: AbortSignal, isNow: boolean): Promise<Looked> {
    const all: Looked = { started: [], coming: 0 }
    const before: Watch[] = []
    for (const watch of this.list()) {
      signal.throwIfAborted()
      if (!isNow && this.#isResting(watch)) {
        before.push(watch)
        continue
      }
      const trouble = await this.#lookAt(watch, before, all, signal).catch((error: unknown) => {
        signal.throwIfAborted()
        return Problem.from(error).data
      })
      before.push(watch)
      if (trouble?.what !== watch.trouble?.what)
        this.#parts.watches.changeTrouble(watch.id, trouble)
    }
    return all
  }

  #isResting({ id, connection }: Watch): boolean {
    if (connection === undefined) return false
    const nowMs = this.#parts.now().getTime()
    const restMs = this.#parts.pace === undefined ? elsewhereEveryMs : 0
    if (nowMs - (this.#asked.get(id) ?? -Infinity) < restMs) return true
    this.#asked.set(id, nowMs)
    return false
  }

  #list(
    { connection, folder }: Pick<Watch, 'connection' | 'folder'>,
    isWanted: (name: string) => boolean,
    signal: AbortSignal,
  ): Promise<FolderFile[]> {
    const { connections, folders } = this.#parts
    if (connection === undefined) return folders.list(folder, isWanted, signal)
    const soon = AbortSignal.any([signal, AbortSignal.timeout(elsewhereLimitMs)])
    return connections.listFiles(connection, folder, isWanted, soon)
  }

  /** `before`: watches of which each has had its files already. Answers what keeps files there. */
  async #lookAt(
    watch: Watch,
    before: readonly Watch[],
    all: Looked,
    signal: AbortSignal,
  ): Promise<ProblemData | null> {
    const { watches } = this.#parts
    const markers = new Set<string>()
    const isWanted = wantedBy(watch, before)
    const found = await this.#list(
      watch,
      (name) => {
        if (watch.marker !== null && name.endsWith(watch.marker)) markers.add(name)
        return isWanted(name)
      },
      signal,
    )
    const taken = watches.taken(watch.id)
    const trouble = await this.#putAway(watch, taken, found, signal)
    const known = new Map(taken.map((file) => [file.name, asItLies(file)]))
    const files = found.filter(
      (file) =>
        known.get(file.name) !== asItLies(file) &&
        (watch.marker === null || markers.has(file.name + watch.marker)),
    )
    const whole = this.#whole(watch, files)
    all.coming += files.length - whole.length
    const inLine = taken.filter(({ state }) => state === 'queued' || state === 'running').length
    for (const file of whole.slice(0, Math.max(0, mostInLine - inLine))) {
      signal.throwIfAborted()
      all.started.push(await this.#start(watch, file))
    }
    return trouble
  }

  /** Those that have stood still, the oldest first; of the others it is noted how they are. */
  #whole(watch: Watch, files: readonly FolderFile[]): FolderFile[] {
    const nowMs = this.#parts.now().getTime()
    const before = this.#coming.get(watch.id)
    const coming = new Map<string, { as: string; since: number }>()
    const whole = files.filter((file) => {
      const seen = before?.get(file.name)
      const as = asItLies(file)
      // A clock that was set back says nothing of how long it has stood still.
      const since = seen?.as === as && seen.since <= nowMs ? seen.since : nowMs
      // Also when it is whole: it may have to wait for its place in line.
      coming.set(file.name, { as, since })
      const needMs = file.bytes === 0 ? emptyMs : this.#pace.stillMs
      return seen?.as === as && nowMs - since >= needMs
    })
    this.#coming.set(watch.id, coming)
    return whole.toSorted(byAge)
  }

  async #start(watch: Watch, file: FolderFile): Promise<string> {
    const { connection, folder } = watch
    const path =
      connection === undefined ? join(folder, file.name) : `${placeWords(watch)}/${file.name}`
    const { runId } = await startRun(
      this.#parts,
      { dataset: watch.dataset, destination: {} },
      {
        name: file.name,
        take: async () => takenFile(path, file.name),
        watched: { ...file, watch: watch.id },
        ...(connection === undefined ? {} : { from: { connection, folder, ...file } }),
      },
    )
    this.#log(runId, `Taken by itself from the watched folder ${placeWords(watch)}.`)
    return runId
  }

  /** What was delivered goes where the watch says. Answers what keeps one there. */
  async #putAway(
    watch: Watch,
    taken: readonly TakenFile[],
    found: readonly FolderFile[],
    signal: AbortSignal,
  ): Promise<ProblemData | null> {
    const { watches, runs } = this.#parts
    if (watch.after === 'leave') return null
    const there = new Map(found.map((file) => [file.name, asItLies(file)]))
    let trouble: ProblemData | null = null
    for (const file of taken) {
      signal.throwIfAborted()
      const run = file.run === null || file.state !== 'succeeded' ? null : runs.get(file.run)
      if (!there.has(file.name)) {
        if (file.state === null || isFinished(file.state)) watches.forget(watch.id, file.name)
      } else if (run !== null && there.get(file.name) === asItLies(file) && isDone(watch, run))
        try {
          await this.#putAwayOne(watch, file, run, signal)
        } catch (error) {
          signal.throwIfAborted()
          trouble ??= Problem.from(error).data
        }
    }
    return trouble
  }

  async #putAwayOne(
    watch: Watch,
    { name, bytes, modified }: FolderFile,
    run: StoredRun,
    signal: AbortSignal,
  ): Promise<void> {
    const { sha256 } = run.plan.source
    if (sha256 === null) return
    const { connection, folder, after, marker } = watch
    const { connections, folders } = this.#parts
    const to =
      connection === undefined ? join(folder, deliveredFolder) : `${folder}/${deliveredFolder}`
    const how: PutAway =
      after === 'delete' ? { kind: 'delete' } : { kind: 'move', to, as: `${run.id}_${name}` }
    const path = join(folder, name)
    const isAway =
      connection === undefined
        ? await folders.putAway(
            { path, sha256, marker: marker === null ? null : path + marker },
            how,
            signal,
          )
        : await connections.putFileAway(
            connection,
            {
              folder,
              taken: { name, bytes, modified },
              sha256,
              marker: marker === null ? null : name + marker,
            },
            how,
            AbortSignal.any([signal, AbortSignal.timeout(elsewhereLimitMs)]),
          )
    if (!isAway) return
    this.#parts.watches.forget(watch.id, name)
    this.#log(
      run.id,
      watch.after === 'delete'
        ? `Its file was deleted from ${placeWords(watch)}, as is said of that folder.`
        : `Its file was moved to ${to}/${run.id}_${name}.`,
    )
  }

  #refuse(
    { connection, folder: given, pattern, dataset, marker }: WatchInput,
    folder: string,
  ): void {
    const { home } = this.#parts
    const refuse = (what: string, advice: string): Problem =>
      new Problem({ code: 'usage', what, did: 'The folder is not watched.', advice })
    if (connection === undefined && !isAbsolute(given))
      throw refuse(`“${given}” is not a full path on this computer.`, 'Give the whole path.')
    if (/[/\\]/.test(`${pattern}${marker ?? ''}`))
      throw refuse(
        `The pattern ${pattern} means files of other folders.`,
        'Give a pattern of names alone, such as *.csv, and watch each folder of its own.',
      )
    if (connection === undefined && !relative(home.folder, folder).startsWith('..'))
      throw refuse(
        `${folder} lies in the folder in which Pallet keeps its own data.`,
        'Choose the folder into which the till or the back office writes.',
      )
    if (marker !== null && fitsPattern(`x${marker}`, pattern) && pattern.endsWith(marker))
      throw refuse(
        `The pattern ${pattern} means the files that end in ${marker} themselves.`,
        'Give the pattern of the exports, and what is added to their names when they are whole.',
      )
    const same = this.list().find(
      (one) => one.connection === connection && one.folder === folder && one.pattern === pattern,
    )
    if (same !== undefined)
      throw refuse(
        `${pattern} in ${folder} is watched already, for ${same.dataset === dataset ? 'the same dataset' : `the dataset ${same.dataset}`}.`,
        `“pallet watch remove ${formatCount(same.id)}” ends that.`,
      )
  }

  #must(id: number): Watch {
    const watch = this.list().find((one) => one.id === id)
    if (watch !== undefined) return watch
    throw new Problem({
      code: 'not-found',
      what: `There is no watched folder with the number ${formatCount(id)}.`,
      did: 'Nothing was changed.',
      advice: '“pallet watch list” lists them.',
    })
  }

  #log(runId: string, message: string): void {
    this.#parts.runs.log(runId, { at: this.#parts.now().toISOString(), level: 'info', message })
  }
}

const asItLies = ({ bytes, modified }: FolderFile): string => `${bytes} ${modified}`

function byAge(a: FolderFile, b: FolderFile): number {
  const at = ({ modified }: FolderFile): bigint => BigInt(modified.split(' ')[0] ?? 0)
  const [first, second] = [at(a), at(b)]
  if (first === second) return a.name < b.name ? -1 : 1
  return first < second ? -1 : 1
}

/** A name that several watches of a folder mean is the first one's. */
function wantedBy(
  {
    connection,
    folder,
    pattern,
    marker,
  }: Pick<Watch, 'connection' | 'folder' | 'pattern' | 'marker'>,
  before: readonly Watch[],
): (name: string) => boolean {
  const others = before.filter((one) => one.connection === connection && one.folder === folder)
  return (name) =>
    fitsPattern(name, pattern) &&
    (marker === null || !name.endsWith(marker)) &&
    !others.some((other) => fitsPattern(name, other.pattern))
}

/** Whether its file may go: nothing else has its rows where a person had it sent nowhere, or taken out again. */
function isDone({ after }: Watch, run: StoredRun): boolean {
  const skipped = skippedFor(run.decisions.answered)
  const isThere = run.undoneAt === null && (skipped === null || skipped.kind === 'same-bytes')
  return isThere || after === 'move'
}
