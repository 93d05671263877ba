import { z } from 'zod'
import { Alert, AlertKind, type AlertInput, QuietHours } from '../../shared/domain/alert.ts'
import { ProblemData } from '../../shared/domain/problem.ts'
import type { Alerted, AlertFailure, AlertRepository, StoredAlert } from '../runs/ports/alerts.ts'
import type { Db } from './database.ts'

const json = <Schema extends z.ZodType>(schema: Schema) =>
  z.string().transform((text) => schema.parse(JSON.parse(text)))

const AlertRow = z.object({
  ...Alert.shape,
  kinds: json(z.array(AlertKind)),
  quiet: json(QuietHours).nullable(),
  trouble: json(ProblemData).nullable(),
  failures: z.number(),
})
const AlertedRow = z.object({
  thing: z.string(),
  seenAt: z.string(),
  toldAt: z.string().nullable(),
})
const EndedRow = z.object({ id: z.string(), finishedAt: z.string() })

/** Who is told of what needs a person, and what they were told. */
export class AlertStore implements AlertRepository {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  list(): StoredAlert[] {
    return this.#db
      .prepare(
        `SELECT connection, kinds, quiet, created_at AS createdAt, failures, retry_at AS retryAt, trouble
         FROM alert ORDER BY connection`,
      )
      .all()
      .map((row) => AlertRow.parse(row))
  }

  save({ connection, kinds, quiet }: AlertInput, at: string): void {
    this.#db
      .prepare(
        `INSERT INTO alert (connection, kinds, quiet, created_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (connection) DO UPDATE SET
           kinds = excluded.kinds, quiet = excluded.quiet, failures = 0, retry_at = NULL, trouble = NULL`,
      )
      .run(connection, JSON.stringify(kinds), quiet === null ? null : JSON.stringify(quiet), at)
  }

  remove(connection: string): boolean {
    return this.#db.prepare('DELETE FROM alert WHERE connection = ?').run(connection).changes > 0
  }

  changeFailure(connection: string, { failures, retryAt, trouble }: AlertFailure): void {
    this.#db
      .prepare('UPDATE alert SET failures = ?, retry_at = ?, trouble = ? WHERE connection = ?')
      .run(failures, retryAt, trouble === null ? null : JSON.stringify(trouble), connection)
  }

  alerted(connection: string): Alerted[] {
    return this.#db
      .prepare(
        'SELECT thing, seen_at AS seenAt, told_at AS toldAt FROM alerted WHERE connection = ?',
      )
      .all(connection)
      .map((row) => AlertedRow.parse(row))
  }

  see(connection: string, thing: string, at: string): void {
    this.#db
      .prepare('INSERT OR IGNORE INTO alerted (connection, thing, seen_at) VALUES (?, ?, ?)')
      .run(connection, thing, at)
  }

  tell(connection: string, things: readonly string[], at: string): void {
    const tell = this.#db.prepare(
      'UPDATE alerted SET told_at = ? WHERE connection = ? AND thing = ?',
    )
    this.#db.transaction(() => {
      for (const thing of things) tell.run(at, connection, thing)
    })()
  }

  forget(connection: string, thing: string): void {
    this.#db
      .prepare('DELETE FROM alerted WHERE connection = ? AND thing = ?')
      .run(connection, thing)
  }

  ended(state: 'failed' | 'stopped', since: string): { id: string; finishedAt: string }[] {
    return this.#db
      .prepare(
        `SELECT id, finished_at AS finishedAt FROM run
         WHERE state = ? AND finished_at >= ? ORDER BY finished_at, id`,
      )
      .all(state, since)
      .map((row) => EndedRow.parse(row))
  }
}
