import type { Command } from 'commander'
import { eachRun } from '../findRun.ts'
import type { InSession } from '../session.ts'

export function addCancel(pallet: Command, inSession: InSession): void {
  pallet
    .command('cancel')
    .description('end runs that were cut off or wait, without starting them')
    .argument('<run...>', 'as “pallet runs” lists them; the beginning is enough')
    .option('--there', 'what they wait for is to end, too: the DAG, the job')
    .action((names: string[], { there = false }: { there?: boolean }) =>
      inSession((session) =>
        eachRun(session, names, async ({ id, state }) => {
          const { core, output } = session
          // Scripts may say it twice.
          if (state !== 'cancelled') await core.runs.cancel(id, there)
          output.text(`The run ${id} is cancelled; “pallet retry” takes it up again.`, {
            event: 'run',
            runId: id,
            state: 'cancelled',
          })
        }),
      ),
    )
}
