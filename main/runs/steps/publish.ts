import { join } from 'node:path'
import { rm } from 'node:fs/promises'
import { plural } from '../../../shared/domain/sizes.ts'
import type { Published, TopicTarget } from '../../../shared/domain/streams/topic.ts'
import { type Checkpoints, outputColumns } from '../checkpoints.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { StoredRun } from '../ports/store.ts'
import type { PublishReport, StreamAccess } from '../ports/streaming.ts'
import { quiet } from '../quiet.ts'
import { type OutputParts, outputFile } from './output.ts'
import { type StepWork, filesOf, formatOf } from './step.ts'

interface PublishParts extends OutputParts {
  rooms: OutputParts['rooms'] & Pick<Rooms, 'messages' | 'publish'>
  /** How to reach the brokers now. */
  streamOf: (connection: string) => Promise<StreamAccess>
}

/**
 * Clean rows to a topic, each as one message. What was acknowledged is in the checkpoint before more is sent; after a kill the rest
 * of the topic is read back first.
 */
export async function publishRows(
  parts: PublishParts,
  run: StoredRun,
  { connection, topic, key, perSecond }: TopicTarget,
  work: StepWork,
): Promise<Checkpoints['load']> {
  const { rooms, home, streamOf } = parts
  const cleaned = work.need('clean')
  const { clean } = cleaned
  const file = await outputFile(parts, run, work)
  const messages = join(filesOf(home, run).folder, 'messages.ndjson')
  await rooms.messages(
    { file, format: formatOf(run), columns: outputColumns(cleaned), key, target: messages },
    quiet(work.signal),
  )
  const before = work.before('load')?.published ?? null
  let published: readonly Published[] = before ?? []
  const control = work.control(({ messages: sent }: PublishReport) => ({
    rowsDone: sent,
    rowsTotal: clean,
    doing: 'Publishing rows',
  }))
  const left = (): Checkpoints['load'] => {
    const rows = published.reduce((sum, one) => sum + one.messages, 0)
    return { rows, tableRows: 0, removed: 0, already: false, published: [...published] }
  }
  published = await rooms.publish(
    { stream: await streamOf(connection), topic, run: run.id, file: messages, before, perSecond },
    {
      signal: work.signal,
      report: (report) => {
        published = report.published
        control.report(report)
      },
      ask: async () => {
        work.keep('load', left())
        work.moved()
        return null
      },
    },
  )
  await rm(messages, { force: true })
  work.log(`Published ${plural(left().rows, 'row')} to ${topic}, each as one message.`)
  return left()
}
