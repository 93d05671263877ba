import type { Engine, Statements } from '../../duckdb/engine.ts'
import { quoteIdentifier, quoteLiteral, quoteLiterals } from '../../duckdb/sql.ts'
import { type Delivery, withCompletions } from '../../../shared/domain/runs/delivery.ts'
import type { Clash, LoadInput } from '../../runs/ports/warehouse.ts'
import { refuseLanded, refuseLoaded } from '../landed.ts'
import { unbalanced } from '../unbalanced.ts'
import { addEntry, createLedger, entriesOf, keptTable, runColumn } from './ledger.ts'
import { asWritten, outputReader, stagingTable } from './stage.ts'
import { duckdbType } from '../../duckdb/types.ts'
import { type TableColumn, checkFits, checkOwn, lackedBy } from '../columns.ts'
import { emitTable, findTable } from './table.ts'

/** What went out can be brought back for so long, and for so many deliveries of a table. */
const keptDays = 30
const keptDeliveries = 10

/** What goes out, what comes in, and the ledger entry, inside the caller's transaction. */
export async function publish(
  engine: Engine,
  input: LoadInput,
  at: Date,
  told: (share: number) => void,
): Promise<void> {
  await createLedger(engine)
  if (input.batch !== undefined) refuseLanded(input.batch, await entriesOf(engine, input.table))
  if (input.extract !== undefined) refuseLoaded(input.extract, await entriesOf(engine, input.table))
  const found = await tableFor(engine, input)
  if (found === 'fits' && input.addsColumns)
    for (const { name, type } of await lacking(engine, input))
      await engine.run(
        `ALTER TABLE ${quoteIdentifier(input.table)} ADD COLUMN ${quoteIdentifier(name)} ${type}`,
      )
  const took = hasRows(found, input) ? await takeOut(engine, input) : []
  // Without a row nobody knows the types, and a table would hold the next file to guesses.
  if (input.rows > 0) await putIn(engine, input, found, told)
  else {
    const [row] = await asWritten(input.file, () =>
      engine.rows(`SELECT count(*) FROM ${outputReader(input)}`),
    )
    if (Number(row?.[0]) !== 0) throw unbalanced(input, Number(row?.[0]), 'are in the file')
    if (took.length > 0) await deleteTaken(engine, input)
  }
  await addEntry(engine, { ...input, took, loadedAt: at.toISOString() })
  await dropKept(engine, input.table, at)
}

/**
 * Whether there is a table to put the rows into: `fits`, `none`, or one that is made anew, because all of it is
 * replaced or because it is empty. Throws `table-mismatch`.
 */
export async function tableFor(
  engine: Statements,
  input: LoadInput,
): Promise<'none' | 'fits' | 'anew'> {
  const existing = await findTable(engine, input.table)
  if (existing === null) return 'none'
  checkOwn(input.table, existing)
  if (input.meaning.kind === 'snapshot' && input.completes === null) return 'anew'
  try {
    checkFits(input, existing, columnsOf(input))
    return 'fits'
  } catch (mismatch) {
    if ((await countTable(engine, input.table)) > 0) throw mismatch
    return 'anew'
  }
}

const columnsOf = ({ columns }: LoadInput): TableColumn[] =>
  columns.map((column) => ({ name: column.name, type: duckdbType(column) }))

/** See `Warehouse.lacking`. */
export async function lacking(engine: Statements, input: LoadInput): Promise<TableColumn[]> {
  const existing = await findTable(engine, input.table)
  // A table without rows is made anew, and so is one of which all is replaced.
  const isMadeAnew =
    (input.meaning.kind === 'snapshot' && input.completes === null) ||
    existing === null ||
    (await countTable(engine, input.table)) === 0
  return isMadeAnew ? [] : [...lackedBy(input, existing, columnsOf(input))]
}

/** Whether something could go out. An empty table that is made anew may not even have the columns that decide it. */
function hasRows(found: 'none' | 'fits' | 'anew', { meaning }: LoadInput): boolean {
  return found === 'fits' || (found === 'anew' && meaning.kind === 'snapshot')
}

async function putIn(
  engine: Engine,
  input: LoadInput,
  found: 'none' | 'fits' | 'anew',
  told: (share: number) => void,
): Promise<void> {
  const table = quoteIdentifier(input.table)
  switch (found) {
    case 'fits':
      await deleteTaken(engine, input)
      break
    case 'anew':
      await engine.run(`DROP TABLE ${table}`)
      await engine.run(emitTable(input.table, input.columns))
      break
    case 'none':
      await engine.run(emitTable(input.table, input.columns))
      break
  }
  const names = input.columns.map(({ name }) => quoteIdentifier(name)).join(', ')
  await asWritten(input.file, () =>
    engine.runTold(
      `INSERT INTO ${table} BY NAME SELECT ${names}, ${quoteLiteral(input.runId)} AS ${runColumn} FROM ${outputReader(input)}`,
      told,
    ),
  )
  const published = await countRun(engine, input.table, input.runId)
  if (published !== input.rows) throw unbalanced(input, published, 'arrived in the table')
}

/** Puts away the rows that go out, and answers whose they are. */
async function takeOut(engine: Engine, input: LoadInput): Promise<NonNullable<Delivery['took']>> {
  const going = await goingOut(engine, input)
  if (going === null) return []
  const table = quoteIdentifier(input.table)
  const counts = await engine.rows(
    `SELECT ${runColumn}, count(*) FROM ${table} WHERE ${going} GROUP BY ALL ORDER BY ALL`,
  )
  if (counts.length > 0)
    await engine.run(
      `CREATE TABLE ${keptTable(input.runId)} AS SELECT * FROM ${table} WHERE ${going}`,
    )
  return counts.map(([runId, rows]) => ({ runId: String(runId), rows: Number(rows) }))
}

