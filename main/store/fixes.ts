import { z } from 'zod'
import { Reason } from '../../shared/domain/files/quarantine.ts'
import type { FixRepository, StoredFix } from '../runs/ports/store.ts'
import type { Db } from './database.ts'

const json = <Shape extends z.ZodType>(shape: Shape) =>
  z
    .string()
    .nullable()
    .transform((text) => (text === null ? null : shape.parse(JSON.parse(text))))

const FixRow = z
  .object({
    record: z.number(),
    cells: json(z.array(z.string())),
    reason: z.string().nullable(),
    problems: json(z.array(Reason)),
    sent_by: z.string().nullable(),
    sent_as: z.number().nullable(),
  })
  .transform(({ record, cells, reason, problems, sent_by: by, sent_as: as }) => ({
    record,
    cells,
    reason,
    problems,
    sent: by === null || as === null ? null : { by, as },
  }))

/** What people have made of held-back rows. */
export class FixStore implements FixRepository {
  readonly #db: Db
  /** Of the run that was asked for last, as long as nothing is written: a run of many fixes is shown page by page. */
  #last: { runId: string; fixes: readonly StoredFix[] } | null = null

  constructor(db: Db) {
    this.#db = db
  }

  of(runId: string): readonly StoredFix[] {
    if (this.#last?.runId === runId) return this.#last.fixes
    const fixes = this.#db
      .prepare('SELECT * FROM fix WHERE run_id = ? ORDER BY record')
      .all(runId)
      .map((row) => FixRow.parse(row))
    this.#last = { runId, fixes }
    return fixes
  }

  save(runId: string, fixes: readonly Omit<StoredFix, 'sent'>[], gone: readonly number[]): void {
    this.#last = null
    const put = this.#db.prepare(
      'INSERT OR REPLACE INTO fix (run_id, record, cells, reason, problems) VALUES (?, ?, ?, ?, ?)',
    )
    const remove = this.#db.prepare('DELETE FROM fix WHERE run_id = ? AND record = ?')
    this.#db.transaction(() => {
      for (const record of gone) remove.run(runId, record)
      for (const { record, cells, reason, problems } of fixes)
        put.run(runId, record, text(cells), reason, text(problems))
    })()
  }

  saveTogether(runId: string, together: number, fixes: readonly Omit<StoredFix, 'sent'>[]): void {
    this.#last = null
    const put = this.#db.prepare(
      `INSERT OR REPLACE INTO fix (run_id, record, cells, reason, problems, together, before)
       VALUES (:runId, :record, :cells, :reason, :problems, :together,
         (SELECT json_object('cells', cells, 'reason', reason, 'problems', problems)
          FROM fix WHERE run_id = :runId AND record = :record))`,
    )
    this.#db.transaction(() => {
      for (const { record, cells, reason, problems } of fixes)
        put.run({ runId, record, cells: text(cells), reason, problems: text(problems), together })
    })()
  }

  forget(runId: string): void {
    this.#last = null
    this.#db
      .prepare(
        `UPDATE fix SET cells = iif(cells IS NULL, NULL, '[]'), problems = NULL, before = NULL WHERE run_id = ?`,
      )
      .run(runId)
  }

  forgetRows(runId: string, records: readonly number[]): void {
    this.#last = null
    const forget = this.#db.prepare(
      `UPDATE fix SET cells = iif(cells IS NULL, NULL, '[]'), problems = NULL, before = NULL WHERE run_id = ? AND record = ?`,
    )
    this.#db.transaction(() => {
      for (const record of records) forget.run(runId, record)
    })()
  }

  nextTogether(runId: string): number {
    return Number(
      this.#db
        .prepare('SELECT 1 + coalesce(max(together), 0) FROM fix WHERE run_id = ?')
        .pluck()
        .get(runId),
    )
  }

  undoTogether(runId: string, together: number): number {
    this.#last = null
    const own = 'run_id = ? AND together = ? AND sent_by IS NULL'
    return this.#db.transaction(() => {
      const gone = this.#db.prepare(`DELETE FROM fix WHERE ${own} AND before IS NULL`)
      const back = this.#db.prepare(
        `UPDATE fix SET cells = before ->> 'cells', reason = before ->> 'reason',
           problems = before ->> 'problems', together = NULL, before = NULL WHERE ${own}`,
      )
      return gone.run(runId, together).changes + back.run(runId, together).changes
    })()
  }

  take(runId: string, by: string, records: readonly number[]): void {
    this.#last = null
    const take = this.#db.prepare(
      'UPDATE fix SET sent_by = ?, sent_as = ? WHERE run_id = ? AND record = ?',
    )
    this.#db.transaction(() => {
      for (const [index, record] of records.entries()) take.run(by, index + 1, runId, record)
    })()
  }

  takenBy(runId: string, by: string): number {
    return Number(
      this.#db
        .prepare('SELECT count(*) FROM fix WHERE run_id = ? AND sent_by = ?')
        .pluck()
        .get(runId, by),
    )
  }

  dropped(runId: string): { reason: string; rows: number }[] {
    return this.#db
      .prepare(
        'SELECT reason, count(*) AS rows FROM fix WHERE run_id = ? AND reason IS NOT NULL GROUP BY reason ORDER BY min(record)',
      )
      .all(runId)
      .map((row) => z.object({ reason: z.string(), rows: z.number() }).parse(row))
  }
}

function text(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value)
}
