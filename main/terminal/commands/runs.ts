import { type Command, InvalidArgumentError } from 'commander'
import { RunState, runStates, tookOf } from '../../../shared/domain/runs/run.ts'
import { formatCount } from '../../../shared/domain/sizes.ts'
import { unreadableSentence } from '../../../shared/domain/unreadable.ts'
import type { Output } from '../output.ts'
import type { CommandCore, InSession } from '../session.ts'
import { parseSince } from '../since.ts'

interface RunsOptions {
  state?: RunState[]
  since?: string
  dataset?: string
}

const mostRuns = 1000

export function addRuns(pallet: Command, inSession: InSession): void {
  pallet
    .command('runs')
    .description('list everything that ever ran')
    .argument('[search]', 'only those whose id, dataset, file or table contains this')
    .option(
      '--state <states>',
      `only those that are one of these: ${runStates.join(',')}`,
      parseStates,
    )
    .option('--since <when>', 'only those sent since then: 12h, 7d or 2026-11-20', (text) =>
      parseSince(text, new Date()),
    )
    .option('--dataset <name>', 'only the files of this dataset')
    .action((search: string | undefined, options: RunsOptions) =>
      inSession(async ({ core, output }) => runsCommand(core, output, search, options)),
    )
}

async function runsCommand(
  core: CommandCore,
  output: Output,
  search: string | undefined,
  { state: states, since, dataset }: RunsOptions,
): Promise<void> {
  const filter = { search, states, since, dataset }
  const runs = await core.runs.list({ limit: mostRuns, ...filter })
  const all = Object.values(filter).every((part) => part === undefined)
  if (runs.length === 0) output.note(all ? 'Nothing has been sent yet.' : 'No run is like that.')
  if (runs.length === mostRuns)
    output.note(
      `Only the newest ${formatCount(mostRuns)} are listed; --since, --state and --dataset narrow it.`,
    )
  const unreadable = unreadableSentence(await core.app.unreadable())
  if (unreadable !== null) output.note(unreadable)
  output.table(
    ['run', 'state', 'file', 'dataset', 'in', 'clean', 'held', 'loaded', 'took'],
    runs.map((run) => [
      run.id,
      run.undoneAt !== null ? 'undone' : run.question !== null ? 'asks you' : run.state,
      run.source.name,
      run.dataset,
      count(run.rows.in),
      count(run.rows.clean),
      count(run.rows.quarantined),
      count(run.rows.loaded),
      tookOf(run),
    ]),
    runs,
  )
}

function parseStates(text: string): RunState[] {
  return text.split(',').map((word) => {
    const state = RunState.safeParse(word.trim())
    if (state.success) return state.data
    throw new InvalidArgumentError(`The states are ${runStates.join(', ')}.`)
  })
}

function count(value: number | null): string {
  return value === null ? '' : formatCount(value)
}
