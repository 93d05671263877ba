/** A few rows as the steps of a recipe leave them, beside what they were before. */
import { mkdir, rm } from 'node:fs/promises'
import { DuckDBStructValue, type DuckDBValue } from '@duckdb/node-api'
import {
  type WorkedFate,
  type WorkedPlace,
  type WorkedRow,
  partMark,
  workedPlaces,
} from '../../shared/domain/recipe/effect.ts'
import { pageCellCharacters } from '../../shared/domain/files/look.ts'
import { stepIds } from '../../shared/domain/recipe/recipe.ts'
import { fitRecipe } from '../../shared/domain/recipe/recipeFit.ts'
import { openEngine } from '../duckdb/engine.ts'
import { engineProblem } from '../duckdb/problem.ts'
import { quoteLiteral } from '../duckdb/sql.ts'
import type { Control } from '../runs/ports/control.ts'
import type { WorkInput, WorkOutput } from '../runs/ports/effects.ts'
import { type Pivot, pivotOf, sourceOf } from './duckdb/pivot.ts'
import { readRecords } from './duckdb/records.ts'
import { headerInFile } from './plan.ts'
import { emitShaping, nameBefore } from './duckdb/shape.ts'
import { nameOf } from './duckdb/stepCells.ts'
import { useTokenKey } from '../duckdb/tokens.ts'
import { reasonOfFailed } from './held.ts'

const memoryBytes = 192 * 1024 * 1024

/** Works the steps on what was cut out of a file. Throws `disk-full`, or the signal's reason. */
export async function work(input: WorkInput, { signal }: Control<never>): Promise<WorkOutput> {
  const { workFolder, recordsFile } = input
  try {
    await mkdir(workFolder, { recursive: true })
    return await workIn(input, signal)
  } catch (error) {
    signal.throwIfAborted()
    throw engineProblem(error, 'working the steps of the recipe', recordsFile)
  } finally {
    await rm(workFolder, { recursive: true, force: true })
  }
}

async function workIn(input: WorkInput, signal: AbortSignal): Promise<WorkOutput> {
  const { recipe, labels, outside, since, upTo, workFolder } = input
  const steps = fitRecipe(recipe, labels).steps.filter(({ index }) => index < upTo)
  const places = workedPlaces(recipe, labels, since, upTo)
  const pivot = pivotOf(steps)
  const { stages } = emitShaping({
    from: selectPieces(input),
    columns: labels.map((label, index) => ({ id: index + 1, label })),
    steps,
    header: headerInFile(input),
    tables: outside?.tables ?? [],
    besides: ['torn', 'head', 'sure'],
    keepsBefore: since,
    taken: (index) => isTaken(input, index, pivot),
    together: (index) => input.comparedFiles[index] ?? '',
    isTorn: true,
  })
  const cells = places.flatMap(({ before, after }) => [
    before === null ? 'NULL' : nameBefore(before),
    after === null ? 'NULL' : nameOf(after),
  ])
  const source = sourceOf(pivot)
  const joined = steps.some(({ step }) => step.kind === 'pivot-wider') ? 'joined' : 'NULL'
  const engine = await openEngine(
    {
      file: ':memory:',
      tempFolder: workFolder,
      access: 'read-write',
      otherFiles: 'allowed',
      memoryBytes,
      threads: 1,
    },
    signal,
  )
  try {
    await useTokenKey(engine, outside?.tokenKey)
    const rows = await engine.rows(
      `SELECT ${source} AS record, line, sure, gone, failed, ${joined}, ${cells.join(', ')} FROM (${stages[0].records}) WHERE record IN (${input.records.join(', ')}) ORDER BY rec`,
    )
    const parts = Map.groupBy(rows, ([record]) => record)
    return {
      isSure: rows.every(([, , sure]) => sure === true),
      rows: [...parts.values()].map((made) => workedRow(made, places, recipe)),
    }
  } finally {
    engine.close()
  }
}

/** The records with the piece that they belong to, and whether it begins the file. */
function selectPieces({ recordsFile, labels, pieces }: WorkInput): string {
  const records = readRecords({ nth: 1, file: recordsFile, from: 0, width: labels.length })
  const torn =
    pieces.length === 1
      ? `${pieces[0] ?? 0}`
      : `list_max(list_filter([${pieces.join(', ')}], lambda p: p <= rec))`
  return `SELECT *, torn <= 1 AS head, true AS sure FROM (SELECT *, ${torn} AS torn FROM ${records})`
}

function isTaken(
  { comparedFiles, records, pieces }: WorkInput,
  index: number,
  pivot: Pivot | null,
): string {
  const file = quoteLiteral(comparedFiles[index] ?? '')
  const parts = pivot !== null && pivot.index < index ? pivot.parts : 1
  const near = `rec BETWEEN ${(Math.min(...pieces) - 1) * parts + 1} AND ${Math.max(...records) * parts}`
  return `rec IN (SELECT rec FROM read_parquet(${file}) WHERE ${near})`
}

/** What became of one record: one row, or those that a pivot has made of it. */
function workedRow(
  made: readonly DuckDBValue[][],
  places: readonly WorkedPlace[],
  recipe: WorkInput['recipe'],
): WorkedRow {
  const [record, line] = made[0] ?? []
  const fates = made.map((row) => fateOf(row, recipe))
  const standing = made.filter((_, nth) => fates[nth]?.kind === 'stands')
  const fate = fates.find(({ kind }) => kind === 'failed') ??
    fates.find(({ kind }) => kind === 'stands') ??
    fates[0] ?? { kind: 'stands' }
  const cells: string[] = []
  const before: Record<string, string> = {}
  const longer: Record<string, number> = {}
  for (const [place, { before: was }] of places.entries()) {
    const then = together(made.map((row) => row[firstCell + 2 * place]))
    const now = together(standing.map((row) => row[firstCell + 2 * place + 1]))
    const cell = fate.kind === 'stands' ? now : then
    cells.push(cell.slice(0, pageCellCharacters))
    if (cell.length > pageCellCharacters) longer[place] = cell.length
    if (was !== null && cell !== then) before[place] = then.slice(0, pageCellCharacters)
  }
  const row = { record: Number(record), line: Number(line), cells, before, longer, fate }
  return standing.length > 1 && fate.kind === 'stands' ? { ...row, parts: standing.length } : row
}

/** Behind what else is selected of a row. */
const firstCell = 6

/** The cells of a column in all rows that were made of one: what is the same in all stands once. */
function together(cells: readonly (DuckDBValue | undefined)[]): string {
  const texts = cells.map((cell) => (cell == null ? '' : String(cell)))
  return new Set(texts).size <= 1 ? (texts[0] ?? '') : texts.join(partMark)
}

function fateOf(row: readonly DuckDBValue[], recipe: WorkInput['recipe']): WorkedFate {
  const [, , , gone = null, failed = null, joined = null] = row
  const ids = stepIds(recipe)
  if (joined !== null) return { kind: 'joined', line: Number(joined) }
  if (gone !== null) return { kind: 'dropped', step: ids[Number(gone)] ?? '' }
  if (!(failed instanceof DuckDBStructValue)) return { kind: 'stands' }
  const place = Number(failed.entries['nth'])
  const sentence = reasonOfFailed(failed, recipe)?.message ?? ''
  return { kind: 'failed', step: ids[place] ?? '', sentence }
}
