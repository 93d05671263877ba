import { capText } from '../../shared/domain/limit.ts'
import type { Progress } from '../../shared/domain/run.ts'
import type { UploadReport } from './ports.ts'

/** What an upload reports, in a person's words. */
export function progressOfUpload(report: UploadReport): Partial<Progress> & { doing: string } {
  return { bytesDone: report.bytesDone, bytesTotal: report.bytesTotal, doing: phraseOf(report) }
}

function phraseOf({ phase, waitingFor, heldTo }: UploadReport): string {
  switch (phase) {
    case 'planning':
      return 'Comparing with what is there already'
    case 'staging':
      return heldTo === undefined
        ? 'Sending blocks'
        : `Sending blocks, held to ${capText(heldTo.bytesPerSecond, heldTo.until)}`
    case 'waiting':
      return waitingFor ?? 'Waiting for the storage'
    case 'summing':
      return 'Reading the file for its MD5'
    case 'committing':
      return 'Committing the blob'
    case 'verifying':
      return 'Verifying the blob'
  }
}
