import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import {
  contractFile,
  datasetFile,
  readContractFile,
  writeFileOf,
} from '../../../shared/domain/datasets/datasetFile.ts'
import {
  type Contract,
  defaultMaxQuarantinedShare,
} from '../../../shared/domain/datasets/dataset.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { defaultRecipe } from '../../../shared/domain/recipe/recipe.ts'
import { proposeRules, withProposals } from '../../../shared/domain/rules/ruleProposals.ts'
import { cellRuleWords } from '../../../shared/domain/rules/ruleWords.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { tableSchemaOf } from '../../../shared/domain/rules/tableSchema.ts'
import { unsaidForms, withParsing } from '../../../shared/domain/rules/tableSchemaParsing.ts'
import { textOf, whole } from '../datasetFiles.ts'
import { findDataset } from '../findDataset.ts'
import { whyOption } from '../grammar.ts'
import type { Output } from '../output.ts'
import { type DialectOptions, chosenReading, dialectGrammar, openLocation } from '../reading.ts'
import type { InSession } from '../session.ts'

interface SuggestOptions extends DialectOptions {
  dataset?: string
  out?: string
}

/** Under `pallet contract`: what needs a home; `check` does not. */
export function addContract(contract: Command, inSession: InSession): void {
  contract
    .command('export')
    .description('the columns and rules of a dataset as a Table Schema of Frictionless Data')
    .argument('<dataset>')
    .option('--out <file>', 'where to; else to standard output')
    .action((name: string, { out }: { out?: string }) =>
      inSession(async ({ core, output }) => {
        const { contract: known, recipe } = await findDataset(core, name)
        if (known === null)
          throw new Problem({
            code: 'not-found',
            what: `The dataset ${name} has not learnt its columns yet.`,
            did: 'Nothing was written.',
            advice: 'Send a first file of its kind.',
          })
        for (const note of unsaidForms(known.columns, recipe)) output.note(`Please look: ${note}`)
        await write(output, tableSchemaOf(known, recipe), `The contract of ${name} is in`, out)
      }),
    )
  contract
    .command('import')
    .description('what its next files are held to, from a Table Schema or a contract of Pallet')
    .argument('<dataset>', 'made, if there is none of that name')
    .argument('<file>')
    .addOption(whyOption())
    .action((name: string, file: string, { why }: { why?: string }) =>
      inSession(async ({ core, output }) => {
        const known = (await core.datasets.list()).find((one) => one.name === name)
        const read = readContractFile(await textOf(file), known?.contract?.columns)
        const taken = whole<Contract>(read, file)
        const base = known ?? { name, reading: null, recipe: defaultRecipe, contract: null }
        const parsing = withParsing(base.recipe, read.steps ?? [])
        const notes = [...(read.notes ?? []), ...parsing.notes]
        for (const note of notes) output.note(`Please look: ${note}`)
        const { recipe } = parsing
        await core.datasets.import(datasetFile({ ...base, recipe, contract: taken }), why)
        output.text(
          `The next files of ${name} are held to it: ${plural(taken.columns.length, 'column')}.`,
          { event: 'dataset', name, contract: taken, notes },
        )
      }),
    )
  dialectGrammar(contract.command('suggest'))
    .description('rules that every row of a file keeps, with the evidence; sends nothing')
    .argument('<file>', 'a file, an https address, or - for standard input')
    .option('--dataset <name>', 'whose columns and rules they are added to')
    .option('--out <file>', 'a contract with all of them; look it through before you use it')
    .action((file: string, { dataset, out, ...options }: SuggestOptions) =>
      inSession(async ({ core, output, signal }) => {
        const { source } = await openLocation(core, file, 'standard input', signal)
        const reading = (await chosenReading(core, source, options, null, signal)) ?? undefined
        const { columns } = await core.runs.profile({ source, dataset, reading }, signal)
        const known = (await core.datasets.list()).find(({ name }) => name === dataset)
        const base = known?.contract ?? {
          columns: columns.map(({ column }) => column),
          maxQuarantinedShare: defaultMaxQuarantinedShare,
        }
        const proposals = columns.flatMap(proposeRules)
        const full = withProposals(base, proposals)
        output.table(
          ['column', 'rule', 'because'],
          proposals.map(({ column, rule, set, evidence }) => {
            const of = base.columns.find(({ name }) => name === column)
            return [
              column,
              of === undefined ? rule : cellRuleWords({ ...of, ...set }, rule),
              evidence,
            ]
          }),
          [{ event: 'proposals', proposals, contract: full }],
        )
        if (out === undefined) return
        await writeFile(resolve(out), writeFileOf(contractFile(full)))
        output.note(
          `All of them are in ${resolve(out)}; take out what is chance before you use it.`,
        )
      }),
    )
}

async function write(output: Output, file: object, where: string, out?: string): Promise<void> {
  const text = `${JSON.stringify(file, null, 2)}\n`
  if (out === undefined) return output.text(text.trimEnd(), file)
  await writeFile(resolve(out), text)
  output.text(`${where} ${resolve(out)}.`, { event: 'contract', file: resolve(out) })
}
