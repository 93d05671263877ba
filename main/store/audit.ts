import { createHash } from 'node:crypto'
import { type Act, AuditEntry, type Audited, type AuditMark } from '../../shared/domain/audit.ts'
import type { AuditRepository } from '../runs/ports/audit.ts'
import type { Db } from './database.ts'

/** What people have done through this home, each entry bound to the one before. */
export class AuditStore implements AuditRepository {
  readonly #db: Db
  readonly #who: () => string

  /** @param who the name of whoever acts now */
  constructor(db: Db, who: () => string) {
    this.#db = db
    this.#who = who
  }

  append(given: { at: string; act: Act; subject: string; refused: string | null }): void {
    this.#db
      .transaction(() => {
        const before = this.list(1)[0]
        const entry = { ...given, who: this.#who(), number: (before?.number ?? 0) + 1 }
        this.#db
          .prepare(
            `INSERT INTO audit (number, at, who, act, subject, refused, hash)
             VALUES (@number, @at, @who, @act, @subject, @refused, @hash)`,
          )
          .run({ ...entry, hash: hashOf(entry, before?.hash) })
      })
      .immediate()
  }

  list(limit: number, before = Number.MAX_SAFE_INTEGER): AuditEntry[] {
    return this.#db
      .prepare('SELECT * FROM audit WHERE number < ? ORDER BY number DESC LIMIT ?')
      .all(before, limit)
      .map((row) => AuditEntry.parse(row))
  }

  verify(mark?: AuditMark): Audited {
    let last: AuditMark | null = null
    for (const row of this.#db.prepare('SELECT * FROM audit ORDER BY number').iterate()) {
      const number: number = (last?.number ?? 0) + 1
      const { data: entry } = AuditEntry.safeParse(row)
      if (entry === undefined || entry.number !== number) return { last, broken: number }
      const hash = hashOf(entry, last?.hash)
      if (entry.hash !== hash || (mark?.number === number && mark.hash !== hash))
        return { last, broken: number }
      last = { number, hash }
    }
    const isGone = mark !== undefined && mark.number > (last?.number ?? 0)
    return { last, broken: isGone ? mark.number : null }
  }
}

function hashOf(
  { number, at, who, act, subject, refused }: Omit<AuditEntry, 'hash'>,
  before = '',
): string {
  const text = JSON.stringify([before, number, at, who, act, subject, refused])
  return createHash('sha256').update(text).digest('hex')
}
