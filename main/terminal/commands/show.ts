import type { Command } from 'commander'
import { localTime } from '../../../shared/domain/localTime.ts'
import { findRun } from '../findRun.ts'
import { tellReceipt } from '../follow.ts'
import type { Output } from '../output.ts'
import type { CommandCore, InSession } from '../session.ts'
import { visible } from '../visible.ts'

export function addShow(pallet: Command, inSession: InSession): void {
  pallet
    .command('show')
    .description('the receipt and the history of a run')
    .argument('<run>')
    .action((run: string) => inSession(async ({ core, output }) => showCommand(core, output, run)))
}

async function showCommand(core: CommandCore, output: Output, name: string): Promise<void> {
  const { id } = await findRun(core, name)
  const { receipt } = await core.runs.get(id)
  const events = await core.runs.events(id)
  output.text(
    events.map((event) => `${localTime(event.at)}  ${visible(event.message)}`).join('\n'),
    {
      event: 'events',
      runId: id,
      events,
    },
  )
  await tellReceipt(core, output, receipt)
}
