import { type ProblemData, reachOf } from '../../shared/domain/problem.ts'
import type { RunRepository, StoredRun } from './ports/store.ts'

/**
 * Ask once and hold the others: when a connection refuses one run, the others do what they can without it and
 * then wait for the same answer, without trying it. What this is known from is the runs that wait, so that it
 * ends with their waiting, and a restart tries again.
 */
export class Holds {
  readonly #runs: RunRepository
  /** Runs that wait because this process was refused for them. */
  readonly #refused = new Set<string>()

  constructor(runs: RunRepository) {
    this.#runs = runs
  }

  /** The connection has refused this run itself, which was not merely held. */
  refuse(runId: string): void {
    this.#refused.add(runId)
  }

  release(runId: string): void {
    this.#refused.delete(runId)
  }

  /** Why nobody may try this connection now; null: one may. */
  heldBy({ connection, place }: { connection: string; place: string }): ProblemData | null {
    for (const { id, problem } of this.waitingFor(connection)) {
      if (problem === null || !this.#refused.has(id)) continue
      const reach = reachOf(problem.code)
      if (reach === 'connection' || (reach === 'place' && problem.place === place)) return problem
    }
    return null
  }

  /** Runs that wait because of this connection, oldest first. */
  waitingFor(connection: string): StoredRun[] {
    return this.#runs
      .list({ states: ['waiting'], limit: 10_000 })
      .filter(({ problem }) => problem?.connection === connection)
      .toReversed()
  }

  /** Those of them that were refused in this process. */
  refusedBy(connection: string): StoredRun[] {
    return this.waitingFor(connection).filter(({ id }) => this.#refused.has(id))
  }
}
