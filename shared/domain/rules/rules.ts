/** The rules of a contract, in the terms of Frictionless Table Schema where it has them. */
import { z } from 'zod'

/**
 * What becomes of a record that breaks a rule: it is held back; it goes through and is counted; or it is held back and the
 * run stops before anything leaves.
 */
export const severities = ['hold', 'warn', 'stop'] as const
export type Severity = (typeof severities)[number]

/** A rule that says no severity holds rows back. */
export const OtherSeverity = z.enum(['warn', 'stop'])
export type OtherSeverity = z.infer<typeof OtherSeverity>

/** What a column can ask of its cells besides its type; the names are those of the column's fields. */
export const cellRules = [
  'required',
  'unique',
  'min',
  'max',
  'minLength',
  'maxLength',
  'pattern',
  'oneOf',
] as const
export const CellRule = z.enum(cellRules)
export type CellRule = z.infer<typeof CellRule>

/** What a cell can be wrong in: its type, or a rule of its column. */
export const Demand = z.enum(['type', ...cellRules])
export type Demand = z.infer<typeof Demand>

/** What becomes of a file that breaks a rule about the whole of it: it is said; a person is asked; or nothing leaves. */
export const wholeSeverities = ['warn', 'ask', 'stop'] as const
export const WholeSeverity = z.enum(wholeSeverities)
export type WholeSeverity = z.infer<typeof WholeSeverity>

/** The day, or the instant, before or after which no value may be: `2026-01-31`, `2026-01-31 08:00:00`. */
const Instant = z
  .string()
  .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}:[0-9]{2})?$/, 'is no day like 2026-01-31')
  .refine((text) => !Number.isNaN(Date.parse(text.replace(' ', 'T'))), 'is no day of any month')
/** The time of day: `08:00`, `08:00:30`. */
const TimeOfDay = z
  .string()
  .regex(/^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$/, 'is no time like 08:30')
export const Bound = z.union([z.number(), Instant, TimeOfDay])
export type Bound = z.infer<typeof Bound>

/** Characters. */
export const Length = z.int().min(0).max(1_000_000)

/** The rules of a column that are kept with it. */
export const ruleFields = {
  required: z.boolean().optional(),
  unique: z.boolean().optional(),
  /** Of numbers, dates and times, of durations in seconds; both ends are allowed values. */
  min: Bound.optional(),
  max: Bound.optional(),
  /** Of text, in characters. */
  minLength: Length.optional(),
  maxLength: Length.optional(),
  /** Of text: the whole cell fits it. A regular expression that every engine understands alike, see `patternFault`. */
  pattern: z.string().min(1).max(1000).optional(),
  oneOf: z.array(z.string()).optional(),
  /**
   * What becomes of a row that breaks one of these, or has a cell that is not of its type; absent: it is held back. Where its type
   * only warns, a cell that is not of it is left empty.
   */
  severity: z.partialRecord(Demand, OtherSeverity).optional(),
}

const columnName = z.string().min(1).max(63)
const ofEvery = { severity: OtherSeverity.optional() }

/** A rule about more than one cell. Columns go by their names in the table, in formulas by their labels. */
export const RowRule = z.discriminatedUnion('kind', [
  /** Together the cells are never all empty, and no two rows have the same. */
  z.object({ kind: z.literal('key'), ...ofEvery, columns: z.array(columnName).min(1).max(32) }),
  /** True for every row. `sentence`: what is said of one for which it is not. */
  z.object({
    kind: z.literal('formula'),
    ...ofEvery,
    formula: z.string().min(1).max(10_000),
    sentence: z.string().trim().min(1).max(500),
  }),
  /** Every value stands in a column of what was delivered of another dataset; an empty cell asks for none. */
  z.object({
    kind: z.literal('foreign'),
    ...ofEvery,
    column: columnName,
    dataset: z.string().min(1).max(63),
    to: columnName,
  }),
])
export type RowRule = z.infer<typeof RowRule>

/** How many rows break a rule, in words, and the first lines (from 1, as in the file). 0 rows: it is about the whole, and `rule` says what is the matter. */
export const Broken = z.object({
  rule: z.string(),
  rows: z.number(),
  lines: z.array(z.number()),
})
export type Broken = z.infer<typeof Broken>

/** What a rule about a column may need, and has no sense without. */
export interface RuledColumn extends z.infer<z.ZodObject<typeof ruleFields>> {
  name: string
  label: string
  type: 'text' | 'integer' | 'decimal' | 'boolean' | 'date' | 'timestamp' | 'time' | 'duration'
  order?: 'dmy' | 'mdy' | 'ymd' | undefined
  unit?: string | undefined
}

/** Which rules cells of a type can have. */
export function rulesFor(type: RuledColumn['type']): readonly CellRule[] {
  switch (type) {
    case 'text':
      return ['required', 'unique', 'minLength', 'maxLength', 'pattern', 'oneOf']
    case 'integer':
    case 'decimal':
    case 'date':
    case 'timestamp':
    case 'time':
    case 'duration':
      return ['required', 'unique', 'min', 'max', 'oneOf']
    case 'boolean':
      return ['required', 'unique', 'oneOf']
  }
}

export function has(column: RuledColumn, rule: CellRule): boolean {
  const value = column[rule]
  return value !== undefined && value !== false
}

export function severityOf(column: RuledColumn, demand: Demand): Severity {
  const own = column.severity?.[demand] ?? 'hold'
  // What is left empty breaks the rule that it must not be.
  return demand === 'type' && own === 'warn' && has(column, 'required')
    ? severityOf(column, 'required')
    : own
}

/** The column with other rules than it has. */
export function withRulesOf<Of extends RuledColumn>(
  column: Of,
  rules: Pick<RuledColumn, keyof typeof ruleFields>,
): Of {
  const bare: Of = { ...column }
  for (const rule of [...cellRules, 'severity'] as const) delete bare[rule]
  return withFittingRules({ ...bare, ...rules })
}

/** The column without those rules that its type cannot have, and without severities of rules that it does not have. */
export function withFittingRules<Of extends RuledColumn>(column: Of): Of {
  const fits = rulesFor(column.type)
  const kept: Of = { ...column }
  for (const rule of cellRules) if (!fits.includes(rule)) delete kept[rule]
  const severity = Object.fromEntries(
    Object.entries(kept.severity ?? {}).filter(([demand]) =>
      demand === 'type' ? kept.type !== 'text' : has(kept, demand as CellRule),
    ),
  )
  delete kept.severity
  return Object.keys(severity).length === 0 ? kept : { ...kept, severity }
}
