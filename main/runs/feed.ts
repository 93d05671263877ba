import type { Problem } from '../../shared/domain/problem.ts'
import type { Run } from '../../shared/domain/runs/run.ts'
import { pause } from './pause.ts'

/**
 * Whole snapshots of runs as they change. Each listener gets at most one snapshot of a
 * run per interval, always the newest, so that a slow listener costs nothing.
 */
export class RunFeed {
  readonly #snapshot: (runId: string) => Run | null
  readonly #listeners = new Set<(news: string | Problem) => void>()

  constructor(snapshot: (runId: string) => Run | null) {
    this.#snapshot = snapshot
  }

  changed(runId: string): void {
    for (const listener of this.#listeners) listener(runId)
  }

  /** Ends every watch with this problem: what comes next would not be the truth. */
  fail(problem: Problem): void {
    for (const listener of this.#listeners) listener(problem)
  }

  async *watch(
    first: readonly string[],
    signal: AbortSignal,
    intervalMs = 100,
  ): AsyncGenerator<Run> {
    const changed = new Set(first)
    let wake: (() => void) | null = null
    let problem: Problem | null = null
    const listener = (news: string | Problem): void => {
      if (typeof news === 'string') changed.add(news)
      else problem = news
      wake?.()
    }
    const onAbort = (): void => wake?.()
    this.#listeners.add(listener)
    signal.addEventListener('abort', onAbort)
    try {
      while (!signal.aborted) {
        if (problem !== null) throw problem
        const batch = [...changed]
        changed.clear()
        for (const runId of batch) {
          const run = this.#snapshot(runId)
          if (run !== null) yield run
        }
        if (batch.length > 0) await pause(intervalMs, signal)
        if (changed.size === 0 && problem === null && !signal.aborted)
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        wake = null
      }
    } finally {
      this.#listeners.delete(listener)
      signal.removeEventListener('abort', onAbort)
    }
  }
}
