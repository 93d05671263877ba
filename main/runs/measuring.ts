/** The rules about a file as a whole: it is measured, and held beside the last one that was delivered. */
import type { Contract } from '../../shared/domain/dataset.ts'
import type { Broken, OtherSeverity } from '../../shared/domain/rules.ts'
import { type Measures, brokenWhole, measuredColumns } from '../../shared/domain/wholeRules.ts'
import { checkpointOf } from './checkpoints.ts'
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

/** So many of a dataset's runs are looked through for the last one that was measured. */
const lookedThrough = 50

/** What was measured, for the next file to be held beside it, and what is broken. null: there are no such rules. */
export async function measured(
  { rooms, runs, home, now }: MeasuringParts,
  run: StoredRun,
  { columns, whole = [] }: Contract,
  signal: AbortSignal,
): Promise<{ measures: Measures; broken: Record<OtherSeverity, Broken[]> } | null> {
  if (whole.length === 0) return null
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
  const broken: Record<OtherSeverity, Broken[]> = { warn: [], stop: [] }
  for (const rule of whole) {
    const sentence = brokenWhole(rule, measures, before, today, labelOf)
    if (sentence !== null) broken[rule.severity].push({ rule: sentence, rows: 0, lines: [] })
  }
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
