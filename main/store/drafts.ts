import { z } from 'zod'
import { type Draft, KeptDraft } from '../../shared/domain/draft.ts'
import type { DraftKey, DraftRepository } from '../runs/ports/store.ts'
import type { Db } from './database.ts'

const DraftRow = z
  .object({ name: z.string(), draft: z.string(), kept_at: z.string() })
  .transform(({ name, draft, kept_at: keptAt }) =>
    KeptDraft.parse({ name, keptAt, draft: JSON.parse(draft) }),
  )

/** So many are kept; the one that was touched longest ago goes for a new one. */
const most = 200

/** What was chosen for files that were not sent yet, by their content. */
export class DraftStore implements DraftRepository {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  hasOf(bytes: number): boolean {
    return this.#db.prepare('SELECT 1 FROM draft WHERE bytes = ? LIMIT 1').get(bytes) !== undefined
  }

  of(sha256: string, person: string): KeptDraft[] {
    const rows = this.#db
      .prepare(
        'SELECT name, draft, kept_at FROM draft WHERE sha256 = ? AND person = ? ORDER BY kept_at DESC, name',
      )
      .all(sha256, person)
    return rows.map((row) => DraftRow.parse(row))
  }

  keep(file: DraftKey & { bytes: number }, draft: Draft, at: string): void {
    this.#db
      .prepare(
        `INSERT OR REPLACE INTO draft (sha256, name, person, bytes, draft, kept_at)
         VALUES (@sha256, @name, @person, @bytes, @draft, @at)`,
      )
      .run({ ...file, draft: JSON.stringify(draft), at })
    this.#db
      .prepare(
        `DELETE FROM draft WHERE (sha256, name, person) IN
           (SELECT sha256, name, person FROM draft ORDER BY kept_at DESC LIMIT -1 OFFSET ?)`,
      )
      .run(most)
  }

  forget(key: DraftKey): void {
    this.#db
      .prepare('DELETE FROM draft WHERE sha256 = @sha256 AND name = @name AND person = @person')
      .run(key)
  }

  forgetBefore(at: string): void {
    this.#db.prepare('DELETE FROM draft WHERE kept_at < ?').run(at)
  }
}
