import { type Command, Option } from 'commander'
import {
  type Board,
  type BoardAnswer,
  InsightFilter,
  InsightTables,
  type Picture,
  type TableColumns,
  boards,
  otherTables,
  salesRoles,
  stockRoles,
  usualDays,
} from '../../../shared/domain/warehouse/insights.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { Output } from '../output.ts'
import type { InSession } from '../session.ts'

interface BoardOptions {
  days?: number
  from?: string
  to?: string
  all?: true
  store?: string
  product?: string
}
interface ColumnsOptions {
  accept?: true
  sales?: string
  stock?: string
  zone?: string
}

const leads: Readonly<Record<Board, string>> = {
  sales: 'revenue over time, by store and product, and baskets',
  inventory: 'days of stock left, and dead stock',
  customers: 'new and returning customers, cohorts, recency and frequency',
  quality:
    'of the files that came: what was held back, has changed, is late, and was not sent again',
}

export function addInsights(pallet: Command, inSession: InSession): void {
  const insights = pallet
    .command('insights')
    .description(
      'sales, stock and customers, counted by the built-in warehouse; how good the files were',
    )
  for (const board of boards)
    insights
      .command(board)
      .description(leads[board])
      .addOption(
        new Option('--days <n>', `the last so many days (default: ${usualDays[board]})`)
          .argParser(Number)
          .conflicts(['from', 'all']),
      )
      .addOption(new Option('--from <day>', 'the first day, with --to').conflicts('all'))
      .option('--to <day>', 'the last day, such as 2026-11-22')
      .option('--all', 'every day that there are rows of')
      .option('--store <name>', 'of this store')
      .option('--product <name>', 'of this product')
      .action((options: BoardOptions) =>
        inSession(async ({ core, output, json, signal }) => {
          const answer = await core.insights.board(board, filterOf(board, options), signal)
          const { period, pictures } = answer
          if (json) for (const one of pictures) output.text('', { board, period, ...one })
          else print(answer, output)
        }),
      )
  insights
    .command('topic')
    .description('what the landed rows of a topic add up to, of the last hour with sales')
    .argument('<topic>')
    .requiredOption('--connection <name>', 'the Kafka connection')
    .action((topic: string, { connection }: { connection: string }) =>
      inSession(async ({ core, output, json, signal }) => {
        const picture = await core.insights.topic({ connection, topic }, signal)
        if (picture === null) output.note(`No row of ${topic} is in a table yet.`)
        else if (json) for (const one of picture.pictures) output.text('', { topic, ...one })
        else printPictures(picture.pictures, output)
      }),
    )
  insights
    .command('columns')
    .description('which columns hold sales and stock: shows it, or says it')
    .argument('[role=column...]', 'time=sold_at store=filiale …, with --sales or --stock')
    .option('--accept', 'take what Pallet proposes')
    .option('--sales <table>', 'the table of sales')
    .option('--stock <table>', 'the table of stock')
    .option(
      '--zone <zone>',
      'times of sales are UTC, and days are those of this zone, such as Europe/Berlin',
    )
    .addHelpText(
      'after',
      `
What a column can be:
  of sales  ${salesRoles.join(', ')}
  of stock  ${stockRoles.join(', ')}`,
    )
    .action((pairs: string[], options: ColumnsOptions) =>
      inSession(async ({ core, output, signal }) => {
        const kept = await core.insights.tables()
        const { tables, proposed } = await core.insights.setup(signal)
        const said = saidTables(kept, proposed, pairs, options)
        if (said !== null) await core.insights.save(said, signal)
        const now = said ?? kept
        if (options.accept === true) tellTaken(tables, now, output)
        if (tables.length === 0) output.note('There are no tables yet: send a file first.')
        else if (now.sales === null && now.stock === null)
          output.note(
            'Nothing is kept yet. “pallet insights columns --accept” takes what is proposed.',
          )
        output.table(
          ['table', 'column', 'type', 'is', 'proposed'],
          tables.flatMap(({ table, columns }) =>
            columns.map(({ name, type }) => [
              table,
              name,
              type,
              roleOf(now, table, name),
              roleOf(proposed, table, name),
            ]),
          ),
          [{ kept: now, proposed, tables }],
        )
      }),
    )
}

function filterOf(
  board: Board,
  { days, from, to, all, store, product }: BoardOptions,
): InsightFilter {
  const range =
    all === true
      ? 'all'
      : from !== undefined || to !== undefined
        ? { first: from, last: to }
        : { days: days ?? usualDays[board] }
  const filter = InsightFilter.safeParse({ range, store, product })
  if (filter.success) return filter.data
  throw new Problem({
    code: 'usage',
    what: 'These days cannot be looked at.',
    advice:
      'Say --days with a whole number up to 3660, or --from and --to with days such as 2026-11-22.',
  })
}

function print({ period, pictures }: BoardAnswer, output: Output): void {
  if (period === null) output.note('There is no row with a time yet.')
  else output.note(`From ${period.first} to ${period.last}.`)
  printPictures(pictures, output)
}

function printPictures(pictures: readonly Picture[], output: Output): void {
  for (const { title, note, columns, rows, lacks } of pictures) {
    output.text(`\n${title}`, {})
    output.note(note)
    if (lacks.length > 0)
      output.note(`Not known: it needs ${lacks.join('; ')} (pallet insights columns).`)
    else
      output.table(
        columns,
        rows.map((row) => row.map((cell) => cell ?? '')),
        [],
      )
  }
}

/** What was taken without a look, and what it could have been. */
function tellTaken(
  tables: readonly TableColumns[],
  { sales, stock }: InsightTables,
  output: Output,
): void {
  const others = otherTables(tables, { sales, stock })
  const tell = (kind: 'sales' | 'stock', table: string | undefined): void => {
    if (table === undefined) {
      output.note(`No table has the columns of ${kind}.`)
      return
    }
    const also =
      others[kind].length === 0
        ? ''
        : ` It could as well be ${others[kind].map((one) => `“${one}”`).join(' or ')}: say it with --${kind}.`
    output.note(`The table of ${kind} is “${table}”.${also}`)
  }
  tell('sales', sales?.table)
  tell('stock', stock?.table)
}

/** null: nothing was said. */
function saidTables(
  kept: InsightTables,
  proposed: InsightTables,
  pairs: readonly string[],
  { accept, sales, stock, zone }: ColumnsOptions,
): InsightTables | null {
  if (accept === true) return proposed
  if (sales !== undefined && stock !== undefined)
    throw new Problem({ code: 'usage', what: 'Say --sales and --stock one after the other.' })
  if (sales === undefined && stock === undefined) {
    if (pairs.length > 0)
      throw new Problem({ code: 'usage', what: 'Say --sales or --stock, and its table.' })
    return null
  }
  const columns = Object.fromEntries(
    pairs.map((pair) => [pair.split('=')[0], pair.slice(pair.indexOf('=') + 1)]),
  )
  const said = InsightTables.safeParse({
    sales: sales === undefined ? kept.sales : { table: sales, columns, zone: zone ?? null },
    stock: stock === undefined ? kept.stock : { table: stock, columns },
  })
  if (said.success) return said.data
  throw new Problem({
    code: 'usage',
    what: 'A column cannot be what was said of it.',
    advice: '“pallet insights columns --help” lists what it can be.',
  })
}

function roleOf({ sales, stock }: InsightTables, table: string, column: string): string {
  return [sales, stock]
    .flatMap((one) => (one?.table === table ? Object.entries(one.columns) : []))
    .filter(([, name]) => name === column)
    .map(([role]) => role)
    .join(', ')
}
