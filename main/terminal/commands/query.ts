import { writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { sandboxName } from '../../../shared/domain/connection.ts'
import { csvOf } from '../../../shared/domain/files/csvText.ts'
import { localTime } from '../../../shared/domain/localTime.ts'
import { type Origin, isRunColumn, linesWords } from '../../../shared/domain/warehouse/origin.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { SavedQuery } from '../../../shared/domain/warehouse/savedQuery.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import type { Output } from '../output.ts'
import type { CommandCore, InSession } from '../session.ts'

interface Options {
  on?: string
  save?: string
  saved?: string
  list?: true
  remove?: string
  to?: string
  lines?: true
}

export function addQuery(pallet: Command, inSession: InSession): void {
  pallet
    .command('query')
    .description('one read-only statement on a warehouse, which can be saved under a name')
    .argument('[sql]')
    .option(
      '--on <connection>',
      'the warehouse (default: the built-in one, or that of the saved query)',
    )
    .option('--save <name>', 'ask the statement, and save it under this name')
    .option('--saved <name>', 'ask the statement that is saved under this name')
    .option('--list', 'list what is saved')
    .option('--remove <name>', 'remove what is saved under this name')
    .option(
      '--lines',
      'say from which line of which file each row came; it needs the column _pallet_run',
    )
    .option('--to <file>', 'write the answer as CSV into this file')
    .action((sql: string | undefined, options: Options) =>
      inSession(({ core, output, signal }) => queryCommand(core, output, sql, options, signal)),
    )
}

/** So many rows the core answers with. */
const mostRows = 10_000

async function queryCommand(
  core: CommandCore,
  output: Output,
  sql: string | undefined,
  { on, save, saved, list, remove, to, lines }: Options,
  signal: AbortSignal,
): Promise<void> {
  const wanted = [sql, saved, list, remove].filter((one) => one !== undefined)
  if (wanted.length !== 1 || (save !== undefined && sql === undefined))
    throw usage('Give one statement, or “--saved NAME”, “--list” or “--remove NAME”.')
  if (remove !== undefined) {
    await core.warehouse.remove(remove)
    output.note(`The query “${remove}” is removed.`)
    return
  }
  const all = list === true || saved !== undefined ? await core.warehouse.saved() : []
  if (list === true) {
    if (all.length === 0) output.note('No query is saved yet; “--save NAME” saves one.')
    output.table(
      ['name', 'on', 'statement'],
      all.map((one) => [one.name, one.connection, one.sql.replace(/\s+/g, ' ')]),
      all,
    )
    return
  }
  const found = all.find(({ name }) => name === saved)
  if (saved !== undefined && found === undefined)
    throw new Problem({
      code: 'not-found',
      what: `No query is saved as “${saved}”.`,
      did: 'Nothing was asked.',
      advice: '“pallet query --list” lists what is saved.',
    })
  const statement = found?.sql ?? sql ?? ''
  const connection = on ?? found?.connection
  const answer = await core.warehouse.query(statement, mostRows, signal, connection)
  // What cannot be asked is not saved.
  if (save !== undefined) {
    const query = SavedQuery.safeParse({ name: save, connection: connection ?? sandboxName, sql })
    if (!query.success) throw usage(query.error.issues[0]?.message ?? '')
    await core.warehouse.save(query.data)
    output.note(`Saved as “${query.data.name}”.`)
  }
  if (answer.truncated)
    output.note(`Only the first ${plural(answer.rows.length, 'row')} are given.`)
  if (lines === true) return await tellLines(core, output, answer, signal)
  if (to !== undefined) {
    writeFileSync(to, csvOf(answer.columns, answer.rows))
    output.note(`${plural(answer.rows.length, 'row')} written to ${to}.`)
    return
  }
  output.table(
    answer.columns,
    answer.rows.map((row) => row.map((cell) => cell ?? '')),
    answer.rows.map((row) =>
      Object.fromEntries(answer.columns.map((name, index) => [name, row[index] ?? null])),
    ),
  )
}

/** Each of them may have to be looked for in a whole file. */
const mostTraced = 20

async function tellLines(
  core: CommandCore,
  output: Output,
  { columns, rows }: { columns: readonly string[]; rows: readonly (string | null)[][] },
  signal: AbortSignal,
): Promise<void> {
  const at = columns.findIndex(isRunColumn)
  if (at < 0) throw usage('The answer has no column _pallet_run, which says what brought a row.')
  if (rows.length > mostTraced)
    output.note(`Only the first ${mostTraced} rows are looked for in their files.`)
  const found: Partial<Origin>[] = []
  for (const row of rows.slice(0, mostTraced)) {
    const runId = row[at] ?? null
    const cells = Object.fromEntries(columns.map((name, index) => [name, row[index] ?? null]))
    found.push(
      runId === null
        ? { note: 'Pallet has not brought this row.' }
        : await core.warehouse.origin({ runId, cells }, signal),
    )
  }
  output.table(
    ['run', 'dataset', 'sent', 'from'],
    found.map(
      ({ runId = '', dataset = '', file = '', sentAt, lines = [], total = 0, note = '' }) => [
        runId,
        dataset,
        sentAt === undefined ? '' : localTime(sentAt),
        linesWords({ file, lines, total, note }),
      ],
    ),
    found,
  )
}

function usage(what: string): Problem {
  return new Problem({
    code: 'usage',
    what,
    did: 'Nothing was asked.',
    advice: '“pallet query --help” says more.',
  })
}
