import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { unitWords } from '../../../shared/domain/cells/amounts.ts'
import type { ColumnChange } from '../../../shared/domain/columns/columnChange.ts'
import {
  type Column,
  type Dataset,
  RowBounds,
  boundsWords,
} from '../../../shared/domain/datasets/dataset.ts'
import {
  datasetFile,
  readDatasetFile,
  writeFileOf,
} from '../../../shared/domain/datasets/datasetFile.ts'
import { meaningSentence, meaningShort } from '../../../shared/domain/datasets/meaning.ts'
import { marksInWords } from '../../../shared/domain/privacy/personalRules.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { stepWords } from '../../../shared/domain/recipe/recipeWords.ts'
import {
  type Demand,
  type WholeSeverity,
  cellRules,
  has,
  severityOf,
  wholeSeverities,
} from '../../../shared/domain/rules/rules.ts'
import { cellDemand, rowRuleWords, severityNames } from '../../../shared/domain/rules/ruleWords.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import { findDataset } from '../findDataset.ts'
import { wholeRuleWords } from '../../../shared/domain/rules/wholeRules.ts'
import { confirm } from '../confirm.ts'
import { textOf, whole } from '../datasetFiles.ts'
import { exitCodes } from '../exitCodes.ts'
import { columnList, whyOption, wholeNumber } from '../grammar.ts'
import { type PersonalChoices, parsePersonal } from '../personal.ts'
import { type TypeChoices, parseType } from '../columns.ts'
import { addCompare } from './compare.ts'
import { addDatasetDiff } from './datasetDiff.ts'
import { addDrift } from './drift.ts'
import { addTold } from './told.ts'
import { addVersions } from './versions.ts'
import type { InSession } from '../session.ts'

interface RowsOptions {
  atLeast?: number
  atMost?: number
  otherwise: WholeSeverity
  why?: string
}

/** Far more than any file has. */
const mostRows = 1_000_000_000_000

