import { ledgerTable, turnTable } from '../remote/statements.ts'
import { named } from './names.ts'
import type { Session } from './session.ts'

/** Definitions commit what is under way in Snowflake, so this stands before every transaction. */
export async function createLedger(session: Session): Promise<void> {
  await session.rows(
    `CREATE TABLE IF NOT EXISTS ${named(ledgerTable)} (RUN_ID VARCHAR NOT NULL, DATASET VARCHAR NOT NULL, TABLE_NAME VARCHAR NOT NULL, "ROWS" NUMBER(38,0) NOT NULL, SOURCE_SHA256 VARCHAR NOT NULL, LOADED_AT VARCHAR NOT NULL, SEQ NUMBER(38,0) NOT NULL, MEANING VARCHAR NOT NULL, TOOK VARCHAR NOT NULL, CORRECTS VARCHAR, COMPLETES VARCHAR, UNDONE_AT VARCHAR)`,
  )
  await session.rows(`CREATE TABLE IF NOT EXISTS ${named(turnTable)} (RUN_ID VARCHAR)`)
  // Two that begin at once leave two rows; whoever changes all of them still goes alone.
  await session.rows(
    `INSERT INTO ${named(turnTable)} SELECT '' AS RUN_ID WHERE NOT EXISTS (SELECT 1 FROM ${named(turnTable)})`,
  )
}
