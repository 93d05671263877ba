import type { Command } from 'commander'
import type { Run } from '../../../shared/domain/runs/run.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { confirm } from '../confirm.ts'
import { type ExitCode, exitCodes } from '../exitCodes.ts'
import { findRun } from '../findRun.ts'
import type { InSession, Session } from '../session.ts'

export function addUndo(pallet: Command, inSession: InSession): void {
  pallet
    .command('undo')
    .description('take what a run delivered out of its table again, and bring back what was there')
    .argument('<run>', 'as “pallet runs” lists it; the beginning is enough')
    .option('--yes', 'do not ask back')
    .action((name: string, { yes = false }: { yes?: boolean }) =>
      inSession(async (session) => undoCommand(session, await findRun(session.core, name), yes)),
    )
}

async function undoCommand(session: Session, run: Run, yes: boolean): Promise<ExitCode> {
  const { core, output, signal } = session
  const event = { event: 'undo', runId: run.id }
  const foreseen = await core.runs.foreseeUndo(run.id, signal)
  if (foreseen.undoneAt !== null) {
    // Scripts may say it twice.
    const { undoneAt } = await core.runs.undo(run.id, signal)
    output.text(`The run ${run.id} was undone before.`, { ...event, undoneAt })
    return exitCodes.succeeded
  }
  const change =
    `${plural(foreseen.out, 'row')} out of ${foreseen.table}` +
    (foreseen.completions.length > 0
      ? ` (with what ${foreseen.completions.join(', ')} had added)`
      : '') +
    (foreseen.back > 0 ? `, ${plural(foreseen.back, 'row')} of before back into it` : '')
  if (
    !(await confirm(
      session,
      `Undoing ${run.id} (${run.source.name}): ${change}.${foreseen.blob === null ? '' : ` ${foreseen.blob}`}`,
      yes,
    ))
  )
    return exitCodes.failed
  const undone = await core.runs.undo(run.id, signal)
  output.text(
    `The run ${run.id} is undone: ${change}, which has ${plural(undone.tableRows, 'row')} now.` +
      (undone.blob === null ? '' : ` ${undone.blob}`),
    { ...event, ...undone },
  )
  return exitCodes.succeeded
}
