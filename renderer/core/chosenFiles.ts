import type { OpenedFile } from '../../shared/contract/bridge.ts'
import type { StartRun } from '../../shared/contract/call.ts'
import { type ColumnChoice, choiceOfRules } from '../../shared/domain/columns/columnChoice.ts'
import type {
  ChosenDestination,
  Column,
  WarehouseTarget,
} from '../../shared/domain/datasets/dataset.ts'
import type { KeptDraft } from '../../shared/domain/draft.ts'
import type { HeaderMap } from '../../shared/domain/columns/headerMap.ts'
import type { Belonging } from '../../shared/domain/datasets/belonging.ts'
import { proposeDataset } from '../../shared/domain/datasets/names.ts'
import type { ProblemData } from '../../shared/domain/problem.ts'
import type { Reading } from '../../shared/domain/files/reading.ts'
import type { Run } from '../../shared/domain/runs/run.ts'
import type { Host } from './host.ts'
import { problemOf } from './problem.ts'
import { type RecipeHistory, newHistory } from './recipes.ts'
import { sendBytes } from './sendBytes.ts'
import { createStore, type Store } from './store.ts'

/** Where the bytes are: on the way to the host, there, or not coming. */
export type Arrival =
  | { state: 'arriving'; sentBytes: number }
  | { state: 'here' }
  | { state: 'failed'; problem: ProblemData }

/** What the person chose for a file; absent means: as proposed or remembered. */
export interface Choices {
  dataset: string
  reading: Reading | null
  /** By the column's label in the file. */
  columns: Readonly<Record<string, ColumnChoice>>
  recipe: RecipeHistory | null
  /** Whether these steps are for the files to come, too; null: a person has to say it. */
  keepsRecipe: boolean | null
  /** Which column is which, where its header is not as its dataset knows it. */
  header: HeaderMap | null
  destination: ChosenDestination
}

/** `waiting`: Send was pressed while bytes were still arriving; it starts when they are here. */
export type Sending =
  | { state: 'no' }
  | { state: 'waiting' }
  | { state: 'starting' }
  | { state: 'failed'; problem: ProblemData }

/** What was chosen for the same bytes before: asked for once, then taken over, or put aside where something else is chosen. */
export type Earlier =
  | { state: 'unasked' | 'asked' | 'none' }
  | { state: 'taken' | 'aside'; kept: KeptDraft }
  | { state: 'failed'; problem: ProblemData }

/** A file that was chosen and has not been sent yet. */
export interface ChosenFile {
  key: string
  name: string
  bytes: number | null
  /** The core's id for it; null until it has been announced. */
  source: string | null
  arrival: Arrival
  choices: Choices
  /** Whose file it is by its name and its columns; null until these have been seen, or a person has said it. */
  belonging: Belonging | null
  sending: Sending
  earlier: Earlier
  /** Why what is chosen now is not kept; null: it is, or there is nothing to keep. */
  unkept: ProblemData | null
}

const nothingChosen: Omit<Choices, 'dataset'> = {
  reading: null,
  columns: {},
  recipe: null,
  keepsRecipe: null,
  header: null,
  destination: {},
}

export interface Selection {
  files: readonly ChosenFile[]
  selected: string | null
}

/** From this many bytes on a preview is worth asking for while the rest still arrives. */
export const previewableBytes = 2 * 1024 * 1024

/** Whether enough of a file is at the host to show its first rows. */
export function isPreviewable(file: ChosenFile): boolean {
  if (file.source === null) return false
  switch (file.arrival.state) {
    case 'here':
      return true
    case 'arriving':
      return file.arrival.sentBytes >= previewableBytes
    case 'failed':
      return false
  }
}

/**
 * The files chosen on the Send page. They live outside React, because their bytes go on
 * arriving while the person looks at another page.
 */
export class ChosenFiles {
  readonly store: Store<Selection> = createStore<Selection>({ files: [], selected: null })
  /** What was dropped but cannot be sent, in a sentence. */
  readonly leftOut: Store<string | null> = createStore<string | null>(null)
  readonly #host: Host
  readonly #originals = new Map<string, File>()
  readonly #transfers = new Map<string, AbortController>()
  #lastKey = 0

  constructor(host: Host) {
    this.#host = host
  }

