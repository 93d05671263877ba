import { capText } from '../../shared/domain/limit.ts'
import type { Progress } from '../../shared/domain/run.ts'
import type { UploadReport } from './ports.ts'

type Acknowledged = NonNullable<UploadReport['acknowledged']>

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
    case 'committing':
      return 'Committing the blob'
    case 'verifying':
      return 'Verifying the blob'
  }
}

/** Acknowledged blocks, written to the database four times a second at most. */
export class BlockJournal {
  readonly #write: (blocks: Acknowledged[]) => void
  #blocks: Acknowledged[] = []
  #timer: NodeJS.Timeout | null = null

  constructor(write: (blocks: Acknowledged[]) => void) {
    this.#write = write
  }

  add(block: Acknowledged): void {
    this.#blocks.push(block)
    this.#timer ??= setTimeout(() => this.close(), 250)
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const blocks = this.#blocks
    this.#blocks = []
    try {
      if (blocks.length > 0) this.#write(blocks)
    } catch {
      // Only counts are lost (a full disk): what the storage has, it says itself. And a timer has no caller.
    }
  }
}
