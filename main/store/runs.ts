import { z } from 'zod'
import { Decisions, nothingDecided } from '../../shared/domain/runs/decision.ts'
import type { WarehouseTarget } from '../../shared/domain/datasets/dataset.ts'
import type { HeaderMap } from '../../shared/domain/columns/headerMap.ts'
import { ProblemData } from '../../shared/domain/problem.ts'
import {
  BlobNow,
  Plan,
  Receipt,
  RunEvent,
  type RunSource,
  RunState,
  StepName,
  StepState,
  stepNames,
} from '../../shared/domain/runs/run.ts'
import {
  newestFirst,
  type RunFilter,
  type RunList,
  type RunOrder,
} from '../../shared/domain/runs/runList.ts'
import { withReading, withTableFacts } from '../../shared/domain/files/reading.ts'
import type {
  RunChange,
  RunQuality,
  RunRepository,
  StoredRun,
  StoredStep,
} from '../runs/ports/store.ts'
import type { RowsThen, Unusual } from '../../shared/domain/datasets/usualRows.ts'
import type { HeldTo } from '../../shared/domain/datasets/version.ts'
import type { Unreadable } from '../../shared/domain/unreadable.ts'
import type { Db } from './database.ts'
import { firstDay, lastDeliveries, qualityOf, rowsDelivered, unusualSince } from './quality.ts'
import { type RowReader, readOne, readable, unreadable } from './rows.ts'

const RunRow = z
  .object({
    id: z.string(),
    dataset: z.string(),
    plan: z.string(),
    state: RunState,
    problem: z.string().nullable(),
    retry_at: z.string().nullable(),
    waiting_for: z.string().nullable(),
    receipt: z.string().nullable(),
    decisions: z.string().nullable(),
    undone_at: z.string().nullable(),
    corrected_by: z.string().nullable(),
    blob_now: z.string().nullable(),
    emptied_at: z.string().nullable(),
    left_there: z.number(),
    version: z.number().nullable(),
    created_at: z.string(),
    updated_at: z.string(),
    finished_at: z.string().nullable(),
  })
  .transform((row) => ({
    id: row.id,
    dataset: row.dataset,
    plan: Plan.parse(withReading(JSON.parse(row.plan) as object)),
    state: row.state,
    problem: row.problem === null ? null : ProblemData.parse(JSON.parse(row.problem)),
    retryAt: row.retry_at,
    waitingFor: row.waiting_for,
    receipt: row.receipt === null ? null : Receipt.parse(JSON.parse(row.receipt)),
    decisions: row.decisions === null ? nothingDecided : Decisions.parse(JSON.parse(row.decisions)),
    undoneAt: row.undone_at,
    correctedBy: row.corrected_by,
    blobNow: row.blob_now === null ? null : BlobNow.parse(JSON.parse(row.blob_now)),
    emptiedAt: row.emptied_at,
    leftThere: row.left_there === 1,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    finishedAt: row.finished_at,
  }))

const StepRow = z
  .object({
    name: StepName,
    state: StepState,
    started_at: z.string().nullable(),
    ms: z.number().nullable(),
    checkpoint: z.string().nullable(),
    cut_offs: z.number(),
  })
  .transform((row) => ({
    name: row.name,
    state: row.state,
    startedAt: row.started_at,
    ms: row.ms,
    checkpoint: row.checkpoint === null ? null : withTableFacts(JSON.parse(row.checkpoint)),
    cutOffs: row.cut_offs,
  }))

const nameOf = (row: unknown): string => z.object({ id: z.string() }).parse(row).id
const reader: RowReader<StoredRun> = { kind: 'run', nameOf, parse: (row) => RunRow.parse(row) }

/** The plan's fields are asked of rows whose plan may be damaged. */
const ofPlan = (path: string): string =>
  `CASE WHEN json_valid(plan) THEN json_extract(plan, '${path}') END`

/** A number that a step has left, once it is done. */
const left = (run: string, step: StepName, field: string): string =>
  `(SELECT checkpoint ->> '$.${field}' FROM step
    WHERE run_id = ${run}.id AND name = '${step}' AND state = 'done' AND json_valid(checkpoint))`

