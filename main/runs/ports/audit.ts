import type { Act, AuditEntry, Audited, AuditMark } from '../../../shared/domain/audit.ts'

export interface AuditRepository {
  /** On the disk when it answers. */
  append(entry: { at: string; act: Act; subject: string; refused: string | null }): void
  /** Newest first; `before`: only those with smaller numbers. */
  list(limit: number, before?: number): AuditEntry[]
  /** Looks at all entries, and whether that mark is one of them. */
  verify(mark?: AuditMark): Audited
}
