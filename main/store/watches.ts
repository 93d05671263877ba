import { z } from 'zod'
import { ProblemData } from '../../shared/domain/problem.ts'
import { RunState } from '../../shared/domain/runs/run.ts'
import { Expected } from '../../shared/domain/arriving/expected.ts'
import { Watch, type WatchInput } from '../../shared/domain/arriving/watch.ts'
import type { TakenFile, WatchRepository } from '../runs/ports/store.ts'
import type { Db } from './database.ts'

const WatchRow = z
  .object({
    ...Watch.shape,
    connection: z.string().nullable(),
    trouble: z.string().nullable(),
    expected: z.string().nullable(),
  })
  .transform(({ connection, trouble, expected, ...row }) => ({
    ...row,
    ...(connection === null ? {} : { connection }),
    expected: expected === null ? null : Expected.parse(JSON.parse(expected)),
    trouble: trouble === null ? null : ProblemData.parse(JSON.parse(trouble)),
  }))

const TakenRow = z.object({
  name: z.string(),
  bytes: z.number(),
  modified: z.string(),
  run: z.string().nullable(),
  state: RunState.nullable(),
})

/** Watched folders, and what was taken from them. */
export class WatchStore implements WatchRepository {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  list(): Watch[] {
    return this.#db
      .prepare(
        `SELECT id, connection, folder, pattern, dataset, after, marker, trouble, expected,
                created_at AS createdAt, last_at AS lastAt
         FROM watch ORDER BY id`,
      )
      .all()
      .map((row) => WatchRow.parse(row))
  }

  add(
    { connection, folder, pattern, dataset, after, marker, expected }: WatchInput,
    at: string,
  ): number {
    const { lastInsertRowid } = this.#db
      .prepare(
        `INSERT INTO watch (connection, folder, pattern, dataset, after, marker, expected, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        connection ?? null,
        folder,
        pattern,
        dataset,
        after,
        marker,
        expected === null ? null : JSON.stringify(expected),
        at,
      )
    return Number(lastInsertRowid)
  }

  changeTrouble(id: number, trouble: ProblemData | null): void {
    this.#db
      .prepare('UPDATE watch SET trouble = ? WHERE id = ?')
      .run(trouble === null ? null : JSON.stringify(trouble), id)
  }

  remove(id: number): boolean {
    return this.#db.prepare('DELETE FROM watch WHERE id = ?').run(id).changes > 0
  }

  taken(id: number): TakenFile[] {
    return this.#db
      .prepare(
        `SELECT name, bytes, modified, run, state FROM watched_file
         LEFT JOIN run ON run.id = watched_file.run WHERE watch = ?`,
      )
      .all(id)
      .map((row) => TakenRow.parse(row))
  }

  forget(id: number, name: string): void {
    this.#db.prepare('DELETE FROM watched_file WHERE watch = ? AND name = ?').run(id, name)
  }
}
