import type { Command } from 'commander'
import type { Run } from '../../../shared/domain/run.ts'
import { formatCount, formatDuration } from '../../../shared/domain/sizes.ts'
import type { Core } from '../../runs/core.ts'
import type { Output } from '../output.ts'
import type { InSession } from '../session.ts'

export function addRuns(pallet: Command, inSession: InSession): void {
  pallet
    .command('runs')
    .description('list everything that ever ran')
    .argument('[search]', 'only those whose id, dataset, file or table contains this')
    .action((search: string | undefined) =>
      inSession(async ({ core, output }) => runsCommand(core, output, search)),
    )
}

function runsCommand(core: Core, output: Output, search: string | undefined): void {
  const runs = core.runs.list({ limit: 1000, search })
  if (runs.length === 0) output.note('Nothing has been sent yet.')
  output.table(
    ['run', 'state', 'file', 'dataset', 'in', 'clean', 'held', 'loaded', 'took'],
    runs.map((run) => [
      run.id,
      run.state,
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

function count(value: number | null): string {
  return value === null ? '' : formatCount(value)
}

function took(run: Run): string {
  if (run.finishedAt === null) return ''
  return formatDuration(Date.parse(run.finishedAt) - Date.parse(run.createdAt))
}
