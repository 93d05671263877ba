/** Datasets beside one another: what differs between two of them, and another one that is alike. Under `pallet datasets`. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { readDatasetFile } from '../../../shared/domain/datasets/datasetFile.ts'
import {
  type Defined,
  changeLine,
  definitionDiff,
} from '../../../shared/domain/datasets/definitionDiff.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { textOf, whole } from '../datasetFiles.ts'
import { exitCodes } from '../exitCodes.ts'
import { findDataset } from '../findDataset.ts'
import type { CommandCore, InSession } from '../session.ts'

export function addDatasetDiff(datasets: Command, inSession: InSession): void {
  datasets
    .command('diff')
    .description(
      'what differs between two datasets, files of them, or versions; exits with 1 if anything does',
    )
    .argument('<one>', 'a file that “export” wrote, a name, or NAME@VERSION')
    .argument('[other]', 'the same; else the dataset as it is now')
    .action((one: string, other: string | undefined) =>
      inSession(async ({ core, output }) => {
        const before = await definedAs(core, one)
        const after = await definedAs(core, other ?? (await nowOf(one)))
        const changes = definitionDiff(before, after)
        const event = { event: 'diff', different: changes.length > 0, changes }
        output.text(changes.map(changeLine).join('\n') || 'They are the same.', event)
        return changes.length > 0 ? exitCodes.failed : exitCodes.succeeded
      }),
    )
  datasets
    .command('copy')
    .description('another dataset that is read, cleaned and judged alike, with a table of its own')
    .argument('<name>')
    .argument('<to>', 'the name of the other one')
    .action((name: string, to: string) =>
      inSession(async ({ core, output }) => {
        await core.datasets.copy(name, to)
        output.text(`${to} is as ${name}, and its files go into a table of its own.`, {
          event: 'dataset',
          name: to,
        })
      }),
    )
  datasets
    .command('rename')
    .description('its runs and versions go with it; its table stays as it is called')
    .argument('<name>')
    .argument('<to>')
    .action((name: string, to: string) =>
      inSession(async ({ core, output }) => {
        await core.datasets.rename(name, to)
        output.text(`${name} is called ${to} now.`, { event: 'dataset', name: to })
      }),
    )
}

const versioned = /^(.+)@(\d+)$/

/** The dataset in a file, by its name, or as it was in a version. */
export async function definedAs(core: CommandCore, said: string): Promise<Defined> {
  if (existsSync(resolve(said))) return whole(readDatasetFile(await textOf(said)), said)
  const [, name = said, number] = versioned.exec(said) ?? []
  const dataset = await findDataset(core, name)
  if (number === undefined) return dataset
  const version = (await core.datasets.versions(name)).find((one) => one.version === Number(number))
  if (version !== undefined) return { ...version, header: dataset.header }
  throw new Problem({
    code: 'not-found',
    what: `There is no version ${number} of the dataset ${name}.`,
    did: 'Nothing was compared.',
    advice: `“pallet datasets history ${name}” lists its versions.`,
  })
}

/** The name in a file or before a version. */
async function nowOf(said: string): Promise<string> {
  if (existsSync(resolve(said))) return whole(readDatasetFile(await textOf(said)), said).name
  return versioned.exec(said)?.[1] ?? said
}
