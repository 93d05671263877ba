import { type Command, InvalidArgumentError } from 'commander'
import { type Run, RunState, runStates } from '../../../shared/domain/run.ts'
import { formatCount, formatDuration } from '../../../shared/domain/sizes.ts'
import { unreadableSentence } from '../../../shared/domain/unreadable.ts'
import type { Output } from '../output.ts'
import type { CommandCore, InSession } from '../session.ts'
import { parseSince } from '../since.ts'

interface RunsOptions {
  state?: RunState[]
  since?: string
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
    .action((search: string | undefined, options: RunsOptions) =>
      inSession(async ({ core, output }) => runsCommand(core, output, search, options)),
    )
}

async function runsCommand(
  core: CommandCore,
  output: Output,
  search: string | undefined,
  { state, since }: RunsOptions,
): Promise<void> {
  const runs = await core.runs.list({ limit: mostRuns, search, states: state, since })
  const all = search === undefined && state === undefined && since === undefined
  if (runs.length === 0) output.note(all ? 'Nothing has been sent yet.' : 'No run is like that.')
  if (runs.length === mostRuns)
    output.note(
      `Only the newest ${formatCount(mostRuns)} are listed; --since and --state narrow it.`,
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
      took(run),
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

function took(run: Run): string {
  if (run.finishedAt === null) return ''
  // A clock that was set back meanwhile must not make it negative.
  return formatDuration(Math.max(0, Date.parse(run.finishedAt) - Date.parse(run.createdAt)))
}
