import type { Command } from 'commander'
import {
  type Stream,
  batchWords,
  datasetOfTopic,
  streamTrouble,
} from '../../../shared/domain/streams/stream.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { wholeNumber } from '../grammar.ts'
import type { InSession } from '../session.ts'
import { type LandedOptions, landedDestination, landedGrammar, topicGrammar } from './land.ts'

interface StartOptions extends LandedOptions {
  every: number
}

export function addStream(pallet: Command, inSession: InSession): void {
  const stream = pallet
    .command('stream')
    .description('topics that are landed batch after batch, by themselves')
    .addHelpText(
      'after',
      `
They are landed while the app or “pallet serve” runs, and go on when it is started again. What only a person
can settle makes one stand still: “pallet stream list” says what, and “pallet alerts” can tell it.`,
    )
  landedGrammar(topicGrammar(stream.command('start')))
    .description('land a topic from now on; one that was stopped goes on, with what is said now')
    .option('--every <seconds>', 'how often it is looked for more', wholeNumber(1, 86_400), 60)
    .action((topic: string, options: StartOptions) =>
      inSession(async ({ core, output, elsewhere }) => {
        const started = await core.streams.start({
          connection: options.connection,
          topic,
          dataset: options.dataset ?? datasetOfTopic(topic),
          destination: landedDestination(options),
          offsets: options.rows,
          bytes: options.bytes,
          everySeconds: options.every,
          start: options.from,
        })
        output.text(
          `${topic} is landed as ${started.dataset}. ${batchWords(started)}, looked at every ${plural(options.every, 'second')}.`,
          { event: 'stream', ...started },
        )
        if (!elsewhere)
          output.note('No Pallet is open: it begins when the app or “pallet serve” is started.')
      }),
    )
  stream
    .command('stop')
    .description('land a topic no more; a batch under way is landed to its end')
    .argument('<number>', 'as “pallet stream list” says it', wholeNumber(1, 1_000_000_000))
    .action((id: number) =>
      inSession(async ({ core, output }) => {
        await core.streams.stop(id)
        output.text(
          'That topic is landed no more. “pallet stream start” goes on behind what is landed.',
          {
            event: 'stream',
            id,
            isStopped: true,
          },
        )
      }),
    )
  stream
    .command('remove')
    .description('take one that is stopped out of the list; its rows and runs stay')
    .argument('<number>', 'as “pallet stream list” says it', wholeNumber(1, 1_000_000_000))
    .action((id: number) =>
      inSession(async ({ core, output }) => {
        await core.streams.remove(id)
        output.text('It is out of the list.', { event: 'stream', id, removed: true })
      }),
    )
  stream
    .command('list')
    .description('the topics that are landed, and what is the matter with them')
    .action(() =>
      inSession(async ({ core, output, elsewhere }) => {
        const all = await core.streams.list()
        output.table(
          ['number', 'connection', 'topic', 'dataset', 'state', 'last batch', 'trouble'],
          all.map((one) => [
            String(one.id),
            one.connection,
            one.topic,
            one.dataset,
            stateWord(one, elsewhere),
            one.run ?? '',
            streamTrouble(one),
          ]),
          all.map((one) => ({ event: 'stream', ...one, state: stateWord(one, elsewhere) })),
        )
        if (!elsewhere && all.some(({ isStopped }) => !isStopped))
          output.note('No Pallet is open: they go on when the app or “pallet serve” is started.')
      }),
    )
}

/** `isOpen`: whether there is a Pallet that lands. */
function stateWord({ isStopped, trouble }: Stream, isOpen: boolean): string {
  if (isStopped) return 'stopped'
  if (trouble !== null) return 'stands still'
  return isOpen ? 'landing' : 'waiting'
}
