import { withCompletions } from '../../../shared/domain/delivery.ts'
import { decidingColumns } from '../../../shared/domain/meaning.ts'
import type { Clash, LoadInput } from '../../runs/ports/warehouse.ts'
import { entriesOf } from './ledger.ts'
import { named, runColumn } from './names.ts'
import type { Statements } from './session.ts'
import { countOf, findTable } from './table.ts'

/** Has the deciding cells of the file. */
export const decidingTable = '_pallet_deciding'

/** Rows of the table `T` that go out: what stands beside it, the condition, and its values. No row is of two. */
export interface Going {
  beside: string
  where: string
  values: string[]
}

const ofRuns = (runs: readonly string[]): string =>
  `T.${runColumn} IN (${runs.map(() => '?').join(', ')})`

/** Which rows of the table go out for a file whose deciding cells are staged. */
export async function goingOut(session: Statements, input: LoadInput): Promise<Going[]> {
  const { meaning, corrects, completes, table } = input
  const ofFile = async (runId: string): Promise<string[]> => {
    const runs = withCompletions(await entriesOf(session, table), runId)
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
  const same = sameCells(input, names, meaning.kind === 'slice')
  const cells = names.map((name) => named(name)).join(', ')
  return [
    ...ofCorrected,
    {
      beside: `(SELECT DISTINCT ${cells} FROM ${named(decidingTable)}) AS S`,
      where: spared.length === 0 ? same : `${same} AND NOT ${ofRuns(spared)}`,
      values: spared,
    },
  ]
}

/** Rows that go out, counted. */
export async function countGoing(session: Statements, input: LoadInput): Promise<number> {
  let count = 0
  for (const { where, values, beside } of await goingOut(session, input)) {
    const condition = beside === '' ? where : `EXISTS (SELECT 1 FROM ${beside} WHERE ${where})`
    count += await countOf(
      session,
      `SELECT COUNT(*) FROM ${named(input.table)} AS T WHERE ${condition}`,
      values,
    )
  }
  return count
}

/** Staged rows that share these cells with rows that the runs have brought, and the cells of the first few of them. */
export async function countClashing(
  session: Statements,
  input: LoadInput,
  { by, runs, byDay }: Clash,
): Promise<{ rows: number; examples: string[] }> {
  if (runs.length === 0 || (await findTable(session, input.table)) === null)
    return { rows: 0, examples: [] }
  const filled = byDay ? [] : by.map((name) => `S.${named(name)} IS NOT NULL`)
  const same = [sameCells(input, by, byDay), ofRuns(runs), ...filled].join(' AND ')
  const shown = by.map((name) => `COALESCE(CAST(S.${named(name)} AS VARCHAR), '')`)
  const clashing = `FROM ${named(decidingTable)} AS S WHERE EXISTS (SELECT 1 FROM ${named(input.table)} AS T WHERE ${same})`
  const rows = await countOf(session, `SELECT COUNT(*) ${clashing}`, [...runs])
  const examples = await session.rows(
    `SELECT DISTINCT ${shown.join(" || ' ' || ")} AS CELLS ${clashing} ORDER BY CELLS LIMIT 3`,
    [...runs],
  )
  return { rows, examples: examples.map(([cells]) => String(cells)) }
}

/** Whether a row of the table `T` and one that is staged, `S`, have the same cells there. `byDay`: of an instant its day counts. */
function sameCells(
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
