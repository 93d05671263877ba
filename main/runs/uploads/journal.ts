import type { JournalRepository, PlacedBlock, UploadKey, UploadReport } from '../ports/uploading.ts'

/**
 * The journal only saves work, so that nothing ends because it cannot be read or written (a full
 * disk): what the storage has, it says itself.
 */
export function lenient<Result>(work: () => Result): Result | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

/** Writes down how an upload begins, and what the server has, four times a second at most. */
export class JournalWriter {
  readonly #journals: JournalRepository
  readonly #key: UploadKey
  readonly #now: () => Date
  #blocks: PlacedBlock[] = []
  #sent = { blocks: 0, bytes: 0 }
  #timer: NodeJS.Timeout | null = null
  #begun = false

  constructor(journals: JournalRepository, key: UploadKey, now: () => Date) {
    this.#journals = journals
    this.#key = key
    this.#now = now
  }

  take({ planned, acknowledged, found }: UploadReport): void {
    if (planned !== undefined) {
      // What came before belongs to the file as it was then.
      this.close()
      const at = this.#now().toISOString()
      const begin = (): boolean => (this.#journals.begin(this.#key, planned, at), true)
      this.#begun = lenient(begin) ?? false
    }
    const block = acknowledged ?? found
    if (block === undefined || !this.#begun) return
    this.#blocks.push(block)
    if (acknowledged !== undefined) {
      this.#sent.blocks += 1
      this.#sent.bytes += acknowledged.bytes
    }
    this.#timer ??= setTimeout(() => this.close(), 250)
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const blocks = this.#blocks
    const sent = this.#sent
    this.#blocks = []
    this.#sent = { blocks: 0, bytes: 0 }
    if (blocks.length > 0) lenient(() => this.#journals.add(this.#key, blocks, sent))
  }
}
