import type { OffsetRange } from '../../shared/domain/streams/stream.ts'
import type { Control } from '../runs/ports/control.ts'
import type { CutBatchInput } from '../runs/ports/streaming.ts'
import { withConsumer } from './client.ts'
import { readRanges } from './records.ts'

/** What of the ranges has at most so many bytes in its keys and values, those that stand first before the others; one record in any case. */
export async function cutBatch(
  { stream, topic, ranges, bytes }: CutBatchInput,
  { signal }: Control<never>,
): Promise<OffsetRange[]> {
  /** By partition, the first offset that is not taken. */
  const upTo = new Map<number, number>()
  let taken = 0
  let isCut = false
  await withConsumer(stream, signal, (consumer) =>
    readRanges(consumer, topic, ranges, signal, async (records) => {
      for (const { partition, offset, key, value } of records) {
        const more = (key?.length ?? 0) + (value?.length ?? 0)
        isCut = upTo.size > 0 && taken + more > bytes
        if (isCut) return false
        taken += more
        upTo.set(partition, offset + 1)
      }
      return true
    }),
  )
  if (!isCut) return [...ranges]
  return ranges.flatMap((range) => {
    const to = upTo.get(range.partition)
    return to === undefined ? [] : [{ ...range, to }]
  })
}
