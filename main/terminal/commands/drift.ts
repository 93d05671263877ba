import type { Command } from 'commander'
import { findDataset } from '../findDataset.ts'
import type { InSession } from '../session.ts'

/** So many of the newest runs are looked through for one that was delivered. */
const lookedThrough = 50

export function addDrift(datasets: Command, inSession: InSession): void {
  datasets
    .command('drift')
    .description('what its newest file had otherwise than the one before it')
    .argument('<name>')
    .action((name: string) =>
      inSession(async ({ core, output }) => {
        await findDataset(core, name)
        const filter = { dataset: name, states: ['succeeded' as const], limit: lookedThrough }
        const newest = (await core.runs.list(filter)).find(
          ({ rows, completes, undoneAt }) =>
            rows.clean !== null && completes === null && undoneAt === null,
        )
        const drift = newest === undefined ? [] : (await core.runs.get(newest.id)).receipt.drift
        const event = { event: 'drift', name, runId: newest?.id ?? null, drift }
        if (newest === undefined)
          return output.text(`No file of ${name} has been delivered yet.`, event)
        output.text(
          drift.length === 0
            ? `Nothing is known of ${newest.source.name} (run ${newest.id}) that would be unusual beside a file before it.`
            : `${newest.source.name} (run ${newest.id}) is not as the file before it:\n${drift.map((change) => `  ${change}`).join('\n')}`,
          event,
        )
      }),
    )
}
