import { type Producer, murmur2 } from '@platformatic/kafka'
import { Problem } from '../../shared/domain/problem.ts'

export interface Outgoing {
  key: Buffer | null
  value: Buffer | null
  headers?: ReadonlyMap<string, string | Buffer>
}

/** How many partitions a topic has now. */
export async function partitionsOf(producer: Producer, topic: string): Promise<number> {
  const metadata = await producer.metadata({ topics: [topic], forceUpdate: true, retries: 1 })
  return metadata.topics.get(topic)?.partitionsCount ?? 1
}

/** As the Java client does it, so that records of one key meet in one partition whoever writes them. */
export function partitionOf(key: Buffer, partitions: number): number {
  return (murmur2(key) & 0x7f_ff_ff_ff) % partitions
}

/** Sends to one partition, in this order; answers the offset of the first. */
export async function sendTo(
  producer: Producer,
  { topic, partition }: { topic: string; partition: number },
  records: readonly Outgoing[],
): Promise<number> {
  const { offsets } = await producer.send({
    messages: records.map(({ key, value, headers }) => ({
      topic,
      partition,
      // The library sends none where there is nothing.
      ...(key === null ? {} : { key }),
      ...(value === null ? {} : { value }),
      ...(headers === undefined
        ? {}
        : {
            headers: new Map(
              [...headers].map(
                ([name, text]) =>
                  [Buffer.from(name), typeof text === 'string' ? Buffer.from(text) : text] as const,
              ),
            ),
          }),
    })),
  })
  const first = offsets?.[0]?.offset
  if (first === undefined || first < 0n)
    throw new Problem({
      code: 'internal',
      what: 'Kafka took records and did not say where they are.',
      did: 'They may have been written.',
    })
  return Number(first)
}
