import type { PlacedBlock, UploadReport } from '../runs/ports/uploading.ts'
import type { Brake } from './line/rateLimit.ts'
import type { Since } from './staging.ts'

export interface ProgressCount {
  enter(phase: UploadReport['phase']): void
  wait(reason: string): void
  /** The limit begins to hold bytes back, or no longer does. */
  brake(brake: Brake | null): void
  /** Counting begins anew, because the file or the server's blocks are not what they were. */
  restart(bytesTotal: number): void
  /** The work begins, on what is said here. */
  planned(plan: NonNullable<UploadReport['planned']>): void
  /** The server has this block. */
  block(block: PlacedBlock, since: Since): void
  /** The blob is there. */
  committed(): void
  sent(): { blocksSent: number; bytesSent: number }
}

/** Until the commit is answered nothing is uploaded, however many blocks have arrived. */
const mostBeforeCommit = 0.99

/** Counts what the server acknowledged, nothing else. */
export function progressCount(report: (progress: UploadReport) => void): ProgressCount {
  let phase: UploadReport['phase'] = 'planning'
  let bytesTotal = 0
  let present = 0
  let committed = false
  let blocksSent = 0
  let bytesSent = 0
  let heldTo: Brake | null = null

  function tell(more: Partial<UploadReport> = {}): void {
    const bytesDone = committed
      ? bytesTotal
      : Math.min(present, Math.floor(bytesTotal * mostBeforeCommit))
    const held = heldTo === null ? {} : { heldTo }
    report({ bytesDone, bytesTotal, bytesSent, phase, ...held, ...more })
  }

  return {
    enter(next) {
      phase = next
      tell()
    },
    wait: (reason) => tell({ phase: 'waiting', waitingFor: reason }),
    brake(brake) {
      heldTo = brake
      tell()
    },
    restart(bytes) {
      bytesTotal = bytes
      present = 0
    },
    planned: (plan) => tell({ planned: plan }),
    block(block, since) {
      present += block.bytes
      if (since === 'known') return tell()
      if (since === 'found') return tell({ found: block })
      blocksSent += 1
      bytesSent += block.bytes
      tell({ acknowledged: block })
    },
    committed() {
      committed = true
    },
    sent: () => ({ blocksSent, bytesSent }),
  }
}
