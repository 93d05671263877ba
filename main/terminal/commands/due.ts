import type { Command } from 'commander'
import { alertTrouble } from '../../../shared/domain/alert.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { lateWords } from '../../../shared/domain/arriving/watch.ts'
import { type ExitCode, exitCodeFor, exitCodes, worse } from '../exitCodes.ts'
import { follow, tellNeeds, tellResting } from '../follow.ts'
import type { InSession, Session } from '../session.ts'

export function addDue(pallet: Command, inSession: InSession): void {
  pallet
    .command('due')
    .description(
      'do what is due now, once: lists by their schedules, new files of watched folders, and runs that were cut off',
    )
    .action(() => inSession(dueCommand))
}

/** For cron and the like: ends when nothing is left that could be done now, with the worst of the exit codes. */
async function dueCommand({ core, output, signal }: Session): Promise<ExitCode> {
  let worst: ExitCode = (await tellResting(core, output)) ? exitCodes.waiting : exitCodes.succeeded
  let runIds = await core.runs.resumeAll()
  let ran = 0
  for (;;) {
    ran += runIds.length
    for (const id of runIds) {
      worst = worse(worst, await follow(core, output, id, signal))
      if (signal.aborted) return worse(worst, exitCodes.waiting)
    }
    // Once more: a folder hands out so many files at a time, and what was delivered is put away.
    const next = [...(await core.watches.due(signal)), ...(await core.schedules.due(signal))]
    if (next.length === 0) break
    runIds = next
  }
  for (const watch of await core.watches.list()) {
    const { trouble, late } = watch
    if (late !== null) {
      output.note(`Late: ${lateWords(watch)}`)
      worst = worse(worst, exitCodes.waiting)
    }
    if (trouble === null) continue
    output.problem(new Problem(trouble))
    worst = worse(worst, exitCodes.failed)
  }
  for (const { trouble } of await core.schedules.list()) {
    if (trouble === null) continue
    output.problem(new Problem(trouble))
    worst = worse(worst, exitCodeFor(new Problem(trouble)))
  }
  if (ran === 0) output.note('Nothing was due.')
  await tellNeeds(core, output)
  await core.alerts.due(signal)
  for (const alert of await core.alerts.list())
    if (alert.trouble !== null) output.note(alertTrouble(alert))
  return worst
}
