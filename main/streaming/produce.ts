import type { Control } from '../runs/ports/control.ts'
import type { Place, ProduceInput } from '../runs/ports/streaming.ts'
import { withProducer } from './client.ts'
import { partitionOf, partitionsOf, sendTo } from './send.ts'

/** Writes one record, to the partition of its key, or to any; answers where it lies. */
export async function produce(
  { stream, topic, key, value, headers }: ProduceInput,
  { signal }: Control<never>,
): Promise<Place> {
  return await withProducer(stream, signal, async (producer) => {
    const partitions = await partitionsOf(producer, topic)
    const bytes = key === null ? null : Buffer.from(key)
    const partition =
      bytes === null ? Math.floor(Math.random() * partitions) : partitionOf(bytes, partitions)
    const record = {
      key: bytes,
      value: value === null ? null : Buffer.from(value),
      headers: new Map(Object.entries(headers)),
    }
    return { partition, offset: await sendTo(producer, { topic, partition }, [record]) }
  })
}
