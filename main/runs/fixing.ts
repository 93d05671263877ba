import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Column } from '../../shared/domain/dataset.ts'
import {
  type BroughtBack,
  type FixChange,
  type FixableRow,
  type HeldGroup,
  type HeldPage,
  groupOf,
  harmless,
  ownColumns,
} from '../../shared/domain/fixing.ts'
import { completingBlob } from '../../shared/domain/names.ts'
import { Problem } from '../../shared/domain/problem.ts'
import type { Reason } from '../../shared/domain/quarantine.ts'
import type { Reading } from '../../shared/domain/reading.ts'
import { plural } from '../../shared/domain/sizes.ts'
import { type Checkpoints, checkpointOf } from './checkpoints.ts'
import { givesBack, hasDelivered } from './comingHome.ts'
import type { HeldLayout, TableDelimiter } from './ports/reading.ts'
import type { Rooms } from './ports/rooms.ts'
import type { RunRepository, StoredFix, StoredRun } from './ports/store.ts'
import type { WarehouseAccess } from './ports/warehouse.ts'
import { brokenRow, compareBrought, readBrought } from './bringing.ts'
import type { Sources } from './sources.ts'
import { Judging, type JudgingParts, fixedReading, ownRecipe } from './judging.ts'
import { quiet } from './quiet.ts'
import { noSuchRun } from './receipt.ts'
import {
  type NewFix,
  fixedBy,
  goneAlready,
  isOpen,
  isReady,
  problemsOf,
  refuseCompleting,
  unknownRows,
} from './fixRows.ts'
import { newRunId } from './runId.ts'
import { filesOf } from './steps/step.ts'

export interface FixingParts extends JudgingParts {
  rooms: Pick<Rooms, 'read' | 'clean' | 'columnValues' | 'deliveries'>
  runs: RunRepository
  warehouseOf: (connection: string) => Promise<WarehouseAccess>
  sources: Pick<Sources, 'whole'>
  start: (runId: string) => void
  now: () => Date
}

/** What has become of the rows that a run took along; by their place in its file, those that it held back again. */
type Sender = 'under way' | 'gave back' | ReadonlyMap<number, Reason[]>

/** A run whose held-back rows are asked for, with what its steps have left. */
interface Held extends HeldLayout {
  run: StoredRun
  files: string[]
  columns: Column[]
  fixes: Map<number, StoredFix>
  senders: Map<string, Sender>
}

/** Held-back rows are edited, dropped or accepted, kept with their run, and sent by a run that completes it. */
export class Fixing {
  readonly #parts: FixingParts
  readonly #judging: Judging

  constructor(parts: FixingParts) {
    this.#parts = parts
    this.#judging = new Judging(parts)
  }

  /** A part of the rows that are not home yet; of those in a group, where one is given. */
  async page(
    runId: string,
    { offset, limit, group }: { offset: number; limit: number; group?: string | undefined },
  ): Promise<HeldPage> {
    const held = await this.#checked(runId, new AbortController().signal)
    const groups = new Map<string, HeldGroup>()
    const rows: FixableRow[] = []
    const counts = { total: 0, open: 0, ready: 0, found: 0 }
    for await (const row of this.#rows(held)) {
      counts.total += 1
      if (row.state === 'delivered') continue
      if (row.state !== 'dropped') counts.open += 1
      if (isReady(row)) counts.ready += 1
      const own = new Set<string>()
      for (const problem of problemsOf(row)) {
        const id = groupOf(problem)
        const { column, message } = problem
        const known = groups.get(id) ?? { id, column, message, rows: 0, firstLine: row.line }
        if (!own.has(id)) groups.set(id, { ...known, rows: known.rows + 1 })
        own.add(id)
      }
      if (group !== undefined && !own.has(group)) continue
      if (counts.found >= offset && rows.length < limit) rows.push(row)
      counts.found += 1
    }
    const named = new Map(held.columns.map(({ label, name }) => [label, name]))
    return {
      ...counts,
      columns: held.labels.map((label) => ({ label, name: named.get(label) ?? '' })),
      groups: [...groups.values()].toSorted((one, other) => other.rows - one.rows),
      rows,
    }
  }

