import type { Command } from 'commander'
import { plural } from '../../../shared/domain/sizes.ts'
import type { Output } from '../output.ts'
import type { CommandCore, InSession } from '../session.ts'

export function addQuery(pallet: Command, inSession: InSession): void {
  pallet
    .command('query')
    .description('one read-only statement on a warehouse')
    .argument('<sql>')
    .option('--on <connection>', 'the warehouse (default: the built-in one)')
    .action((sql: string, options: { on?: string }) =>
      inSession(({ core, output, signal }) => queryCommand(core, output, sql, options.on, signal)),
    )
}

async function queryCommand(
  core: CommandCore,
  output: Output,
  sql: string,
  connection: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const answer = await core.warehouse.query(sql, 10_000, signal, connection)
  output.table(
    answer.columns,
    answer.rows.map((row) => row.map((cell) => cell ?? '')),
    answer.rows.map((row) =>
      Object.fromEntries(answer.columns.map((name, index) => [name, row[index] ?? null])),
    ),
  )
  if (answer.truncated)
    output.note(`Only the first ${plural(answer.rows.length, 'row')} are shown.`)
}
