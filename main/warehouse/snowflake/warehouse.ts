import { setTimeout as after } from 'node:timers/promises'
import type { Warehouse, WarehouseSystem } from '../../runs/ports/warehouse.ts'
import { countClashing, countGoing, keyFaults } from '../remote/going.ts'
import { contents } from '../remote/contents.ts'
import { allEntries, entriesOf, findEntry } from '../remote/ledger.ts'
import { overlap, weighedColumns } from '../remote/overlap.ts'
import { type Statements, countRun, countTable, stagedColumns } from '../remote/statements.ts'
import { countKept, dropKept, lacking, tableFor } from '../remote/tables.ts'
import { bring } from './bring.ts'
import { clean, removeCleaned } from './clean.ts'
import { columnValues } from './columnValues.ts'
import { decidingTable, keptName, named } from './names.ts'
import { orNone } from './problems.ts'
import { publish } from './publish.ts'
import { query } from './query.ts'
import { type Session, type SnowflakeAccess, withSession } from './session.ts'
import { catalogue, findTable } from './table.ts'
import { tableTotals } from './totals.ts'
import { endLeft, ended } from './turn.ts'
import { takeBack } from './undo.ts'

const weighedTable = '_pallet_weighed'
/** The driver waits for a lost answer for a minute and a half; the ledger is asked sooner what became of a COMMIT, and again and again. */
const askingMs = 10_000

/** A schema at Snowflake. Every call opens a session of its own, which ends with it. */
export const snowflakeWarehouse: WarehouseSystem<SnowflakeAccess> = {
  open: (access, { doing }, signal, work) =>
    withSession(access, signal, doing, (session) => work(opened(session, access, signal, doing))),
  deliveries: (access, table, signal) =>
    withSession(access, signal, 'reading the ledger', (session) =>
      orNone(entriesOf(session, table), []),
    ),
  contents: (access, signal) =>
    withSession(access, signal, 'listing the tables', async (session) =>
      contents(session, await orNone(allEntries(session), [])),
    ),
  clean,
  removeCleaned,
  columnValues,
  tableTotals,
  query,
}

function opened(
  session: Session,
  access: SnowflakeAccess,
  signal: AbortSignal,
  doing: string,
): Warehouse {
  const never = new AbortController().signal
  let isLost = false
  /** Has the cells that decide which rows go out. */
  let deciding = decidingTable
  /** Of what is decided it is told in a new session, where that of before has gone with the answer. */
  const reading = <Result>(work: (statements: Statements) => Promise<Result>): Promise<Result> =>
    isLost ? withSession(access, never, doing, work) : work(session.decided)
  /**
   * A COMMIT for which there was no transaction any more succeeds, too, so the ledger says what became of it; where nobody heard
   * of it, or has not yet, to a new session.
   */
  const settled = async (
    name: string,
    isDone: (statements: Statements) => Promise<boolean>,
    work: (beforeCommit: () => void) => Promise<void>,
    beforeCommit: () => void,
  ): Promise<void> => {
    const decided = Promise.withResolvers<void>()
    let isDecided = false
    const answered = new AbortController()
    const working = work(() => {
      beforeCommit()
      isDecided = true
      decided.resolve()
    })
    const known = decided.promise.then(() => knownDone(isDone, answered.signal))
    try {
      isLost = await Promise.race([working.then(() => false), known]).finally(() =>
        answered.abort(),
      )
      if (!isLost && !(await isDone(session.decided))) throw ended()
    } catch (error) {
      if (!isDecided) throw error
      const done = await withSession(access, never, doing, async (later) => {
        await endLeft(later, name)
        return await isDone(later)
      })
      if (!done) throw error
      isLost = true
    }
  }
  /** Settles when the ledger knows of it, before anybody has answered. */
  const knownDone = async (
    isDone: (statements: Statements) => Promise<boolean>,
    signal: AbortSignal,
  ): Promise<true> => {
    for (;;) {
      await after(askingMs, undefined, { signal })
      // Who cannot be asked now is asked again.
      if (await withSession(access, signal, doing, isDone).catch(() => false)) return true
    }
  }
  return {
    find: (runId) =>
      orNone(
        reading((statements) => findEntry(statements, runId)),
        null,
      ),
    deliveries: (table) => orNone(entriesOf(session, table), []),
    check: async (input) => void (await tableFor(session, catalogue, input)),
    lacking: async (input) => (await lacking(session, catalogue, input)).map(({ name }) => name),
    async stage(input) {
      session.tag(input.runId)
      const staged = await bring(session, input, decidingTable, stagedColumns(input), signal)
      deciding = staged.table
      return staged.rows
    },
    keyFaults: (keys) => keyFaults(session, keys, deciding),
    async overlap(input, common) {
      if ((await findTable(session, input.table)) === null) return null
      const weighed = await bring(session, input, weighedTable, weighedColumns(common), signal)
      return await overlap(session, input, common, weighed.table)
    },
    outgoing: async (input) =>
      (await tableFor(session, catalogue, input)) === 'fits'
        ? await countGoing(session, input, deciding)
        : 0,
    clashing: async (input, clash) =>
      (await findTable(session, input.table)) === null
        ? { rows: 0, examples: [] }
        : await countClashing(session, input, clash, deciding),
    publish: (input, told, beforeCommit) =>
      settled(
        input.runId,
        async (later) => (await findEntry(later, input.runId)) !== null,
        (decide) => publish(session, input, deciding, new Date(), signal, told, decide),
        beforeCommit,
      ),
    tidy: (delivery, cleaned) =>
      reading(async (statements) => {
        await dropKept(statements, delivery, keptName)
        if (cleaned !== undefined)
          await statements.rows(`DROP TABLE IF EXISTS ${named(cleaned.table)}`)
      }),
    kept: (delivery) => countKept(session, catalogue, keptName(delivery.runId)),
    undo: (deliveries, at, beforeCommit) => {
      const first = deliveries[0]?.runId ?? ''
      return settled(
        `undo_${first}`,
        async (later) => (await findEntry(later, first))?.undoneAt === at,
        (decide) => takeBack(session, deliveries, at, decide),
        beforeCommit,
      )
    },
    count: (table, runId) =>
      reading(async (statements) => {
        if ((await findTable(statements, table)) === null) return { rows: 0, tableRows: 0 }
        return {
          rows: await countRun(statements, table, runId),
          tableRows: await countTable(statements, table),
        }
      }),
  }
}
