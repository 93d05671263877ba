import { Readable } from 'node:stream'
import type { BlockBlobClient } from '@azure/storage-blob'
import type { Hashing, LocalBlock } from './hashing.ts'
import type { RateLimit } from './rateLimit.ts'
import { isCongestion } from './retry.ts'
import type { Requests, Watch } from './requests.ts'
import { tuner } from './tuning.ts'

export interface StagingOptions {
  client: BlockBlobClient
  requests: Requests
  limit: RateLimit
  signal: AbortSignal
  blocks: Hashing
  /** Fails with a Problem if the file is not what was hashed. */
  assertUnchanged(): Promise<void>
  /** Ids of blocks that the server holds, committed or not. */
  present: ReadonlySet<string>
  /** The id of the next block in file order. */
  nameOf(bytes: number, md5: Uint8Array): string
  /** In file order. */
  onBlock(block: NamedBlock): void
  /** The server has it: since before (`sent` is false), or because it has just acknowledged it. */
  onPresent(block: NamedBlock, sent: boolean): void
}

export interface NamedBlock {
  index: number
  id: string
  bytes: number
}

/**
 * Sends what the server does not have of a file, each block with its Content-MD5 (never StorageCrc64:
 * emulators store its framing as data). How many travel at once is the tuner's to say.
 *
 * On failure or abort every request is aborted and awaited before this throws.
 */
export async function stageBlocks(options: StagingOptions): Promise<void> {
  const { blocks, client, limit, present, requests } = options
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  const travelling = new Set<Promise<void>>()
  const tune = tuner(performance.now())
  let inFlightBytes = 0

  async function send(named: NamedBlock, block: LocalBlock): Promise<void> {
    const { id, bytes } = named
    inFlightBytes += bytes
    try {
      await requests.send(
        {
          bytes,
          bytesPerSecond:
            tune.bytesPerSecond === null ? null : tune.bytesPerSecond / (travelling.size + 1),
          signal,
          onFailure: (reason) => {
            if (isCongestion(reason)) tune.congested(performance.now())
          },
        },
        async (abortSignal, watch) => {
          // From the second time on it is read from the file anew.
          if (!block.whole) await options.assertUnchanged()
          let unreadable: unknown = null
          const body = (): Readable =>
            bodyOf(blocks, block, limit, watch, abortSignal, (thrown) => (unreadable ??= thrown))
          try {
            return await client.stageBlock(id, body, bytes, {
              transactionalContentMD5: block.md5,
              abortSignal,
            })
          } catch (thrown) {
            throw unreadable ?? thrown
          }
        },
      )
      tune.acknowledged(bytes, performance.now())
      options.onPresent(named, true)
    } catch (thrown) {
      stop.abort(thrown)
    } finally {
      inFlightBytes -= bytes
      blocks.release(block)
    }
  }

  try {
    for (let index = 0; ; index += 1) {
      const block = await blocks.next()
      if (block === null) break
      const { bytes, md5 } = block
      const named = { index, id: options.nameOf(bytes, md5), bytes }
      options.onBlock(named)
      if (present.has(named.id)) {
        blocks.release(block)
        options.onPresent(named, false)
      } else {
        while (!tune.mayStart(travelling.size, inFlightBytes, bytes)) await Promise.race(travelling)
        signal.throwIfAborted()
        const sending = send(named, block).finally(() => travelling.delete(sending))
        travelling.add(sending)
      }
      signal.throwIfAborted()
    }
  } catch (thrown) {
    stop.abort(thrown)
  }
  await Promise.all(travelling)
  // The first failure is the reason of the abort that ended the others.
  signal.throwIfAborted()
}

/** Small enough that a slow line takes one well within the silence allowed. */
const sliceBytes = 256 * 1024
/** Twice what a connection takes before it says that it is full. */
const copiedBelowBytes = 128 * 1024

/**
 * A block as a request's body; a new one for each attempt. The next slice is asked for when the one before was
 * handed to the connection, which takes a large one only after those before have left. A small one
 * it may still hold then, so it gets a copy.
 */
function bodyOf(
  blocks: Hashing,
  block: LocalBlock,
  limit: RateLimit,
  watch: Watch,
  signal: AbortSignal,
  onUnreadable: (thrown: unknown) => void,
): Readable {
  async function* slices(): AsyncGenerator<Uint8Array> {
    try {
      for await (const slice of blocks.slices(block, limit.sliceBytes ?? sliceBytes)) {
        watch.holding()
        await limit.take(slice.length, signal)
        if (signal.aborted) return
        watch.moved()
        yield slice.length < copiedBelowBytes ? Buffer.from(slice) : slice
      }
    } catch (thrown) {
      onUnreadable(thrown)
      throw thrown
    }
    watch.handedOver()
  }
  return Readable.from(slices(), { objectMode: false, highWaterMark: 1 })
}
