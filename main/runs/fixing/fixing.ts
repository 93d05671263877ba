import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DateOrder } from '../../../shared/domain/cells/cellPatterns.ts'
import type { BroughtBack, FixChange, FixableRow } from '../../../shared/domain/fixing/fixing.ts'
import { completingBlob } from '../../../shared/domain/datasets/names.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { brokenRow, compareBrought, readBrought } from './bringing.ts'
import { hasDelivered } from './comingHome.ts'
import {
  type NewFix,
  droppedWords,
  fixedBy,
  goneAlready,
  isOpen,
  isReady,
  notTogether,
  refuseCompleting,
  unknownRows,
} from './fixRows.ts'
import type { Held, HeldBack } from './heldBack.ts'
import { heldToNow } from '../heldTo.ts'
import { type JudgingParts, fixedReading, headerOfFixed, ownRecipe } from './judging.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { RunRepository } from '../ports/store.ts'
import type { WarehouseAccess } from '../ports/warehouse.ts'
import { quiet } from '../quiet.ts'
import { newRunId } from '../runId.ts'
import type { Sources } from '../arriving/sources.ts'

/** Unclear days that are named. */
const unclearTold = 20

export interface FixingParts extends Omit<JudgingParts, 'rooms' | 'warehouseOf'> {
  rooms: Pick<Rooms, 'read' | 'deliveries'>
  runs: RunRepository
  held: HeldBack
  warehouseOf: (connection: string) => Promise<WarehouseAccess>
  sources: Pick<Sources, 'whole'>
  start: (runId: string) => void
  now: () => Date
}

/** Held-back rows are edited, dropped or accepted, kept with their run, and sent by a run that completes it. */
export class Fixing {
  readonly #parts: FixingParts

  constructor(parts: FixingParts) {
    this.#parts = parts
  }

  /** Keeps what a person has made of rows, and says of those that were edited what is still wrong. */
  async change(runId: string, changes: readonly FixChange[], signal: AbortSignal): Promise<void> {
    const held = await this.#parts.held.of(runId)
    refuseCompleting(held.run)
    const byRecord = new Map<number, FixChange['to'][]>()
    for (const { records, to } of changes)
      for (const record of records) byRecord.set(record, [...(byRecord.get(record) ?? []), to])
    const fixes: NewFix[] = []
    const gone: number[] = []
    for await (const row of this.#parts.held.rows(held)) {
      const own = byRecord.get(row.record)
      if (own === undefined) continue
      byRecord.delete(row.record)
      if (row.state === 'sent' || row.state === 'delivered') throw goneAlready(row)
      const fix = fixedBy(row, own, held.labels.length)
      if (fix === null) gone.push(row.record)
      else fixes.push(fix)
    }
    if (byRecord.size > 0) throw unknownRows(runId, [...byRecord.keys()])
    await this.#save(held, fixes, gone, signal)
  }

