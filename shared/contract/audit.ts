/** What people have done through Pallet. */
import { z } from 'zod'
import { Audited, AuditEntry, AuditMark } from '../domain/audit.ts'
import { call } from './call.ts'

export const audit = {
  /** Newest first; `before`: those with smaller numbers. */
  list: call
    .input(
      z.object({
        limit: z.int().min(1).max(1000),
        before: z.int().min(1).optional(),
      }),
    )
    .output(z.array(AuditEntry)),
  /** Whether all entries are as they were written, and the one that was noted down elsewhere is still among them. */
  verify: call.input(z.object({ mark: AuditMark.optional() })).output(Audited),
}
