/** A file is measured as a whole, and held beside the last one that was delivered. */
import { isPart } from '../../shared/domain/extract.ts'
import { skippedFor, unusualWords } from '../../shared/domain/decision.ts'
import { type Outline, driftOf } from '../../shared/domain/outline.ts'
import type { Broken, WholeSeverity } from '../../shared/domain/rules.ts'
import { type Measures, brokenWhole, measuredColumns } from '../../shared/domain/wholeRules.ts'
import { type Checkpoints, checkpointOf } from './checkpoints.ts'
import type { CleanOutput } from './ports/cleaning.ts'
import type { Rooms } from './ports/rooms.ts'
import type { RunRepository, StoredRun } from './ports/store.ts'
import { quiet } from './quiet.ts'
import { filesOf, formatOf } from './steps/step.ts'
import type { HomePaths } from './ports/home.ts'

export interface MeasuringParts {
  rooms: Pick<Rooms, 'measure'>
  runs: RunRepository
  home: HomePaths
  now: () => Date
}

export type BrokenWhole = Record<WholeSeverity, Broken[]>

/** So many of a dataset's runs are looked through for the last one that was measured. */
const lookedThrough = 50

export interface Measured {
  /** For the next file to be held beside it. */
  outline: Outline
  measures?: Measures
  /** What is not as in the last file, in sentences. */
  drift: string[]
  broken: BrokenWhole
}

/** What the clean rows of a run are, what of it breaks a rule, and what is not as in the last file. */
export async function measured(
  { rooms, runs, home, now }: MeasuringParts,
  run: StoredRun,
  { clean, contract: { columns, rows = {}, whole } }: Pick<CleanOutput, 'clean' | 'contract'>,
  signal: AbortSignal,
): Promise<Measured> {
  const { outline, measures } = await rooms.measure(
    {
      file: filesOf(home, run).output,
      format: formatOf(run),
      columns,
      rows: clean,
      measured: whole === undefined ? null : measuredColumns(whole),
    },
    quiet(signal),
  )
  const broken: BrokenWhole = { warn: [], ask: [], stop: [] }
  const note = (severity: WholeSeverity, rule: string | null): void => {
    if (rule !== null) broken[severity].push({ rule, rows: 0, lines: [] })
  }
  // It is asked about by itself: there are ways to say beforehand that so few rows are right.
  const { severity = 'ask' } = rows
  if (severity !== 'ask') note(severity, unusualWords(clean, rows))
  const before = lastLeft(runs, run.dataset, 'outline', run.id)
  // Rows that were fixed, and a part of what goes on, are no file that could be like the one before.
  const isFile = run.plan.completes === undefined && !isPart(run.plan)
  const drift = before === null || !isFile ? [] : driftOf(outline, before)
  if (measures === null) return { outline, drift, broken }
  const last = lastLeft(runs, run.dataset, 'measures', run.id)
  const today = now().toISOString().slice(0, 10)
  const labelOf = (name: string) => columns.find((one) => one.name === name)?.label ?? name
  for (const rule of whole ?? [])
    note(rule.severity, brokenWhole(rule, measures, last, today, labelOf))
  return { outline, measures, drift, broken }
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
