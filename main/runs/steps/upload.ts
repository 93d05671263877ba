import { sandboxName } from '../../../shared/domain/connection.ts'
import type { BlobTarget } from '../../../shared/domain/datasets/dataset.ts'
import { formatBytes, plural } from '../../../shared/domain/sizes.ts'
import type { BlobPlace } from '../connections/connections.ts'
import type { ReachedAccount } from '../ports/accounts.ts'
import type { HomePaths } from '../ports/home.ts'
import type { RunRepository, StoredRun } from '../ports/store.ts'
import type { Sending, Uploader } from '../uploads/uploader.ts'
import { progressOfUpload } from '../uploads/uploading.ts'
import { type Step, filesOf } from './step.ts'

export interface UploadParts {
  uploader: Uploader
  runs: RunRepository
  home: HomePaths
  etagOf: (place: BlobPlace, signal: AbortSignal) => Promise<string | null>
  access: (connection: string, signal: AbortSignal) => Promise<ReachedAccount>
}

const contentTypes = {
  csv: 'text/csv; charset=utf-8',
  'csv.gz': 'application/gzip',
  parquet: 'application/vnd.apache.parquet',
} as const

export interface UploadStep extends Step<'upload'> {
  /**
   * Whether the storage has lost what it had confirmed. One that does not answer now has the last word it gave.
   */
  isLost: (
    run: StoredRun,
    left: { etag: string },
    warn: (message: string) => void,
    signal: AbortSignal,
  ) => Promise<boolean>
}

/** What a run asks of an upload, the first time and whenever its blob is sent again. */
export function uploadInput(runId: string, blob: BlobTarget, file: string): Sending['input'] {
  return {
    container: blob.container,
    blob: blob.name,
    file,
    contentType: contentTypes[blob.format],
    runId,
    missingContainer: blob.connection === sandboxName ? 'create' : 'refuse',
  }
}

/** The output file by its content into a blob, which is committed once and verified. */
export function uploadStep({ uploader, home, access, etagOf, runs }: UploadParts): UploadStep {
  return {
    reaches: ({ plan: { destination } }) =>
      destination.blob === null
        ? null
        : { connection: destination.blob.connection, place: destination.blob.container },
    async perform(run, { control, log, moved, signal }) {
      const { blob } = run.plan.destination
      if (blob === null) return { kind: 'skipped' }
      const account = await access(blob.connection, signal)
      const { sent, ...output } = await uploader.send(
        {
          connection: blob.connection,
          account,
          run: run.id,
          input: uploadInput(run.id, blob, filesOf(home, run).output),
          warn: (message) => log(message, 'warn'),
        },
        control((report) => {
          if (report.acknowledged !== undefined) moved()
          return progressOfUpload(report)
        }),
      )
      log(
        `Uploaded ${formatBytes(output.bytes)} to ${blob.container}/${blob.name}; ${output.blocksSent} of ${plural(output.blocks, 'block')} had to be sent.`,
      )
      runs.changeFate(run.id, { blobNow: null })
      const checkpoint = { ...output, blocksSent: sent.blocks, bytesSent: sent.bytes }
      return { kind: 'done', checkpoint }
    },
    async isLost(run, left, warn, signal) {
      const { blob } = run.plan.destination
      if (blob === null) return false
      const { connection, container, name } = blob
      let etag: string | null
      try {
        etag = await etagOf({ connection, container, blob: name }, signal)
      } catch {
        signal.throwIfAborted()
        return false
      }
      if (etag === null)
        warn(`The storage does not have ${container}/${name} any more; it is sent again.`)
      else if (etag !== left.etag)
        warn(`${container}/${name} has been written by somebody else since.`)
      return etag === null
    },
  }
}
