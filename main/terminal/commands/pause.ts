import type { Command } from 'commander'
import { eachRun } from '../findRun.ts'
import type { InSession } from '../session.ts'

export function addPause(pallet: Command, inSession: InSession): void {
  pallet
    .command('pause')
    .description('let runs that were cut off or wait rest until “pallet resume RUN”')
    .argument('<run...>')
    .action((names: string[]) =>
      inSession((session) =>
        eachRun(session, names, async ({ id, state }) => {
          const { core, output } = session
          if (state !== 'paused') await core.runs.pause(id)
          output.text(`The run ${id} is paused; “pallet resume ${id}” goes on.`, {
            event: 'run',
            runId: id,
            state: 'paused',
          })
        }),
      ),
    )
}
