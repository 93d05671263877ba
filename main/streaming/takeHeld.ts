import { type FileHandle, open } from 'node:fs/promises'
import { Problem } from '../../shared/domain/problem.ts'
import type { Control } from '../runs/ports/control.ts'
import type { Place, TakeHeldInput, TakeHeldOutput } from '../runs/ports/streaming.ts'
import { withConsumer } from './client.ts'
import { attemptHeader, firstHeader } from './headers.ts'
import { type Taken, offsetsNow, readRanges } from './records.ts'
import { lineOf } from './takeBatch.ts'

/**
 * The records of the places that are still there: as lines to be looked at, and as messages to be sent once more, byte for byte, to the
 * partition they came from. Throws `source-missing` where the topic is another one by now.
 */
export async function takeHeld(
  input: TakeHeldInput,
  { signal }: Control<never>,
): Promise<TakeHeldOutput> {
  const { stream, topic, topicId, places } = input
  const taken: (Place & { attempts: number })[] = []
  const [lines, messages] = await Promise.all([open(input.lines, 'w'), open(input.messages, 'w')])
  try {
    await withConsumer(stream, signal, async (consumer) => {
      const now = await offsetsNow(consumer, input)
      if (now.topicId !== topicId) throw anotherTopic(topic)
      for (const [partition, offsets] of byPartition(places)) {
        const { from, to } = now.partitions[partition] ?? { from: 0, to: 0 }
        const wanted = new Set(offsets.filter((offset) => offset >= from && offset < to))
        const [first = 0] = wanted
        const range = { partition, from: first, to: Math.max(...wanted, first - 1) + 1 }
        await readRanges(consumer, topic, [range], signal, async (records) => {
          const those = records.filter(({ offset }) => wanted.has(offset))
          await writeAll(lines, messages, topic, those)
          taken.push(
            ...those.map((one) => ({ partition, offset: one.offset, attempts: attemptsOf(one) })),
          )
          return true
        })
      }
    })
  } finally {
    await Promise.all([lines.close(), messages.close()])
  }
  return { taken }
}

/** Each with its offsets in their order. */
function byPartition(places: readonly Place[]): [number, number[]][] {
  return [...Map.groupBy(places, ({ partition }) => partition)].map(([partition, those]) => [
    partition,
    those.map(({ offset }) => offset).toSorted((a, b) => a - b),
  ])
}

async function writeAll(
  lines: FileHandle,
  messages: FileHandle,
  topic: string,
  records: readonly Taken[],
): Promise<void> {
  await lines.write(Buffer.concat(records.flatMap((record) => lineOf(topic, record))))
  await messages.write(records.map((record) => `${messageOf(record)}\n`).join(''))
}

function messageOf(record: Taken): string {
  const { partition, offset, key, value, headers } = record
  const kept = headers.flatMap(([name, text]) => {
    const known = name?.toString() ?? ''
    return known === attemptHeader || known === firstHeader ? [] : [[known, base64(text)]]
  })
  const first = valueOf(record, firstHeader) ?? `${partition}:${offset}`
  const own = { [attemptHeader]: String(attemptsOf(record) + 1), [firstHeader]: first }
  const added = Object.entries(own).map(([name, text]) => [name, base64(Buffer.from(text))])
  return JSON.stringify({
    in: 'base64',
    partition,
    key: base64(key),
    value: base64(value),
    headers: [...kept, ...added],
  })
}

const base64 = (bytes: Buffer | null): string | null => bytes?.toString('base64') ?? null

const valueOf = ({ headers }: Taken, header: string): string | undefined =>
  headers.find(([name]) => name?.toString() === header)?.[1]?.toString()

function attemptsOf(record: Taken): number {
  const said = Number(valueOf(record, attemptHeader))
  return Number.isInteger(said) && said > 0 ? said : 0
}

function anotherTopic(topic: string): Problem {
  return new Problem({
    code: 'source-missing',
    what: `The topic ${topic} was deleted and made again since: its records are others.`,
    did: 'Nothing was sent.',
    advice: 'Mend the rows here instead, and send them into the table.',
  })
}
