import { Problem, remedyOf } from '../../shared/domain/problem.ts'
import { checkpointOf } from './checkpoints.ts'
import type { BlobPlace } from './connections.ts'
import type { BlobMove, MovedBlob } from './ports/systems.ts'
import type { RunRepository, StoredRun } from './ports/store.ts'

export interface DeliveredBlobsParts {
  runs: RunRepository
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
        return `The blob of ${run.id} is put aside as ${container}/${aside}.`
      case 'gone':
        return `The blob ${container}/${blob} of ${run.id} is not in the storage any more.`
      case 'of-another':
        return `${stays}: something else has been written there since.`
      case 'refused':
        return `${stays}: the connection ${place.connection} may not copy and delete it.`
    }
  }

  /** Fails as `putAside` does. */
  async bringBack(run: StoredRun, signal: AbortSignal): Promise<string | null> {
    const place = this.#placeOf(run)
    if (place === null) return null
    const { container, blob } = place
    const lost = `The blob ${container}/${blob} of ${run.id} cannot be brought back`
    switch (await this.#move(run, place, { from: asideName(run, blob), to: blob }, signal)) {
      case 'moved':
        return `The blob ${container}/${blob} of ${run.id} is back.`
      case 'gone':
        return `${lost}: it is not in the storage any more.`
      case 'of-another':
        return `${lost}: something else has been written there since.`
      case 'refused':
        return `${lost}: the connection ${place.connection} may not copy and delete it.`
    }
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