const rowsIn = (run: string): string => left(run, 'read', 'records')
const cleanRows = (run: string): string => left(run, 'clean', 'clean')
const heldRows = (run: string): string =>
  `(${left(run, 'read', 'quarantined')} + ${left(run, 'clean', 'quarantined')})`

/** Of the runs that have delivered rows which a run had held back, as \`hasDelivered\` says it. */
const overLater = (number: string): string =>
  `coalesce((SELECT sum(${number}) FROM run AS later
    WHERE later.completes = run.id AND later.undone_at IS NULL
      AND (later.state = 'succeeded' OR ${left('later', 'load', 'rows')} IS NOT NULL)), 0)`
const droppedByHand = '(SELECT count(*) FROM fix WHERE run_id = run.id AND reason IS NOT NULL)'

/** A run that goes on is the longest of all. */
const orders: Record<RunOrder['by'], string> = {
  sent: 'created_at',
  file: `${ofPlan('$.source.name')} COLLATE NOCASE`,
  dataset: 'dataset COLLATE NOCASE',
  state: 'state',
  in: rowsIn('run'),
  clean: `${cleanRows('run')} + ${overLater(cleanRows('later'))}`,
  held: `${heldRows('run')} - ${overLater(`${rowsIn('later')} - ${heldRows('later')}`)} - ${droppedByHand}`,
  size: ofPlan('$.source.bytes'),
  took: "julianday(coalesce(finished_at, '9999-01-01')) - julianday(created_at)",
}

