import { z } from 'zod'
import { isUnit } from '../cells/amounts.ts'
import { Column, ColumnType } from '../datasets/dataset.ts'
import { PersonalRules } from '../privacy/personal.ts'
import { ruleFields, withFittingRules, withRulesOf } from '../rules/rules.ts'

/** A column as the person wants it read and held to, where that differs from what was proposed. */
export const ColumnChoice = z.object({
  type: ColumnType,
  order: Column.shape.order,
  decimalMark: Column.shape.decimalMark,
  unit: Column.shape.unit,
  /** In place of the rules that it has; absent: it keeps them. */
  rules: z.object(ruleFields).optional(),
  /** Whether it is personal, and what becomes of it then; null: it is not. Absent: as before. */
  personal: PersonalRules.nullable().optional(),
})
export type ColumnChoice = z.infer<typeof ColumnChoice>

/** Stands for the unit '' where a unit is to be read. */
export const noUnit = '()'

/** A type and how it is written, as one word: what a list of types shows and compares. */
export function optionOf(column: Omit<ColumnChoice, 'rules' | 'personal'>): string {
  const unit = column.unit === undefined ? '' : ` ${column.unit || noUnit}`
  switch (column.type) {
    case 'integer':
      return `integer${unit}`
    case 'decimal':
      return `decimal ${column.decimalMark ?? '.'}${unit}`
    case 'date':
    case 'timestamp':
      return `${column.type} ${column.order ?? 'ymd'}`
    case 'text':
    case 'boolean':
    case 'time':
    case 'duration':
      return column.type
  }
}

/** The unit that a word stands for: `€`, `%`, and `()` for amounts without one; undefined: it is none. */
export function unitOf(word: string): string | undefined {
  if (word === noUnit) return ''
  return isUnit(word) ? word : undefined
}

/** A column with the person's choice; rules that only made sense for the old type come off. */
export function withChoice(column: Column, choice: ColumnChoice | undefined): Column {
  if (choice === undefined) return column
  const { rules, personal, ...type } = choice
  const typed = withType(column, type)
  const ruled = rules === undefined ? typed : withRulesOf(typed, rules)
  return personal === undefined ? ruled : withPersonal(ruled, personal)
}

/** The column marked as personal, or as none (null). */
export function withPersonal(column: Column, personal: PersonalRules | null): Column {
  const { personal: _, ...bare } = column
  return personal === null ? bare : { ...bare, personal }
}

/** The choice of a column's rules, which leaves its type as it is. */
export function choiceOfRules({ type, order, decimalMark, unit, ...column }: Column): ColumnChoice {
  return { type, order, decimalMark, unit, rules: z.object(ruleFields).parse(column) }
}

function withType(column: Column, choice: Omit<ColumnChoice, 'rules' | 'personal'>): Column {
  if (optionOf(choice) === optionOf(column)) return column
  const { order: _order, decimalMark: mark, unit: _unit, min, max, oneOf, ...rest } = column
  const kindOf = (type: ColumnType) =>
    type === 'integer' || type === 'decimal' ? 'number' : type === 'timestamp' ? 'date' : type
  const sameKind = kindOf(column.type) === kindOf(choice.type)
  return withFittingRules({
    ...rest,
    ...(sameKind && min !== undefined ? { min } : {}),
    ...(sameKind && max !== undefined ? { max } : {}),
    ...(choice.type === column.type && oneOf !== undefined ? { oneOf } : {}),
    ...(choice.type === 'integer' && mark !== undefined ? { decimalMark: mark } : {}),
    ...choice,
  })
}
