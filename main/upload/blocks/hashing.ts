import { MessageChannel, Worker } from 'node:worker_threads'
import { errorCode } from '../../../shared/domain/errorCode.ts'
import type { BlockSizes } from './borders.ts'
import { cutter, piecesPerBlock, type CutOrder, type KnownBlock } from './cutter.ts'
import type { FromHashThread, HashThreadRole } from './hashThread.ts'
import { hasher, sideBySideIn, type HashedBlock, type HashOrder } from './hasher.ts'
import { freeFrom, kernelMemory } from './kernels.ts'
import type { Source } from './source.ts'

/** A block in memory, until its slices have been taken once; a known one never is. */
export interface LocalBlock extends HashedBlock {
  whole: boolean
}

/** The blocks of one file, read and hashed ahead of the network. */
export interface Hashing {
  /** In file order; null after the last. Fails with a Problem of the source. */
  next(): Promise<LocalBlock | null>
  /**
   * The bytes of a block, in slices of at most `sliceBytes`. The first time they come
   * from memory, which goes to other blocks as soon as it was taken: when a slice is asked for, all but
   * the latest must be done with. After that from the file. Fails with a Problem of the source.
   */
  slices(block: LocalBlock, sliceBytes: number): AsyncGenerator<Uint8Array>
  /** Takes back what memory the block still has. */
  release(block: LocalBlock): void
  /** Ends the threads. */
  close(): Promise<void>
}

/** Four blocks being hashed and a few on their way out; what waits for its answer needs none. */
const memoryBytes = 40 * 1024 ** 2
const lastSliceBytes = 1024
/** Each time costs a message to the thread that reads. */
const piecesLentAtOnce = 8
const noneKnown: ReadonlyMap<number, KnownBlock> = new Map()

/**
 * Cuts on one thread and hashes on another; a file of one block at most on the calling one. Memory: 40 MiB at
 * most, or two blocks where the file is so large that they take more.
 *
 * A block of `known`, by the offset at which it begins, is not read: it comes with the length and
 * MD5 given, without memory. Known blocks end within the file. `threads` may have been started before.
 */
export function hashing(
  source: Source,
  sizes: BlockSizes,
  known = noneKnown,
  threads?: HashThreads,
): Hashing {
  const pieceBytes = sizes.maxBytes / piecesPerBlock
  const most = Math.max(2 * piecesPerBlock, Math.floor(memoryBytes / pieceBytes))
  // Where the whole file fits, each block may leave a part of its last piece unused.
  const pieceCount = Math.min(most, 2 * Math.ceil(source.bytes / pieceBytes))
  const memory = kernelMemory(pieceCount * pieceBytes)
  const fileBytes = source.bytes
  const cut: CutOrder = { fd: source.fd, fileBytes, sizes, known, memory, pieceBytes }
  const sideBySide = sideBySideIn(pieceCount / piecesPerBlock)
  const hash: HashOrder = { fileBytes, memory, pieceBytes, sideBySide }
  /** Blocks that are whole, by offset. */
  const whole = new Map<number, HashedBlock>()
  let nextOffset = 0
  let failure: Error | null = null
  let wake = (): void => {}
  const take = (message: FromHashThread): void => {
    if (message.kind === 'failed') failure ??= source.unreadable(message.code)
    // A file cut short in the meantime ends here: whoever asks for this block is told.
    else if (message.block.bytes === 0) failure ??= source.changed()
    else whole.set(message.block.offset, message.block)
    wake()
  }
  const reader =
    fileBytes <= sizes.maxBytes
      ? onThisThread(cut, hash, take)
      : (threads ?? hashThreads()).begin(cut, hash, take)
  reader.lend(Array.from({ length: pieceCount }, (_, piece) => piece))

  return {
    async next() {
      while (nextOffset < source.bytes) {
        const block = whole.get(nextOffset)
        if (block !== undefined) {
          whole.delete(nextOffset)
          nextOffset += block.bytes
          return { ...block, whole: block.pieces.length > 0 }
        }
        if (failure !== null) throw failure
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      return null
    },
    slices(block, sliceBytes) {
      if (!block.whole) return fromFile(block, sliceBytes)
      block.whole = false
      return fromMemory(block, sliceBytes)
    },
    release(block) {
      if (block.pieces.length > 0) reader.lend(block.pieces.splice(0))
    },
    close: () => reader.close(),
  }

  async function* fromMemory(block: LocalBlock, sliceBytes: number): AsyncGenerator<Uint8Array> {
    const { bytes, pieces } = block
    const lastAt = Math.max(0, bytes - lastSliceBytes)
    let first = 0
    const giveBack = (count: number): void => {
      first += count
      if (count > 0) reader.lend(pieces.splice(0, count))
    }
    try {
      for (let at = 0; at < bytes;) {
        const piece = pieces[Math.floor(at / pieceBytes) - first] ?? 0
        const within = at % pieceBytes
        const end = at < lastAt ? lastAt : bytes
        const length = Math.min(sliceBytes, pieceBytes - within, end - at)
        const slice = new Uint8Array(memory.buffer, freeFrom + piece * pieceBytes + within, length)
        // Nothing is asked for after the last one, so it takes its bytes along.
        yield at < lastAt ? slice : new Uint8Array(slice)
        const left = Math.floor(at / pieceBytes) - first
        if (left >= piecesLentAtOnce) giveBack(left)
        at += length
      }
    } finally {
      giveBack(pieces.length)
    }
  }

  async function* fromFile(block: LocalBlock, sliceBytes: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < block.bytes;) {
      const room = new Uint8Array(Math.min(sliceBytes, block.bytes - at))
      const filled = await source.read(room, block.offset + at)
      if (filled === 0) throw source.changed()
      yield room.subarray(0, filled)
      at += filled
    }
  }
}