  /**
   * Rows that are still held back, for other programs: their cells under the labels of the file, then where each stands,
   * what is wrong with it, and a column in which to say why it is dropped. What a spreadsheet would run as a formula is
   * made harmless. They are cut by what the file is cut by: the spreadsheet that wrote it opens them as columns.
   */
  csv(runId: string): ReadableStream<Uint8Array> {
    this.#must(runId)
    const read = checkpointOf(this.#parts.runs.steps(runId), 'read')
    return this.#parts.rejects.csv(this.#table(runId), delimiterFor(read?.detected.reading))
  }

  async *#table(runId: string): AsyncGenerator<string[]> {
    const held = await this.#held(runId)
    let width = held.labels.length
    for await (const row of this.#rows(held))
      if (isOpen(row)) width = Math.max(width, row.cells.length)
    const { beyond, line, record, reasons, drop } = ownColumns
    const more = width > held.labels.length ? [beyond] : []
    yield [...held.labels, ...more, line, record, reasons, drop]
    for await (const row of this.#rows(held)) {
      if (!isOpen(row)) continue
      const cells = Array.from({ length: width }, (_, index) => row.cells[index] ?? '')
      const why = problemsOf(row).map(({ message }) => message)
      yield [...cells, `${row.line}`, `${row.record}`, why.join(' '), ''].map(harmless)
    }
  }

  /** Keeps what a person has made of rows, and says of those that were edited what is still wrong. */
  async change(runId: string, changes: readonly FixChange[], signal: AbortSignal): Promise<void> {
    const held = await this.#held(runId)
    refuseCompleting(held.run)
    const byRecord = new Map<number, FixChange['to'][]>()
    for (const { records, to } of changes)
      for (const record of records) byRecord.set(record, [...(byRecord.get(record) ?? []), to])
    const fixes: NewFix[] = []
    const gone: number[] = []
    for await (const row of this.#rows(held)) {
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
    for (const { record, reason } of fixes)
      if (reason !== null)
        runs.log(id, {
          at: now().toISOString(),
          level: 'info',
          message: `Record ${record} was dropped by a person: ${reason}`,
        })
    changed(id)
    return await this.#judging.judge(held, fixes, signal)
  }

  /** Sends the rows that are in order by a run of their own, which adds them to the delivery of this one. */
  async send(runId: string, signal: AbortSignal): Promise<{ runId: string }> {
    const { runs, fixes, home, rejects, newId, start, now } = this.#parts
    const held = await this.#checked(runId, signal)
    await this.#refuseUnlessDelivered(held, signal)
    const ready: FixableRow[] = []
    for await (const row of this.#rows(held)) if (isReady(row)) ready.push(row)
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
    const { blob } = plan.destination
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
        },
        reading: fixedReading,
        columns: held.columns,
        recipe: ownRecipe(plan),
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
  async bring(runId: string, source: string, signal: AbortSignal): Promise<BroughtBack> {
    const { sources, rooms, rejects, home, newId } = this.#parts
    const held = await this.#held(runId)
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
      const { fixes, same, missing } = await compareBrought(held, this.#rows(held), brought)
      const wrong = await this.#save(held, fixes, [], signal)
      const dropped = fixes.filter(({ cells }) => cells === null).length
      return { edited: fixes.length - dropped, dropped, same, missing, wrong }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  /** A process that ended in between has kept what was typed, and not looked at it. */
  async #checked(runId: string, signal: AbortSignal): Promise<Held> {
    const held = await this.#held(runId)
    const unchecked = [...held.fixes.values()].filter(
      ({ cells, problems }) => cells !== null && problems === null,
    )
    if (unchecked.length === 0) return held
    await this.#judging.judge(held, unchecked, signal)
    return await this.#held(runId)
  }

  async #held(runId: string): Promise<Held> {
    const { runs, fixes, rejects } = this.#parts
    const run = this.#must(runId)
    const steps = runs.steps(runId)
    const read = checkpointOf(steps, 'read')
    const senders = new Map<string, Sender>()
    for (const completing of runs.completing(runId)) {
      const its = runs.steps(completing.id)
      if (givesBack(completing, its)) senders.set(completing.id, 'gave back')
      else if (!hasDelivered(completing, its)) senders.set(completing.id, 'under way')
      else {
        const { rows } = await rejects.page(this.#files(completing), 0, Infinity)
        senders.set(completing.id, new Map(rows.map(({ record, reasons }) => [record, reasons])))
      }
    }
    return {
      run,
      files: this.#files(run),
      reading: read?.detected.reading ?? fixedReading,
      labels: read?.labels ?? [],
      raw: read?.raw ?? { in: 'source', encoding: 'utf-8' },
      columns: this.#columnsOf(run, checkpointOf(steps, 'clean')),
      fixes: new Map(fixes.of(runId).map((fix) => [fix.record, fix])),
      senders,
    }
  }

  /** As the run had them, with the rules that the dataset has now; what the table holds does not change. */
  #columnsOf({ dataset }: StoredRun, clean: Checkpoints['clean'] | null): Column[] {
    const now = this.#parts.datasets.get(dataset)?.contract?.columns ?? []
    return (clean?.contract.columns ?? []).map((column) => {
      const current = now.find(({ name }) => name === column.name)
      const isSame =
        current?.type === column.type &&
        (current.scale ?? column.scale) === column.scale &&
        current.label === column.label
      return isSame ? { ...current, scale: column.scale } : column
    })
  }

  #files(run: StoredRun): string[] {
    return filesOf(this.#parts.home, run).rejects.filter((file) => existsSync(file))
  }

  async *#rows(held: Held): AsyncGenerator<FixableRow> {
    for await (const row of this.#parts.rejects.rows(held.files, held)) {
      const fix = held.fixes.get(row.record)
      const of = (state: FixableRow['state'], more: Partial<FixableRow> = {}): FixableRow => ({
        ...row,
        state,
        problems: [],
        dropped: '',
        sentBy: '',
        ...more,
      })
      if (fix === undefined) {
        yield of('held', { problems: row.reasons })
        continue
      }
      if (fix.cells === null) {
        yield of('dropped', { dropped: fix.reason ?? '' })
        continue
      }
      const { cells, problems, sent } = fix
      const sender = sent === null ? undefined : held.senders.get(sent.by)
      const sentBy = sent?.by ?? ''
      if (sent === null || sender === undefined || sender === 'gave back')
        yield of('edited', { cells, problems })
      else if (sender === 'under way') yield of('sent', { cells, sentBy })
      else {
        const again = sender.get(sent.as)
        yield again === undefined
          ? of('delivered', { cells, sentBy })
          : of('edited', { cells, problems: again })
      }
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

  #must(runId: string): StoredRun {
    const run = this.#parts.runs.get(runId)
    if (run === null) throw noSuchRun(runId)
    return run
  }
}

function delimiterFor(reading: Reading | undefined): TableDelimiter {
  const delimiter = reading?.kind === 'delimited' ? reading.dialect.delimiter : ','
  return delimiter === ';' || delimiter === '\t' ? delimiter : ','
}
