/** Where the clean rows of a run are: on this computer, or, once that file is gone, in the blob that was verified. */
import { existsSync, statSync } from 'node:fs'
import { formatBytes, plural } from '../../../shared/domain/sizes.ts'
import type { BlobPlace } from '../connections/connections.ts'
import type { ReachedAccount } from '../ports/accounts.ts'
import type { HomePaths } from '../ports/home.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { StoredRun } from '../ports/store.ts'
import { answering } from '../uploads/uploader.ts'
import { type StepWork, filesOf } from './step.ts'

export type OutputPlace =
  | { kind: 'file'; file: string }
  | { kind: 'blob'; place: BlobPlace; etag: string; bytes: number }

/** What `clean` has left, and what `upload` has, once it is done. null: it has to be cleaned again. */
export function outputPlace(
  { plan: { destination } }: StoredRun,
  file: string,
  clean: { bytes: number },
  upload: { etag: string; bytes: number } | null,
): OutputPlace | null {
  const { bytes } = clean
  if (statSync(file, { throwIfNoEntry: false })?.size === bytes) return { kind: 'file', file }
  if (destination.blob === null || upload?.bytes !== bytes) return null
  const { connection, container, name: blob } = destination.blob
  return { kind: 'blob', place: { connection, container, blob }, etag: upload.etag, bytes }
}

export interface OutputParts {
  rooms: Pick<Rooms, 'fetchBlob'>
  home: HomePaths
  access: (connection: string, signal: AbortSignal) => Promise<ReachedAccount>
}

/** The output file of a run that is cleaned, fetched back if only its blob is left. Throws `blob-changed`. */
export async function outputFile(
  { rooms, home, access }: OutputParts,
  run: StoredRun,
  {
    before,
    control,
    log,
    need,
    signal,
  }: Pick<StepWork, 'before' | 'control' | 'log' | 'need' | 'signal'>,
): Promise<string> {
  const { output: file, rejects } = filesOf(home, run)
  const clean = need('clean')
  const found = outputPlace(run, file, clean, before('upload'))
  if (found === null || found.kind === 'file') return file
  const { place, etag, bytes } = found
  const { connection, ...blob } = place
  const account = await access(connection, signal)
  const doing = 'Fetching the cleaned file back from its blob'
  const reports = control<{ bytesDone: number; waitingFor?: string }>(
    ({ bytesDone, waitingFor }) => ({
      bytesDone,
      bytesTotal: bytes,
      doing: waitingFor === undefined ? doing : `Waiting: ${waitingFor}`,
    }),
  )
  await rooms.fetchBlob(
    { access: account.access, ...blob, etag, bytes, target: file },
    { ...reports, ask: answering({ token: account.token }) },
  )
  log(
    `The cleaned file was gone from this computer; ${formatBytes(bytes)} were fetched back from ${place.container}/${place.blob}, which is as it was verified.`,
  )
  const held = need('read').quarantined + clean.quarantined
  if (held > 0 && !rejects.some((path) => existsSync(path)))
    log(
      `The ${plural(held, 'row')} held back are gone from this computer too; only their number is known.`,
      'warn',
    )
  return file
}
