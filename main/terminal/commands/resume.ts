import type { Command } from 'commander'
import { type ExitCode, exitCodes, worse } from '../exitCodes.ts'
import { findRun } from '../findRun.ts'
import { follow, tellNeeds, tellResting } from '../follow.ts'
import type { Output } from '../output.ts'
import type { CommandCore, InSession } from '../session.ts'

export function addResume(pallet: Command, inSession: InSession): void {
  pallet
    .command('resume')
    .description('continue a run, or every run that was cut off')
    .argument('[run]')
    .action((run: string | undefined) =>
      inSession(({ core, output, signal }) => resumeCommand(core, output, run, signal)),
    )
}

/** Continues one run, or every run that was cut off, and waits for each. */
async function resumeCommand(
  core: CommandCore,
  output: Output,
  runId: string | undefined,
  signal: AbortSignal,
): Promise<ExitCode> {
  const runIds = runId === undefined ? await core.runs.resumeAll() : [await resumeOne(core, runId)]
  // Only a person, who names it, takes up a run that has ended its process again and again.
  let worst: ExitCode = (await tellResting(core, output)) ? exitCodes.waiting : exitCodes.succeeded
  if (runIds.length === 0 && worst === exitCodes.succeeded)
    output.note('Nothing is waiting: every run has ended.')
  for (const id of runIds) {
    worst = worse(worst, await follow(core, output, id, signal))
    if (signal.aborted) return exitCodes.waiting
  }
  await tellNeeds(core, output)
  return worst
}

async function resumeOne(core: CommandCore, name: string): Promise<string> {
  const run = await findRun(core, name)
  switch (run.state) {
    case 'succeeded':
      // Nothing to do is not an error: scripts may say "resume" twice.
      break
    case 'failed':
    case 'stopped':
    case 'cancelled':
      await core.runs.retry(run.id)
      break
    case 'waiting':
    case 'paused':
      await core.runs.resume(run.id)
      break
    case 'queued':
    case 'running':
      await core.runs.continue(run.id)
      break
  }
  return run.id
}
