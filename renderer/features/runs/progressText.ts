import { skippedFor } from '../../../shared/domain/runs/decision.ts'
import { toldShort } from '../../../shared/domain/datasets/names.ts'
import type { Progress, Run, Step, StepName, Told } from '../../../shared/domain/runs/run.ts'
import { formatBytes, formatCount, formatDuration, plural } from '../../../shared/domain/sizes.ts'

/** Parts of a progress line. Each has a place of its own on screen, so that nothing moves when one changes. */
export interface ProgressText {
  bytes: string
  rows: string
  rate: string
  left: string
}

export function progressText(progress: Progress): ProgressText {
  const { bytesDone, bytesTotal, rowsDone, rowsTotal, bytesPerSecond, secondsLeft } = progress
  return {
    bytes:
      bytesTotal === null
        ? bytesDone === 0
          ? ''
          : formatBytes(bytesDone)
        : `${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}`,
    rows:
      rowsTotal === null
        ? rowsDone === 0
          ? ''
          : plural(rowsDone, 'row')
        : `${formatCount(rowsDone)} of ${plural(rowsTotal, 'row')}`,
    rate: bytesPerSecond === null ? '' : `${formatBytes(bytesPerSecond)}/s`,
    left: secondsLeft === null ? '' : timeLeft(secondsLeft),
  }
}

/** Coarse on purpose: an estimate that changes every second is read as a promise. */
export function timeLeft(seconds: number): string {
  if (seconds < 5) return 'a few seconds left'
  const grain = seconds < 60 ? 5 : seconds < 600 ? 10 : 60
  const rounded = Math.ceil(seconds / grain) * grain
  if (rounded < 10) return 'a few seconds left'
  return `${formatDuration(rounded * 1000).replace(' 0 s', '')} left`
}

/** How much is done, 0–1; null while the total is unknown. Reaches 1 only with the last byte or row. */
export function fractionOf(progress: Progress): number | null {
  const { bytesDone, bytesTotal, rowsDone, rowsTotal } = progress
  if (bytesTotal !== null && bytesTotal > 0) return Math.min(1, bytesDone / bytesTotal)
  if (rowsTotal !== null && rowsTotal > 0) return Math.min(1, rowsDone / rowsTotal)
  return null
}

export const stepWords: Record<StepName, { title: string; about: string }> = {
  fetch: { title: 'Fetch', about: 'Bring the file into Pallet' },
  read: { title: 'Read', about: 'Turn bytes into records' },
  clean: { title: 'Clean', about: 'Check and clean every record' },
  upload: { title: 'Upload', about: 'Send the blocks to storage' },
  load: { title: 'Load', about: 'Put the rows into the table' },
  trigger: { title: 'Trigger', about: 'Tell those who wait for the data' },
}

const skippedWords: Partial<Record<StepName, string>> = {
  upload: 'This run has no blob',
  load: 'This run has no table',
}

/** What a finished step has achieved, from the run's own numbers. */
export function stepResult(step: Step, run: Run): string {
  const { rows, source, destination } = run
  if (step.state === 'skipped' && skippedFor(run.answered) !== null) return 'Not needed'
  if (step.state === 'skipped') return skippedWords[step.name] ?? 'Not needed'
  if (step.state !== 'done') return ''
  switch (step.name) {
    case 'fetch':
      return source.bytes === null ? '' : formatBytes(source.bytes)
    case 'read':
      return rows.in === null ? '' : plural(rows.in, 'row')
    case 'clean':
      return rows.clean === null
        ? ''
        : `${formatCount(rows.clean)} clean · ${formatCount(rows.quarantined ?? 0)} held back · ${formatCount(rows.dropped ?? 0)} dropped`
    case 'upload':
      return destination.blob === null
        ? ''
        : `${destination.blob.container}/${destination.blob.name}`
    case 'load':
      if (rows.loaded !== null && destination.topic !== undefined)
        return `${plural(rows.loaded, 'message')} in topic ${destination.topic.topic}`
      return rows.loaded === null || destination.warehouse === null
        ? ''
        : `${plural(rows.loaded, 'row')} in table ${destination.warehouse.table}`
    case 'trigger':
      return toldResult(run)
  }
}

/** Who was told, who was not, and on whom one could not count. */
function toldResult({ told, destination }: Run): string {
  const names = (is: (one: Told) => boolean): string =>
    destination.triggers
      .filter((_, at) => told[at] !== undefined && is(told[at]))
      .map(toldShort)
      .join(', ')
  const parts = [
    ['Told', names(({ done }) => done)],
    ['Nothing new for', names(({ unchanged }) => unchanged === true)],
    ['Failed:', names(({ failed }) => failed !== undefined)],
  ] as const
  return parts.flatMap(([word, who]) => (who === '' ? [] : `${word} ${who}`)).join(' · ')
}

/** The step a run is at: the one under way, else the first that is not done. */
export function currentStep(run: Run): Step | null {
  return (
    run.steps.find(({ state }) => state === 'running' || state === 'waiting') ??
    run.steps.find(({ state }) => state === 'failed') ??
    run.steps.find(({ state }) => state === 'pending') ??
    null
  )
}

/** What is read out while a run goes on: the step, and how far it is in quarters. */
export function spokenProgress(run: Run): string {
  const step = run.steps.find(({ state }) => state === 'running')
  if (step === undefined) return ''
  const title = stepWords[step.name].title
  if (step.progress?.state === 'waiting' && step.progress.doing !== '')
    return `${title}: ${step.progress.doing}.`
  const fraction = step.progress === null ? null : fractionOf(step.progress)
  const quarter = fraction === null ? 0 : Math.floor(fraction * 4) * 25
  return quarter === 0 ? `${title} has begun.` : `${title}: ${quarter} percent.`
}
