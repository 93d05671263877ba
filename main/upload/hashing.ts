import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { BlockSizes } from './borders.ts'
import type { FromHashThread } from './hashThread.ts'
import { codeOf, readBlock, type BlockOrder, type ReadBlock } from './readBlock.ts'
import type { Source } from './source.ts'

/** A block in memory; its pieces belong to whoever holds it until it is released. */
export type LocalBlock = ReadBlock

/** A block whose border and MD5 are known without reading it. */
export interface KnownBlock {
  bytes: number
  md5: Uint8Array
}

/** The blocks of one file, read and hashed ahead of the network. */
export interface Hashing {
  /** In file order, a known one without pieces; null after the last. Fails with a Problem of the source. */
  next(): Promise<LocalBlock | null>
  /** Takes the block's memory back. */
  release(block: LocalBlock): void
  /** Ends the threads. Blocks not released are lost memory, nothing worse. */
  close(): Promise<void>
}

/** A block takes at most eight pieces, so that a small block does not occupy what a large one may need. */
const piecesPerBlock = 8
/** Some forty megabytes on the way and the rest being read: 600 MiB/s where an answer takes 60 ms. */
const memoryBytes = 64 * 1024 ** 2
/** One thread borders and hashes about 300 MB/s; four fill any line a shop or a data centre has. */
const mostThreads = 4

/**
 * Memory: 64 MiB of pieces at most, or two blocks where the file is so large that they take more.
 * Small files are read on the calling thread. A block that `known` answers for the offset at which it begins is not
 * read: it comes with the length and MD5 given, and takes no memory. Its blocks end within the file.
 */
export function hashing(
  source: Source,
  sizes: BlockSizes,
  known: (offset: number) => KnownBlock | null = () => null,
): Hashing {
  const pieceBytes = sizes.maxBytes / piecesPerBlock
  const pieceCount = Math.max(2 * piecesPerBlock, Math.floor(memoryBytes / pieceBytes))
  const free: Uint8Array<ArrayBuffer>[] = []
  let made = 0
  /** null while the border before it is looked for. */
  let nextOffset: number | null = 0
  const readers: Reader[] = []
  const ahead: Promise<LocalBlock>[] = []
  let wanted: (() => void) | null = null

  const inline = source.bytes <= sizes.maxBytes
  const threads = inline ? 1 : Math.min(mostThreads, availableParallelism())

  function reader(): Reader | null {
    const idle = readers.find((one) => !one.busy)
    if (idle !== undefined) return idle
    if (readers.length === threads) return null
    const another = inline ? inlineReader() : threadReader()
    readers.push(another)
    return another
  }

  /** Orders blocks as long as a reader, memory and the place of the next border are there. */
  function order(): void {
    while (nextOffset !== null && nextOffset < source.bytes && ahead.length <= threads) {
      const unread = known(nextOffset)
      if (unread !== null) {
        nextOffset += unread.bytes
        ahead.push(Promise.resolve({ bytes: unread.bytes, md5: unread.md5, pieces: [] }))
        wanted?.()
        continue
      }
      const count = Math.min(piecesPerBlock, Math.ceil((source.bytes - nextOffset) / pieceBytes))
      if (free.length + pieceCount - made < count) return
      const one = reader()
      if (one === null) return
      const pieces = free.splice(0, count)
      while (pieces.length < count) {
        pieces.push(new Uint8Array(Math.min(pieceBytes, source.bytes)))
        made += 1
      }
      const blockOffset = nextOffset
      nextOffset = null
      const { fd, bytes: fileBytes } = source
      const reading = one
        .read({ fd, offset: blockOffset, fileBytes, sizes, pieces }, (bytes) => {
          // A file cut short in the meantime ends here: whoever asks for this block is told.
          if (bytes === 0) return
          nextOffset = blockOffset + bytes
          order()
        })
        .then(({ bytes, md5, pieces: filled }) => {
          if (bytes === 0) throw source.changed()
          const used = Math.ceil(bytes / pieceBytes)
          free.push(...filled.slice(used))
          order()
          return { bytes, md5, pieces: filled.slice(0, used) }
        })
      // Whoever asks for the block sees the failure.
      reading.catch(() => {})
      ahead.push(reading)
      wanted?.()
    }
  }

  return {
    async next() {
      order()
      while (ahead.length === 0) {
        if (nextOffset !== null && nextOffset >= source.bytes) return null
        await new Promise<void>((resolve) => {
          wanted = resolve
        })
      }
      const block = ahead.shift()
      order()
      return block === undefined ? null : await block
    },
    release(block) {
      free.push(...block.pieces)
      order()
    },
    async close() {
      nextOffset = null
      await Promise.all([...readers].map((one) => one.close()))
    },
  }

  function threadReader(): Reader {
    const file = import.meta.url.endsWith('.ts') ? './hashThread.ts' : './hashThread.js'
    const worker = new Worker(new URL(file, import.meta.url), { name: 'pallet-hash' })
    let answer: ((message: FromHashThread) => void) | null = null
    worker.on('message', (message: FromHashThread) => answer?.(message))
    const fail = (error: unknown): void => answer?.({ kind: 'failed', code: String(error) })
    worker.once('error', fail)
    worker.once('exit', () => {
      fail('the thread ended')
      readers.splice(readers.indexOf(self), 1)
    })
    const self: Reader = {
      busy: false,
      read(blockOrder, onBorder) {
        self.busy = true
        const { promise, resolve, reject } = Promise.withResolvers<ReadBlock>()
        answer = (message) => {
          switch (message.kind) {
            case 'border':
              onBorder(message.bytes)
              return
            case 'block':
              resolve(message.block)
              break
            case 'failed':
              reject(source.unreadable(message.code))
              break
          }
          answer = null
          self.busy = false
        }
        worker.postMessage(
          blockOrder,
          blockOrder.pieces.map(({ buffer }) => buffer),
        )
        return promise
      },
      close: async () => {
        await worker.terminate()
      },
    }
    return self
  }

  function inlineReader(): Reader {
    const self: Reader = {
      busy: false,
      async read(blockOrder, onBorder) {
        self.busy = true
        // Not at once: `order` must have queued this block before its border asks for the next.
        await Promise.resolve()
        try {
          return readBlock(blockOrder, (bytes) => {
            self.busy = false
            onBorder(bytes)
          })
        } catch (thrown) {
          throw source.unreadable(codeOf(thrown))
        }
      },
      close: () => Promise.resolve(),
    }
    return self
  }
}

interface Reader {
  busy: boolean
  read(blockOrder: BlockOrder, onBorder: (bytes: number) => void): Promise<ReadBlock>
  close(): Promise<void>
}
