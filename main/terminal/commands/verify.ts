import type { Command } from 'commander'
import { figuresOf } from '../../../shared/domain/runs/controlTotals.ts'
import { type ExitCode, exitCodes } from '../exitCodes.ts'
import { eachRun } from '../findRun.ts'
import type { InSession, Session } from '../session.ts'

export function addVerify(pallet: Command, inSession: InSession): void {
  pallet
    .command('verify')
    .description('whether the warehouse still has what runs delivered')
    .argument('<runs...>', 'as “pallet runs” lists them; the beginning is enough')
    .option('--figures', 'show every number that was compared, also where all are the same')
    .action((runs: string[], { figures = false }: { figures?: boolean }) =>
      inSession((session) => verifyCommand(session, runs, figures)),
    )
}

const marks = { 'as-sent': '✔', explained: '✔', different: '✘' } as const

async function verifyCommand(
  session: Session,
  names: readonly string[],
  all: boolean,
): Promise<ExitCode> {
  const { core, output, signal } = session
  return await eachRun(session, names, async (run) => {
    const verified = await core.runs.verify(run.id, signal)
    const { state, found, totals } = verified
    output.text(`${marks[state]} ${run.id} (${run.source.name}): ${found.join(' ')}`, {
      event: 'verified',
      runId: run.id,
      ...verified,
    })
    const shown = totals === null || !(all || state === 'different') ? [] : figuresOf(totals)
    if (shown.length > 0)
      output.table(
        ['column', '', 'sent', 'in the warehouse', ''],
        shown.map(({ column, what, sent, there, isSame }) => [
          column,
          what,
          sent,
          there,
          isSame ? '' : '✘',
        ]),
        // Whoever reads JSON has them already.
        [],
      )
    return state === 'different' ? exitCodes.failed : exitCodes.succeeded
  })
}
