/** Rules about a file as a whole, against the last one or the day; they warn, ask, or let nothing leave. */
import { z } from 'zod'
import { WholeSeverity } from './rules.ts'
import { formatCount, plural } from '../sizes.ts'

const ofEvery = { severity: WholeSeverity }
const columnName = z.string().min(1).max(63)
/** A share of what it was: 0.2 is a fifth more or less. */
const By = z.number().min(0).max(100)

export const WholeRule = z.discriminatedUnion('kind', [
  /** No fewer and no more clean rows than the last file had, by a share of these. */
  z.object({ kind: z.literal('rows-change'), ...ofEvery, by: By }),
  /** Of a column: its different values, its mean, by a share of what they were; its empty cells, by points of 1 (0.1: from 5 % to 15 %). */
  z.object({
    kind: z.literal('column-change'),
    ...ofEvery,
    column: columnName,
    of: z.enum(['empty', 'distinct', 'mean']),
    by: By,
  }),
  /** The newest day of a column is at most so many days old. */
  z.object({
    kind: z.literal('fresh'),
    ...ofEvery,
    column: columnName,
    days: z.int().min(0).max(36_500),
  }),
])
export type WholeRule = z.infer<typeof WholeRule>

/** What the clean rows of a file are, in the columns that rules are about. */
export const Measures = z.object({
  rows: z.number(),
  columns: z.array(
    z.object({
      name: z.string(),
      empty: z.number(),
      distinct: z.number(),
      /** Of numbers; null where there is none. */
      mean: z.number().nullable(),
      /** Of dates and times: the newest day, `2026-01-31`. */
      newest: z.string().nullable(),
    }),
  ),
})
export type Measures = z.infer<typeof Measures>

/** The columns that the rules ask to be measured. */
export function measuredColumns(rules: readonly WholeRule[]): string[] {
  return [...new Set(rules.flatMap((rule) => (rule.kind === 'rows-change' ? [] : [rule.column])))]
}

/** A rule as it stands in a list. */
export function wholeRuleWords(rule: WholeRule, labelOf: (name: string) => string): string {
  switch (rule.kind) {
    case 'rows-change':
      return `As many rows as the last file, give or take ${percent(rule.by)}`
    case 'column-change': {
      const what = {
        empty: 'As many empty cells in',
        distinct: 'As many different values in',
        mean: 'The same mean in',
      }[rule.of]
      const by = rule.of === 'empty' ? `${formatCount(rule.by * 100)} points` : percent(rule.by)
      return `${what} “${labelOf(rule.column)}” as in the last file, give or take ${by}`
    }
    case 'fresh':
      return `The newest day in “${labelOf(rule.column)}” is at most ${plural(rule.days, 'day')} old`
  }
}

/**
 * How a file breaks a rule, as a sentence with both numbers; null: it keeps it, or there is nothing to compare it with.
 * `before`: of the last file that was delivered. `today`: `2026-01-31`.
 */
export function brokenWhole(
  rule: WholeRule,
  now: Measures,
  before: Measures | null,
  today: string,
  labelOf: (name: string) => string,
): string | null {
  switch (rule.kind) {
    case 'rows-change': {
      if (before === null || within(now.rows, before.rows, rule.by)) return null
      return `${plural(now.rows, 'clean row')}, and ${formatCount(before.rows)} in the last file: ${changed(now.rows, before.rows)}, where at most ${percent(rule.by)} is usual`
    }
    case 'column-change':
      return brokenColumn(rule, now, before, labelOf(rule.column))
    case 'fresh': {
      const newest = now.columns.find(({ name }) => name === rule.column)?.newest ?? null
      const label = labelOf(rule.column)
      if (newest === null) return now.rows === 0 ? null : `“${label}” has no day at all`
      const days = Math.round((Date.parse(today) - Date.parse(newest)) / 86_400_000)
      return days <= rule.days
        ? null
        : `The newest day in “${label}” is ${newest}, ${plural(days, 'day')} ago, where at most ${formatCount(rule.days)} are usual`
    }
  }
}

function brokenColumn(
  { column, of, by }: WholeRule & { kind: 'column-change' },
  now: Measures,
  before: Measures | null,
  label: string,
): string | null {
  const one = now.columns.find(({ name }) => name === column)
  const other = before?.columns.find(({ name }) => name === column)
  if (one === undefined || other === undefined || before === null) return null
  switch (of) {
    case 'empty': {
      const [is, was] = [shareOf(one.empty, now.rows), shareOf(other.empty, before.rows)]
      return Math.abs(is - was) <= by
        ? null
        : `“${label}” is empty in ${percent(is)} of the rows, and was in ${percent(was)} of the last file, where at most ${formatCount(by * 100)} points more or less are usual`
    }
    case 'distinct':
      return within(one.distinct, other.distinct, by)
        ? null
        : `“${label}” has ${plural(one.distinct, 'different value')}, and had ${formatCount(other.distinct)} in the last file: ${changed(one.distinct, other.distinct)}, where at most ${percent(by)} is usual`
    case 'mean':
      if (one.mean === null || other.mean === null || within(one.mean, other.mean, by)) return null
      return `The mean of “${label}” is ${short(one.mean)}, and was ${short(other.mean)} in the last file: ${changed(one.mean, other.mean)}, where at most ${percent(by)} is usual`
  }
}

function within(is: number, was: number, by: number): boolean {
  return Math.abs(is - was) <= Math.abs(was) * by
}

function shareOf(part: number, all: number): number {
  return all === 0 ? 0 : part / all
}

function changed(is: number, was: number): string {
  if (was === 0) return 'from none at all'
  return `${percent(Math.abs(is - was) / Math.abs(was))} ${is > was ? 'more' : 'less'}`
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)))
}

/** Other than of a part of a whole, it may be more than all. */
function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`
}
