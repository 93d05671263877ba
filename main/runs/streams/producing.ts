import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '../../../shared/domain/problem.ts'
import { lineageColumns } from '../../../shared/domain/streams/stream.ts'
import type { Connections } from '../connections/connections.ts'
import { type JudgedLinesParts, judgedLines } from '../looking/judgedLines.ts'
import type { HomePaths } from '../ports/home.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { DatasetRepository } from '../ports/store.ts'
import type { Place, ProduceInput } from '../ports/streaming.ts'
import { quiet } from '../quiet.ts'
import { refuseRaw } from '../treating.ts'

export interface ProducingParts extends JudgedLinesParts {
  rooms: Pick<Rooms, 'produce'>
  connections: Connections
  datasets: Pick<DatasetRepository, 'get'>
  home: HomePaths
  newId: () => string
  now: () => Date
}

export type Produced = Omit<ProduceInput, 'stream'> & {
  connection: string
  /** By whose steps and rules its value is checked before; null: it is written as it is. */
  dataset: string | null
}

/** Writes one record to a topic. Throws `contract-mismatch` where a batch of the dataset would hold it back. */
export async function produceOne(
  parts: ProducingParts,
  { connection, dataset, ...record }: Produced,
  signal: AbortSignal,
): Promise<Place> {
  const { rooms, connections } = parts
  connections.mustWrite(connection)
  if (dataset !== null) {
    const columns = parts.datasets.get(dataset)?.contract?.columns ?? []
    refuseRaw(columns, ['topic'], 'A record that is produced is written as it is')
    await refuseUnfit(parts, { ...record, dataset }, signal)
  }
  return await rooms.produce(
    { ...record, stream: await connections.stream(connection) },
    quiet(signal),
  )
}

async function refuseUnfit(
  parts: ProducingParts,
  { topic, key, value, dataset }: Omit<ProduceInput, 'stream'> & { dataset: string },
  signal: AbortSignal,
): Promise<void> {
  const lineage: Record<(typeof lineageColumns)[number], unknown> = {
    kafka_topic: topic,
    kafka_partition: 0,
    kafka_offset: 0,
    kafka_time: parts.now().toISOString(),
    kafka_key: key,
  }
  const object = objectIn(value)
  if (object === null) throw unfit(dataset, 'Its value is no JSON object.')
  const folder = join(parts.home.incoming, parts.newId())
  const file = join(folder, 'record.ndjson')
  await mkdir(folder, { mode: 0o700 })
  try {
    const rest = object === '{}' ? '}' : `,${object.slice(1)}`
    await writeFile(file, `${JSON.stringify(lineage).slice(0, -1)}${rest}\n`)
    const reading = { kind: 'records' as const, path: [], names: [...lineageColumns] }
    const wrong = (await judgedLines(parts, { file, dataset, reading }, signal)).get(1)
    if (wrong !== undefined) throw unfit(dataset, wrong.message)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The text of an object in one line, its numbers with all their digits; null: it is none. */
function objectIn(value: string | null): string | null {
  const text = (value ?? '').trim().replace(/[\r\n]/g, ' ')
  try {
    const parsed: unknown = JSON.parse(text)
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
    if (!isObject) return null
    return Object.keys(parsed).length === 0 ? '{}' : text
  } catch {
    return null
  }
}

const unfit = (dataset: string, why: string): Problem =>
  new Problem({
    code: 'contract-mismatch',
    what: `A batch of ${dataset} would hold this record back. ${why}`,
    did: 'Nothing was written.',
    advice: 'Mend it; or leave the dataset out, and it is written as it is.',
  })
