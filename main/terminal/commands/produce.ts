import { text } from 'node:stream/consumers'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { InSession, Session } from '../session.ts'

interface ProduceOptions {
  connection: string
  key?: string
  header: Readonly<Record<string, string>>
  dataset?: string
}

export function addProduce(pallet: Command, inSession: InSession): void {
  pallet
    .command('produce')
    .description('one record into a topic; its value is read from standard input')
    .argument('<topic>')
    .requiredOption('--connection <name>', 'the Kafka connection')
    .option('--key <text>', 'its key, which says its partition (default: none)')
    .addOption(
      new Option('--header <name=value>', 'may be repeated')
        .argParser(withHeader)
        .default({}, 'none'),
    )
    .option('--dataset <name>', 'write it only if its rules would let it pass')
    .action((topic: string, options: ProduceOptions) =>
      inSession((session) => produceCommand(session, topic, options)),
    )
}

function withHeader(
  given: string,
  before: Readonly<Record<string, string>>,
): Record<string, string> {
  const [name = '', ...value] = given.split('=')
  if (name === '' || value.length === 0) throw new InvalidArgumentError('NAME=VALUE is expected.')
  return { ...before, [name]: value.join('=') }
}

async function produceCommand(
  { core, output, signal }: Session,
  topic: string,
  {
    connection,
    key = null,
    header: headers,
    dataset = null,
  }: { key?: string | null } & Omit<ProduceOptions, 'key' | 'dataset'> & {
      dataset?: string | null
    },
): Promise<void> {
  // The line end behind what a shell passes on is no part of it.
  const value = (await text(process.stdin)).replace(/\r?\n$/, '')
  const place = await core.streams.produce(
    { connection, topic, key, value, headers, dataset },
    signal,
  )
  output.text(`Written to ${topic}, partition ${place.partition}, offset ${place.offset}.`, {
    event: 'produced',
    topic,
    ...place,
  })
}
