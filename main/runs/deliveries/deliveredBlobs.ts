import { Problem, remedyOf } from '../../../shared/domain/problem.ts'
import type { BlobNow } from '../../../shared/domain/runs/run.ts'
import { checkpointOf } from '../checkpoints.ts'
import type { BlobPlace } from '../connections/connections.ts'
import type { BlobMove, MovedBlob } from '../ports/systems.ts'
import type { RunRepository, StoredRun } from '../ports/store.ts'

/** So many of the newest runs are looked after. */
const lookedAfter = 20

export interface DeliveredBlobsParts {
  runs: RunRepository
  /** The ETag that a blob has now; null: there is none. */
  etagOf: (place: BlobPlace, signal: AbortSignal) => Promise<string | null>
  /** Whether a connection answers without anybody being asked to sign in. */
  asksNobody: (connection: string) => boolean
  changed: (runId: string) => void
  now: () => Date
  moveBlob: (
    place: Omit<BlobPlace, 'blob'>,
    move: BlobMove,
    signal: AbortSignal,
  ) => Promise<MovedBlob>
}

/**
 * The blobs of deliveries that do not stand any more are put aside, so that who reads a folder does not read them, and
 * come back with their delivery. Every answer is a sentence about what became of the blob; null: the run has sent none.
 */
export class DeliveredBlobs {
  readonly #parts: DeliveredBlobsParts

  constructor(parts: DeliveredBlobsParts) {
    this.#parts = parts
  }

  foresee(run: StoredRun): string | null {
    const place = this.#placeOf(run)
    return place === null
      ? null
      : `Its blob ${place.container}/${place.blob} is put aside, where readers of its folder do not find it.`
  }

  /** Fails where only trying again helps, as without a network. */
  async putAside(run: StoredRun, signal: AbortSignal): Promise<string | null> {
    const place = this.#placeOf(run)
    if (place === null) return null
    const { container, blob } = place
    const aside = asideName(run, blob)
    const stays = `The blob ${container}/${blob} of ${run.id} stays where it is`
    switch (await this.#move(run, place, { from: blob, to: aside }, signal)) {
      case 'moved':
        this.#note(run, { state: 'aside', name: aside })
        return `The blob of ${run.id} is put aside as ${container}/${aside}.`
      case 'gone':
        this.#note(run, this.#gone())
        return `The blob ${container}/${blob} of ${run.id} is not in the storage any more.`
      case 'of-another':
        return `${stays}: something else has been written there since.`
      case 'refused':
        return `${stays}: the connection ${place.connection} may not copy and delete it.`
    }
  }

  /** The ETag of its blob now; null: there is none. */
  async etagOf(run: StoredRun, signal: AbortSignal): Promise<string | null> {
    const place = this.#placeOf(run)
    return place === null ? null : await this.#parts.etagOf(place, signal)
  }

  /** Fails as `putAside` does. */
  async bringBack(run: StoredRun, signal: AbortSignal): Promise<string | null> {
    const place = this.#placeOf(run)
    if (place === null) return null
    const { container, blob } = place
    const lost = `The blob ${container}/${blob} of ${run.id} cannot be brought back`
    switch (await this.#move(run, place, { from: asideName(run, blob), to: blob }, signal)) {
      case 'moved':
        this.#note(run, null)
        return `The blob ${container}/${blob} of ${run.id} is back.`
      case 'gone':
        this.#note(run, this.#gone())
        return `${lost}: it is not in the storage any more.`
      case 'of-another':
        return `${lost}: something else has been written there since.`
      case 'refused':
        return `${lost}: the connection ${place.connection} may not copy and delete it.`
    }
  }

  /** The storage has it again, of itself or because it was `sent again`. */
  isBack(run: StoredRun, how: 'sent again' | null): void {
    if (how === null) {
      if (run.blobNow === null) return
      this.#note(run, null)
      this.#log(run, 'Its blob is in the storage again.', 'info')
      return
    }
    this.#note(run, { state: 'sent-again', at: this.#parts.now().toISOString() })
    this.#log(run, 'Its blob was made again from the file, and sent again.', 'info')
  }

  /**
   * Looks whether the storage still has what the newest receipts say it has, and notes on each run what it finds. Asks
   * only where nobody has to sign in; a connection that does not answer is left for the next time.
   */
  async lookAfter(signal: AbortSignal): Promise<void> {
    const { runs, etagOf, asksNobody } = this.#parts
    const silent = new Set<string>()
    for (const run of runs.list({ states: ['succeeded'], limit: lookedAfter })) {
      const place = this.#placeOf(run)
      const stands = run.undoneAt === null && run.correctedBy === null
      if (place === null || !stands || silent.has(place.connection)) continue
      try {
        if (!asksNobody(place.connection)) continue
        const limit = AbortSignal.any([signal, AbortSignal.timeout(60_000)])
        const isThere = (await etagOf(place, limit)) !== null
        const wasThere = run.blobNow === null || run.blobNow.state === 'sent-again'
        if (isThere === wasThere) continue
        if (isThere) {
          this.isBack(run, null)
          continue
        }
        this.#note(run, this.#gone())
        this.#log(
          run,
          `The storage does not have ${place.container}/${place.blob} any more; its rows are in the table as before.`,
          'info',
        )
      } catch {
        if (signal.aborted) return
        silent.add(place.connection)
      }
    }
  }

  /**
   * A run that ends without its rows in the table leaves no blob where readers find it. Never fails: what stays is said
   * in the history of the run.
   */
  async endUndelivered(run: StoredRun): Promise<void> {
    const { container, name } = run.plan.destination.blob ?? { container: '', name: '' }
    try {
      const said = await this.putAside(run, AbortSignal.timeout(60_000))
      if (said !== null) this.#log(run, said, 'info')
    } catch (error) {
      this.#log(
        run,
        `The blob ${container}/${name} stays where readers of the storage find it, although its rows are in no table: ${Problem.from(error).data.what}`,
        'warn',
      )
    }
  }

  #gone(): BlobNow {
    return { state: 'gone', at: this.#parts.now().toISOString() }
  }

  #note(run: StoredRun, blobNow: BlobNow | null): void {
    this.#parts.runs.changeFate(run.id, { blobNow })
    this.#parts.changed(run.id)
  }

  #log(run: StoredRun, message: string, level: 'info' | 'warn'): void {
    this.#parts.runs.log(run.id, { at: this.#parts.now().toISOString(), level, message })
  }

  async #move(
    run: StoredRun,
    place: BlobPlace,
    names: Pick<BlobMove, 'from' | 'to'>,
    signal: AbortSignal,
  ): Promise<MovedBlob | 'refused'> {
    try {
      return await this.#parts.moveBlob(place, { ...names, runId: run.id }, signal)
    } catch (error) {
      signal.throwIfAborted()
      if (remedyOf(Problem.from(error).code) === 'retry') throw error
      return 'refused'
    }
  }

  #placeOf(run: StoredRun): BlobPlace | null {
    const { blob } = run.plan.destination
    if (blob === null || checkpointOf(this.#parts.runs.steps(run.id), 'upload') === null)
      return null
    return { connection: blob.connection, container: blob.container, blob: blob.name }
  }
}

/** Engines that read a folder pass over names that begin with an underscore, and this one is beside the folders. */
function asideName(run: StoredRun, blob: string): string {
  return `_undone/${run.id}/${blob}`
}
