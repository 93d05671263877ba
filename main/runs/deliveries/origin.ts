/** From a row of a table back to the line of the file that brought it: the file is read again, and cleaned as it was. */
import { stat } from 'node:fs/promises'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import type { LookFilter } from '../../../shared/domain/files/look.ts'
import { type Origin, mostLines } from '../../../shared/domain/warehouse/origin.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { defaultRecipe } from '../../../shared/domain/recipe/recipe.ts'
import type { Plan } from '../../../shared/domain/runs/run.ts'
import { checkpointOf } from '../checkpoints.ts'
import { chosenAgain } from '../looking/chosenAgain.ts'
import type { Looks } from '../looking/looks.ts'
import type { HomePaths } from '../ports/home.ts'
import type { DatasetRepository, RunRepository, StoredRun } from '../ports/store.ts'
import { noSuchRun } from '../receipt.ts'
import type { Sources } from '../arriving/sources.ts'

interface OriginParts {
  runs: Pick<RunRepository, 'get' | 'steps'>
  datasets: Pick<DatasetRepository, 'versions'>
  home: HomePaths
  sources: Sources
  looks: Looks
}

export interface OriginInput {
  /** Which brought the row. */
  runId: string
  /** Of the row by the names of its columns, as a warehouse has them; null: empty. */
  cells: Readonly<Record<string, string | null>>
}

/**
 * The lines are those of the file that is there
 * now. Throws `not-found` for a run that this Pallet does not know.
 */
export async function originOf(
  parts: OriginParts,
  { runId, cells }: OriginInput,
  signal: AbortSignal,
): Promise<Origin> {
  const run = parts.runs.get(runId)
  if (run === null) throw noSuchRun(runId)
  const { dataset, createdAt: sentAt, plan } = run
  const of = { runId, dataset, file: plan.source.name, sentAt }
  try {
    const elsewhere = notOfAFile(plan)
    return { ...of, ...(elsewhere ?? (await linesOf(parts, run, cells, signal))) }
  } catch (error) {
    signal.throwIfAborted()
    return { ...of, lines: [], total: 0, note: Problem.from(error).data.what }
  }
}

type Lines = Pick<Origin, 'lines' | 'total' | 'note'>
const unknown = (note: string): Lines => ({ lines: [], total: 0, note })

/** What is said of a row that no line of a file has brought; null: one has. */
function notOfAFile({ batch, completes, extract }: Plan): Lines | null {
  if (completes !== undefined)
    return unknown(
      `It was held back in the run ${completes.runId}, and put right there by hand before it was sent.`,
    )
  if (batch !== undefined)
    return unknown(
      'It is a record of a topic; its columns kafka_partition and kafka_offset say which.',
    )
  if (extract !== undefined) return unknown('It was listed by an API, so no file has a line of it.')
  return null
}

async function linesOf(
  { runs, datasets, home, sources, looks }: OriginParts,
  run: StoredRun,
  cells: OriginInput['cells'],
  signal: AbortSignal,
): Promise<Lines> {
  const steps = runs.steps(run.id)
  const [read, clean] = [checkpointOf(steps, 'read'), checkpointOf(steps, 'clean')]
  if (read === null || clean === null) return unknown('The run has not cleaned its file yet.')
  const { columns } = clean.contract
  const filters = filtersOf(columns, cells)
  if (filters.length === 0)
    return unknown('The row has no column by which it could be found in the file.')
  const { header, recipe, location, source } = run.plan
  const then = datasets.versions(run.dataset).find(({ version }) => version === run.version)
  const again = await chosenAgain(run, sources, home)
  const { rows, total } = await looks.rows(
    {
      source: again.source,
      dataset: run.dataset,
      reading: read.detected.reading,
      recipe: recipe?.steps ?? then?.recipe ?? defaultRecipe,
      ...(header === undefined ? {} : { header }),
      typed: columns,
      filters,
      order: null,
      from: 0,
      limit: mostLines,
    },
    signal,
  )
  const now = location === source.path ? await stat(location).catch(() => null) : null
  const isChanged = now !== null && now.mtimeMs > Date.parse(run.createdAt)
  return {
    lines: rows.map(({ line }) => line),
    total,
    note: [
      total === 0 ? `No line of ${source.name} has these cells now.` : '',
      isChanged ? 'The file was changed after it was sent.' : '',
    ]
      .filter((sentence) => sentence !== '')
      .join(' '),
  }
}

/** A cell as the type of its column has it; of yes and no, and of durations, warehouses write each their own. */
function filtersOf(columns: readonly Column[], cells: OriginInput['cells']): LookFilter[] {
  const known = new Map(Object.entries(cells).map(([name, cell]) => [name.toLowerCase(), cell]))
  return columns.flatMap(({ label: column, name, type }): LookFilter[] => {
    const cell = known.get(name.toLowerCase())
    if (cell === undefined) return []
    if (cell === null) return [{ kind: 'value', column, value: '' }]
    switch (type) {
      case 'text':
        return [{ kind: 'value', column, value: cell }]
      case 'integer':
      case 'decimal':
      case 'date':
      case 'time':
      case 'timestamp':
        return [{ kind: 'range', column, from: cell, to: cell, withLast: true }]
      case 'boolean':
      case 'duration':
        return []
    }
  })
}