  /** Takes dropped or chosen files; `folders` are the names of folders dropped along with them. */
  async add(files: readonly File[], folders: readonly string[] = []): Promise<void> {
    const { desktop } = this.#host
    this.leftOut.set(folders.length === 0 ? null : folderSentence(folders))
    if (desktop === null) {
      for (const file of files) {
        const entry = this.#enter(file.name, file.size, null)
        this.#originals.set(entry.key, file)
        void this.#transfer(entry.key, file)
      }
      return
    }
    try {
      this.addOpened(await desktop.filesForDrop(files))
    } catch (thrown) {
      const problem = problemOf(thrown)
      this.addOpened(files.map(({ name }) => ({ ok: false, name, problem })))
    }
  }

  /** Takes what Electron's main process opened; a file that it could not open stands there with its reason. */
  addOpened(files: readonly OpenedFile[]): void {
    for (const opened of files) {
      if (opened.ok) {
        this.#enter(opened.file.name, opened.file.bytes, opened.file.source)
        continue
      }
      const { key } = this.#enter(opened.name, null, null)
      const arrival = { state: 'failed' as const, problem: opened.problem }
      this.#update(key, (file) => ({ ...file, arrival }))
    }
  }

  /** Takes a path or an https URL. Rejects with what the core said when it cannot be opened. */
  async addLocation(location: string): Promise<void> {
    const opened = await this.#host.client.sources.open({ location })
    this.#enter(opened.name, opened.bytes, opened.source)
  }

  /** Takes the file of a run once more, with what was chosen for it; it is the one that is looked at. */
  async addAgain({ id, dataset, destination }: Run): Promise<void> {
    const again = await this.#host.client.runs.chooseAgain({ runId: id })
    const { key } = this.#enter(again.name, again.bytes, again.source)
    const { blob, warehouse, triggers } = destination
    this.choose(key, {
      dataset,
      reading: again.reading,
      columns: Object.fromEntries(
        (again.columns ?? []).map((column) => [column.label, choiceOf(column)]),
      ),
      recipe: again.recipe && newHistory(again.recipe.steps),
      keepsRecipe: again.recipe?.keep ?? null,
      destination: {
        blob: blob && {
          connection: blob.connection,
          container: blob.container,
          format: blob.format,
        },
        warehouse: warehouse?.assumed === true ? withoutMeaning(warehouse) : warehouse,
        triggers,
      },
    })
    this.select(key)
  }

  select(key: string): void {
    this.store.set({ ...this.store.get(), selected: key })
  }

