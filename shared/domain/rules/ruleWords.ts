/** Rules as people read them. */
import { durationText } from '../cells/clocks.ts'
import {
  type Bound,
  type CellRule,
  type Demand,
  type RowRule,
  type RuledColumn,
  type Severity,
  type WholeSeverity,
  severityOf,
} from './rules.ts'
import { typeWords } from '../columns/typeWords.ts'
import { formatCount, plural } from '../sizes.ts'
import type { Broken } from './rules.ts'

/** What each rule is called where one is chosen. */
export const cellRuleNames: Record<CellRule, string> = {
  required: 'Never empty',
  unique: 'Never repeated',
  min: 'At least',
  max: 'At most',
  minLength: 'Shortest',
  maxLength: 'Longest',
  pattern: 'Fits a pattern',
  oneOf: 'One of a list',
}

export const severityNames: Record<Severity | WholeSeverity, string> = {
  hold: 'hold the row',
  warn: 'warn',
  ask: 'ask',
  stop: 'stop the run',
}

/** Values of a list that are said. */
const listed = 5

/** `“Price” is at least 0`: what is true of every cell that keeps the rule. */
export function cellRuleWords(column: RuledColumn, demand: Demand): string {
  return `“${column.label}” ${cellDemand(column, demand)}`
}

/** What is asked of a cell: `is at least 0`. */
export function cellDemand(column: RuledColumn, demand: Demand): string {
  switch (demand) {
    case 'type':
      return `is ${typeWords(column)}${severityOf(column, 'type') === 'warn' ? ', and what is not is left empty' : ''}`
    case 'required':
      return 'is never empty'
    case 'unique':
      return 'never repeats a value'
    case 'min':
      return `is at least ${boundText(column.type, column.min)}`
    case 'max':
      return `is at most ${boundText(column.type, column.max)}`
    case 'minLength':
      return `has at least ${plural(column.minLength ?? 0, 'character')}`
    case 'maxLength':
      return `has at most ${plural(column.maxLength ?? 0, 'character')}`
    case 'pattern':
      return `fits the pattern ${column.pattern ?? ''}`
    case 'oneOf': {
      const all = column.oneOf ?? []
      const more = all.length > listed ? ` or ${formatCount(all.length - listed)} others` : ''
      return `is one of ${all
        .slice(0, listed)
        .map((value) => `“${value}”`)
        .join(', ')}${more}`
    }
  }
}

/** A bound as people write it: of a duration `1:30:00`. */
export function boundText(type: RuledColumn['type'], bound: Bound | undefined): string {
  if (type === 'duration' && typeof bound === 'number') return durationText(bound)
  return String(bound ?? '')
}

/** `labelOf`: what the file calls a column of the table. */
export function rowRuleWords(rule: RowRule, labelOf: (name: string) => string): string {
  switch (rule.kind) {
    case 'key':
      if (rule.columns.length === 1)
        return `“${labelOf(rule.columns[0] ?? '')}” never repeats and is never empty`
      return `${rule.columns.map((name) => `“${labelOf(name)}”`).join(' and ')} together never repeat and are never all empty`
    case 'formula':
      return rule.sentence.replace(/[.]$/, '')
    case 'foreign':
      return `“${labelOf(rule.column)}” is always a “${rule.to}” of the dataset ${rule.dataset}`
  }
}

/** `“Price” is at least 0: 12 rows break it, the first in lines 3, 8 and 11.` */
export function brokenWords({ rule, rows, lines }: Broken): string {
  if (rows === 0) return `${rule}.`
  const said = lines.map(formatCount)
  const last = said.pop() ?? ''
  const where = said.length === 0 ? `line ${last}` : `lines ${said.join(', ')} and ${last}`
  const first = rows > lines.length ? ', the first in ' : ' in '
  return `${rule}: ${plural(rows, 'row')} ${rows === 1 ? 'breaks' : 'break'} it${lines.length === 0 ? '' : first + where}.`
}
