import { z } from 'zod'
import { ChosenDestination } from '../../shared/domain/datasets/dataset.ts'
import { ProblemData } from '../../shared/domain/problem.ts'
import { Stream, type StreamInput } from '../../shared/domain/streams/stream.ts'
import type { StreamRepository } from '../runs/ports/store.ts'
import type { Db } from './database.ts'

const StreamRow = z
  .object({
    ...Stream.shape,
    isStopped: z.number(),
    destination: z.string(),
    trouble: z.string().nullable(),
  })
  .transform(({ isStopped, destination, trouble, ...row }) => ({
    ...row,
    isStopped: isStopped !== 0,
    destination: ChosenDestination.parse(JSON.parse(destination)),
    trouble: trouble === null ? null : ProblemData.parse(JSON.parse(trouble)),
  }))

/** Topics that are landed batch after batch. */
export class StreamStore implements StreamRepository {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  list(): Stream[] {
    return this.#db
      .prepare(
        `SELECT id, connection, topic, dataset, destination, offsets, bytes, every_seconds AS everySeconds, start,
                created_at AS createdAt, is_stopped AS isStopped, run, trouble
         FROM stream ORDER BY id`,
      )
      .all()
      .map((row) => StreamRow.parse(row))
  }

  start(stream: StreamInput, at: string): number {
    const { destination, ...plain } = stream
    return z.object({ id: z.number() }).parse(
      this.#db
        .prepare(
          `INSERT INTO stream (connection, topic, dataset, destination, offsets, bytes, every_seconds, start, created_at)
           VALUES (@connection, @topic, @dataset, @destination, @offsets, @bytes, @everySeconds, @start, @at)
           ON CONFLICT (connection, topic, dataset) DO UPDATE SET
             destination = excluded.destination, offsets = excluded.offsets, bytes = excluded.bytes,
             every_seconds = excluded.every_seconds, start = excluded.start, is_stopped = 0, trouble = NULL
           RETURNING id`,
        )
        .get({ bytes: null, ...plain, destination: JSON.stringify(destination), at }),
    ).id
  }

  changeStopped(id: number, isStopped: boolean): void {
    this.#db
      .prepare('UPDATE stream SET is_stopped = ?, trouble = NULL WHERE id = ?')
      .run(Number(isStopped), id)
  }

  changeRun(id: number, run: string): void {
    this.#db.prepare('UPDATE stream SET run = ? WHERE id = ?').run(run, id)
  }

  changeTrouble(id: number, trouble: ProblemData | null): void {
    this.#db
      .prepare('UPDATE stream SET trouble = ? WHERE id = ?')
      .run(trouble === null ? null : JSON.stringify(trouble), id)
  }

  remove(id: number): boolean {
    return this.#db.prepare('DELETE FROM stream WHERE id = ?').run(id).changes > 0
  }
}
