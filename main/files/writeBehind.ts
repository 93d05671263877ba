import type { FileHandle } from 'node:fs/promises'

/** What has been written goes on to the disk in portions of this, so that the end need not wait for all of it. */
const syncEveryBytes = 32 * 1024 * 1024

/** Writes a file from its beginning, each piece while its maker is busy with the next. A write that fails fails what is asked next. */
export class WriteBehind {
  readonly #file: FileHandle
  #piece = Buffer.alloc(0)
  #bytes = 0
  #unsyncedBytes = 0
  #written: Promise<void> = Promise.resolve()
  /** Waited for as well: the system tells of a failed sync only once. */
  #synced: Promise<void> | null = null

  /** `file` stays the caller's, who closes it after `settled`. */
  constructor(file: FileHandle) {
    this.#file = file
  }

  /** `bytes` are the caller's again as soon as it resolves. */
  async write(bytes: Uint8Array): Promise<void> {
    await this.#written
    if (this.#piece.length < bytes.length) this.#piece = Buffer.allocUnsafeSlow(bytes.length)
    this.#piece.set(bytes)
    this.#written = this.#put(bytes.length)
    // Told to whoever comes next.
    this.#written.catch(() => {})
  }

  /** Forgets all that was written. */
  async restart(): Promise<void> {
    await this.settled()
    await this.#file.truncate(0)
    this.#bytes = 0
  }

  /** Resolves when everything is on the disk. */
  async finish(): Promise<void> {
    await this.#written
    await this.#synced
    await this.#file.sync()
  }

  /** Nothing uses the file any more, whether it could be written or not. */
  async settled(): Promise<void> {
    await this.#written.catch(() => {})
    await this.#synced?.catch(() => {})
  }

  async #put(length: number): Promise<void> {
    for (let done = 0; done < length;) {
      const { bytesWritten } = await this.#file.write(
        this.#piece,
        done,
        length - done,
        this.#bytes + done,
      )
      done += bytesWritten
    }
    this.#bytes += length
    this.#unsyncedBytes += length
    if (this.#unsyncedBytes < syncEveryBytes) return
    await this.#synced
    this.#unsyncedBytes = 0
    this.#synced = this.#file.datasync()
    this.#synced.catch(() => {})
  }
}
