/** A file is measured as a whole, and held beside the last one that was delivered. */
import type { Column, OutputFormat, RowBounds } from '../../../shared/domain/datasets/dataset.ts'
import { isPart } from '../../../shared/domain/arriving/extract.ts'
import { skippedFor, unusualWords } from '../../../shared/domain/runs/decision.ts'
import { ownZone } from '../../../shared/domain/localTime.ts'
import { type Outline, driftOf } from '../../../shared/domain/files/outline.ts'
import type { Broken, WholeSeverity } from '../../../shared/domain/rules/rules.ts'
import {
  type RowsThen,
  type Unusual,
  unusualRows,
} from '../../../shared/domain/datasets/usualRows.ts'
import {
  type Measures,
  brokenWhole,
  measuredColumns,
} from '../../../shared/domain/rules/wholeRules.ts'
import { type Checkpoints, checkpointOf } from '../checkpoints.ts'
import type { CleanOutput } from '../ports/cleaning.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { RunRepository, StoredRun } from '../ports/store.ts'
import { quiet } from '../quiet.ts'

export interface MeasuringParts {
  rooms: Pick<Rooms, 'measure'>
  runs: RunRepository
  now: () => Date
}

/** The clean rows of a run, before any of their columns is treated. */
export interface Written {
  file: string
  format: OutputFormat
}

export type BrokenWhole = Record<WholeSeverity, Broken[]>

/** So many of a dataset's runs are looked through for the last one that was measured. */
const lookedThrough = 50

export interface Measured {
  /** For the next file to be held beside it. */
  outline: Outline
  measures?: Measures
  /** What is not as in the files before, in sentences. */
  drift: string[]
  /** Of it, what somebody should hear of. */
  unusual: Unusual
  broken: BrokenWhole
}

/** What the clean rows of a run are, what of it breaks a rule, and what is not as in the last file. */
export async function measured(
  { rooms, runs, now }: MeasuringParts,
  run: StoredRun,
  { file, format }: Written,
  { clean, contract: { columns, rows = {}, whole } }: Pick<CleanOutput, 'clean' | 'contract'>,
  signal: AbortSignal,
): Promise<Measured> {
  const { outline: seen, measures } = await rooms.measure(
    {
      file,
      format,
      columns,
      rows: clean,
      measured: whole === undefined ? null : measuredColumns(whole),
    },
    quiet(signal),
  )
  const outline = withoutPersonal(seen, columns)
  const broken: BrokenWhole = { warn: [], ask: [], stop: [] }
  const note = (severity: WholeSeverity, rule: string | null): void => {
    if (rule !== null) broken[severity].push({ rule, rows: 0, lines: [] })
  }
  // It is asked about by itself: there are ways to say beforehand that so few rows are right.
  const { severity = 'ask' } = rows
  if (severity !== 'ask') note(severity, unusualWords(clean, rows))
  // Rows that were fixed, and a part of what goes on, are no file that could be like the one before.
  const isFile = run.plan.completes === undefined && !isPart(run.plan)
  const before = isFile ? lastFile(runs, run.dataset, run.id) : null
  const found = before === null ? nothing : besideLast(outline, rows, before, run.createdAt)
  if (measures === null) return { outline, ...found, broken }
  const last = lastLeft(runs, run.dataset, 'measures', run.id)
  const today = now().toISOString().slice(0, 10)
  const labelOf = (name: string) => columns.find((one) => one.name === name)?.label ?? name
  for (const rule of whole ?? [])
    note(rule.severity, brokenWhole(rule, measures, last, today, labelOf))
  return { outline, measures, ...found, broken }
}

/** What is kept of a file shows no value of a personal column. */
function withoutPersonal(outline: Outline, columns: readonly Column[]): Outline {
  const isPersonal = (name: string): boolean =>
    columns.some((column) => column.name === name && column.personal !== undefined)
  return {
    ...outline,
    columns: outline.columns.map((one) => (isPersonal(one.name) ? { ...one, values: null } : one)),
  }
}

/** What a new file is held beside. */
export interface LastFile {
  outline: Outline
  /** Of the files that were delivered, newest first. */
  rows: RowsThen[]
}

const nothing: Pick<Measured, 'drift' | 'unusual'> = {
  drift: [],
  unusual: { rows: null, columns: [] },
}

/** The last file of a dataset that was delivered, with how many rows those before it had; null: there is none. */
export function lastFile(
  runs: Pick<RunRepository, 'list' | 'steps' | 'rowsDelivered'>,
  dataset: string,
  except?: string,
): LastFile | null {
  const outline = lastLeft(runs, dataset, 'outline', except)
  return outline === null ? null : { outline, rows: runs.rowsDelivered(dataset, lookedThrough) }
}

/**
 * What is not as in the files before. Where a person has said how many rows are usual, nothing is learnt.
 * @param at when the file was sent, UTC, ISO 8601
 */
export function besideLast(
  outline: Outline,
  bounds: RowBounds | undefined,
  before: LastFile,
  at: string,
): Pick<Measured, 'drift' | 'unusual'> {
  const { columns, values } = driftOf(outline, before.outline)
  const isSaid = bounds?.atLeast !== undefined || bounds?.atMost !== undefined
  const rows = isSaid ? null : unusualRows(outline.rows, before.rows, at, ownZone())
  return {
    drift: [...(rows === null ? [] : [rows]), ...columns, ...values],
    unusual: { rows, columns },
  }
}

/** What the last delivered file of a dataset has left to be compared with; null: there is none, or it was not measured. */
export function lastLeft<Left extends 'measures' | 'outline'>(
  runs: Pick<RunRepository, 'list' | 'steps'>,
  dataset: string,
  left: Left,
  except?: string,
): NonNullable<Checkpoints['clean'][Left]> | null {
  const before = runs.list({ dataset, states: ['succeeded'], limit: lookedThrough })
  for (const run of before) {
    const isDelivered = run.undoneAt === null && skippedFor(run.decisions.answered) === null
    if (run.id === except || !isDelivered || run.plan.completes !== undefined) continue
    const found = checkpointOf(runs.steps(run.id), 'clean')?.[left]
    if (found !== undefined) return found
  }
  return null
}
