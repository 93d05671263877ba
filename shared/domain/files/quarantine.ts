import { z } from 'zod'

/**
 * Why a record is held back. The codes are Frictionless' (row: `extra-cell`, `missing-cell`, `primary-key`, `foreign-key`, `row-constraint`,
 * cell: `type-error`, `required-value`, `constraint-error`, `unique-error`), so that
 * other tools of the field understand them, plus `structure-error` for records that are no record.
 */
export const reasonCodes = [
  'structure-error',
  'encoding-error',
  'extra-cell',
  'missing-cell',
  'type-error',
  'required-value',
  'constraint-error',
  'unique-error',
  'primary-key',
  'foreign-key',
  'row-constraint',
] as const

export const Reason = z.object({
  code: z.enum(reasonCodes),
  /** Column name, or '' when the whole record is meant. */
  column: z.string(),
  /** The offending cell as text, or ''. */
  value: z.string(),
  /** One sentence for the person. */
  message: z.string(),
})
export type Reason = z.infer<typeof Reason>

/** One record held back. Stored one JSON object a line, ordered by record. */
export const HeldRow = z.object({
  /** Ordinal of the record in the file, from 1, the header not counted. */
  record: z.number(),
  /** Physical line on which the record starts, from 1. */
  line: z.number(),
  /** The record's text as it stands in the file, decoded, at most 64 KiB of it. */
  raw: z.string(),
  reasons: z.array(Reason).min(1),
})
export type HeldRow = z.infer<typeof HeldRow>