export function addDatasets(pallet: Command, inSession: InSession): void {
  const datasets = pallet
    .command('datasets')
    .alias('dataset')
    .description('what is remembered of each kind of export')
  datasets
    .command('list', { isDefault: true })
    .description('all of them, and where they go')
    .action(() =>
      inSession(async ({ core, output }) => {
        const all = await core.datasets.list()
        if (all.length === 0) output.note('No dataset yet: the first file of a kind makes it.')
        output.table(
          ['dataset', 'columns', 'to', 'table', 'meaning'],
          all.map(({ name, contract, destination }) => [
            name,
            contract === null ? '' : formatCount(contract.columns.length),
            blobPlace(destination?.blob ?? null),
            destination?.warehouse?.table ?? '',
            destination?.warehouse ? meaningShort(destination.warehouse.meaning) : '',
          ]),
          all,
        )
      }),
    )
  datasets
    .command('show')
    .description('what the files of a dataset are, where they go, its steps, columns and rules')
    .argument('<name>')
    .action((name: string) =>
      inSession(async ({ core, output }) => {
        const dataset = await findDataset(core, name)
        for (const line of placeLines(dataset)) output.note(line)
        const { severity = 'ask', ...bounds } = dataset.contract?.rows ?? {}
        const usual = boundsWords(bounds)
        if (usual !== '')
          output.note(`A file usually has ${usual} (any other number: ${severityNames[severity]}).`)
        for (const [index, step] of dataset.recipe.entries())
          output.note(`${index + 1}. ${stepWords(step)}${step.off === true ? ' (off)' : ''}`)
        const { columns = [], rules = [], whole: ofWhole = [] } = dataset.contract ?? {}
        const labelOf = (column: string) =>
          columns.find((one) => one.name === column)?.label ?? column
        for (const rule of rules)
          output.note(
            `Rule: ${rowRuleWords(rule, labelOf)} (${severityNames[rule.severity ?? 'hold']}).`,
          )
        for (const rule of ofWhole)
          output.note(`Rule: ${wholeRuleWords(rule, labelOf)} (${severityNames[rule.severity]}).`)
        output.table(
          ['column', 'label in the file', 'type', 'rules'],
          dataset.contract?.columns.map((column) => [
            column.name,
            column.label,
            column.type,
            rulesOf(column),
          ]) ?? [],
          [dataset],
        )
      }),
    )
  datasets
    .command('rows')
    .description('how many rows its files usually have, and what becomes of one that has not')
    .argument('<name>')
    .option(
      '--at-least <rows>',
      'no less (default: fewer than half of what would go out asks)',
      wholeNumber(0, mostRows),
    )
    .option('--at-most <rows>', 'no more (default: any number)', wholeNumber(0, mostRows))
    .addOption(
      new Option('--otherwise <what>', 'what becomes of any other number')
        .choices(wholeSeverities)
        .default('ask'),
    )
    .addOption(whyOption())
    .action((name: string, { otherwise, why, ...most }: RowsOptions) =>
      inSession(async ({ core, output }) => {
        await findDataset(core, name)
        const severity = otherwise === 'ask' ? {} : { severity: otherwise }
        const bounds = RowBounds.safeParse({ ...most, ...severity })
        if (!bounds.success)
          throw new Problem({
            code: 'usage',
            what: 'The smallest number of rows is larger than the largest.',
            did: 'Nothing was changed.',
          })
        await core.datasets.changeRows(name, bounds.data, why)
        const words = boundsWords(bounds.data)
        const told =
          words === ''
            ? 'can have any number of rows'
            : `usually have ${words} (any other number: ${severityNames[otherwise]})`
        output.text(`Files of ${name} ${told}.`, { event: 'dataset', name, rows: bounds.data })
      }),
    )
  datasets
    .command('columns')
    .description('change the columns of a dataset, for files to come')
    .argument('<name>')
    .option(
      '--type <column=type>',
      'how a column is read: amount=decimal, “sold=date:dmy”; may be repeated',
      parseType,
    )
    .option('--rename <column=name>', 'its name in the table; may be repeated', parseRename)
    .option(
      '--personal <column=rule>',
      'what becomes of a personal column where it is sent: email=hash (mask, tokenise, drop, keep), email=blob:hash,topic:drop, email=no; may be repeated',
      parsePersonal,
    )
    .option('--required <columns>', 'an empty cell there holds the row back', columnList)
    .option('--optional <columns>', 'an empty cell there is none', columnList)
    .addOption(whyOption())
    .action((name: string, options: ColumnOptions) =>
      inSession(async ({ core, output }) => {
        const { contract } = await findDataset(core, name)
        const changes = columnChanges(contract?.columns ?? [], options)
        if (changes.length === 0)
          throw new Problem({
            code: 'usage',
            what: 'It was not said what to change.',
            did: 'Nothing was changed.',
            advice: 'For example: “pallet datasets columns sales --type amount=decimal”.',
          })
        const table = await core.datasets.changeColumns(name, changes, options.why)
        output.text(`The next files of ${name} are read so.`, { event: 'dataset', name, changes })
        if (table !== null) output.note(table)
      }),
    )
  datasets
    .command('export')
    .description('how a dataset is read, its steps and its columns, as one file')
    .argument('<name>')
    .option('--out <file>', 'where to; else to standard output')
    .action((name: string, { out }: { out?: string }) =>
      inSession(async ({ core, output }) => {
        const file = datasetFile(await findDataset(core, name))
        if (out === undefined) return output.text(writeFileOf(file).trimEnd(), file)
        await writeFile(resolve(out), writeFileOf(file))
        output.text(`${name} is in ${resolve(out)}.`, {
          event: 'dataset',
          name,
          file: resolve(out),
        })
      }),
    )
  datasets
    .command('import')
    .description('what such a file says takes the place of what is known; where files go stays')
    .argument('<file>')
    .option('--as <name>', 'the dataset; else as the file says')
    .addOption(whyOption())
    .action((file: string, options: { as?: string; why?: string }) =>
      inSession(async ({ core, output }) => {
        const read = whole(readDatasetFile(await textOf(file)), file)
        const name = options.as ?? read.name
        await core.datasets.import({ ...read, name }, options.why)
        const columns =
          read.contract === null
            ? 'its columns are learnt from the next file'
            : plural(read.contract.columns.length, 'column')
        const on = read.recipe.filter(({ off }) => off !== true).length
        output.text(
          `The next files of ${name} are cleaned so: ${plural(on, 'step')}, ${columns}.`,
          {
            event: 'dataset',
            name,
          },
        )
      }),
    )
  addTold(datasets, inSession)
  addDrift(datasets, inSession)
  addVersions(datasets, inSession)
  addDatasetDiff(datasets, inSession)
  addCompare(datasets, inSession)
  datasets
    .command('forget')
    .description('the next file of the kind is learnt from anew; runs and rows stay')
    .argument('<name>')
    .option('--yes', 'do not ask back')
    .action((name: string, { yes = false }: { yes?: boolean }) =>
      inSession(async (session) => {
        const { core, output } = session
        await findDataset(core, name)
        const question = `The columns, rules and destination of ${name} will be forgotten.`
        if (!(await confirm(session, question, yes))) return exitCodes.failed
        await core.datasets.remove(name)
        output.text(`The dataset ${name} is forgotten.`, { event: 'dataset', name })
        return exitCodes.succeeded
      }),
    )
}

