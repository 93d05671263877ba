import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { Problem } from '../../../shared/domain/problem.ts'
import { dagIdOf, dagOf } from '../dag.ts'
import { findDataset } from '../findDataset.ts'
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
        try {
          await writeFile(out, dagOf(dataset.name), { flag: force ? 'w' : 'wx' })
        } catch (error) {
          const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST'
          throw new Problem(
            {
              code: isThere ? 'usage' : 'home-unusable',
              what: isThere ? `${out} is there already.` : `${out} could not be written.`,
              did: 'Nothing was written.',
              advice: isThere ? 'With --force it is written over.' : 'Check the folder.',
            },
            { cause: error },
          )
        }
        output.text(
          `${out} has the DAG ${id}. Trigger it with the file: airflow dags trigger ${id} --conf '{"file": "/exports/${name}.csv"}'`,
          { event: 'dag', dataset: name, id, out },
        )
      }),
    )
}
