import type { LoadInput, Warehouse, WarehouseSystem } from '../../runs/ports/warehouse.ts'
import { columnValues } from '../remote/columnValues.ts'
import { countClashing, countGoing, keyFaults } from '../remote/going.ts'
import { contents } from '../remote/contents.ts'
import { allEntries, entriesOf, findEntry } from '../remote/ledger.ts'
import { overlap, weighedColumns } from '../remote/overlap.ts'
import { countRun, countTable, stagedColumns } from '../remote/statements.ts'
import { countKept, dropKept, lacking, tableFor } from '../remote/tables.ts'
import { tableTotals } from '../remote/totals.ts'
import { unbalanced } from '../unbalanced.ts'
import { bring, inDatabricks, sweep, sweepLeft } from './bring.ts'
import { clean, removeCleaned } from './clean.ts'
import { keptName, named } from './names.ts'
import { isUnknown } from './problems.ts'
import { publish } from './publish.ts'
import { query } from './query.ts'
import { type Session, openSession } from './session.ts'
import { catalogue, createLedger, findTable } from './table.ts'
import { takeBack } from './undo.ts'
import type { DatabricksAccess } from './workspace.ts'

/** A schema of Unity Catalog. */
export const databricksWarehouse: WarehouseSystem<DatabricksAccess> = {
  async open(access, { doing, waits }, signal, work) {
    const session = openSession(access, signal, doing)
    await session.awake(waits)
    const staged = new Set<string>()
    try {
      return await work(opened(session, staged, signal))
    } finally {
      for (const runId of staged) await sweepLeft(session, runId, signal)
    }
  },
  deliveries: (access, table, signal) =>
    orNone(entriesOf(openSession(access, signal, 'reading the ledger'), table), []),
  clean,
  removeCleaned,
  async contents(access, signal) {
    const session = openSession(access, signal, 'listing the tables')
    return await contents(session, await orNone(allEntries(session), []))
  },
  async columnValues(access, input, signal) {
    const session = openSession(access, signal, `reading the table ${input.table}`)
    const there = (await findTable(session, input.table)) ?? []
    const words = {
      asText: ({ name }: { name: string }) => `CAST(${named(name)} AS STRING)`,
      cellOf: (_: unknown, text: string | null) => text,
    }
    return await columnValues(session, input, there, words, signal)
  },
  async tableTotals(access, input, signal) {
    const session = openSession(access, signal, `adding up ${input.table}`)
    return await tableTotals(
      session,
      catalogue,
      input,
      inDatabricks,
      await orNone(entriesOf(session, input.table), []),
    )
  },
  query,
}

/** Nobody has delivered anything yet, so there is no ledger. */
async function orNone<Result>(reading: Promise<Result>, none: Result): Promise<Result> {
  try {
    return await reading
  } catch (error) {
    if (isUnknown(error)) return none
    throw error
  }
}

function opened(session: Session, staged: Set<string>, signal: AbortSignal): Warehouse {
  /** Has the cells that decide which rows go out. */
  let deciding = ''
  const stage = async (
    input: LoadInput,
    columns: LoadInput['columns'],
    told?: (share: number) => void,
  ): ReturnType<typeof bring> => {
    // What a Pallet that was killed has left is of no use to anybody.
    if (!staged.has(input.runId)) await sweep(session, input.runId, signal)
    staged.add(input.runId)
    return await bring(session, input, columns, signal, told)
  }
  return {
    async find(runId) {
      const entry = await orNone(findEntry(session.decided, runId), null)
      // Whoever was killed behind the transaction has left what was staged for it.
      if (entry !== null) staged.add(runId)
      return entry
    },
    deliveries: (table) => orNone(entriesOf(session, table), []),
    check: async (input) => void (await tableFor(session, catalogue, input)),
    lacking: async (input) => (await lacking(session, catalogue, input)).map(({ name }) => name),
    async stage(input) {
      const { table, rows } = await stage(input, stagedColumns(input))
      deciding = table
      return rows
    },
    keyFaults: (keys) => keyFaults(session, keys, deciding),
    async overlap(input, common) {
      if ((await findTable(session, input.table)) === null) return null
      const { table } = await stage(input, weighedColumns(common))
      return await overlap(session, input, common, table)
    },
    outgoing: async (input) =>
      (await tableFor(session, catalogue, input)) === 'fits'
        ? await countGoing(session, input, deciding)
        : 0,
    clashing: async (input, clash) =>
      (await findTable(session, input.table)) === null
        ? { rows: 0, examples: [] }
        : await countClashing(session, input, clash, deciding),
    async publish(input, told, beforeCommit) {
      await createLedger(session)
      const found = await tableFor(session, catalogue, input)
      const { table: fresh, rows } = await stage(input, input.columns, told)
      if (rows !== input.rows) throw unbalanced(input, rows, 'are in the file')
      await publish(session, input, found, { fresh, deciding }, new Date(), beforeCommit)
    },
    async tidy(delivery, cleaned) {
      await dropKept(session.decided, delivery, keptName)
      if (cleaned !== undefined)
        await session.decided.rows(`DROP TABLE IF EXISTS ${named(cleaned.table)}`)
    },
    kept: (delivery) => countKept(session, catalogue, keptName(delivery.runId)),
    undo: (deliveries, at, beforeCommit) => takeBack(session, deliveries, at, beforeCommit),
    async count(table, runId) {
      const { decided } = session
      if ((await findTable(decided, table)) === null) return { rows: 0, tableRows: 0 }
      return {
        rows: await countRun(decided, table, runId),
        tableRows: await countTable(decided, table),
      }
    },
  }
}
