import { Readable } from 'node:stream'
import type { BlockBlobClient } from '@azure/storage-blob'
import type { PlacedBlock } from '../runs/ports/uploading.ts'
import type { Hashing, LocalBlock } from './blocks/hashing.ts'
import { pacing, type Journey, type Pacing } from './line/pacing.ts'
import type { RateLimit } from './line/rateLimit.ts'
import { systemClock, type Requests, type Watch } from './line/requests.ts'
import { isCongestion } from './line/retry.ts'
import { tuner } from './line/tuning.ts'

export interface StagingOptions {
  client: BlockBlobClient
  requests: Requests
  limit: RateLimit
  signal: AbortSignal
  blocks: Hashing
  /** Fails with a Problem if the file is not what was hashed. */
  assertUnchanged(): Promise<void>
  /** Ids of blocks that the server holds, committed or not. */
  present: Pick<ReadonlySet<string>, 'has'>
  /** The id of the next block in file order. */
  nameOf(bytes: number, md5: Uint8Array): string
  /** In file order. */
  onBlock(block: PlacedBlock): void
  /** The server has it. */
  onPresent(block: PlacedBlock, since: Since): void
  /** What is thrown if a block that was not read has to be sent. */
  doubt(): Error
}

/** `known` before the file was read, `found` when it was, or `sent` just now. */
export type Since = 'known' | 'found' | 'sent'

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
  const pace = pacing({
    now: () => performance.now(),
    sleep: (ms, until) => systemClock.sleep(ms, until),
  })
  let inFlightBytes = 0

  async function send(named: PlacedBlock, block: LocalBlock): Promise<void> {
    const { id, bytes } = named
    inFlightBytes += bytes
    try {
      const journey = await requests.send(
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
          const started = pace.start(inFlightBytes)
          const body = (): Readable =>
            bodyOf(blocks, block, {
              limit,
              pace,
              watch,
              journey: started,
              signal: abortSignal,
              onUnreadable: (thrown) => (unreadable ??= thrown),
            })
          try {
            await client.stageBlock(id, body, bytes, {
              transactionalContentMD5: block.md5,
              abortSignal,
            })
            return started
          } catch (thrown) {
            throw unreadable ?? thrown
          }
        },
      )
      journey.acknowledged(inFlightBytes)
      tune.acknowledged(bytes, performance.now())
      options.onPresent(named, 'sent')
    } catch (thrown) {
      stop.abort(thrown)
    } finally {
      inFlightBytes -= bytes
      blocks.release(block)
    }
  }

  function mayStart(bytes: number): boolean {
    // Where blocks leave one slice after the other, more of them at once would only arrive later.
    if (pace.bytesPerSecond !== null && travelling.size >= pacedBlocks) return false
    return tune.mayStart(travelling.size, inFlightBytes, bytes)
  }

  try {
    for (let offset = 0; ;) {
      const block = await blocks.next()
      if (block === null) break
      const { bytes, md5 } = block
      const named = { offset, id: options.nameOf(bytes, md5), bytes }
      offset += bytes
      options.onBlock(named)
      const unread = block.pieces.length === 0
      if (present.has(named.id)) {
        blocks.release(block)
        options.onPresent(named, unread ? 'known' : 'found')
      } else if (unread) {
        throw options.doubt()
      } else {
        while (!mayStart(bytes)) await Promise.race(travelling)
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

/** Enough that the line is never idle while an answer is waited for. */
const pacedBlocks = 3
/** Small enough that a slow line takes one well within the silence allowed. */
const sliceBytes = 256 * 1024
/** Twice what a connection takes before it says that it is full. */
const copiedBelowBytes = 128 * 1024

interface BodyOptions {
  limit: RateLimit
  pace: Pacing
  watch: Watch
  journey: Journey
  signal: AbortSignal
  onUnreadable(thrown: unknown): void
}

/**
 * A block as a request's body; a new one for each attempt. The next slice is asked for when the one before was
 * handed to the connection, which takes a large one only after those before have left. A small one
 * it may still hold then, so it gets a copy.
 */
function bodyOf(blocks: Hashing, block: LocalBlock, options: BodyOptions): Readable {
  const { limit, pace, watch, signal } = options
  async function* parts(): AsyncGenerator<Uint8Array> {
    try {
      for await (const slice of blocks.slices(block, limit.sliceBytes ?? sliceBytes))
        for (let at = 0; at < slice.length;) {
          const part = slice.subarray(at, at + (pace.sliceBytes ?? slice.length))
          at += part.length
          watch.holding()
          await limit.take(part.length, signal)
          await pace.take(part.length, signal)
          if (signal.aborted) return
          watch.moved()
          yield part.length < copiedBelowBytes ? Buffer.from(part) : part
        }
    } catch (thrown) {
      options.onUnreadable(thrown)
      throw thrown
    }
    watch.handedOver()
    options.journey.handedOver()
  }
  return Readable.from(parts(), { objectMode: false, highWaterMark: 1 })
}
