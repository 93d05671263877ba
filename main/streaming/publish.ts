import { open } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Consumer, Producer } from '@platformatic/kafka'
import { z } from 'zod'
import { Problem } from '../../shared/domain/problem.ts'
import type { Published } from '../../shared/domain/streams/topic.ts'
import type { PublishControl, PublishInput } from '../runs/ports/streaming.ts'
import { withConsumer, withProducer } from './client.ts'
import { rowHeader, runHeader } from './headers.ts'
import { offsetsNow, readRanges } from './records.ts'
import { type Outgoing, partitionOf, sendTo } from './send.ts'

const Base64 = z.string().transform((text) => Buffer.from(text, 'base64'))
const Line = z.union([
  /** One that was in a topic before: every byte of it, to the partition that it lay in. */
  z.object({
    in: z.literal('base64'),
    partition: z.int().min(0),
    key: Base64.nullable(),
    value: Base64.nullable(),
    headers: z.array(z.tuple([z.string(), Base64.nullable()])),
  }),
  z.object({ key: z.string().nullish(), value: z.string() }),
])

/** Of one request to one partition: brokers take a megabyte at most unless they are told otherwise. */
const mostBytes = 400 * 1024
const mostMessages = 2000

/** What goes to a partition next, and the row of the last of it. */
interface Waiting {
  messages: Outgoing[]
  bytes: number
  row: number
}

/**
 * Messages of a file to a topic: those of a partition in their order, one partition a request. The rows that a partition has are thus
 * always the first of those that belong to it, so one number says which: kept before the next request. Where it was cut off, what
 * the topic has of this run behind that number is read first, and kept, before more is sent.
 */
export async function publish(
  input: PublishInput,
  control: PublishControl,
): Promise<readonly Published[]> {
  const { stream, before, perSecond = Infinity } = input
  const { signal } = control
  const published = await withConsumer(stream, signal, (consumer) =>
    before === null ? atItsEnd(consumer, input) : readBack(consumer, input, before, signal),
  )
  const tell = async (): Promise<void> => {
    const messages = published.reduce((sum, one) => sum + one.messages, 0)
    control.report({ messages, published: published.map((one) => ({ ...one })) })
    await control.ask('kept')
  }
  // Before the first message is sent: from here on a topic is looked through.
  await tell()
  await withProducer(stream, signal, async (producer) => {
    const waiting = published.map((): Waiting => ({ messages: [], bytes: 0, row: 0 }))
    const beganMs = performance.now()
    let sent = 0
    let next = 0
    const send = async (): Promise<void> => {
      const dueMs = beganMs + (sent / perSecond) * 1000 - performance.now()
      if (dueMs > 0) await delay(dueMs, undefined, { signal })
      await sendAll(producer, input, waiting, published, tell)
      sent += next
      next = 0
    }
    for await (const { row, partition, message } of rowsOf(input, published.length)) {
      signal.throwIfAborted()
      const one = waiting[partition]
      if (one === undefined || row <= (published[partition]?.row ?? 0)) continue
      one.messages.push(message)
      one.bytes += (message.key?.length ?? 0) + (message.value?.length ?? 0) + 100
      one.row = row
      next += 1
      const isFull = one.messages.length >= mostMessages || one.bytes >= mostBytes
      // What is due within a second goes together.
      if (isFull || next >= perSecond) await send()
    }
    await send()
  })
  return published
}

async function atItsEnd(consumer: Consumer, input: PublishInput): Promise<Published[]> {
  const { partitions } = await offsetsNow(consumer, input)
  return partitions.map(({ partition, to }) => ({ partition, from: to, to, row: 0, messages: 0 }))
}

/** What the topic has of the run besides what is known. */
async function readBack(
  consumer: Consumer,
  input: PublishInput,
  before: readonly Published[],
  signal: AbortSignal,
): Promise<Published[]> {
  const { topic, run } = input
  const { partitions } = await offsetsNow(consumer, input)
  const known = before.map((one) => ({ ...one }))
  const ranges = known.map(({ partition, to }) => {
    const now = partitions[partition]
    if (now === undefined || now.from > to || now.to < to) throw notToBeSeen(topic, partition)
    return { partition, from: to, to: now.to }
  })
  await readRanges(consumer, topic, ranges, signal, async (records) => {
    for (const { partition, offset, headers } of records) {
      const header = (name: string): string =>
        headers.find(([one]) => one?.toString() === name)?.[1]?.toString() ?? ''
      const one = known[partition]
      if (one === undefined || header(runHeader) !== run) continue
      note(one, offset, Number(header(rowHeader)), 1)
    }
    return true
  })
  return known
}

/** `messages` more, of which the last is at `offset`. */
function note(one: Published, offset: number, row: number, messages: number): void {
  if (one.messages === 0) one.from = offset - messages + 1
  one.to = offset + 1
  one.row = row
  one.messages += messages
}

/** To each partition what waits for it; what was acknowledged is kept, also where another one failed. */
async function sendAll(
  producer: Producer,
  { topic }: PublishInput,
  waiting: Waiting[],
  published: Published[],
  tell: () => Promise<void>,
): Promise<void> {
  const outcomes = await Promise.allSettled(
    waiting.map(async (one, partition) => {
      const known = published[partition]
      if (one.messages.length === 0 || known === undefined) return
      const first = await sendTo(producer, { topic, partition }, one.messages)
      note(known, first + one.messages.length - 1, one.row, one.messages.length)
      waiting[partition] = { messages: [], bytes: 0, row: 0 }
    }),
  )
  await tell()
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}

/** Every row of the file with the partition that it belongs to, which is the same each time. */
async function* rowsOf(
  { file, run }: PublishInput,
  partitions: number,
): AsyncGenerator<{ row: number; partition: number; message: Outgoing }> {
  const opened = await open(file)
  try {
    let row = 0
    for await (const line of opened.readLines()) {
      row += 1
      const parsed = Line.parse(JSON.parse(line))
      const own: [string, string][] = [
        [runHeader, run],
        [rowHeader, String(row)],
      ]
      if ('in' in parsed) {
        const { partition, key, value, headers } = parsed
        const kept = headers.map(([name, text]): [string, Buffer] => [name, text ?? Buffer.of()])
        yield {
          row,
          partition,
          message: { key, value, headers: new Map<string, string | Buffer>([...kept, ...own]) },
        }
        continue
      }
      const key = typeof parsed.key === 'string' ? Buffer.from(parsed.key) : null
      yield {
        row,
        partition: key === null ? row % partitions : partitionOf(key, partitions),
        message: { key, value: Buffer.from(parsed.value), headers: new Map(own) },
      }
    }
  } finally {
    await opened.close()
  }
}

function notToBeSeen(topic: string, partition: number): Problem {
  return new Problem({
    code: 'source-missing',
    what: `Which rows of this run are in partition ${partition} of ${topic} cannot be seen any more: its records were deleted, or the topic was made again.`,
    did: 'Pallet publishes no more of them, for it could send some twice.',
    advice:
      'Whoever reads the topic can tell by the headers “run” and “row” what is there. Publish what is missing as a file of its own.',
  })
}