interface Reader {
  lend(pieces: readonly number[]): void
  close(): Promise<void>
}

type Take = (message: FromHashThread) => void

/** A thread that cuts and one that hashes. */
export interface HashThreads {
  begin(cut: CutOrder, hash: HashOrder, take: Take): Reader
  close(): Promise<void>
}

/** Starts the threads for one file, before it is known what they shall do: that takes as long as asking the server. */
export function hashThreads(): HashThreads {
  const file = import.meta.url.endsWith('.ts') ? './hashThread.ts' : './hashThread.js'
  let ended: FromHashThread | null = null
  let tell: Take = () => {}
  const end = (code: string): void => {
    ended ??= { kind: 'failed', code }
    tell(ended)
  }
  const start = (name: string): Worker => {
    const worker = new Worker(new URL(file, import.meta.url), {
      name,
      // They make hardly any objects; the usual limit lets them pile up.
      resourceLimits: { maxYoungGenerationSizeMb: 2 },
    })
    // From the start, because it may end before anybody waits for it.
    worker.once('error', (error) => end(String(error)))
    worker.once('exit', () => end('the thread ended'))
    return worker
  }
  const cutting = start('pallet-cut')
  const hashing = start('pallet-hash')
  const close = async (): Promise<void> => {
    await Promise.all([cutting.terminate(), hashing.terminate()])
  }
  return {
    begin(cut, hash, take) {
      tell = take
      if (ended !== null) take(ended)
      const { port1, port2 } = new MessageChannel()
      const send = (worker: Worker, thread: HashThreadRole): void =>
        worker.postMessage(thread, [thread.blocks])
      hashing.on('message', take)
      send(cutting, { role: 'cut', order: cut, blocks: port1 })
      send(hashing, { role: 'hash', order: hash, blocks: port2 })
      return { lend: (pieces) => cutting.postMessage(pieces), close }
    },
    close,
  }
}

function onThisThread(cut: CutOrder, hash: HashOrder, take: Take): Reader {
  const cutting = cutter(cut)
  const hashing = hasher(hash)
  return {
    lend(pieces) {
      cutting.lend(pieces)
      try {
        for (let block = cutting.next(); block !== null; block = cutting.next()) hashing.take(block)
        for (let block = hashing.next(); block !== null; block = hashing.next())
          take({ kind: 'block', block })
      } catch (thrown) {
        take({ kind: 'failed', code: errorCode(thrown) })
      }
    },
    close: () => Promise.resolve(),
  }
}
