import { z } from 'zod'
import { ColumnChoice, withChoice, withPersonal } from './columnChoice.ts'
import { plainName } from './columnNames.ts'
import type { Column } from '../datasets/dataset.ts'
import { decidingColumns, type Meaning } from '../datasets/meaning.ts'
import { PersonalRules } from '../privacy/personal.ts'
import type { RowRule } from '../rules/rules.ts'
import type { WholeRule } from '../rules/wholeRules.ts'

/** What a person changes of a dataset's column, which is found by the name it has. What is absent stays. */
export const ColumnChange = z.object({
  column: z.string(),
  name: z.string().optional(),
  type: ColumnChoice.optional(),
  required: z.boolean().optional(),
  /** What becomes of it as a personal column; null: it is none. */
  personal: PersonalRules.nullable().optional(),
})
export type ColumnChange = z.infer<typeof ColumnChange>

/** The columns with the changes. */
export function changedColumns(
  columns: readonly Column[],
  changes: readonly ColumnChange[],
): Column[] {
  return columns.map((column) =>
    changes
      .filter((change) => change.column === column.name)
      .reduce((before, { name, type, required, personal }) => {
        const { required: was, ...typed } = withChoice(before, type)
        const rest = personal === undefined ? typed : withPersonal(typed, personal)
        const needed = required ?? was ?? false
        return { ...rest, name: name ?? before.name, ...(needed ? { required: true } : {}) }
      }, column),
  )
}

/** What is wrong with the names of columns, as a sentence, or null. */
export function wrongColumns(columns: readonly Column[]): string | null {
  const names = columns.map(({ name }) => name)
  const wrong = names.find((name) => name === '' || plainName(name) !== name)
  if (wrong !== undefined)
    return `“${wrong}” cannot be the name of a column: it has lower-case letters, digits and underscores.`
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  return twice === undefined ? null : `Two columns would be called “${twice}”.`
}

/** The rules by the names that their columns have after the changes. */
export function renamedRules(
  rules: readonly RowRule[],
  changes: readonly ColumnChange[],
): RowRule[] {
  const named = (column: string): string =>
    changes.findLast((change) => change.column === column)?.name ?? column
  return rules.map((rule) => {
    switch (rule.kind) {
      case 'key':
        return { ...rule, columns: rule.columns.map(named) }
      case 'foreign':
        return { ...rule, column: named(rule.column) }
      case 'formula':
        return rule
    }
  })
}

/** The same of rules about the whole. */
export function renamedWhole(
  rules: readonly WholeRule[],
  changes: readonly ColumnChange[],
): WholeRule[] {
  return rules.map((rule) =>
    rule.kind === 'rows-change'
      ? rule
      : {
          ...rule,
          column: changes.findLast(({ column }) => column === rule.column)?.name ?? rule.column,
        },
  )
}

/** The meaning by the names that its columns have after the changes. */
export function renamedMeaning(meaning: Meaning, changes: readonly ColumnChange[]): Meaning {
  const named = decidingColumns(meaning).map(
    (column) => changes.findLast((change) => change.column === column)?.name ?? column,
  )
  switch (meaning.kind) {
    case 'append':
    case 'snapshot':
      return meaning
    case 'slice':
      return { kind: 'slice', by: named }
    case 'upsert':
      return { kind: 'upsert', keys: named }
  }
}

/** What the changes mean to a table that has rows, as a sentence; null: the rows fit it as before. */
export function tableAfter(
  table: string,
  meaning: Meaning,
  before: readonly Column[],
  after: readonly Column[],
): string | null {
  const same = before.every(({ name, type, scale }, index) => {
    const now = after[index]
    return now?.name === name && now.type === type && now.scale === scale
  })
  if (same) return null
  return meaning.kind === 'snapshot'
    ? `The next file makes the table ${table} anew, with these columns.`
    : `The table ${table} keeps the columns it has, and the next file does not fit it. Send that file as the whole table (“--meaning snapshot”), or into a new table (“--table”), or undo what is in the table and send it again.`
}
