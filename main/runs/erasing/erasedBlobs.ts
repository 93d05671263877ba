/** Blobs of deliveries without the rows of a person: written anew under their name, so that the other rows stay where readers look. */
import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ErasedPlace, Erasure, Found } from '../../../shared/domain/privacy/erasure.ts'
import { checkpointOf, outputColumns } from '../checkpoints.ts'
import type { BlobPlace } from '../connections/connections.ts'
import type { HomePaths } from '../ports/home.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { RunRepository, StoredRun } from '../ports/store.ts'
import type { JournalRepository } from '../ports/uploading.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { quiet } from '../quiet.ts'
import { formatOf } from '../steps/step.ts'
import { type UploadParts, uploadInput } from '../steps/upload.ts'
import { answering } from '../uploads/uploader.ts'
import type { Wanted } from './wantedPerson.ts'

export interface ErasedBlobsParts extends Pick<UploadParts, 'access' | 'uploader' | 'etagOf'> {
  rooms: Pick<Rooms, 'fetchBlob' | 'eraseInFile'>
  runs: RunRepository
  journals: Pick<JournalRepository, 'removeOf'>
  home: HomePaths
}

export class ErasedBlobs {
  readonly #parts: ErasedBlobsParts

  constructor(parts: ErasedBlobsParts) {
    this.#parts = parts
  }

  async find(
    run: StoredRun,
    wanted: Wanted,
    before: Erasure | null,
    signal: AbortSignal,
  ): Promise<Found> {
    const place = this.#placeOf(run)
    if (place === null) return { places: [], unreached: [] }
    const where = `${place.connection}: ${place.container}/${place.blob}`
    const nothing = { places: [], unreached: [] }
    const blurred = checkpointOf(this.#parts.runs.steps(run.id), 'clean')?.treated?.find(
      ({ column }) => column === wanted.column.name,
    )
    if (blurred?.rule === 'drop') return nothing
    if (blurred?.rule === 'mask')
      return {
        places: [],
        unreached: [
          `${where}: its rows have ${wanted.column.name} masked, so nobody is found in it by that.`,
        ],
      }
    try {
      await this.#settle(run, place, before, signal)
      const rows = await this.#within(run, wanted, null, signal, (count) => Promise.resolve(count))
      if (rows === null || rows === 0) return nothing
      const { connection } = place
      const found: ErasedPlace = {
        kind: 'blob',
        where,
        connection,
        name: place.blob,
        runs: [{ runId: run.id, rows }],
        state: 'found',
      }
      return { places: [found], unreached: [] }
    } catch (error) {
      signal.throwIfAborted()
      return { places: [], unreached: [`${where}: ${Problem.from(error).data.what}`] }
    }
  }

  /** `keep`: makes durable what the place says now. */
  async erase(
    place: ErasedPlace,
    wanted: Wanted,
    keep: () => Promise<unknown>,
    signal: AbortSignal,
  ): Promise<void> {
    const { runs, access, uploader, home, journals } = this.#parts
    const run = runs.get(place.runs[0]?.runId ?? '')
    const at = run === null ? null : this.#placeOf(run)
    const { blob } = run?.plan.destination ?? { blob: null }
    if (run === null || at === null || blob === null) return
    const target = join(home.incoming, `erased-${run.id}-without.${formatOf(run)}`)
    try {
      await this.#within(run, wanted, target, signal, async () => {
        place.bytes = (await stat(target)).size
        await keep()
        const input = {
          ...uploadInput(run.id, { ...blob, name: at.blob }, target),
          ifExists: 'replace' as const,
        }
        const account = await access(at.connection, signal)
        const { etag } = await uploader.send(
          { connection: at.connection, account, run: run.id, input, warn: () => {} },
          { signal, report: () => {} },
        )
        this.#note(run, { bytes: place.bytes, etag })
      })
    } finally {
      journals.removeOf(run.id)
      await rm(target, { force: true })
    }
  }

  /** Who was cut off after the blob was written, and before it was noted down, is caught up with. */
  async #settle(
    run: StoredRun,
    place: BlobPlace,
    before: Erasure | null,
    signal: AbortSignal,
  ): Promise<void> {
    const begun = before?.places.find(
      ({ kind, state, name, bytes }) =>
        kind === 'blob' && state === 'begun' && name === place.blob && bytes !== undefined,
    )
    const upload = checkpointOf(this.#parts.runs.steps(run.id), 'upload')
    if (begun?.bytes === undefined || upload === null) return
    const etag = await this.#parts.etagOf(place, signal)
    if (etag !== null && etag !== upload.etag) this.#note(run, { bytes: begun.bytes, etag })
  }

  /** Fetches the blob, and looks into it; null: there is none. `target`: gets the other rows. */
  async #within<Result>(
    run: StoredRun,
    { column, forms }: Wanted,
    target: string | null,
    signal: AbortSignal,
    work: (rows: number) => Promise<Result>,
  ): Promise<Result | null> {
    const { rooms, home, access, etagOf, runs } = this.#parts
    const steps = runs.steps(run.id)
    const [clean, upload] = [checkpointOf(steps, 'clean'), checkpointOf(steps, 'upload')]
    const place = this.#placeOf(run)
    if (clean === null || upload === null || place === null) return null
    const columns = outputColumns(clean)
    if (columns.every(({ name }) => name !== column.name)) return null
    const etag = await etagOf(place, signal)
    if (etag === null) return null
    if (etag !== upload.etag && run.blobNow?.state !== 'aside')
      throw new Problem({
        code: 'blob-changed',
        what: 'Something else has been written there since it was delivered, and Pallet does not know what.',
        did: 'Nothing was changed.',
      })
    const { connection, ...blob } = place
    await mkdir(home.incoming, { recursive: true })
    const format = formatOf(run)
    const file = join(home.incoming, `erased-${run.id}.${format}`)
    try {
      const account = await access(connection, signal)
      await rooms.fetchBlob(
        { access: account.access, ...blob, etag, bytes: upload.bytes, target: file },
        { ...quiet(signal), ask: answering({ token: account.token }) },
      )
      const asked = { file, format, columns, column: column.name, values: forms, target }
      return await work(await rooms.eraseInFile(asked, quiet(signal)))
    } finally {
      await rm(file, { force: true })
    }
  }

  #note(run: StoredRun, now: { bytes: number; etag: string }): void {
    const { runs } = this.#parts
    const step = runs.steps(run.id).find(({ name }) => name === 'upload')
    const upload = checkpointOf(runs.steps(run.id), 'upload')
    if (step === undefined || upload === null) return
    const { treeHash: _, md5: __, ...rest } = upload
    runs.changeStep(run.id, { ...step, checkpoint: { ...rest, ...now } })
  }

  #placeOf(run: StoredRun): BlobPlace | null {
    const { blob } = run.plan.destination
    if (blob === null || checkpointOf(this.#parts.runs.steps(run.id), 'upload') === null)
      return null
    const { connection, container, name } = blob
    return { connection, container, blob: run.blobNow?.state === 'aside' ? run.blobNow.name : name }
  }
}
