/** The rules of a contract that are about more than one cell, fitted to the columns of a file; and what broke them. */
import type { Contract } from '../../shared/domain/datasets/dataset.ts'
import { FormulaFault } from '../../shared/domain/recipe/formula.ts'
import { type Checked, checkFormula } from '../../shared/domain/recipe/formulaCheck.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { findColumn } from '../../shared/domain/recipe/recipeFit.ts'
import {
  type Broken,
  type RowRule,
  type Severity,
  severityOf,
} from '../../shared/domain/rules/rules.ts'
import { cellRuleWords, rowRuleWords } from '../../shared/domain/rules/ruleWords.ts'
import type { DuckDBValue } from '@duckdb/node-api'
import { DuckDBListValue } from '@duckdb/node-api'
import type { Engine } from '../duckdb/engine.ts'
import type { Reference } from '../runs/ports/cleaning.ts'
import { cellChecks, demandOf, rowChecks, selectBroken } from './duckdb/labels.ts'
import { cellName } from './duckdb/records.ts'
import type { PlannedRule } from './duckdb/rowRules.ts'
import type { MatchedColumn } from './match.ts'

/**
 * Throws `contract-mismatch` where a rule names a column that is not there, its formula does not fit, or the values that it
 * needs of another dataset are not at hand.
 */
export function planRules(
  { rules = [] }: Contract,
  columns: readonly MatchedColumn[],
  labels: readonly string[],
  references: readonly Reference[],
): PlannedRule[] {
  return rules.map((rule, nth): PlannedRule => {
    const of = { nth, isWarning: rule.severity === 'warn' }
    const column = (name: string): MatchedColumn => {
      const found = columns.find((one) => one.column.name === name)
      if (found === undefined)
        throw unfit(rule, columns, `there is no column “${name}” in the table.`)
      return found
    }
    switch (rule.kind) {
      case 'key':
        return { ...of, kind: 'key', on: rule.columns.map(column) }
      case 'formula': {
        const formula = fitted(rule, columns, labels)
        return { ...of, kind: 'formula', formula, cells: [...new Set(cellsIn(formula))] }
      }
      case 'foreign': {
        const known = references.find(
          ({ dataset, to }) => dataset === rule.dataset && to === rule.to,
        )
        if (known === undefined)
          throw unfit(rule, columns, `nothing of the dataset ${rule.dataset} is at hand here.`)
        return { ...of, kind: 'foreign', on: column(rule.column), file: known.file }
      }
    }
  })
}

type CellNode = Checked<{ cell: string; index: number }>

function fitted(
  rule: RowRule & { kind: 'formula' },
  columns: readonly MatchedColumn[],
  labels: readonly string[],
): CellNode {
  const all = labels.map((label, index) => ({ label, index, cell: cellName(index) }))
  try {
    const formula = checkFormula(rule.formula, (label) => findColumn(all, label))
    if (formula.type === 'boolean') return formula
    throw new FormulaFault('It must be true or false for a row.', 0)
  } catch (error) {
    if (error instanceof FormulaFault) throw unfit(rule, columns, error.message)
    throw error
  }
}

function cellsIn(node: CellNode): number[] {
  switch (node.kind) {
    case 'literal':
      return []
    case 'column':
      return [node.column.index]
    case 'not':
    case 'minus':
      return cellsIn(node.of)
    case 'in':
      return [node.of, ...node.list].flatMap(cellsIn)
    case 'operator':
      return [node.left, node.right].flatMap(cellsIn)
    case 'call':
      return node.given.flatMap(cellsIn)
  }
}

function unfit(rule: RowRule, columns: readonly MatchedColumn[], fault: string): Problem {
  return new Problem({
    code: 'contract-mismatch',
    what: `A rule of the dataset cannot be checked, “${rowRuleWords(rule, labelOf(columns))}”: ${fault}`,
    did: 'Pallet stopped before anything was sent.',
    advice: 'Change the rule, or take it out; under Datasets, or with “pallet contract import”.',
  })
}

export function labelOf(columns: readonly MatchedColumn[]): (name: string) => string {
  return (name) => columns.find(({ column }) => column.name === name)?.column.label ?? name
}

/** What of the contract the records broke, by rule, where it is of that severity. */
export async function brokenRules(
  engine: Engine,
  tables: readonly string[],
  { rules = [] }: Contract,
  columns: readonly MatchedColumn[],
  severity: Exclude<Severity, 'hold'>,
): Promise<Broken[]> {
  if (tables.length === 0) return []
  // What is held back or dropped is in the account already; of it nobody is warned besides.
  const where = severity === 'warn' ? 'rec NOT IN (SELECT rec FROM out)' : 'true'
  const found = await engine.rows(selectBroken(tables, where))
  const broken = found.flatMap(([check, nth, rows, lines]): Broken[] => {
    const words = wordsIf(severity, String(check), Number(nth), rules, columns)
    return words === null ? [] : [{ rule: words, rows: Number(rows), lines: numbersIn(lines) }]
  })
  // Two checks may be of one rule.
  const byRule = new Map<string, Broken>()
  for (const one of broken) {
    const before = byRule.get(one.rule)
    byRule.set(one.rule, before === undefined ? one : joined(before, one))
  }
  return [...byRule.values()]
}

function joined(one: Broken, other: Broken): Broken {
  const lines = [...one.lines, ...other.lines].toSorted((a, b) => a - b)
  return { ...one, rows: one.rows + other.rows, lines: lines.slice(0, 5) }
}

/** The rule of a label in words; null: it is of another severity. */
function wordsIf(
  severity: Severity,
  check: string,
  nth: number,
  rules: readonly RowRule[],
  columns: readonly MatchedColumn[],
): string | null {
  if (rowChecks.some((known) => known === check)) {
    const rule = rules[nth]
    return rule === undefined || (rule.severity ?? 'hold') !== severity
      ? null
      : rowRuleWords(rule, labelOf(columns))
  }
  const column = columns.find((one) => one.nth === nth)?.column
  const known = cellChecks.find((one) => one === check)
  if (column === undefined || known === undefined) return null
  const demand = demandOf(known)
  return severityOf(column, demand) === severity ? cellRuleWords(column, demand) : null
}

function numbersIn(lines: DuckDBValue | undefined): number[] {
  return lines instanceof DuckDBListValue ? lines.items.map(Number) : []
}