  choose(key: string, change: Partial<Choices>): void {
    this.#update(key, (file) => ({
      ...file,
      choices: { ...file.choices, ...change },
      belonging:
        change.dataset === undefined
          ? file.belonging
          : (file.belonging ?? { kind: 'by-name', name: proposeDataset(file.name) }),
    }))
  }

  /** Whose file it seems to be. What a person has said already, stays. */
  belong(key: string, belonging: Belonging): void {
    this.#update(key, (file) =>
      file.belonging === null
        ? { ...file, belonging, choices: { ...file.choices, dataset: proposedFor(belonging) } }
        : file,
    )
  }

  /** What became of what was chosen for it before, and whether what is chosen now is kept. */
  note(key: string, change: Partial<Pick<ChosenFile, 'earlier' | 'unkept'>>): void {
    this.#update(key, (file) => ({ ...file, ...change }))
  }

  /** As if nothing had been chosen for it at the desk; `kept`: what that was, which can be had back. */
  startOver(key: string, kept: KeptDraft): void {
    this.#update(key, (file) => ({
      ...file,
      choices: {
        ...nothingChosen,
        dataset: file.belonging === null ? file.choices.dataset : proposedFor(file.belonging),
        destination: file.choices.destination,
      },
      earlier: { state: 'aside', kept },
    }))
  }

  /** Hands a file's bytes over once more, under a new id (the core was restarted, the disk was full …). */
  again(key: string): void {
    const original = this.#originals.get(key)
    if (original === undefined) return
    this.#update(key, (file) => ({
      ...file,
      source: null,
      arrival: { state: 'arriving', sentBytes: 0 },
      sending: { state: 'no' },
    }))
    void this.#transfer(key, original)
  }

  canComeAgain(key: string): boolean {
    return this.#originals.has(key)
  }

  /** Takes a file off the page; nothing on disk is touched. */
  remove(key: string): void {
    this.#transfers.get(key)?.abort()
    this.#originals.delete(key)
    const { files, selected } = this.store.get()
    const index = files.findIndex((file) => file.key === key)
    const rest = files.filter((file) => file.key !== key)
    const next = rest[Math.min(index, rest.length - 1)]?.key ?? null
    this.store.set({ files: rest, selected: selected === key ? next : selected })
  }

  /**
   * Starts a run for a file, after waiting for its last byte. The file then leaves the page.
   * @returns the run's id, or null when the file did not arrive or could not be sent; it says why
   */
  async start(
    key: string,
    input: (source: string) => Promise<Omit<StartRun, 'source'>>,
  ): Promise<string | null> {
    this.#update(key, (file) => ({ ...file, sending: { state: 'waiting' } }))
    const source = await this.#arrived(key)
    if (source === null) {
      this.#update(key, (file) => ({ ...file, sending: { state: 'no' } }))
      return null
    }
    this.#update(key, (file) => ({ ...file, sending: { state: 'starting' } }))
    try {
      const { runId } = await this.#host.client.runs.start({
        ...(await input(source)),
        source,
      })
      this.remove(key)
      return runId
    } catch (thrown) {
      const problem = problemOf(thrown)
      this.#update(key, (file) => ({ ...file, sending: { state: 'failed', problem } }))
      return null
    }
  }

  /** The source of a file once all of it is here; null when it failed or was removed. */
  #arrived(key: string): Promise<string | null> {
    return new Promise((resolve) => {
      const look = () => {
        const file = this.store.get().files.find((candidate) => candidate.key === key)
        if (file?.arrival.state === 'arriving') return
        unsubscribe()
        resolve(file?.arrival.state === 'here' ? file.source : null)
      }
      const unsubscribe = this.store.subscribe(look)
      look()
    })
  }

  #enter(name: string, bytes: number | null, source: string | null): ChosenFile {
    this.#lastKey += 1
    const file: ChosenFile = {
      key: `file-${this.#lastKey}`,
      name,
      bytes,
      source,
      arrival: source === null ? { state: 'arriving', sentBytes: 0 } : { state: 'here' },
      choices: { dataset: proposeDataset(name), ...nothingChosen },
      belonging: null,
      sending: { state: 'no' },
      earlier: { state: 'unasked' },
      unkept: null,
    }
    const { files, selected } = this.store.get()
    const fresh = files.every((other) => other.key !== selected)
    this.store.set({ files: [...files, file], selected: fresh ? file.key : selected })
    return file
  }

  async #transfer(key: string, file: File): Promise<void> {
    const transfer = new AbortController()
    this.#transfers.set(key, transfer)
    try {
      const { source } = await this.#host.client.sources.announce(
        { name: file.name, bytes: file.size },
        { signal: transfer.signal },
      )
      this.#update(key, (entry) => ({ ...entry, source }))
      let drawnAt = 0
      await sendBytes(
        source,
        file,
        (sentBytes) => {
          // Ten pictures a second are enough for an eye.
          if (performance.now() - drawnAt < 100) return
          drawnAt = performance.now()
          this.#update(key, (entry) => ({ ...entry, arrival: { state: 'arriving', sentBytes } }))
        },
        transfer.signal,
      )
      this.#update(key, (entry) => ({ ...entry, arrival: { state: 'here' } }))
    } catch (thrown) {
      const problem = problemOf(thrown)
      this.#update(key, (entry) => ({ ...entry, arrival: { state: 'failed', problem } }))
    } finally {
      if (this.#transfers.get(key) === transfer) this.#transfers.delete(key)
    }
  }

  #update(key: string, change: (file: ChosenFile) => ChosenFile): void {
    const { files, selected } = this.store.get()
    this.store.set({
      files: files.map((file) => (file.key === key ? change(file) : file)),
      selected,
    })
  }
}

function proposedFor(belonging: Belonging): string {
  switch (belonging.kind) {
    case 'by-name':
    case 'others-values':
      return belonging.name
    case 'fits':
      return belonging.dataset
    case 'several':
      return ''
  }
}

/** The rules of a column that has some were chosen with its type. */
function choiceOf(column: Column): ColumnChoice {
  const { rules, ...type } = choiceOfRules(column)
  return Object.keys(rules ?? {}).length === 0 ? type : { ...type, rules }
}

/** Nobody has said yet what the file is, and nobody does by looking at it again. */
function withoutMeaning({ connection, table }: WarehouseTarget) {
  return { connection, table }
}

function folderSentence(names: readonly string[]): string {
  return names.length === 1
    ? `“${names.join()}” is a folder and was left out. Drop the files inside it.`
    : `${names.length} folders were left out. Drop the files inside them.`
}
