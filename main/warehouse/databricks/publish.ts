import { setTimeout as after } from 'node:timers/promises'
import { Problem } from '../../../shared/domain/problem.ts'
import type { LoadInput } from '../../runs/ports/warehouse.ts'
import { alone, goingOut } from '../remote/going.ts'
import { type Bound, entryAdded } from '../remote/ledger.ts'
import { countOf, ledgerTable, runColumn, turnTable } from '../remote/statements.ts'
import { addLacking } from '../remote/tables.ts'
import { unbalanced } from '../unbalanced.ts'
import { folded, keptName, named } from './names.ts'
import { isConflict, isRaised, raised } from './problems.ts'
import type { Session } from './session.ts'
import { catalogue, ownDefinition } from './table.ts'

/** So often it is tried when others change the same tables. */
const turnTries = 6

/**
 * What goes out is put away, what comes in is counted, and the ledger says both: in one statement, a transaction that Databricks works
 * by itself, so that nothing of ours can be killed in the middle of it. Whoever sends it twice finds the run in the ledger.
 */
export async function publish(
  session: Session,
  input: LoadInput,
  found: 'none' | 'fits' | 'anew',
  staged: { fresh: string; deciding: string },
  at: Date,
  beforeCommit: () => void,
): Promise<void> {
  const { table, runId, rows } = input
  // Without a row nobody knows the types, and a table would hold the next file to guesses.
  if (rows > 0 && found === 'none') await session.rows(ownDefinition(table, input.columns))
  if (rows > 0 && found === 'anew')
    await session.rows(ownDefinition(table, input.columns, 'CREATE OR REPLACE TABLE'))
  if (found === 'fits') await addLacking(session, catalogue, input)
  if (found === 'fits') await session.rows(ownDefinition(keptName(runId), input.columns))
  await inTurnThere(session, table, runId, async () => {
    const names = input.columns.map(({ name }) => named(name)).join(', ')
    const script: Bound[] = []
    if (found === 'fits')
      for (const going of await goingOut(session, input, staged.deciding)) {
        const { values } = going
        script.push(
          {
            sql: `INSERT INTO ${named(keptName(runId))} (${names}, ${runColumn}) SELECT ${names}, ${runColumn} FROM ${named(table)} AS T WHERE ${alone(going)}`,
            values,
          },
          { sql: `DELETE FROM ${named(table)} AS T WHERE ${alone(going)}`, values },
        )
      }
    if (rows > 0)
      script.push(
        {
          sql: `INSERT INTO ${named(table)} (${names}, ${runColumn}) SELECT ${names}, ? FROM ${named(staged.fresh)}`,
          values: [runId],
        },
        unless(`(SELECT COUNT(*) FROM ${named(table)} WHERE ${runColumn} = ?) = ?`, 'rows', [
          runId,
          rows,
        ]),
      )
    script.push(
      entryAdded(session, { ...input, loadedAt: at.toISOString() }, took(runId, found === 'fits')),
    )
    beforeCommit()
    return [given('RUN_ID = ?', 0, [runId], script)]
  }).catch((error: unknown) => {
    if (isRaised(error, 'rows')) throw unbalanced(input, rows, 'did not all arrive in the table')
    throw error
  })
}

/** Whose rows were put away, as the ledger has it. */
function took(runId: string, isKept: boolean): Bound {
  const counted = `(SELECT ${runColumn} AS R, COUNT(*) AS N FROM ${named(keptName(runId))} GROUP BY ${runColumn}) AS K`
  return isKept
    ? {
        sql: `(SELECT TO_JSON(SORT_ARRAY(COLLECT_LIST(NAMED_STRUCT('runId', R, 'rows', N)))) FROM ${counted})`,
        values: [],
      }
    : { sql: '?', values: ['[]'] }
}

/** Statements that are worked only where the ledger has so many entries of the kind. */
export function given(
  condition: string,
  entries: number,
  values: readonly string[],
  script: readonly Bound[],
): Bound {
  return {
    sql: `IF (SELECT COUNT(*) FROM ${named(ledgerTable)} WHERE ${condition}) = ${entries} THEN ${script.map(({ sql }) => `${sql};`).join(' ')} END IF`,
    values: [...values, ...script.flatMap((part) => part.values)],
  }
}

/** Takes all back where something is not so. */
function unless(
  condition: string,
  what: keyof typeof raised,
  values: readonly (string | number)[],
): Bound {
  return {
    sql: `IF NOT (${condition}) THEN SIGNAL SQLSTATE '${raised[what]}' SET MESSAGE_TEXT = 'Pallet takes it back.'; END IF`,
    values,
  }
}

/**
 * Works a script in one transaction, alone in its schema: all of them change the one row of the turn, and of two that do so at once
 * Databricks takes back the later. The script is made anew when something was delivered into the table since it was.
 */
export async function inTurnThere(
  session: Session,
  table: string,
  tag: string,
  scriptOf: () => Promise<readonly Bound[]>,
): Promise<void> {
  for (let nth = 1; ; nth += 1) {
    const [count, values] = ledgerState(table)
    const before = await countOf(session, `SELECT ${count}`, values)
    const script = [
      { sql: `UPDATE ${named(turnTable)} SET run_id = ?`, values: [tag] },
      unless(`${count} = ?`, 'moved', [...values, before]),
      ...(await scriptOf()),
    ]
    try {
      await session.decided.rows(
        `BEGIN ATOMIC ${script.map(({ sql }) => `${sql};`).join(' ')} END;`,
        script.flatMap((part) => part.values),
      )
      return
    } catch (error) {
      const isLater = isConflict(error) || isRaised(error, 'moved')
      if (!isLater) throw error
      if (nth === turnTries) throw isConflict(error) ? error : inUse(session)
      await after(nth * 500 * (0.5 + Math.random()))
    }
  }
}

/** Grows with every delivery into a table, and with every one that is undone. */
function ledgerState(table: string): [sql: string, values: string[]] {
  return [
    `(SELECT COUNT(*) + COUNT(UNDONE_AT) FROM ${named(ledgerTable)} WHERE TABLE_NAME = ?)`,
    [folded(table)],
  ]
}

function inUse({ workspace: { host } }: Session): Problem {
  return new Problem({
    code: 'warehouse-in-use',
    what: `Others deliver into the same table at ${host} over and over.`,
    did: 'Pallet changed nothing in the tables there. The run waits and tries again by itself.',
  })
}
