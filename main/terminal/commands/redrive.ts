import { type Command, Option } from 'commander'
import { Problem } from '../../../shared/domain/problem.ts'
import { type RedrivePlan, redriveWords } from '../../../shared/domain/streams/redrive.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { findRun } from '../findRun.ts'
import { wholeNumber } from '../grammar.ts'
import type { CommandCore, InSession, Session } from '../session.ts'

interface RedriveOptions {
  dryRun?: boolean
  canary?: number
  all?: boolean
}

export function addRedrive(pallet: Command, inSession: InSession): void {
  pallet
    .command('redrive')
    .description('records of a landed topic that are held back, into their topic again')
    .argument('<run|stream>', 'a batch, or the number of a stream: all its batches')
    .option('--dry-run', 'only say what would be taken now (so it is without another option)')
    .addOption(
      new Option('--canary <number>', 'send the first so many, to see what becomes of them')
        .argParser(wholeNumber(1, 1_000_000))
        .conflicts(['dryRun', 'all']),
    )
    .addOption(new Option('--all', 'send all that would be taken now').conflicts('dryRun'))
    .addHelpText(
      'after',
      `
Sent is what the recipe and the contract of the dataset would let pass by now, byte for byte, to the partition it
came from; the rest stays held back. Mend rows with “pallet fix”, which sends them into the table instead.`,
    )
    .action((name: string, options: RedriveOptions) =>
      inSession((session) => redriveCommand(session, name, options)),
    )
}

async function redriveCommand(
  { core, output, signal }: Session,
  name: string,
  { canary, all }: RedriveOptions,
): Promise<void> {
  const runs = await runsOf(core, name)
  let left = all === true ? null : (canary ?? 0)
  for (const runId of runs) {
    const { plan, sent } =
      left === 0
        ? { plan: await core.streams.redrivePlan(runId, signal), sent: 0 }
        : await core.streams.redrive(runId, left, signal)
    if (left !== null) left -= sent
    tell(output, plan, sent)
  }
}

function tell(output: Session['output'], plan: RedrivePlan, sent: number): void {
  const { runId, topic } = plan
  const done =
    sent === 0
      ? []
      : [`${plural(sent, 'record')} sent into ${topic}; the next batch of it takes them.`]
  output.text([`Run ${runId}:`, ...redriveWords(plan), ...done].join('\n  '), {
    event: 'redrive',
    ...plan,
    sent,
  })
}

/** A run, or those of a stream of which records are held back. */
async function runsOf(core: CommandCore, name: string): Promise<string[]> {
  if (!/^\d{1,6}$/.test(name)) return [(await findRun(core, name)).id]
  const stream = (await core.streams.list()).find(({ id }) => String(id) === name)
  if (stream === undefined)
    throw new Problem({
      code: 'not-found',
      what: `There is no stream ${name}.`,
      did: 'Nothing was sent.',
      advice: '“pallet stream list” shows their numbers.',
    })
  const letters = await core.streams.deadLetters(stream.connection, stream.topic)
  const open = letters.filter((one) => one.dataset === stream.dataset && one.open > 0)
  if (open.length === 0)
    throw new Problem({
      code: 'not-found',
      what: `No record of ${stream.topic} is held back and open.`,
      did: 'Nothing was sent.',
    })
  return open.map(({ runId }) => runId)
}
