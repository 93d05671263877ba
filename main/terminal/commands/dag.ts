import { basename, dirname } from 'node:path'
import type { Command } from 'commander'
import { dagIdOf, dagOf } from '../dag.ts'
import { findDataset } from '../findDataset.ts'
import { writeGenerated } from '../generated.ts'
import type { InSession } from '../session.ts'

export function addDag(pallet: Command, inSession: InSession): void {
  pallet
    .command('dag')
    .description(
      'write a DAG for Airflow 3 whose task is Pallet, which sends the files of a dataset',
    )
    .argument('<dataset>')
    .requiredOption('--out <file>', 'where the DAG is written, such as dags/sales.py')
    .option('--force', 'write over a file that is there')
    .action((name: string, { out, force = false }: { out: string; force?: boolean }) =>
      inSession(async ({ core, output }) => {
        const dataset = await findDataset(core, name)
        const id = dagIdOf(dataset.name)
        const files = new Map([[basename(out), dagOf(dataset.name)]])
        await writeGenerated(dirname(out), files, { force })
        output.text(
          `${out} has the DAG ${id}. Trigger it with the file: airflow dags trigger ${id} --conf '{"file": "/exports/${name}.csv"}'`,
          { event: 'dag', dataset: name, id, out },
        )
      }),
    )
}
