/** What has been decided of a run, by a person or by its dataset. */
import { type Answer, type Question, skippedFor } from '../../../shared/domain/runs/decision.ts'
import type { StoredRun } from '../ports/store.ts'

export function answerTo(run: StoredRun, kind: Question['kind']): Answer | null {
  return run.decisions.answered.find(({ question }) => question.kind === kind)?.answer ?? null
}

/** Whether it is decided already what becomes of its rows as ones that were here before. */
export function wasAsked(run: StoredRun): boolean {
  return ['same-bytes', 'same-rows', 'same-keys'].some((kind) =>
    run.decisions.answered.some(({ question }) => question.kind === kind),
  )
}

export function isSkipped(run: StoredRun): boolean {
  return skippedFor(run.decisions.answered) !== null
}
