import { withCompletions } from '../../../shared/domain/runs/delivery.ts'
import { decidingColumns } from '../../../shared/domain/datasets/meaning.ts'
import type { Clash, LoadInput } from '../../runs/ports/warehouse.ts'
import { entriesOf } from './ledger.ts'
import { type Statements, countOf, runColumn } from './statements.ts'

/** Rows of the table `T` that go out: what stands beside it, the condition, and its values. No row is of two. */
export interface Going {
  beside: string
  where: string
  values: string[]
}

const ofRuns = (runs: readonly string[]): string =>
  `T.${runColumn} IN (${runs.map(() => '?').join(', ')})`

/** Which rows of the table go out for a file whose deciding cells are in the table `staged`. */
export async function goingOut(
  statements: Statements,
  input: LoadInput,
  staged: string,
): Promise<Going[]> {
  const { meaning, corrects, completes, table } = input
  const ofFile = async (runId: string): Promise<string[]> => {
    const runs = withCompletions(await entriesOf(statements, table), runId)
    return [...new Set([runId, ...runs.map((one) => one.runId)])]
  }
  if (meaning.kind === 'snapshot' && completes === null)
    return [{ beside: '', where: 'TRUE', values: [] }]
  const corrected = corrects === null ? [] : await ofFile(corrects)
  const ofCorrected: Going[] =
    corrects === null ? [] : [{ beside: '', where: ofRuns(corrected), values: corrected }]
  const names = decidingColumns(meaning)
  if (names.length === 0) return ofCorrected
  // Its own rows stay, and what goes for the correction goes for that alone.
  const spared = [...corrected, ...(completes === null ? [] : await ofFile(completes))]
  const same = sameCells(statements, input, names, meaning.kind === 'slice')
  const cells = names.map((name) => statements.named(name)).join(', ')
  return [
    ...ofCorrected,
    {
      beside: `(SELECT DISTINCT ${cells} FROM ${statements.named(staged)}) AS S`,
      where: spared.length === 0 ? same : `${same} AND NOT ${ofRuns(spared)}`,
      values: spared,
    },
  ]
}

/** The condition by which rows of `T` go out, where nothing else may stand beside it. */
export const alone = ({ where, beside }: Going): string =>
  beside === '' ? where : `EXISTS (SELECT 1 FROM ${beside} WHERE ${where})`

/** Rows that go out, counted. */
export async function countGoing(
  statements: Statements,
  input: LoadInput,
  staged: string,
): Promise<number> {
  let count = 0
  for (const going of await goingOut(statements, input, staged))
    count += await countOf(
      statements,
      `SELECT COUNT(*) FROM ${statements.named(input.table)} AS T WHERE ${alone(going)}`,
      going.values,
    )
  return count
}

/** Staged rows that share these cells with rows that the runs have brought into the table, which is there; and the cells of the first few. */
export async function countClashing(
  statements: Statements,
  input: LoadInput,
  { by, runs, byDay, withEmpty }: Clash,
  staged: string,
): Promise<{ rows: number; examples: string[] }> {
  if (runs.length === 0) return { rows: 0, examples: [] }
  const { named } = statements
  const filled = withEmpty ? [] : by.map((name) => `S.${named(name)} IS NOT NULL`)
  const same = [sameCells(statements, input, by, byDay), ofRuns(runs), ...filled].join(' AND ')
  const shown = by.map((name) => `COALESCE(S.${named(name)} || '', '')`)
  const clashing = `FROM ${named(staged)} AS S WHERE EXISTS (SELECT 1 FROM ${named(input.table)} AS T WHERE ${same})`
  const rows = await countOf(statements, `SELECT COUNT(*) ${clashing}`, [...runs])
  const examples = await statements.rows(
    `SELECT DISTINCT ${shown.join(" || ' ' || ")} AS CELLS ${clashing} ORDER BY CELLS LIMIT 3`,
    [...runs],
  )
  return { rows, examples: examples.map(([cells]) => String(cells)) }
}

/** Staged rows that have an empty cell among these columns, and those whose cells there occur more than once. */
export async function keyFaults(
  statements: Statements,
  keys: readonly string[],
  staged: string,
): Promise<{ empty: number; repeated: number }> {
  const cells = keys.map(statements.named)
  const filled = cells.map((cell) => `${cell} IS NOT NULL`).join(' AND ')
  const rows = statements.named(staged)
  return {
    empty: await countOf(statements, `SELECT COUNT(*) FROM ${rows} WHERE NOT (${filled})`),
    repeated: await countOf(
      statements,
      `SELECT COALESCE(SUM(N), 0) FROM (SELECT COUNT(*) AS N FROM ${rows} WHERE ${filled} GROUP BY ${cells.join(', ')} HAVING COUNT(*) > 1) AS R`,
    ),
  }
}

/** Whether a row of the table `T` and one that is staged, `S`, have the same cells there. `byDay`: of an instant its day counts. */
function sameCells(
  { named }: Statements,
  { columns }: Pick<LoadInput, 'columns'>,
  names: readonly string[],
  byDay: boolean,
): string {
  const pairs = names.map((name) => {
    const isInstant = byDay && columns.some((one) => one.name === name && one.type === 'timestamp')
    const [one, other] = ['S', 'T'].map((side) =>
      isInstant ? `CAST(${side}.${named(name)} AS DATE)` : `${side}.${named(name)}`,
    )
    return `${one} IS NOT DISTINCT FROM ${other}`
  })
  return pairs.join(' AND ')
}
