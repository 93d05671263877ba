/** The fetch step: the source's bytes, unchanged, into the spool. */
import type { Control } from '../runs/ports/control.ts'
import type { FetchInput, FetchOutput, FetchReport } from '../runs/ports/fetching.ts'
import { download } from './download.ts'
import type { DownloadLimits } from './download.ts'
import { downloadSftp } from './sftp.ts'
import { copyFile } from './localFile.ts'
import type { CopyLimits } from './localFile.ts'

export const defaultLimits: { copy: CopyLimits; download: DownloadLimits } = {
  copy: { copies: 3, pauseMs: 1000, stillMs: 1000 },
  download: {
    stallMs: 30_000,
    attempts: 5,
    totalAttempts: 50,
    redirects: 5,
    pauseMs: 500,
    maxPauseMs: 30_000,
  },
}

/**
 * Copies a local file or downloads a URL. The target appears only when it is whole and on the disk; a
 * fetch that fails or is cancelled leaves nothing behind.
 */
export async function fetchSource(
  input: FetchInput,
  control: Control<FetchReport>,
  limits = defaultLimits,
): Promise<FetchOutput> {
  try {
    if (input.remote !== undefined) return await downloadSftp(input.remote, input.target, control)
    return /^https?:\/\//i.test(input.location)
      ? await download(input.location, input.target, control, limits.download)
      : await copyFile(input.location, input.target, control, limits.copy)
  } catch (thrown) {
    // A wait that was cancelled rejects with its own error; the signal's reason is the true one.
    control.signal.throwIfAborted()
    throw thrown
  }
}
