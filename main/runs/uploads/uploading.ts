import { capText } from '../../../shared/domain/limit.ts'
import type { Counts } from '../../../shared/domain/runs/progress.ts'
import type { UploadReport } from '../ports/uploading.ts'

/** What an upload reports, in a person's words. */
export function progressOfUpload(report: UploadReport): Counts {
  const { bytesDone, bytesTotal, bytesSent, phase } = report
  return {
    bytesDone,
    bytesTotal,
    bytesMoved: bytesSent,
    state: phase === 'staging' ? 'moving' : phase === 'waiting' ? 'waiting' : 'settling',
    doing: phraseOf(report),
  }
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
      return `Waiting: ${waitingFor ?? 'the storage does not answer'}`
    case 'summing':
      return 'Reading the file for its MD5'
    case 'committing':
      return 'Committing the blob'
    case 'verifying':
      return 'Verifying the blob'
  }
}
