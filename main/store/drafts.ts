import { z } from 'zod'
import { type Draft, KeptDraft } from '../../shared/domain/draft.ts'
import type { DraftRepository } from '../runs/ports/store.ts'
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

  of(sha256: string): KeptDraft[] {
    const rows = this.#db
      .prepare('SELECT * FROM draft WHERE sha256 = ? ORDER BY kept_at DESC, name')
      .all(sha256)
    return rows.map((row) => DraftRow.parse(row))
  }

  keep(
    { sha256, name, bytes }: { sha256: string; name: string; bytes: number },
    draft: Draft,
    at: string,
  ): void {
    this.#db
      .prepare(
        'INSERT OR REPLACE INTO draft (sha256, name, bytes, draft, kept_at) VALUES (?, ?, ?, ?, ?)',
      )
      .run(sha256, name, bytes, JSON.stringify(draft), at)
    this.#db
      .prepare(
        `DELETE FROM draft WHERE (sha256, name) IN
           (SELECT sha256, name FROM draft ORDER BY kept_at DESC LIMIT -1 OFFSET ?)`,
      )
      .run(most)
  }

  forget(sha256: string, name: string): void {
    this.#db.prepare('DELETE FROM draft WHERE sha256 = ? AND name = ?').run(sha256, name)
  }

  forgetBefore(at: string): void {
    this.#db.prepare('DELETE FROM draft WHERE kept_at < ?').run(at)
  }
}
