import type { Command } from 'commander'
import type { Core } from '../../runs/core.ts'
import type { Output } from '../output.ts'
import type { InSession } from '../session.ts'

export function addQuery(pallet: Command, inSession: InSession): void {
  pallet
    .command('query')
    .description('one read-only statement on the sandbox warehouse')
    .argument('<sql>')
    .action((sql: string) =>
      inSession(({ core, output, signal }) => queryCommand(core, output, sql, signal)),
    )
}

async function queryCommand(
  core: Core,
  output: Output,
  sql: string,
  signal: AbortSignal,
): Promise<void> {
  const answer = await core.warehouse.query(sql, 10_000, signal)
  output.table(
    answer.columns,
    answer.rows.map((row) => row.map((cell) => cell ?? '')),
    answer.rows.map((row) =>
      Object.fromEntries(answer.columns.map((name, index) => [name, row[index] ?? null])),
    ),
  )
  if (answer.truncated) output.note('Only the first 10,000 rows are shown.')
}
