import { z } from 'zod'
import { Published } from '../../shared/domain/streams/topic.ts'
import type { RedriveRepository, StoredRedrive } from '../runs/ports/store.ts'
import type { Db } from './database.ts'

const Records = z.array(z.object({ record: z.number(), partition: z.number() }))
const RedriveRow = z
  .object({
    id: z.string(),
    run: z.string(),
    records: z.string(),
    published: z.string().nullable(),
  })
  .transform(({ records, published, ...row }) => ({
    ...row,
    records: Records.parse(JSON.parse(records)),
    published: published === null ? null : z.array(Published).parse(JSON.parse(published)),
  }))

/** Held-back records on their way back into their topics. */
export class RedriveStore implements RedriveRepository {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  of(run: string): StoredRedrive | null {
    const row = this.#db.prepare('SELECT * FROM redrive WHERE run = ?').get(run)
    return row === undefined ? null : RedriveRow.parse(row)
  }

  begin({ id, run, records }: Omit<StoredRedrive, 'published'>): void {
    this.#db
      .prepare('INSERT INTO redrive (id, run, records) VALUES (?, ?, ?)')
      .run(id, run, JSON.stringify(records))
  }

  keep(id: string, published: readonly Published[]): void {
    this.#db
      .prepare('UPDATE redrive SET published = ? WHERE id = ?')
      .run(JSON.stringify(published), id)
  }

  end(id: string): void {
    this.#db.prepare('DELETE FROM redrive WHERE id = ?').run(id)
  }
}
