import { isUtf8 } from 'node:buffer'
import { Problem } from '../../shared/domain/problem.ts'
import type { OffsetRange } from '../../shared/domain/streams/stream.ts'
import { Spool } from '../files/spool.ts'
import type { Control } from '../runs/ports/control.ts'
import type { FetchOutput, FetchReport } from '../runs/ports/fetching.ts'
import type { TakeBatchInput } from '../runs/ports/streaming.ts'
import { textOf } from './bytes.ts'
import { withConsumer } from './client.ts'
import { type Taken, offsetsNow, readRanges } from './records.ts'

/**
 * The records of the ranges, a line each, partition by partition: the same ranges make the same bytes. Throws `source-missing`
 * where some of them are gone, or the topic is another one.
 */
export async function takeBatch(
  input: TakeBatchInput,
  control: Control<FetchReport>,
): Promise<FetchOutput> {
  const { stream, topic, topicId, ranges, target } = input
  const { signal } = control
  const spool = await Spool.create(target)
  try {
    await withConsumer(stream, signal, async (consumer) => {
      const now = await offsetsNow(consumer, input)
      for (const range of ranges)
        if (now.topicId !== topicId || (now.partitions[range.partition]?.from ?? 0) > range.from)
          throw gone(topic, range)
      for (const range of ranges)
        await readRanges(consumer, topic, [range], signal, async (records) => {
          await spool.write(Buffer.concat(records.flatMap((record) => lineOf(topic, record))), null)
          control.report({ bytesDone: spool.bytes, bytesTotal: null })
          return true
        })
    })
    return await spool.finish()
  } finally {
    await spool.close()
  }
}

const openBrace = 0x7b
const closeBrace = 0x7d
const lineEnd = Buffer.from('\n')

/**
 * An object gets its lineage in front, and stays byte for byte as it is otherwise: numbers keep their digits. What is no object
 * becomes a line that is no record, so that it is held back, and says where it is from. In pieces, so that each byte is copied once.
 */
export function lineOf(topic: string, { partition, offset, atMs, key, value }: Taken): Buffer[] {
  const text = value === null ? null : trimmed(value)
  if (
    text === null ||
    text[0] !== openBrace ||
    !isUtf8(text) ||
    (spansLines(text) && !isJson(text))
  ) {
    const shown = value === null ? 'without a value' : JSON.stringify(textOf(value))
    return [Buffer.from(`${topic} partition ${partition} offset ${offset}: ${shown}\n`)]
  }
  const lineage = JSON.stringify({
    kafka_topic: topic,
    kafka_partition: partition,
    kafka_offset: offset,
    kafka_time: new Date(atMs).toISOString(),
    kafka_key: key === null ? null : textOf(key),
  })
  const rest = trimmed(text.subarray(1))
  const between = rest[0] === closeBrace ? '' : ','
  return [Buffer.from(lineage.slice(0, -1) + between), oneLine(rest), lineEnd]
}

const isLineEnd = (byte: number): boolean => byte === 0x0a || byte === 0x0d
const spansLines = (bytes: Buffer): boolean => bytes.includes(0x0a) || bytes.includes(0x0d)

/** Of JSON, where a line end can only stand between values. */
function oneLine(bytes: Buffer): Buffer {
  return spansLines(bytes)
    ? Buffer.from(bytes.map((byte) => (isLineEnd(byte) ? 0x20 : byte)))
    : bytes
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString('utf8'))
    return true
  } catch {
    return false
  }
}

function trimmed(bytes: Buffer): Buffer {
  const isBlank = (byte: number | undefined): boolean =>
    byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d
  let from = 0
  let to = bytes.length
  while (from < to && isBlank(bytes[from])) from += 1
  while (to > from && isBlank(bytes[to - 1])) to -= 1
  return bytes.subarray(from, to)
}

function gone(topic: string, { partition, from }: OffsetRange): Problem {
  return new Problem({
    code: 'source-missing',
    what: `The records of ${topic} from offset ${from} of partition ${partition} are not there any more: they were kept too short, or the topic was deleted and made again.`,
    did: 'Nothing of this batch was landed.',
    advice:
      'Discard this run; “pallet land … --accept-loss” then goes on with what is there, and says what is missing.',
  })
}
