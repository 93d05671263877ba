import type { Command } from 'commander'
import { eachRun } from '../findRun.ts'
import { follow, tellNeeds } from '../follow.ts'
import { openLocation } from '../reading.ts'
import type { InSession, Session } from '../session.ts'

export function addRetry(pallet: Command, inSession: InSession): void {
  pallet
    .command('retry')
    .description(
      'runs that failed, stopped or were cancelled, from the step that did not end well; of one that has delivered, the blob that its storage has lost',
    )
    .argument('<run...>')
    .option('--from <file>', 'the file of the run, where it is not any more where it was')
    .option(
      '--there',
      'whoever was told runs again what has failed there, or is switched on, first',
    )
    .action((names: string[], { from, there = false }: { from?: string; there?: boolean }) =>
      inSession(async (session) => {
        const { core, output, signal } = session
        const worst = await eachRun(session, names, async ({ id, state }) => {
          if (state === 'succeeded') return await resend(session, id, from)
          await (there ? core.runs.goOnThere(id) : core.runs.retry(id))
          return follow(core, output, id, signal)
        })
        await tellNeeds(core, output)
        return worst
      }),
    )
}

async function resend(
  { core, output, signal }: Session,
  runId: string,
  from: string | undefined,
): Promise<void> {
  const source =
    from === undefined ? undefined : (await openLocation(core, from, 'again.csv', signal)).source
  const { sent } = await core.runs.resend(runId, source, signal)
  output.text(
    sent
      ? `The blob of the run ${runId} is in the storage again, as its receipt has it; the table was not touched.`
      : `The storage has the blob of the run ${runId}; nothing had to be sent.`,
    { event: 'resent', runId, sent },
  )
}