  /** Stores first, then judges: what was typed survives whatever happens to the judging. Answers how many do not fit. */
  async #save(
    held: Held,
    fixes: readonly NewFix[],
    gone: readonly number[],
    signal: AbortSignal,
  ): Promise<number> {
    const { fixes: stored, runs, changed, now } = this.#parts
    const { id } = held.run
    stored.save(id, fixes, gone)
    const dropped = Map.groupBy(fixes, ({ reason }) => reason)
    for (const [reason, { length }] of dropped)
      if (reason !== null)
        runs.log(id, {
          at: now().toISOString(),
          level: 'info',
          message: droppedWords(length, reason),
        })
    changed(id)
    return await this.#parts.held.judge(held, fixes, signal)
  }

  /** Sends the rows that are in order by a run of their own, which adds them to the delivery of this one. */
  async send(runId: string, signal: AbortSignal): Promise<{ runId: string }> {
    const { runs, datasets, fixes, home, rejects, newId, start, now } = this.#parts
    const held = await this.#parts.held.checked(runId, signal)
    await this.#refuseUnlessDelivered(held, signal)
    const ready: FixableRow[] = []
    let waiting = 0
    for await (const row of this.#parts.held.rows(held))
      if (isReady(row)) ready.push(row)
      else if (isOpen(row)) waiting += 1
    if (held.isTogether && waiting > 0 && ready.length > 0) throw notTogether(runId, waiting)
    if (ready.length === 0)
      throw new Problem({
        code: 'usage',
        what: `None of the held-back rows of the run ${runId} is ready to be sent.`,
        did: 'Nothing was sent.',
        advice: 'Edit the rows first until nothing is wrong with them, or drop them with a reason.',
      })
    const { plan, dataset } = held.run
    const at = now()
    const id = newRunId(at)
    const location = join(home.incoming, newId())
    const name = `fixed-${plan.source.name}`
    const width = held.labels.length
    const cells = ready.map((row) => row.cells.slice(0, width))
    const bytes = await rejects.write(location, held.labels, cells)
    const { blob, warehouse } = plan.destination
    // Taken before the run is there: cut off in between, nobody has them, and they can be sent again.
    fixes.take(
      runId,
      id,
      ready.map(({ record }) => record),
    )
    runs.create({
      id,
      dataset,
      plan: {
        source: { kind: 'file', path: name, name, bytes, sha256: null },
        location,
        destination: {
          ...plan.destination,
          blob: blob === null ? null : { ...blob, name: completingBlob(blob, id) },
          // A few rows, each of which has been looked at here.
          warehouse: warehouse === null ? null : { ...warehouse, cleanOn: undefined },
        },
        reading: fixedReading,
        columns: held.columns,
        recipe: ownRecipe(plan),
        heldTo: heldToNow(datasets, dataset),
        header: headerOfFixed(plan),
        completes: { runId, rows: ready.length },
      },
      at: at.toISOString(),
    })
    runs.log(runId, {
      at: at.toISOString(),
      level: 'info',
      message: `${plural(ready.length, 'held-back row')} sent again by the run ${id}.`,
    })
    this.#parts.changed(runId)
    start(id)
    return { runId: id }
  }

  /** Takes back rows that were edited elsewhere. Throws `usage`, and changes nothing, where they are not those of the run. */
  async bring(
    runId: string,
    source: string,
    signal: AbortSignal,
    dates?: DateOrder,
  ): Promise<BroughtBack> {
    const { sources, rooms, rejects, home, newId } = this.#parts
    const held = await this.#parts.held.of(runId)
    refuseCompleting(held.run)
    const path = await sources.whole(source, signal)
    const folder = join(home.incoming, newId())
    await mkdir(folder, { mode: 0o700 })
    try {
      const recordsFile = join(folder, 'records.csv')
      const quarantineFile = join(folder, 'read.ndjson')
      const unpackedFile = join(folder, 'unpacked')
      const read = await rooms.read(
        { path, reading: null, unpackedFile, recordsFile, quarantineFile },
        quiet(signal),
      )
      const { rows: broken } = await rejects.page([quarantineFile], 0, 1)
      if (broken[0] !== undefined) throw brokenRow(broken[0])
      const brought = await readBrought(read.labels, held, rejects.records(recordsFile))
      const { fixes, same, missing, unclear } = await compareBrought(
        held,
        this.#parts.held.rows(held),
        brought,
        dates,
      )
      const wrong = await this.#save(held, fixes, [], signal)
      const dropped = fixes.filter(({ cells }) => cells === null).length
      return {
        edited: fixes.length - dropped,
        dropped,
        same,
        missing,
        wrong,
        unclear: unclear.slice(0, unclearTold),
        unclearDays: unclear.length,
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  /** Throws unless there is a delivery that stands, to which rows can be added. */
  async #refuseUnlessDelivered({ run, senders }: Held, signal: AbortSignal): Promise<void> {
    const { runs, rooms, warehouseOf } = this.#parts
    refuseCompleting(run)
    const { warehouse } = run.plan.destination
    const hasLoaded = hasDelivered(run, runs.steps(run.id))
    if (!hasLoaded || run.correctedBy !== null)
      throw new Problem({
        code: 'delivery-gone',
        what:
          run.correctedBy !== null
            ? `The run ${run.id} has been corrected by the run ${run.correctedBy}, so its held-back rows belong to no delivery that stands.`
            : run.undoneAt !== null
              ? `The delivery of the run ${run.id} has been undone, so nothing can be added to it.`
              : `The run ${run.id} has delivered nothing yet, so nothing can be added to its delivery.`,
        did: 'Nothing was sent; what was edited is kept.',
        advice: 'Send the whole file again if its rows are still wanted.',
      })
    if (warehouse === null) return
    // One that ended between the warehouse's word and its own has delivered all the same.
    const entries = await rooms.deliveries(
      { warehouse: await warehouseOf(warehouse.connection), table: warehouse.table },
      quiet(signal),
    )
    const silent = entries.find(
      ({ runId, undoneAt }) => undoneAt === null && senders.get(runId) === 'gave back',
    )
    if (silent !== undefined)
      throw new Problem({
        code: 'delivered-before',
        what: `The run ${silent.runId} has loaded its rows, although it did not come to its end.`,
        did: 'Nothing was sent again.',
        advice: `Retry the run ${silent.runId}, or undo it; then send the other rows.`,
      })
  }
}