interface ColumnOptions {
  type?: TypeChoices
  personal?: PersonalChoices
  rename?: Readonly<Record<string, string>>
  required?: string[]
  optional?: string[]
  why?: string
}

function parseRename(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [, column, name] = /^(.+)=(.+)$/.exec(text) ?? []
  if (column === undefined || name === undefined)
    throw new InvalidArgumentError('COLUMN=NAME is expected.')
  return { ...before, [column]: name }
}

/** By name or by label; what is neither is left as it is said, and refused by its name. */
function columnChanges(
  columns: readonly Column[],
  { type = {}, rename = {}, personal = {}, required = [], optional = [] }: ColumnOptions,
): ColumnChange[] {
  const column = (said: string): string =>
    columns.find(({ name, label }) => name === said || label === said)?.name ?? said
  return [
    ...Object.entries(type).map(([said, choice]) => ({ column: column(said), type: choice })),
    ...Object.entries(rename).map(([said, name]) => ({ column: column(said), name })),
    ...Object.entries(personal).map(([said, marks]) => ({ column: column(said), personal: marks })),
    ...required.map((said) => ({ column: column(said), required: true })),
    ...optional.map((said) => ({ column: column(said), required: false })),
  ]
}

/** As a person would say them: `is never empty, is at least 0, day first`. */
function rulesOf(column: Column): string {
  const orders = { dmy: 'day first', mdy: 'month first', ymd: 'year first' }
  const { order, decimalMark, unit, scale, personal } = column
  return [
    severityOf(column, 'type') === 'hold' ? '' : ruleInList(column, 'type'),
    ...cellRules.flatMap((rule) => (has(column, rule) ? [ruleInList(column, rule)] : [])),
    order === undefined ? '' : orders[order],
    decimalMark === undefined ? '' : `decimal mark “${decimalMark}”`,
    unit === undefined ? '' : unitWords(unit),
    scale === undefined ? '' : plural(scale, 'decimal place'),
    personal === undefined ? '' : `personal (${marksInWords(personal)})`,
  ]
    .filter((rule) => rule !== '')
    .join(', ')
}

/** What its files do to the table, and where they lie afterwards. */
function placeLines({ name, destination }: Dataset): string[] {
  const { blob = null, warehouse = null } = destination ?? {}
  return [
    ...(warehouse === null
      ? []
      : [
          `A file goes into the table ${warehouse.table}. ${meaningSentence(warehouse.meaning)}${warehouse.assumed === true ? ' Nobody has said so yet.' : ''}`,
        ]),
    ...(blob === null
      ? []
      : [
          `A file lies in ${blobPlace(blob)} as ${name}/DAY/RUN_FILE; every file in the folder of a day is a delivery that stands.`,
        ]),
  ]
}

function ruleInList(column: Column, demand: Demand): string {
  const severity = severityOf(column, demand)
  return `${cellDemand(column, demand)}${severity === 'hold' ? '' : ` (${severityNames[severity]})`}`
}

function blobPlace(blob: { connection: string; container: string } | null): string {
  return blob === null ? '' : `${blob.connection}: ${blob.container}`
}
