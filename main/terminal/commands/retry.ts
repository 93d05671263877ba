import type { Command } from 'commander'
import { eachRun } from '../findRun.ts'
import { follow, tellNeeds } from '../follow.ts'
import type { InSession } from '../session.ts'

export function addRetry(pallet: Command, inSession: InSession): void {
  pallet
    .command('retry')
    .description('runs that failed, stopped or were cancelled, from the step that did not end well')
    .argument('<run...>')
    .action((names: string[]) =>
      inSession(async (session) => {
        const { core, output, signal } = session
        const worst = await eachRun(session, names, async ({ id }) => {
          await core.runs.retry(id)
          return follow(core, output, id, signal)
        })
        await tellNeeds(core, output)
        return worst
      }),
    )
}
