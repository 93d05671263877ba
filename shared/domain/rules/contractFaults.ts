/** What is wrong with a contract by itself, whatever the file. */
import { wrongColumns } from '../columns/columnChange.ts'
import type { Column, Contract } from '../datasets/dataset.ts'
import { FormulaFault } from '../recipe/formula.ts'
import { checkFormula } from '../recipe/formulaCheck.ts'
import { patternFault } from '../cells/pattern.ts'
import { findColumn } from '../recipe/recipeFit.ts'
import { type Bound, type CellRule, type RowRule, cellRules, has, rulesFor } from './rules.ts'
import { cellRuleNames, rowRuleWords } from './ruleWords.ts'
import { type WholeRule, wholeRuleWords } from './wholeRules.ts'

/** A sentence for each fault. */
export function contractFaults(contract: Contract | null): string[] {
  if (contract === null) return []
  const { columns, rules = [], whole = [] } = contract
  const labelOf = (name: string) => columns.find((one) => one.name === name)?.label ?? name
  const wrong = wrongColumns(columns)
  return [
    ...(wrong === null ? [] : [wrong]),
    ...columns.flatMap((column) => {
      const fault = columnFault(column)
      return fault === null ? [] : [`The rules contradict each other: ${fault}.`]
    }),
    ...rules.flatMap((rule) => {
      const fault = ruleFault(rule, columns)
      if (fault === null) return []
      return [`The rule “${rowRuleWords(rule, labelOf)}” cannot be: ${fault}`]
    }),
    ...whole.flatMap((rule) => {
      const fault = wholeFault(rule, columns)
      return fault === null
        ? []
        : [`The rule “${wholeRuleWords(rule, labelOf)}” cannot be: ${fault}`]
    }),
  ]
}

/** What of its rules contradicts its type or another rule; null: nothing. Part of a sentence. */
export function columnFault(column: Column): string | null {
  const { name, type, min, max, minLength, maxLength, pattern } = column
  const fits = rulesFor(type)
  const none = cellRules.find((rule) => has(column, rule) && !fits.includes(rule))
  if (none !== undefined)
    return `"${name}" has the rule “${ruleName(none)}”, which its type, ${type}, cannot have`
  for (const bound of [min, max])
    if (bound !== undefined && kindOfBound(bound) !== boundOf(type))
      return `"${name}" has the bound ${bound}, which is no ${boundOf(type)}`
  if (min !== undefined && max !== undefined && min > max)
    return `the smallest value of "${name}" is larger than the largest`
  if (minLength !== undefined && maxLength !== undefined && minLength > maxLength)
    return `the shortest length of "${name}" is longer than the longest`
  const wrong = pattern === undefined ? null : patternFault(pattern)
  return wrong === null
    ? null
    : `the pattern of "${name}" cannot be used: ${wrong.replace(/[.]$/, '')}`
}

/** What bounds of a type are. */
function boundOf(type: Column['type']): 'number' | 'day' | 'time of day' {
  if (type === 'time') return 'time of day'
  return type === 'date' || type === 'timestamp' ? 'day' : 'number'
}

function kindOfBound(bound: Bound): ReturnType<typeof boundOf> {
  if (typeof bound === 'number') return 'number'
  return bound.includes('-') ? 'day' : 'time of day'
}

function ruleName(rule: CellRule): string {
  return cellRuleNames[rule].toLowerCase()
}

/** What is wrong with a rule about more than one cell, as a sentence; null: nothing. */
export function ruleFault(rule: RowRule, columns: readonly Column[]): string | null {
  const missing = (name: string): string | null =>
    columns.some((column) => column.name === name) ? null : `there is no column “${name}”.`
  switch (rule.kind) {
    case 'key':
      return rule.columns.map(missing).find((fault) => fault !== null) ?? null
    case 'foreign':
      return missing(rule.column)
    case 'formula':
      try {
        const { type } = checkFormula(rule.formula, (label) => findColumn(columns, label))
        return type === 'boolean' ? null : 'a formula of a rule must be true or false for a row.'
      } catch (error) {
        if (error instanceof FormulaFault) return error.message
        throw error
      }
  }
}

function wholeFault(rule: WholeRule, columns: readonly Column[]): string | null {
  if (rule.kind === 'rows-change') return null
  const type = columns.find(({ name }) => name === rule.column)?.type
  if (type === undefined) return `there is no column “${rule.column}”.`
  if (rule.kind === 'fresh' && type !== 'date' && type !== 'timestamp')
    return `the type of “${rule.column}” is ${type}, and only days can be old.`
  if (
    rule.kind === 'column-change' &&
    rule.of === 'mean' &&
    type !== 'integer' &&
    type !== 'decimal' &&
    type !== 'duration'
  )
    return `the type of “${rule.column}” is ${type}, and only numbers and durations have a mean.`
  return null
}