/** How many rows would go out for those that are staged. */
export async function countOutgoing(engine: Statements, input: LoadInput): Promise<number> {
  const going = await goingOut(engine, input)
  if (going === null || !hasRows(await tableFor(engine, input), input)) return 0
  const [row] = await engine.rows(
    `SELECT count(*) FROM ${quoteIdentifier(input.table)} WHERE ${going}`,
  )
  return Number(row?.[0])
}

async function deleteTaken(engine: Engine, input: LoadInput): Promise<void> {
  const going = await goingOut(engine, input)
  if (going !== null) await engine.run(`DELETE FROM ${quoteIdentifier(input.table)} WHERE ${going}`)
}

/** Staged rows that share these cells with rows that the runs have brought, and the cells of the first few of them. */
export async function countClashing(
  engine: Statements,
  { table, columns }: LoadInput,
  { by, runs, byDay, withEmpty }: Clash,
): Promise<{ rows: number; examples: string[] }> {
  if (runs.length === 0 || (await findTable(engine, table)) === null)
    return { rows: 0, examples: [] }
  const there = `${quoteIdentifier(table)}.${runColumn} IN (${quoteLiterals(runs)})`
  // Where nothing stands, nothing is the same; of a slice an empty cell is a value, too.
  const filled = withEmpty ? [] : by.map((name) => `staged.${quoteIdentifier(name)} IS NOT NULL`)
  const same = [sameAsStaged(table, columns, by, byDay), there, ...filled].join(' AND ')
  const shown = by.map((name) => `coalesce(${quoteIdentifier(name)}::VARCHAR, '')`).join(", ' ', ")
  const clashing = `FROM ${stagingTable} AS staged WHERE EXISTS (SELECT 1 FROM ${quoteIdentifier(table)} WHERE ${same})`
  const [row] = await engine.rows(`SELECT count(*) ${clashing}`)
  const examples = await engine.rows(
    `SELECT DISTINCT concat(${shown}) ${clashing} ORDER BY 1 LIMIT 3`,
  )
  return { rows: Number(row?.[0]), examples: examples.map(([cells]) => String(cells)) }
}

/** Whether a row of the table and one that is staged have the same cells there. `byDay`: of an instant its day counts. */
function sameAsStaged(
  table: string,
  columns: LoadInput['columns'],
  names: readonly string[],
  byDay: boolean,
): string {
  const pairs = names.map((name) => {
    const column = quoteIdentifier(name)
    // A file that has a sale of a day has the day, whatever the minute.
    const isInstant = byDay && columns.some((one) => one.name === name && one.type === 'timestamp')
    const [one, other] = [`staged.${column}`, `${quoteIdentifier(table)}.${column}`].map((cell) =>
      isInstant ? `CAST(${cell} AS DATE)` : cell,
    )
    return `${one} IS NOT DISTINCT FROM ${other}`
  })
  return pairs.join(' AND ')
}

/** Which rows of the table go out, as a condition; null: none. */
async function goingOut(engine: Statements, input: LoadInput): Promise<string | null> {
  const { meaning, corrects, completes, table, columns } = input
  const ofFile = async (runId: string): Promise<string> => {
    const runs = withCompletions(await entriesOf(engine, table), runId)
    return `${runColumn} IN (${quoteLiterals([runId, ...runs.map((one) => one.runId)])})`
  }
  const ofDeciding = async (names: readonly string[]): Promise<string> => {
    const same = sameAsStaged(table, columns, names, meaning.kind === 'slice')
    const going = `EXISTS (SELECT 1 FROM ${stagingTable} AS staged WHERE ${same})`
    return completes === null ? going : `(${going} AND NOT ${await ofFile(completes)})`
  }
  const parts = corrects === null ? [] : [await ofFile(corrects)]
  switch (meaning.kind) {
    case 'append':
      break
    case 'snapshot':
      if (completes === null) return 'true'
      break
    case 'slice':
      parts.push(await ofDeciding(meaning.by))
      break
    case 'upsert':
      parts.push(await ofDeciding(meaning.keys))
      break
  }
  return parts.length === 0 ? null : parts.join(' OR ')
}

/** What is too old, or before too many others, is not kept any more. */
async function dropKept(engine: Engine, table: string, at: Date): Promise<void> {
  const oldest = new Date(at.getTime() - keptDays * 24 * 3600_000).toISOString()
  const taking = (await entriesOf(engine, table)).filter(
    ({ took }) => took !== null && took.length > 0,
  )
  const keeps = taking.filter(({ loadedAt }) => loadedAt >= oldest).slice(-keptDeliveries)
  for (const { runId } of taking)
    if (keeps.every((kept) => kept.runId !== runId))
      await engine.run(`DROP TABLE IF EXISTS ${keptTable(runId)}`)
}

export async function countRun(engine: Statements, table: string, runId: string): Promise<number> {
  const [row] = await engine.rows(
    `SELECT count(*) FROM ${quoteIdentifier(table)} WHERE ${runColumn} = $1`,
    [runId],
  )
  return Number(row?.[0])
}

export async function countTable(engine: Statements, table: string): Promise<number> {
  const [row] = await engine.rows(`SELECT count(*) FROM ${quoteIdentifier(table)}`)
  return Number(row?.[0])
}
