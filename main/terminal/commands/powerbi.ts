import { join } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import type { Dataset } from '../../../shared/domain/datasets/dataset.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { tableParts } from '../../../shared/domain/warehouse/tableName.ts'
import { findDataset } from '../findDataset.ts'
import { writeGenerated } from '../generated.ts'
import {
  type Role,
  type SaidColumns,
  type StarName,
  columnsOf,
  rememberedFor,
  roleNames,
  rolesOf,
  starNames,
  whyWords,
} from '../powerBi/columns.ts'
import { projectOf, sourceOf } from '../powerBi/project.ts'
import { factName, measuresOf, starOf } from '../powerBi/stars.ts'
import type { CommandCore, InSession } from '../session.ts'

interface Options {
  out: string
  name: string
  source?: string
  column: SaidColumn[]
  force?: boolean
}

/** `sales.amount=net_total`; without a star where there is one only. */
interface SaidColumn {
  star: StarName | null
  role: Role
  column: string
}

export function addPowerBi(pallet: Command, inSession: InSession): void {
  pallet
    .command('powerbi')
    .description(
      'write a project for Power BI Desktop: a model of the tables of these datasets, and a report on it',
    )
    .argument('<datasets...>', `${starNames.join(', ')}, or which dataset is that: sales=till`)
    .requiredOption('--out <folder>', 'where the project is written')
    .option('--name <name>', 'what it is called', 'Retail')
    .option('--source <connection>', 'Snowflake or Databricks, where the tables are somewhere else')
    .option(
      '--column <role=name>',
      `which column is the ${roleNames.join(', ')}, such as sales.amount=net_total, or none: sales.store=; may be repeated`,
      parseColumn,
      [],
    )
    .addHelpText(
      'after',
      `
Which column is what is taken from --column, else from the columns of Insights, else by its name where one only fits;
where several do, nothing is written. With tables in Snowflake or Databricks that the datasets do not name themselves:
  pallet powerbi sales=till inventory=stock --source lake --column sales.amount=net_total --out retail`,
    )
    .option('--force', 'replace a project of that name that is there')
    .action((given: string[], options: Options) =>
      inSession(async ({ core, output }) => {
        const { out, name, force = false } = options
        if (!/^[\p{L}\p{N}][\p{L}\p{N} _-]{0,60}$/u.test(name))
          throw misused(`A project cannot be called “${name}”.`, 'Use letters, digits and spaces.')
        const chosen = await chosenDatasets(core, given)
        const connection = await sourceFor(core, [...chosen.values()], options.source)
        const { source, called } = sourceOf(connection)
        const remembered = await core.insights.tables()
        refuseOdd(options.column, chosen)
        const stars = starNames.flatMap((star) => {
          const dataset = chosen.get(star)
          if (dataset === undefined) return []
          const { warehouse } = dataset.destination ?? {}
          const columns = dataset.contract?.columns ?? []
          if (warehouse == null || columns.length === 0)
            throw misused(
              `The dataset ${dataset.name} has no table yet.`,
              'Send a file of it into a table first.',
            )
          const parts = tableParts(warehouse.table) ?? []
          if (parts.length > 1 && options.source === undefined)
            throw misused(
              `The table ${warehouse.table} lies in another schema than its connection names.`,
              'Say which connection names the schema with all of the tables: --source NAME',
            )
          const table = parts.at(-1)?.name ?? warehouse.table
          const said = saidFor(star, options.column)
          const taken = columnsOf(star, columns, said, rememberedFor(star, table, remembered))
          return [{ ...starOf(star, table, columns, called, taken), taken }]
        })
        const whole = [`${name}.Report`, `${name}.SemanticModel`]
        await writeGenerated(out, projectOf(name, stars, source), { force, whole })
        for (const star of stars) {
          const found = Object.entries(star.taken).map(
            ([role, { column, why }]) => `${role}: ${column} (${whyWords[why]})`,
          )
          const missing = rolesOf[star.star].filter((role) => star.taken[role] === undefined)
          const measures = measuresOf(star).map((measure) => measure.name)
          output.note(
            `${factName(star.star)} has ${found.join(', ') || 'no column that is known'}; it shows ${measures.join(', ')}.`,
          )
          if (missing.length > 0)
            output.note(
              `${factName(star.star)} has no ${missing.join(', no ')}; if a column is one, say it: --column ${star.star}.${missing[0]}=NAME`,
            )
        }
        output.text(
          `${join(out, `${name}.pbip`)} has ${plural(stars.length, 'star')} of ${connection.name}. Open it in Power BI Desktop, sign in to the source, and refresh.`,
          {
            event: 'powerbi',
            name,
            out,
            stars: stars.map(({ star, taken }) => ({ star, columns: taken })),
          },
        )
      }),
    )
}

function parseColumn(text: string, before: readonly SaidColumn[] = []): SaidColumn[] {
  const [, said, role, column = ''] = /^(?:(\w+)\.)?(\w+)=(.*)$/su.exec(text) ?? []
  const star = starNames.find((one) => one === said) ?? null
  const known = roleNames.find((one) => one === role)
  if (known === undefined || (said !== undefined && star === null))
    throw new InvalidArgumentError(
      `Say what is which column, such as sales.amount=net_total: ${roleNames.join(', ')} of ${starNames.join(', ')}.`,
    )
  return [...before, { star, role: known, column }]
}

/** Fails for a column of a star that is not there, or of nobody knows which. */
function refuseOdd(columns: readonly SaidColumn[], chosen: ReadonlyMap<StarName, Dataset>): void {
  for (const { star, role, column } of columns) {
    if (star === null && chosen.size > 1)
      throw misused(
        `There are several stars, and nobody said of which ${column} is the ${role}.`,
        `Say it in front: --column ${[...chosen.keys()][0]}.${role}=${column}`,
      )
    if (star !== null && !chosen.has(star))
      throw misused(`There is no dataset for ${star}.`, `Name one: ${star}=DATASET`)
  }
}

const saidFor = (star: StarName, columns: readonly SaidColumn[]): SaidColumns =>
  Object.fromEntries(
    columns
      .filter((one) => one.star === star || one.star === null)
      .map(({ role, column }) => [role, column]),
  )

const misused = (what: string, advice: string): Problem =>
  new Problem({ code: 'usage', what, did: 'Nothing was written.', advice })

async function chosenDatasets(
  core: CommandCore,
  given: readonly string[],
): Promise<Map<StarName, Dataset>> {
  const chosen = new Map<StarName, Dataset>()
  for (const one of given) {
    const [said = '', name = said] = one.split('=')
    const star = starNames.find((known) => known === said)
    if (star === undefined || chosen.has(star))
      throw misused(
        star === undefined
          ? `“${said}” is no star of the model: there are ${starNames.join(', ')}.`
          : `There are two datasets for ${star}.`,
        'Say which dataset is which: pallet powerbi sales=till customers=crm --out retail',
      )
    chosen.set(star, await findDataset(core, name))
  }
  return chosen
}

/** Where all of the tables are. */
async function sourceFor(core: CommandCore, datasets: readonly Dataset[], named?: string) {
  const used = new Set(datasets.map(({ destination }) => destination?.warehouse?.connection))
  const [first, another] = [...used]
  if (named === undefined && another !== undefined)
    throw misused(
      'The tables of these datasets are in different warehouses.',
      'Say which connection has them all: --source NAME',
    )
  const wanted = named ?? first
  const connection = (await core.connections.list()).find(({ name }) => name === wanted)
  if (connection === undefined)
    throw misused(
      `There is no connection “${wanted ?? ''}”.`,
      'See which there are: pallet connections list',
    )
  return connection
}
