import { correctsOf } from '../../../shared/domain/runs/decision.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { isFinished } from '../../../shared/domain/runs/run.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { hasDelivered } from '../fixing/comingHome.ts'
import type { DeliveredBlobs } from './deliveredBlobs.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { RunRepository, StoredRun } from '../ports/store.ts'
import type { UndoOutput, WarehouseAccess } from '../ports/warehouse.ts'
import { quiet } from '../quiet.ts'

/** What an undo does, or would do. */
export type Undone = UndoOutput & {
  /** What becomes of its blob, as sentences; null: it has none. */
  blob: string | null
}

export interface UndoingParts {
  blobs: DeliveredBlobs
  rooms: Pick<Rooms, 'undo'>
  runs: RunRepository
  warehouseOf: (connection: string) => Promise<WarehouseAccess>
  changed: (runId: string) => void
  now: () => Date
}

/** Taking a delivery out of its table again. The ledger decides, and is told first; a repeated undo finds it done. */
export class Undoing {
  readonly #parts: UndoingParts

  constructor(parts: UndoingParts) {
    this.#parts = parts
  }

  async undo(run: StoredRun, dry: boolean, signal: AbortSignal): Promise<Undone> {
    const { rooms, warehouseOf, blobs } = this.#parts
    const { warehouse, topic } = run.plan.destination
    if (topic !== undefined)
      throw new Problem({
        code: 'usage',
        what: `The rows of the run ${run.id} were published to ${topic.topic}: what is in a topic cannot be taken back.`,
        did: 'Nothing was changed.',
        advice: 'Whoever reads the topic knows them by the header “run”.',
      })
    if (!isFinished(run.state) || warehouse === null)
      throw new Problem({
        code: 'usage',
        what:
          warehouse === null
            ? `The run ${run.id} has no table, so there is nothing to undo.`
            : `The run ${run.id} has not ended, so there is nothing to undo yet.`,
        did: 'Nothing was changed.',
        advice: warehouse === null ? '' : 'Cancel it instead, or wait until it has ended.',
      })
    const output = await rooms.undo(
      {
        warehouse: await warehouseOf(warehouse.connection),
        table: warehouse.table,
        runId: run.id,
        dry,
      },
      quiet(signal),
    )
    if (output.undoneAt === null) return { ...output, blob: blobs.foresee(run) }
    if (run.undoneAt === null) this.#note(run, output, output.undoneAt)
    const completions = output.completions.flatMap((runId) => this.#parts.runs.get(runId) ?? [])
    for (const one of completions)
      if (one.undoneAt === null) this.#noteWith(one, run, output.undoneAt)
    return { ...output, blob: await this.#moveBlobs([run, ...completions], signal) }
  }

  /** Its blob goes aside, those of what it had corrected come back. Done again, it finds that done. */
  async #moveBlobs(
    [run, ...completions]: readonly [StoredRun, ...StoredRun[]],
    signal: AbortSignal,
  ): Promise<string | null> {
    const { blobs, runs, now } = this.#parts
    const said = [await blobs.putAside(run, signal)]
    for (const one of completions) said.push(await blobs.putAside(one, signal))
    const before = correctsOf(run.decisions.answered)
    const corrected = before === null ? null : runs.get(before)
    for (const one of corrected === null ? [] : [corrected, ...runs.completing(corrected.id)])
      if (
        one.undoneAt === null &&
        one.correctedBy === null &&
        hasDelivered(one, runs.steps(one.id))
      )
        said.push(await blobs.bringBack(one, signal))
    const message = said.filter((sentence) => sentence !== null).join(' ')
    if (message === '') return null
    runs.log(run.id, { at: now().toISOString(), level: 'info', message })
    return message
  }

  #noteWith(run: StoredRun, first: StoredRun, undoneAt: string): void {
    const { runs, changed, now } = this.#parts
    runs.changeFate(run.id, { undoneAt })
    const message = `Undone with the run ${first.id}, which it had completed.`
    runs.log(run.id, { at: now().toISOString(), level: 'info', message })
    changed(run.id)
  }

  #note(run: StoredRun, { table, out, back }: UndoOutput, undoneAt: string): void {
    const { runs, changed, now } = this.#parts
    runs.changeFate(run.id, { undoneAt })
    runs.log(run.id, {
      at: now().toISOString(),
      level: 'info',
      message:
        `Undone: ${plural(out, 'row')} went out of ${table}` +
        (back > 0 ? `, ${plural(back, 'row')} of before came back.` : '.'),
    })
    changed(run.id)
    for (const corrected of runs.correctedBy(run.id)) {
      runs.changeFate(corrected, { correctedBy: null })
      changed(corrected)
    }
  }
}
