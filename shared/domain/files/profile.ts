import { z } from 'zod'
import { personalKinds } from '../privacy/personal.ts'
import { Column } from '../datasets/dataset.ts'
import { DetectedReading } from './reading.ts'

/** A value as it stands in the file, in how many records, and the first line it stands on. */
export const ValueCount = z.object({ value: z.string(), count: z.number(), line: z.number() })
export type ValueCount = z.infer<typeof ValueCount>

/** Of numbers, dates, times and durations, in the order of their values; text as the type writes it (`12.50`, `2026-03-01`, `1:30:00`). */
export const Spread = z.object({
  min: z.string(),
  max: z.string(),
  /** Of numbers, and of durations in seconds. */
  mean: z.number().nullable(),
  /** The value that this share of the values does not exceed (nearest rank). */
  quantiles: z.object({
    p05: z.string(),
    p25: z.string(),
    p50: z.string(),
    p75: z.string(),
    p95: z.string(),
  }),
  /** Bins of one width from the least to the largest value that is no outlier; `to` belongs to the last bin only. */
  histogram: z.array(z.object({ from: z.string(), to: z.string(), count: z.number() })),
  /**
   * Values further from the middle half than three times its width (Tukey's “far out”). None where these are
   * more than one in a hundred: then the column is uneven and nothing in it strange.
   */
  outliers: z.object({ count: z.number(), examples: z.array(ValueCount) }),
})
export type Spread = z.infer<typeof Spread>

/**
 * What one column of a whole file holds: every record that the recipe leaves, its cells as the recipe leaves them.
 * All counts are exact.
 */
export const ColumnProfile = z.object({
  /** Its type as the dataset has it, or as the file suggests. */
  column: Column,
  /** Records with a cell that says something, and with one that does not. */
  filled: z.number(),
  empty: z.number(),
  /** Words that stand for nothing and were found, in lower case. */
  emptyWords: z.array(z.string()),
  /** Of the filled cells, how many the type takes; and the commonest that it does not take. */
  fits: z.number(),
  misfits: z.array(ValueCount),
  distinct: z.number(),
  /** The commonest values, most frequent first. */
  top: z.array(ValueCount),
  /** Shapes: 9 for a digit, A and a for letters, `a…` for more than three letters. Most frequent first. */
  patterns: z.array(z.object({ pattern: z.string(), count: z.number() })),
  patternCount: z.number(),
  /** In characters, of the filled cells; null where none is. */
  length: z.object({ min: z.number(), max: z.number(), mean: z.number() }).nullable(),
  /** null for text, for yes or no, and where no cell fits. */
  spread: Spread.nullable(),
  /** Whether it may be a key: of text or whole numbers, and every record has one that no other record has. */
  isKey: z.boolean(),
  /** What the values, or the label, look like; likely, not certain. */
  personal: z.enum(personalKinds).nullable(),
})
export type ColumnProfile = z.infer<typeof ColumnProfile>

export const Profile = z.object({
  name: z.string(),
  detected: DetectedReading,
  /** Found, the header not counted: profiled, and left out because they are broken, or because the recipe drops them. */
  records: z.number(),
  profiled: z.number(),
  broken: z.number(),
  dropped: z.number(),
  columns: z.array(ColumnProfile),
  /** What else a person should know: columns that belong together, types that only almost fit. */
  hints: z.array(z.string()),
})
export type Profile = z.infer<typeof Profile>

/** How many bins a histogram has at most. */
export const histogramBins = 20

/** What ISO 4217 lists, as this program's own tables know it. */
const currencies = new Set(Intl.supportedValuesOf('currency'))

/** Two columns side by side that say one thing between them: a day and its time, an amount and its currency. */
export interface Together {
  kind: 'time' | 'currency'
  /** As they stand. */
  pair: readonly [ColumnProfile, ColumnProfile]
  /** The day, or the amount, and what belongs to it. */
  main: ColumnProfile
  other: ColumnProfile
}

export function columnsTogether(columns: readonly ColumnProfile[]): Together[] {
  return columns.flatMap((one, index): Together[] => {
    const next = columns[index + 1]
    if (next === undefined) return []
    const pair = [one, next] as const
    const ways = [pair, [next, one] as const]
    for (const [main, other] of ways)
      if (main.column.type === 'date' && isTimeOfDay(other))
        return [{ kind: 'time', pair, main, other }]
    for (const [main, other] of ways)
      if (isNumber(main) && isCurrency(other)) return [{ kind: 'currency', pair, main, other }]
    return []
  })
}

/** The same in sentences. */
export function togetherSentences(columns: readonly ColumnProfile[]): string[] {
  return columnsTogether(columns).map(({ kind, pair: [first, second] }) => {
    const what = { time: 'a day and its time', currency: 'an amount and its currency' }[kind]
    return `“${first.column.label}” and “${second.column.label}” belong together: ${what}.`
  })
}

function isTimeOfDay({ column, filled, patterns, patternCount }: ColumnProfile): boolean {
  if (column.type === 'time') return true
  return (
    column.type === 'text' &&
    filled > 0 &&
    patternCount <= patterns.length &&
    patterns.every(({ pattern }) => /^9?9:99(:99)?$/.test(pattern))
  )
}

function isNumber({ column: { type } }: ColumnProfile): boolean {
  return type === 'decimal' || type === 'integer'
}

function isCurrency({ filled, distinct, top }: ColumnProfile): boolean {
  return (
    filled > 0 &&
    distinct === top.length &&
    top.every(({ value }) => currencies.has(value) || /^[€$£¥]$/.test(value))
  )
}