function condition(filter: RunFilter): { where: string; values: string[] } {
  const where: string[] = []
  const values: string[] = []
  const { states, search, dataset, since, before } = filter
  if (states !== undefined) {
    where.push(`state IN (${states.map(() => '?').join(', ') || 'NULL'})`)
    values.push(...states)
  }
  if (search !== undefined && search !== '') {
    const fields = [
      'id',
      'dataset',
      ofPlan('$.source.name'),
      ofPlan('$.destination.warehouse.table'),
    ]
    where.push(`(${fields.map((field) => `${field} LIKE ? ESCAPE '\\'`).join(' OR ')})`)
    const pattern = `%${search.replace(/[\\%_]/g, String.raw`\$&`)}%`
    values.push(...fields.map(() => pattern))
  }
  const bounds = { 'dataset = ?': dataset, 'created_at >= ?': since, 'created_at < ?': before }
  for (const [bound, value] of Object.entries(bounds)) {
    if (value === undefined) continue
    where.push(bound)
    values.push(value)
  }
  return { where: where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`, values }
}

/** Runs with their steps and events. Synchronous: every write is tiny. */
export class RunStore implements RunRepository {
  readonly #db: Db
  /** Runs that could be read, with the time of their last change. */
  #readable: ReadonlyMap<string, string> = new Map()

  constructor(db: Db) {
    this.#db = db
  }

  create(run: Parameters<RunRepository['create']>[0]): void {
    this.#db.transaction(() => {
      this.#db
        .prepare(
          `INSERT INTO run (id, dataset, plan, state, created_at, updated_at)
             VALUES (?, ?, ?, 'queued', ?, ?)`,
        )
        .run(run.id, run.dataset, JSON.stringify(run.plan), run.at, run.at)
      const step = this.#db.prepare(
        `INSERT INTO step (run_id, name, state) VALUES (?, ?, 'pending')`,
      )
      for (const name of stepNames) step.run(run.id, name)
      if (run.watched !== undefined) {
        const { watch, name, bytes, modified } = run.watched
        this.#db
          .prepare(
            `INSERT INTO watched_file (watch, name, bytes, modified, run) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (watch, name) DO UPDATE
             SET bytes = excluded.bytes, modified = excluded.modified, run = excluded.run`,
          )
          .run(watch, name, bytes, modified, run.id)
        this.#db.prepare('UPDATE watch SET last_at = ? WHERE id = ?').run(run.at, watch)
      }
    })()
  }

  get(id: string): StoredRun | null {
    const row = this.#db.prepare('SELECT * FROM run WHERE id = ?').get(id)
    return readOne(row, reader)
  }

  unreadable(): Unreadable[] {
    const rows = this.#db.prepare('SELECT id, updated_at FROM run').raw().all() as unknown[][]
    const versions = new Map(rows.map(([id, updatedAt]) => [String(id), String(updatedAt)]))
    // To parse ten thousand runs takes most of a second: what was readable stays so until it is written again.
    const suspects = [...versions].filter(([id, version]) => this.#readable.get(id) !== version)
    const one = this.#db.prepare('SELECT * FROM run WHERE id = ?')
    const found = unreadable(
      suspects.map(([id]) => one.get(id)),
      reader,
    )
    for (const { name } of found) versions.delete(name)
    this.#readable = versions
    return found
  }

  list({ order = newestFirst, offset = 0, limit, ...filter }: RunList): StoredRun[] {
    const { where, values } = condition(filter)
    const way = order.descending ? 'DESC' : 'ASC'
    const sorted = `ORDER BY ${orders[order.by]} ${way}, created_at DESC, id DESC`
    // Whole rows are long: only those that are asked for are sorted with all they hold.
    const rows = this.#db
      .prepare(
        `SELECT * FROM run WHERE rowid IN
         (SELECT rowid FROM run ${where} ${sorted} LIMIT ? OFFSET ?) ${sorted}`,
      )
      .all(...values, limit, offset)
    return readable(rows, reader)
  }

  count(filter: RunFilter): number {
    const { where, values } = condition(filter)
    return Number(
      this.#db
        .prepare(`SELECT count(*) FROM run ${where}`)
        .pluck()
        .get(...values),
    )
  }

  change(id: string, change: RunChange, at: string): void {
    this.#db
      .prepare(
        `UPDATE run SET state = ?, problem = ?, retry_at = ?, waiting_for = ?, finished_at = ?,
           receipt = ?, updated_at = ? WHERE id = ?`,
      )
      .run(
        change.state,
        change.problem === null ? null : JSON.stringify(change.problem),
        change.retryAt,
        change.waitingFor,
        change.finishedAt,
        change.receipt === null ? null : JSON.stringify(change.receipt),
        at,
        id,
      )
  }

  changeSource(id: string, source: RunSource): void {
    this.#db
      .prepare(`UPDATE run SET plan = json_set(plan, '$.source', json(?)) WHERE id = ?`)
      .run(JSON.stringify(source), id)
  }

  changeMeaning(id: string, warehouse: WarehouseTarget): void {
    this.#db
      .prepare(
        `UPDATE run SET plan =
         json_set(plan, '$.destination.warehouse', json(?), '$.remember', json('true')) WHERE id = ?`,
      )
      .run(JSON.stringify(warehouse), id)
  }

  changeHeader(id: string, header: HeaderMap): void {
    this.#db
      .prepare(`UPDATE run SET plan = json_set(plan, '$.header', json(?)) WHERE id = ?`)
      .run(JSON.stringify(header), id)
  }

  changeHeldTo(id: string, heldTo: HeldTo | null): void {
    const to =
      heldTo === null ? `json_remove(plan, '$.heldTo')` : `json_set(plan, '$.heldTo', json(?))`
    this.#db
      .prepare(`UPDATE run SET plan = ${to} WHERE id = ?`)
      .run(...(heldTo === null ? [] : [JSON.stringify(heldTo)]), id)
  }

  changeDecisions(id: string, decisions: Decisions): void {
    this.#db.prepare('UPDATE run SET decisions = ? WHERE id = ?').run(JSON.stringify(decisions), id)
  }

  changeVersion(id: string, version: number): void {
    this.#db.prepare('UPDATE run SET version = ? WHERE id = ?').run(version, id)
  }

  correctedBy(id: string): string[] {
    return this.#db.prepare('SELECT id FROM run WHERE corrected_by = ?').pluck().all(id).map(String)
  }

  completing(id: string): StoredRun[] {
    const rows = this.#db
      .prepare('SELECT * FROM run WHERE completes = ? ORDER BY created_at, id')
      .all(id)
    return readable(rows, reader)
  }

  changeFate(
    id: string,
    {
      undoneAt,
      correctedBy,
      blobNow,
      emptiedAt,
      leftThere,
    }: Parameters<RunRepository['changeFate']>[1],
  ): void {
    const fate = {
      undone_at: undoneAt,
      corrected_by: correctedBy,
      emptied_at: emptiedAt,
      blob_now: blobNow && JSON.stringify(blobNow),
      left_there: leftThere === undefined ? undefined : Number(leftThere),
    }
    for (const [field, value] of Object.entries(fate))
      if (value !== undefined)
        this.#db.prepare(`UPDATE run SET ${field} = ? WHERE id = ?`).run(value, id)
  }

  leftThere(): string[] {
    return this.#db
      .prepare(
        `SELECT id FROM run
         WHERE left_there = 1 AND state IN ('succeeded', 'failed', 'stopped', 'cancelled') ORDER BY finished_at, id`,
      )
      .pluck()
      .all()
      .map(String)
  }

  keptBefore(at: string): string[] {
    return this.#db
      .prepare(
        `SELECT id FROM run
         WHERE state IN ('succeeded', 'failed', 'stopped', 'cancelled') AND finished_at < ? AND emptied_at IS NULL
         ORDER BY finished_at, id`,
      )
      .pluck()
      .all(at)
      .map(String)
  }

  steps(id: string): StoredStep[] {
    const rows = this.#db
      .prepare(
        'SELECT name, state, started_at, ms, checkpoint, cut_offs FROM step WHERE run_id = ?',
      )
      .all(id)
    const read = rows.flatMap((row) => readStep(row) ?? [])
    // One that cannot be read is not done: it is repeated, which every step allows.
    return stepNames.map((name) => read.find((step) => step.name === name) ?? notDone(name))
  }

  /** The step is as if it had never begun. */
  resetStep(id: string, name: StepName): void {
    this.changeStep(id, notDone(name))
  }

  changeStep(id: string, step: StoredStep): void {
    this.#db
      .prepare(
        `UPDATE step SET state = ?, started_at = ?, ms = ?, checkpoint = ?, cut_offs = ?
           WHERE run_id = ? AND name = ?`,
      )
      .run(
        step.state,
        step.startedAt,
        step.ms,
        step.checkpoint === null ? null : JSON.stringify(step.checkpoint),
        step.cutOffs,
        id,
        step.name,
      )
  }

  remove(id: string): void {
    this.#db.prepare('DELETE FROM run WHERE id = ?').run(id)
  }

  log(id: string, event: Omit<RunEvent, 'seq'>): void {
    this.#db
      .prepare(
        `INSERT INTO event (run_id, seq, at, level, message)
           SELECT ?, coalesce(max(seq), 0) + 1, ?, ?, ? FROM event WHERE run_id = ?`,
      )
      .run(id, event.at, event.level, event.message, id)
  }

  events(id: string): RunEvent[] {
    return this.#db
      .prepare('SELECT seq, at, level, message FROM event WHERE run_id = ? ORDER BY seq')
      .all(id)
      .flatMap((row) => RunEvent.safeParse(row).data ?? [])
  }

  toldDoubts(dataset: string): string[] {
    return this.#db
      .prepare(
        `SELECT DISTINCT message FROM event WHERE level IN ('warn', 'known') AND run_id =
         (SELECT id FROM run WHERE dataset = ? AND state = 'succeeded' AND completes IS NULL AND EXISTS
           (SELECT 1 FROM step WHERE run_id = run.id AND name IN ('upload', 'load') AND state = 'done')
          ORDER BY created_at DESC, id DESC LIMIT 1)`,
      )
      .pluck()
      .all(dataset)
      .map(String)
  }

  rowsDelivered(dataset: string, limit: number): RowsThen[] {
    return rowsDelivered(this.#db, dataset, limit)
  }

  unusual(since: string): { id: string; unusual: Unusual }[] {
    return unusualSince(this.#db, since)
  }

  quality(first: string, last: string): RunQuality {
    const db = this.#db
    return { days: qualityOf(db, first, last), last: lastDeliveries(db), firstDay: firstDay(db) }
  }
}

function readStep(row: unknown): StoredStep | null {
  try {
    return StepRow.parse(row)
  } catch {
    return null
  }
}

function notDone(name: StepName): StoredStep {
  return { name, state: 'pending', startedAt: null, ms: null, checkpoint: null, cutOffs: 0 }
}
