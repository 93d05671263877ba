import { createHash } from 'node:crypto'
import type { KernelMemory } from './kernels.ts'

/** Something to be hashed that lies in kernel memory, in one or several stretches. */
export interface Scattered {
  /** Of all but the last a multiple of 64 long; together at least one byte. */
  stretches: readonly { address: number; bytes: number }[]
}

/** MD5 of messages, each begun when there is room for it. `plainMd5` and `md5Lanes` do it. */
export interface Md5<Message extends Scattered> {
  /** How many may be on their way at once. */
  readonly most: number
  /** How many are: 0 … `most`. */
  readonly busy: number
  /** Takes another one; there must be room for it. */
  start(message: Message): void
  /** Hashes all that are on their way until at least one of them is done; answers those. There must be one. */
  run(): { message: Message; md5: Uint8Array }[]
}

/** One message after the other, by `node:crypto`. */
export function plainMd5<Message extends Scattered>(memory: KernelMemory): Md5<Message> {
  let begun: Message | null = null
  return {
    most: 1,
    get busy() {
      return begun === null ? 0 : 1
    },
    start(message) {
      begun = message
    },
    run() {
      if (begun === null) throw new Error('nothing to hash')
      const message = begun
      begun = null
      const hash = createHash('md5')
      for (const { address, bytes } of message.stretches)
        hash.update(new Uint8Array(memory.buffer, address, bytes))
      return [{ message, md5: new Uint8Array(hash.digest()) }]
    },
  }
}
