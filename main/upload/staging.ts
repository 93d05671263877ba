import type { BlockBlobClient } from '@azure/storage-blob'
import { isCongestion } from './retry.ts'
import type { BlockPlan } from './plan.ts'
import type { Requests } from './requests.ts'
import type { LocalBlock, Source } from './source.ts'

/** Blocks the server has under the blob's name, committed and not: bytes by id. */
export type ServerBlocks = ReadonlyMap<string, number>

export interface StagingEvents {
  /** A block that the server has already; `sent` is false. Or one that it has just acknowledged. */
  onBlock(block: LocalBlock, sent: boolean): void
}

/** A faster acknowledgement than this allows one block more to travel; see `stageBlocks`. */
const briskMs = 20_000

/**
 * Hashes blocks in order and sends those the server does not have, at most `plan.concurrency` at a
 * time, each with its Content-MD5 (never StorageCrc64: emulators store its framing as data).
 * It starts with one block in flight and adds one with every brisk acknowledgement, so that a
 * slow line is not shared by four blocks that then all come late; congestion halves it.
 *
 * Memory: `plan.concurrency` buffers of `plan.blockBytes`. On failure or abort every request is
 * aborted and awaited before this throws.
 */
export async function stageBlocks(
  source: Source,
  plan: BlockPlan,
  indices: Iterable<number>,
  present: ServerBlocks,
  client: BlockBlobClient,
  requests: Requests,
  signal: AbortSignal,
  events: StagingEvents,
): Promise<void> {
  const stop = new AbortController()
  const stopSignal = AbortSignal.any([signal, stop.signal])
  const free: Buffer[] = []
  const travelling = new Set<Promise<void>>()
  let allowed = 1

  async function send(block: LocalBlock, buffer: Buffer): Promise<void> {
    const startedMs = performance.now()
    await requests.send(
      {
        bytes: block.data.length,
        signal: stopSignal,
        onFailure: (reason) => {
          if (isCongestion(reason)) allowed = Math.max(1, Math.floor(allowed / 2))
        },
      },
      (abortSignal) =>
        client.stageBlock(block.id, block.data, block.data.length, {
          transactionalContentMD5: block.md5,
          abortSignal,
        }),
    )
    if (performance.now() - startedMs < briskMs) allowed = Math.min(plan.concurrency, allowed + 1)
    events.onBlock(block, true)
    free.push(buffer)
  }

  try {
    for (const index of indices) {
      while (travelling.size >= allowed && !stopSignal.aborted) await Promise.race(travelling)
      stopSignal.throwIfAborted()
      const buffer = free.pop() ?? Buffer.allocUnsafeSlow(Math.min(plan.blockBytes, plan.bytes))
      const block = await source.readBlock(plan, index, buffer)
      if (present.get(block.id) === block.data.length) {
        events.onBlock(block, false)
        free.push(buffer)
        continue
      }
      const sending = send(block, buffer)
        .catch((thrown: unknown) => stop.abort(thrown))
        .finally(() => travelling.delete(sending))
      travelling.add(sending)
    }
    await Promise.all(travelling)
  } catch (thrown) {
    stop.abort(thrown)
  }
  await Promise.all(travelling)
  // The first failure is the reason of the abort that ended the others.
  stopSignal.throwIfAborted()
}
