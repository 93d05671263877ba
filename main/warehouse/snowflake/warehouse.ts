import { decidingColumns } from '../../../shared/domain/meaning.ts'
import type { LoadInput, Warehouse, WarehouseSystem } from '../../runs/ports/warehouse.ts'
import { bring } from './bring.ts'
import { columnValues } from './columnValues.ts'
import { countClashing, countGoing, decidingTable } from './going.ts'
import { entriesOf, findEntry } from './ledger.ts'
import { named } from './names.ts'
import { overlap } from './overlap.ts'
import { isUnknown } from './problems.ts'
import { publish } from './publish.ts'
import { query } from './query.ts'
import { type Session, type SnowflakeAccess, type Statements, withSession } from './session.ts'
import { countOf, countRun, countTable, findTable, tableFor } from './table.ts'
import { endLeft } from './turn.ts'
import { countKept, takeBack } from './undo.ts'

/** A schema at Snowflake. Every call opens a session of its own, which ends with it. */
export const snowflakeWarehouse: WarehouseSystem<SnowflakeAccess> = {
  open: (access, { doing }, signal, work) =>
    withSession(access, signal, doing, (session) => work(opened(session, access, signal, doing))),
  deliveries: (access, table, signal) =>
    withSession(access, signal, 'reading the ledger', (session) =>
      orNone(entriesOf(session, table), []),
    ),
  columnValues,
  query,
}

/** Nobody has delivered anything yet, so there is no ledger. Whoever writes makes one, and then looks again. */
async function orNone<Result>(reading: Promise<Result>, none: Result): Promise<Result> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof Error && isUnknown(error.cause)) return none
    throw error
  }
}

function opened(
  session: Session,
  access: SnowflakeAccess,
  signal: AbortSignal,
  doing: string,
): Warehouse {
  const never = new AbortController().signal
  let isLost = false
  /** Of what is decided it is told in a new session, where that of before has gone with the answer. */
  const reading = <Result>(work: (statements: Statements) => Promise<Result>): Promise<Result> =>
    isLost ? withSession(access, never, doing, work) : work(session.decided)
  /** Where nobody heard what became of a commit, the ledger says it, to a new session. */
  const settled = async (
    name: string,
    isDone: (later: Session) => Promise<boolean>,
    work: (beforeCommit: () => void) => Promise<void>,
    beforeCommit: () => void,
  ): Promise<void> => {
    let isDecided = false
    try {
      await work(() => {
        beforeCommit()
        isDecided = true
      })
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
  return {
    find: (runId) =>
      orNone(
        reading((statements) => findEntry(statements, runId)),
        null,
      ),
    deliveries: (table) => orNone(entriesOf(session, table), []),
    check: async (input) => void (await tableFor(session, input)),
    stage: (input) => {
      session.tag(input.runId)
      return bring(session, input, decidingTable, stagedColumns(input), signal)
    },
    async keyFaults(keys) {
      const cells = keys.map(named)
      const filled = cells.map((cell) => `${cell} IS NOT NULL`).join(' AND ')
      const staged = named(decidingTable)
      return {
        empty: await countOf(session, `SELECT COUNT(*) FROM ${staged} WHERE NOT (${filled})`),
        repeated: await countOf(
          session,
          `SELECT COALESCE(SUM(N), 0) FROM (SELECT COUNT(*) AS N FROM ${staged} WHERE ${filled} GROUP BY ${cells.join(', ')} HAVING COUNT(*) > 1) AS R`,
        ),
      }
    },
    overlap: (input) => overlap(session, input, signal),
    outgoing: async (input) =>
      (await tableFor(session, input)) === 'fits' ? await countGoing(session, input) : 0,
    clashing: (input, clash) => countClashing(session, input, clash),
    publish: (input, told, beforeCommit) =>
      settled(
        input.runId,
        async (later) => (await findEntry(later, input.runId)) !== null,
        (decide) => publish(session, input, new Date(), signal, told, decide),
        beforeCommit,
      ),
    kept: (delivery) => countKept(session, delivery),
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

/** The cells that decide which rows go out; all of them, of rows that complete a delivery. */
function stagedColumns({ meaning, completes, columns }: LoadInput): LoadInput['columns'] {
  if (completes !== null) return columns
  const names = decidingColumns(meaning)
  return columns.filter(({ name }) => names.includes(name))
}
