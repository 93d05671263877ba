import { z } from 'zod'
import { Extract } from '../../shared/domain/arriving/extract.ts'
import { ProblemData } from '../../shared/domain/problem.ts'
import { Schedule } from '../../shared/domain/arriving/schedule.ts'
import type { ExtractRepository, StoredExtract } from '../runs/ports/store.ts'
import type { Db } from './database.ts'

const json = (text: string | null): unknown => (text === null ? null : JSON.parse(text))

const Row = z
  .object({
    dataset: z.string(),
    definition: z.string(),
    schedule: z.string().nullable(),
    handledAt: z.string().nullable(),
    trouble: z.string().nullable(),
  })
  .transform(({ dataset, definition, schedule, handledAt, trouble }) => ({
    dataset,
    extract: Extract.parse(json(definition)),
    schedule: Schedule.nullable().parse(json(schedule)),
    handledAt,
    trouble: ProblemData.nullable().parse(json(trouble)),
  }))

/** What is taken out of APIs, by dataset, and when. */
export class ExtractStore implements ExtractRepository {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  list(): StoredExtract[] {
    return this.#db
      .prepare(
        `SELECT dataset, definition, schedule, handled_at AS handledAt, trouble FROM extract
         ORDER BY dataset`,
      )
      .all()
      .map((row) => Row.parse(row))
  }

  save({ dataset, extract }: Pick<StoredExtract, 'dataset' | 'extract'>, at: string): void {
    this.#db
      .prepare(
        `INSERT INTO extract (dataset, definition, created_at) VALUES (?, ?, ?)
         ON CONFLICT (dataset) DO UPDATE SET definition = excluded.definition, trouble = NULL`,
      )
      .run(dataset, JSON.stringify(extract), at)
  }

  changeSchedule(dataset: string, schedule: Schedule | null, at: string): void {
    this.#db
      .prepare('UPDATE extract SET schedule = ?, handled_at = ?, trouble = NULL WHERE dataset = ?')
      .run(schedule === null ? null : JSON.stringify(schedule), at, dataset)
  }

  changeHandled(dataset: string, handledAt: string | null, trouble: ProblemData | null): void {
    this.#db
      .prepare(
        'UPDATE extract SET handled_at = coalesce(?, handled_at), trouble = ? WHERE dataset = ?',
      )
      .run(handledAt, trouble === null ? null : JSON.stringify(trouble), dataset)
  }

  remove(dataset: string): boolean {
    return this.#db.prepare('DELETE FROM extract WHERE dataset = ?').run(dataset).changes > 0
  }
}
