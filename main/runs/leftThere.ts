/** Tables that a run which was cleaned by a warehouse has left there, and that nobody needs any more. */
import { Problem } from '../../shared/domain/problem.ts'
import type { RunState } from '../../shared/domain/runs/run.ts'
import { checkpointOf } from './checkpoints.ts'
import type { Rooms } from './ports/rooms.ts'
import type { RunRepository, StoredRun } from './ports/store.ts'
import type { WarehouseAccess } from './ports/warehouse.ts'
import { quiet } from './quiet.ts'

export interface LeftThereParts {
  runs: RunRepository
  rooms: Pick<Rooms, 'removeThere'>
  warehouseOf: (connection: string) => Promise<WarehouseAccess>
  now: () => Date
}

/** For so long a warehouse is asked for it; one that sleeps may take longer, and is asked again later. */
const limitMs = 20_000

export class LeftThere {
  readonly #parts: LeftThereParts

  constructor(parts: LeftThereParts) {
    this.#parts = parts
  }

  /** A run ends. What stays there is said in its history, and removed later. Never fails. */
  async end(runId: string, state: RunState): Promise<void> {
    const run = this.#parts.runs.get(runId)
    if (run === null || !run.leftThere) return
    try {
      await this.#remove(run, state, AbortSignal.timeout(limitMs))
    } catch (error) {
      const { what } = Problem.from(error).data
      this.#log(
        run,
        `Tables with rows of this run may still be where they were cleaned: ${what} Pallet removes them as soon as it can.`,
        'warn',
      )
    }
  }

  /** Of a run that is no more. What cannot be removed now goes with what others clean there in a month. */
  async discard(run: StoredRun): Promise<void> {
    if (run.leftThere) await this.#ask(run, AbortSignal.timeout(limitMs)).catch(() => undefined)
  }

  /** Removes what could not be removed when its run ended, as far as it can be now. */
  async due(signal: AbortSignal): Promise<void> {
    const silent = new Set<string>()
    for (const id of this.#parts.runs.leftThere()) {
      const run = this.#parts.runs.get(id)
      const connection = run?.plan.destination.warehouse?.connection ?? ''
      if (run === null || silent.has(connection) || signal.aborted) continue
      const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)])
      await this.#remove(run, run.state, limit).catch(() => silent.add(connection))
    }
  }

  async #remove(run: StoredRun, state: RunState, signal: AbortSignal): Promise<void> {
    const { runs } = this.#parts
    const steps = runs.steps(run.id)
    // One that failed behind it goes on from there, when it is tried again.
    if (state === 'failed' && checkpointOf(steps, 'clean')?.there !== undefined) return
    // Whoever has loaded the rows has taken them away.
    const isLoaded = checkpointOf(steps, 'load') !== null
    const removed = isLoaded ? 0 : await this.#ask(run, signal)
    runs.changeFate(run.id, { leftThere: false })
    if (removed > 0) this.#log(run, 'What was left of it where it was cleaned was removed.', 'info')
  }

  async #ask(run: StoredRun, signal: AbortSignal): Promise<number> {
    const { rooms, warehouseOf, now } = this.#parts
    const { warehouse } = run.plan.destination
    if (warehouse === null) return 0
    const { connection, table } = warehouse
    const access = await warehouseOf(connection)
    const input = { warehouse: access, runId: run.id, table, at: now().toISOString() }
    return await rooms.removeThere(input, quiet(signal))
  }

  #log(run: StoredRun, message: string, level: 'info' | 'warn'): void {
    this.#parts.runs.log(run.id, { at: this.#parts.now().toISOString(), level, message })
  }
}
