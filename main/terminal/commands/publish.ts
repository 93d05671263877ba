import { type Command, InvalidArgumentError, Option } from 'commander'
import { IfDelivered } from '../../../shared/domain/runs/decision.ts'
import { perSecond } from '../grammar.ts'
import { headerGrammar } from '../header.ts'
import { parseType } from '../columns.ts'
import { dialectGrammar } from '../reading.ts'
import type { InSession } from '../session.ts'
import { triggerGrammar } from '../triggers.ts'
import { type RunOptions, runCommand } from './run.ts'

interface PublishOptions extends Omit<RunOptions, 'topic'> {
  connection: string
  topic: string
  key: string[]
  rate?: number
}

export function addPublish(pallet: Command, inSession: InSession): void {
  triggerGrammar(headerGrammar(dialectGrammar(pallet.command('publish'))))
    .description('the clean rows of a file to a topic, each as one message, once')
    .argument('<file>', 'a file, an https address, or - for standard input')
    .requiredOption('--connection <name>', 'the Kafka connection')
    .requiredOption('--topic <name>', 'one that is there')
    .addOption(
      new Option('--key <columns>', 'whose values are the key of a message, separated by commas')
        .argParser(columns)
        .default([], 'no key'),
    )
    .option(
      '--rate <rate>',
      'at most so many, such as 500/s (default: as fast as it goes)',
      perSecond,
    )
    .option('--name <file>', 'what the file from standard input is called (default: DATASET.csv)')
    .option('--dataset <name>', 'kind of export (default: from the file name)')
    .addOption(
      new Option(
        '--if-delivered <what>',
        'what a file is that was published before (default: the same bytes are skipped)',
      ).choices(IfDelivered.options),
    )
    .option(
      '--run-id <name>',
      'a name of your own for this run: asked for again, it goes on with the run that is there',
    )
    .option('--dry-run', 'say what a run would make of the file, and publish nothing')
    .option('--type <column=type>', 'how a column is read; may be repeated', parseType)
    .action((file: string, { connection, topic, key, rate, ...options }: PublishOptions) =>
      inSession((session) =>
        runCommand(session, [file], {
          ...options,
          topic: { connection, topic, key, perSecond: rate },
        }),
      ),
    )
}

function columns(text: string): string[] {
  const names = text.split(',').map((name) => name.trim())
  if (names.every((name) => name !== '' && name.length <= 63) && names.length <= 16) return names
  throw new InvalidArgumentError('Names of columns are expected, separated by commas.')
}
