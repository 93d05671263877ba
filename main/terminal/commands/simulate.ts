import { resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import { perSecond, wholeNumber } from '../grammar.ts'
import { heard } from '../heard.ts'
import type { InSession, Session } from '../session.ts'

interface SimulateOptions {
  connection: string
  topic: string
  rate?: number
  count?: number
  stores: number
  defects: number
  seed: number
  truth?: string
}

export function addSimulate(pallet: Command, inSession: InSession): void {
  pallet
    .command('simulate')
    .description('sales to a topic as tills would write them, to try what comes behind it')
    .requiredOption('--connection <name>', 'the Kafka connection')
    .requiredOption('--topic <name>', 'one that is there')
    .option('--rate <rate>', 'such as 500/s (default: as fast as it goes)', perSecond)
    .option('--count <number>', 'end behind so many (default: with Ctrl-C)', wholeNumber(1, 1e9))
    .option('--stores <number>', 'shops that sell', wholeNumber(1, 10_000), 40)
    .option('--defects <share>', 'how many have something wrong with them: 0.1%', parseShare, 0)
    .option('--seed <number>', 'the same seed makes the same sales', wholeNumber(0, 1_000_000), 1)
    .option('--truth <file>', 'write there what was sent, and what is wrong with it')
    .action((options: SimulateOptions) => inSession((session) => simulateCommand(session, options)))
}

/** From one line of how far it is to the next. */
const tellsMs = 1000

async function simulateCommand(
  { core, output, signal, unheard }: Session,
  { rate, count, truth, ...given }: SimulateOptions,
): Promise<void> {
  const { topic } = given
  const input = {
    ...given,
    count: count ?? null,
    ratePerSecond: rate ?? null,
    truth: truth === undefined ? null : resolve(truth),
  }
  // Whoever reads what it says ends it by leaving, too (`| head`).
  const over = AbortSignal.any([signal, unheard])
  let sent = 0
  let toldAtMs = performance.now()
  try {
    const ended = await heard(await core.streams.simulate(input, over), (report) => {
      sent = report.sent
      if (performance.now() - toldAtMs < tellsMs) return
      toldAtMs = performance.now()
      output.text(`${plural(sent, 'sale')} so far.`, { event: 'simulating', topic, sent })
    })
    output.text(
      `Wrote ${plural(ended.sent, 'sale')} to ${topic}, ${formatCount(ended.defects)} of them with something wrong.`,
      { event: 'simulated', topic, ...ended },
    )
  } catch (error) {
    if (!over.aborted) throw error
    output.note(`Stopped after ${plural(sent, 'sale')}.`)
  }
}

function parseShare(text: string): number {
  const [, number, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? []
  const share = Number(number) / (percent === '%' ? 100 : 1)
  if (share >= 0 && share <= 1) return share
  throw new InvalidArgumentError('A share such as 0.1% is expected.')
}
