import type { Command } from 'commander'
import { findDataset } from '../findDataset.ts'
import { wholeNumber, whyOption } from '../grammar.ts'
import type { InSession } from '../session.ts'

/** How a dataset came to be as it is, and the way back; under `pallet datasets`. */
export function addVersions(datasets: Command, inSession: InSession): void {
  datasets
    .command('history')
    .description('when its reading, steps and columns were changed, by whom and why')
    .argument('<name>')
    .action((name: string) =>
      inSession(async ({ core, output }) => {
        await findDataset(core, name)
        const versions = await core.datasets.versions(name)
        output.table(
          ['version', 'when', 'who', 'what', 'why', 'steps', 'columns'],
          versions.map(({ version, at, who, what, why, recipe, contract }) => [
            String(version),
            at.slice(0, 16).replace('T', ' '),
            who,
            what,
            why,
            String(recipe.filter(({ off }) => off !== true).length),
            contract === null ? '' : String(contract.columns.length),
          ]),
          versions,
        )
      }),
    )
  datasets
    .command('restore')
    .description('the next files are read and judged as in an older version; where they go stays')
    .argument('<name>')
    .argument('<version>', 'its number in the history', wholeNumber(1, 1_000_000))
    .addOption(whyOption())
    .action((name: string, version: number, { why }: { why?: string }) =>
      inSession(async ({ core, output }) => {
        const table = await core.datasets.restore(name, version, why)
        const event = { event: 'dataset', name, restored: version }
        output.text(`The next files of ${name} are read as in version ${version}.`, event)
        if (table !== null) output.note(table)
      }),
    )
}
