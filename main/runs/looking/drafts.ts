/** What is chosen at the desk for a file that was not sent yet, remembered by the bytes of the file. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Draft, KeptDraft } from '../../../shared/domain/draft.ts'
import type { DatasetRepository, DraftKey, DraftRepository } from '../ports/store.ts'
import type { Sources } from '../arriving/sources.ts'
import { identityOf } from './wholeFiles.ts'

export interface DraftsParts {
  drafts: DraftRepository
  datasets: Pick<DatasetRepository, 'get'>
  sources: Pick<Sources, 'whole' | 'name'>
  now: () => Date
}

/** Bytes that are hashed at once: less than a millisecond of the thread that answers everybody. */
const chunkBytes = 1024 * 1024
/** Until the last byte has come and all are hashed. */
const keepMs = 10 * 60_000

export class Drafts {
  readonly #parts: DraftsParts
  /** By source: what its file was when it was hashed. */
  readonly #hashed = new Map<string, { identity: string; sha256: string }>()
  /** By source: under what something is kept for it. */
  readonly #kept = new Map<string, DraftKey>()
  readonly #sent = new Set<string>()

  constructor(parts: DraftsParts) {
    this.#parts = parts
  }

  /**
   * What this person has kept for a file with these bytes: best for one of this name, else of this dataset. Shops that sold nothing write the same
   * bytes: where the dataset is a known one, what was chosen for another one's file is not taken over.
   */
  async find(
    { source, dataset }: { source: string; dataset: string },
    person: string,
    signal: AbortSignal,
  ): Promise<KeptDraft | null> {
    const { drafts, datasets, sources } = this.#parts
    const { bytes } = await identityOf(await sources.whole(source, signal))
    // Reading a file of ten gigabytes for nothing is no look into a list.
    if (!drafts.hasOf(bytes)) return null
    const sha256 = await this.#hash(source, signal)
    const all = drafts.of(sha256, person)
    const name = sources.name(source)
    const found =
      all.find((one) => one.name === name) ??
      all.find((one) => one.draft.dataset === dataset) ??
      (datasets.get(dataset) === null ? all[0] : undefined)
    if (found === undefined) return null
    this.#kept.set(source, { sha256, name: found.name, person })
    return found
  }

  /**
   * In place of what was kept for it, also where the window that said it is gone by then. What comes after the file was sent is
   * nothing any more.
   */
  async keep(
    { source, draft }: { source: string; draft: Draft | null },
    person: string,
  ): Promise<void> {
    const signal = AbortSignal.timeout(keepMs)
    const { drafts, sources, now } = this.#parts
    const name = sources.name(source)
    const { bytes } = await identityOf(await sources.whole(source, signal))
    const sha256 = await this.#hash(source, signal)
    if (this.#sent.has(source)) return
    // Of a file that was called otherwise, it is this one's from now on.
    const before = this.#kept.get(source)
    if (before?.sha256 === sha256) drafts.forget(before)
    const key = { sha256, name, person }
    if (draft === null) drafts.forget(key)
    else drafts.keep({ ...key, bytes }, draft, now().toISOString())
    this.#kept.set(source, key)
  }

  /** The file was sent: what was chosen for it stands on its run. */
  sent(source: string): void {
    this.#sent.add(source)
    this.#hashed.delete(source)
    const kept = this.#kept.get(source)
    if (kept !== undefined) this.#parts.drafts.forget(kept)
    this.#kept.delete(source)
  }

  /** SHA-256 of its bytes; of a file that has changed on the disk since, anew. */
  async #hash(source: string, signal: AbortSignal): Promise<string> {
    const path = await this.#parts.sources.whole(source, signal)
    const identity = JSON.stringify(await identityOf(path))
    const known = this.#hashed.get(source)
    if (known?.identity === identity) return known.sha256
    const hash = createHash('sha256')
    for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes, signal }))
      hash.update(chunk as Buffer)
    const sha256 = hash.digest('hex')
    this.#hashed.set(source, { identity, sha256 })
    return sha256
  }
}
