import { z } from 'zod'
import { Extract } from '../../shared/domain/extract.ts'
import type { ExtractRepository, StoredExtract } from '../runs/ports/store.ts'
import type { Db } from './database.ts'

const Row = z
  .object({ dataset: z.string(), definition: z.string() })
  .transform(({ dataset, definition }) => ({
    dataset,
    extract: Extract.parse(JSON.parse(definition)),
  }))

/** What is taken out of APIs, by dataset. */
export class ExtractStore implements ExtractRepository {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  list(): StoredExtract[] {
    return this.#db
      .prepare('SELECT dataset, definition FROM extract ORDER BY dataset')
      .all()
      .map((row) => Row.parse(row))
  }

  save({ dataset, extract }: StoredExtract, at: string): void {
    this.#db
      .prepare(
        `INSERT INTO extract (dataset, definition, created_at) VALUES (?, ?, ?)
         ON CONFLICT (dataset) DO UPDATE SET definition = excluded.definition`,
      )
      .run(dataset, JSON.stringify(extract), at)
  }

  remove(dataset: string): boolean {
    return this.#db.prepare('DELETE FROM extract WHERE dataset = ?').run(dataset).changes > 0
  }
}
