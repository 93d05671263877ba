import { type FileHandle, open } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Control } from '../runs/ports/control.ts'
import type { SimulateInput, SimulateOutput, SimulateReport } from '../runs/ports/streaming.ts'
import { withProducer } from './client.ts'
import { partitionOf, partitionsOf, sendTo } from './send.ts'
import { type Message, tillsOf } from './tills.ts'

const tickMs = 200
/** Of one round where nothing holds it back. */
const roundOfMost = 2000

/** Writes sales to a topic, the till's shop as their key; and beside it, where asked, what was sent and where it lies. */
export async function simulate(
  input: SimulateInput,
  control: Control<SimulateReport>,
): Promise<SimulateOutput> {
  const { signal } = control
  const { stream, topic, ratePerSecond, stores, seed, truth } = input
  const most = input.count ?? Number.POSITIVE_INFINITY
  const next = tillsOf(seed, stores, input.defects)
  let sent = 0
  let defects = 0
  let file: FileHandle | null = null
  try {
    file = truth === null ? null : await open(truth, 'w')
    await withProducer(stream, signal, async (producer) => {
      const partitions = await partitionsOf(producer, topic)
      const startedMs = performance.now()
      while (sent < most) {
        signal.throwIfAborted()
        const passedMs = performance.now() - startedMs
        const due =
          ratePerSecond === null
            ? roundOfMost
            : Math.floor(((passedMs + tickMs) / 1000) * ratePerSecond) - sent
        const round = Math.min(due, roundOfMost, most - sent)
        const messages = Array.from({ length: Math.max(0, round) }, (): Message => {
          const made = next()
          return { ...made, value: made.value(new Date()) }
        })
        const byPartition = Map.groupBy(messages, ({ key }) =>
          partitionOf(Buffer.from(key), partitions),
        )
        const lines = await Promise.all(
          [...byPartition].map(async ([partition, those]) => {
            const records = those.map(({ key, value }) => ({ key: Buffer.from(key), value }))
            const first = await sendTo(producer, { topic, partition }, records)
            return those.map(({ id, defect }, nth) =>
              JSON.stringify({ partition, offset: first + nth, id, defect }),
            )
          }),
        )
        sent += messages.length
        defects += messages.filter(({ defect }) => defect !== null).length
        if (messages.length > 0) await file?.write(`${lines.flat().join('\n')}\n`)
        control.report({ sent })
        if (ratePerSecond !== null && sent < most) await delay(tickMs, undefined, { signal })
      }
    })
  } catch (error) {
    // Stopped is how one without a count ends.
    if (!signal.aborted || input.count !== null) throw error
  } finally {
    await file?.close()
  }
  return { sent, defects }
}
