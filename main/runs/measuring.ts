/** The rules about a file as a whole: it is measured, and held beside the last one that was delivered. */
import { unusualWords } from '../../shared/domain/decision.ts'
import type { Broken, WholeSeverity } from '../../shared/domain/rules.ts'
import { type Measures, brokenWhole, measuredColumns } from '../../shared/domain/wholeRules.ts'
import { checkpointOf } from './checkpoints.ts'
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

/** What was measured, for the next file to be held beside it, and what is broken. `measures`: null where no rule asks for any. */
export async function measured(
  { rooms, runs, home, now }: MeasuringParts,
  run: StoredRun,
  { clean, contract: { columns, rows = {}, whole = [] } }: Pick<CleanOutput, 'clean' | 'contract'>,
  signal: AbortSignal,
): Promise<{ measures: Measures | null; broken: BrokenWhole }> {
  const broken: BrokenWhole = { warn: [], ask: [], stop: [] }
  const note = (severity: WholeSeverity, rule: string | null): void => {
    if (rule !== null) broken[severity].push({ rule, rows: 0, lines: [] })
  }
  // It is asked about by itself: there are ways to say beforehand that so few rows are right.
  const { severity = 'ask' } = rows
  if (severity !== 'ask') note(severity, unusualWords(clean, rows))
  if (whole.length === 0) return { measures: null, broken }
  const measures = await rooms.measure(
    {
      file: filesOf(home, run).output,
      format: formatOf(run),
      columns,
      measured: measuredColumns(whole),
    },
    quiet(signal),
  )
  const before = lastMeasures(runs, run)
  const today = now().toISOString().slice(0, 10)
  const labelOf = (name: string) => columns.find((one) => one.name === name)?.label ?? name
  for (const rule of whole) note(rule.severity, brokenWhole(rule, measures, before, today, labelOf))
  return { measures, broken }
}

function lastMeasures(runs: RunRepository, { id, dataset }: StoredRun): Measures | null {
  const before = runs.list({ dataset, states: ['succeeded'], limit: lookedThrough })
  for (const run of before) {
    if (run.id === id || run.undoneAt !== null || run.plan.completes !== undefined) continue
    const measures = checkpointOf(runs.steps(run.id), 'clean')?.measures
    if (measures !== undefined) return measures
  }
  return null
}
