import type { Command } from 'commander'
import { fateOf } from '../../../shared/domain/warehouse/contents.ts'
import { rowsTaken } from '../../../shared/domain/runs/delivery.ts'
import { localTime } from '../../../shared/domain/localTime.ts'
import { rowsOverTime } from '../../../shared/domain/warehouse/rowsOverTime.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import type { InSession } from '../session.ts'

const mostDeliveries = 1000

/** Rows of a table at some time. */
const countOr = (rows: number | null | undefined): string =>
  rows == null ? 'unknown' : formatCount(rows)

export function addTables(pallet: Command, inSession: InSession): void {
  pallet
    .command('tables')
    .description('the tables of a warehouse, and what came into each last')
    .argument('[connection]', 'the warehouse (default: the built-in one)')
    .option(
      '--schema <name>',
      'in place of that of the connection; “connections browse” lists them',
    )
    .action((connection: string | undefined, { schema }: { schema?: string }) =>
      inSession(async ({ core, output, signal }) => {
        const { tables } = await core.warehouse.contents({ limit: 1, schema }, signal, connection)
        if (tables.length === 0) output.note('There are no tables yet.')
        output.table(
          ['table', 'rows', 'deliveries', 'last', 'dataset', 'run'],
          tables.map(({ table, rows, deliveries, last }) => [
            table,
            rows === null ? '' : formatCount(rows),
            rows === null ? '' : formatCount(deliveries),
            last === null ? '' : localTime(last.loadedAt),
            last?.dataset ?? '',
            last?.runId ?? '',
          ]),
          tables,
        )
      }),
    )
}

export function addLedger(pallet: Command, inSession: InSession): void {
  pallet
    .command('ledger')
    .description('what Pallet delivered into a warehouse, the newest first, and what became of it')
    .argument('[connection]', 'the warehouse (default: the built-in one)')
    .option('--table <name>', 'only what went into this table; with its schema where it is another')
    .action((connection: string | undefined, { table }: { table?: string }) =>
      inSession(async ({ core, output, signal }) => {
        const asked = { table, limit: mostDeliveries }
        const { tables, ledger, more } = await core.warehouse.contents(asked, signal, connection)
        if (ledger.length === 0) output.note('Nothing has been delivered there yet.')
        if (more)
          output.note(
            `Only the newest ${plural(mostDeliveries, 'delivery', 'deliveries')} are listed.`,
          )
        const then = new Map(
          tables.flatMap((one) =>
            rowsOverTime(
              ledger.filter((each) => each.table === one.table),
              one.rows,
              !more,
            ).map(({ runId, undone, rows }) => [`${runId} ${undone}`, rows]),
          ),
        )
        output.table(
          ['when', 'run', 'dataset', 'table', 'meaning', 'rows', 'went out', 'rows then', ''],
          ledger.map((one) => [
            localTime(one.loadedAt),
            one.runId,
            one.dataset,
            one.table,
            one.meaning.kind,
            formatCount(one.rows),
            one.took === null ? '' : formatCount(rowsTaken(one)),
            countOr(then.get(`${one.runId} false`)),
            fateOf(one),
          ]),
          ledger.map((one) => ({ ...one, rowsThen: then.get(`${one.runId} false`) ?? null })),
        )
      }),
    )
}
