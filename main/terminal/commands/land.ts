import { setTimeout as delay } from 'node:timers/promises'
import { type Command, Option } from 'commander'
import { type ChosenDestination, OutputFormat } from '../../../shared/domain/datasets/dataset.ts'
import { Problem, type ProblemData, remedyOf } from '../../../shared/domain/problem.ts'
import { datasetOfTopic, lagOf, mostBatchBytes } from '../../../shared/domain/streams/stream.ts'
import { formatCount, formatDuration, plural } from '../../../shared/domain/sizes.ts'
import { type ExitCode, exitCodes } from '../exitCodes.ts'
import { follow } from '../follow.ts'
import { byteSize, wholeNumber } from '../grammar.ts'
import { given } from '../reading.ts'
import type { InSession, Session } from '../session.ts'

interface TopicOptions {
  connection: string
  dataset?: string
  warehouse?: string
  table?: string
}

/** What is said of a topic that is landed, at once or batch after batch. */
export interface LandedOptions extends TopicOptions {
  to?: string
  container?: string
  blob?: false
  format?: OutputFormat
  rows: number
  bytes?: number
  from: 'begin' | 'end'
}

interface LandOptions extends LandedOptions {
  every: number
  untilEmpty?: boolean
  acceptLoss?: boolean
}

export const topicGrammar = (command: Command): Command =>
  command
    .argument('<topic>')
    .requiredOption('--connection <name>', 'the Kafka connection')
    .option('--dataset <name>', 'by which its records are cleaned (default: named like the topic)')
    .option('--warehouse <connection>', 'where the table is: the built-in one')
    .option('--table <name>', 'table of the warehouse (default: from the dataset)')

export const landedGrammar = (command: Command): Command =>
  command
    .option('--to <connection>', 'where blobs go (default: as last time, else the sandbox)')
    .option('--container <name>', 'container of the connection')
    .option('--no-blob', 'no blobs, only the table')
    .addOption(new Option('--format <format>', 'of the blobs').choices(OutputFormat.options))
    .option('--rows <number>', 'at most so many in a batch', wholeNumber(1, 1_000_000), 250_000)
    .option(
      '--bytes <size>',
      'and at most so much in their keys and values: 64MiB (default: any)',
      byteSize(mostBatchBytes),
    )
    .addOption(
      new Option('--from <where>', 'of a topic of which nothing is landed yet')
        .choices(['begin', 'end'])
        .default('begin'),
    )

export const landedDestination = (options: LandedOptions): ChosenDestination => ({
  blob:
    options.blob === false
      ? null
      : given({ connection: options.to, container: options.container, format: options.format }),
  warehouse: given({ connection: options.warehouse, table: options.table }),
})

export function addLand(pallet: Command, inSession: InSession): void {
  landedGrammar(topicGrammar(pallet.command('land')))
    .description('a topic into the warehouse, batch by batch, each record once, until Ctrl-C')
    .option('--every <seconds>', 'how often it is looked for more', wholeNumber(1, 86_400), 5)
    .option('--until-empty', 'end when all is landed that is there')
    .option('--accept-loss', 'go on behind records that were deleted before they were landed')
    .action((topic: string, options: LandOptions) =>
      inSession((session) => landCommand(session, topic, options)),
    )
}

export function addLag(pallet: Command, inSession: InSession): void {
  topicGrammar(pallet.command('lag'))
    .description('how far a topic is landed: records that wait, and how long the oldest has')
    .action((topic: string, options: TopicOptions) =>
      inSession((session) => lagCommand(session, topic, options)),
    )
}

async function landCommand(
  { core, output, signal, unheard }: Session,
  topic: string,
  options: LandOptions,
): Promise<ExitCode> {
  const input = {
    connection: options.connection,
    topic,
    dataset: options.dataset ?? datasetOfTopic(topic),
    offsets: options.rows,
    bytes: options.bytes,
    destination: landedDestination(options),
    start: options.from,
    acceptLoss: options.acceptLoss === true,
  }
  // A batch under way is landed to its end all the same.
  const over = AbortSignal.any([signal, unheard])
  const pause = (): Promise<void> =>
    delay(options.every * 1000, undefined, { signal: over }).catch(() => {})
  /** Whether it goes on by itself: a network comes back. */
  const passes = (problem: ProblemData | null): boolean =>
    options.untilEmpty !== true && problem !== null && remedyOf(problem.code) === 'retry'
  while (!over.aborted) {
    let runId: string | null
    try {
      ;({ runId } = await core.streams.land(input, signal))
    } catch (error) {
      const problem = Problem.from(error)
      if (!passes(problem.data)) throw error
      output.note(`${problem.message} Pallet tries again.`)
      await pause()
      continue
    }
    if (runId !== null) {
      const code = await follow(core, output, runId, signal)
      if (code === exitCodes.waiting && passes((await core.runs.get(runId)).run.problem))
        await pause()
      else if (code !== exitCodes.succeeded) return code
      // What was lost is lost once.
      else input.acceptLoss = false
    } else if (options.untilEmpty === true) {
      output.note(`All of ${topic} is landed.`)
      return exitCodes.succeeded
    } else await pause()
  }
  return exitCodes.succeeded
}

async function lagCommand(
  { core, output, signal }: Session,
  topic: string,
  { connection, dataset, ...place }: TopicOptions,
): Promise<void> {
  const { isAnother, partitions } = await core.streams.lag(
    {
      connection,
      topic,
      dataset: dataset ?? datasetOfTopic(topic),
      destination: { warehouse: given({ connection: place.warehouse, table: place.table }) },
    },
    signal,
  )
  const now = Date.now()
  const rows = partitions.map((one) => {
    const { waitingSince: _, ...offsets } = one
    return { ...offsets, ...lagOf(one, now) }
  })
  const count = (number: number | null): string =>
    number === null ? 'unknown' : formatCount(number)
  output.table(
    ['partition', 'begins at', 'ends at', 'landed up to', 'records that wait', 'the oldest for'],
    rows.map(({ partition, from, to, landed, records, seconds }) => [
      String(partition),
      formatCount(from),
      formatCount(to),
      count(landed),
      count(records),
      seconds === null ? 'unknown' : formatDuration(seconds * 1000),
    ]),
    rows.map((row) => ({ event: 'lag', ...row })),
  )
  if (isAnother)
    output.note(
      `The topic ${topic} was deleted and made again since it was last landed; what is landed of this one is not known.`,
    )
  else if (rows.every(({ landed }) => landed === null))
    output.note(
      `Nothing of ${topic} is landed; ${plural(
        partitions.reduce((sum, { from, to }) => sum + to - from, 0),
        'record',
      )} are there.`,
    )
}
