/**
 * A formula in the engine's words. A text is never NULL; a number or a date is NULL where it is empty. What a formula cannot
 * make of a record is told beside its value, so that the record is held back.
 */
import type { DateOrder, DecimalMark } from '../../../shared/domain/cellPatterns.ts'
import { decimalPattern, timestampPattern } from '../../../shared/domain/cellPatterns.ts'
import type { Checked, FormulaType, FunctionName } from '../../../shared/domain/formulaCheck.ts'
import { quoteLiteral, quoteLiterals } from '../../duckdb/sql.ts'
import { whiteSpace } from '../scan/whiteSpace.ts'
import { datePart, isoDate, plainNumber } from './values.ts'

/** Twenty-nine digits before the mark, nine behind it. */
const numberType = 'DECIMAL(38,9)'
const fractionDigits = 9

/** Why a formula has no value for a record. */
export const formulaFaults = ['no-number', 'no-date', 'by-zero', 'too-large'] as const
export type FormulaCheck = (typeof formulaFaults)[number]

type Cell = { cell: string }
type Node = Checked<Cell>

export interface FormulaSql {
  value: string
  /** NULL, or the first thing that it cannot do: a struct of `check` and `value`, the text that is at fault. */
  fault: string
}

export function emitFormula(formula: Node): FormulaSql {
  const faults = faultsOf(formula)
  return {
    value: valueOf(formula),
    fault: faults.length === 0 ? 'NULL' : `coalesce(${faults.join(', ')}, NULL)`,
  }
}

/** The value as the text of a cell; NULL for an empty one. */
export function asCell(type: FormulaType, value: string): string {
  return `nullif(${asText(type, value)}, '')`
}

/** Empty where it is NULL. */
export function asText(type: FormulaType, value: string): string {
  switch (type) {
    case 'text':
      return value
    case 'number':
      return `coalesce(regexp_replace(CAST(${value} AS VARCHAR), '[.]?0+$', ''), '')`
    case 'date':
    case 'boolean':
      return `coalesce(CAST(${value} AS VARCHAR), '')`
  }
}

/** An expression that is used more than once is worked out once, and keeps nested formulas short. */
function bound(expression: string, use: (name: string) => string): string {
  if (/^coalesce\(k[0-9]+, ''\)$/.test(expression)) return use(expression)
  return `list_transform([${expression}], lambda x: ${use('x')})[1]`
}

export const asNumber = (expression: string): string => `CAST(${expression} AS ${numberType})`
const asCount = (expression: string): string =>
  `greatest(0, TRY_CAST(trunc(${expression}) AS BIGINT))`

function valueOf(node: Node): string {
  switch (node.kind) {
    case 'literal':
      if (node.type === 'boolean') return node.text
      return node.type === 'number' ? asNumber(quoteLiteral(node.text)) : quoteLiteral(node.text)
    case 'column':
      return `coalesce(${node.column.cell}, '')`
    case 'not':
      return `(NOT ${valueOf(node.of)})`
    case 'minus':
      return `(-${valueOf(node.of)})`
    case 'in':
      return node.list.length === 0
        ? 'false'
        : `coalesce(list_contains([${node.list.map(valueOf).join(', ')}], ${valueOf(node.of)}), false)`
    case 'operator':
      return operation(node)
    case 'call':
      return call(node.name, node.given)
  }
}

function operation({ operator, left, right }: Node & { kind: 'operator' }): string {
  const [one, other] = [valueOf(left), valueOf(right)]
  switch (operator) {
    case 'and':
    case 'or':
      return `(${one} ${operator.toUpperCase()} ${other})`
    case '&':
      return `(${one} || ${other})`
    case '+':
    case '-':
      return `TRY(${one} ${operator} ${other})`
    case '*':
      return `TRY(round(${one} * ${other}, ${fractionDigits}))`
    case '/':
      return quotient(one, other)
    case '=':
      return `(${one} IS NOT DISTINCT FROM ${other})`
    case '<>':
      return `(${one} IS DISTINCT FROM ${other})`
    case '<':
    case '<=':
    case '>':
    case '>=':
      return `coalesce(${one} ${operator} ${other}, false)`
  }
}

/** Exact, rounded half away from zero: of the engine's own division only the first 15 digits are. */
function quotient(one: string, other: string): string {
  const unscaled = (part: string): string => `CAST(q.${part} * 1000000000 AS HUGEINT)`
  const rounded = `(2 * abs(${unscaled('n')}) * 1000000000 + abs(${unscaled('d')})) // (2 * abs(${unscaled('d')}))`
  const sign = 'CASE WHEN (q.n < 0) = (q.d < 0) THEN 1 ELSE -1 END'
  const scaled = `CAST(${rounded} AS DECIMAL(38,0)) * CAST('0.000000001' AS DECIMAL(9,9)) * ${sign}`
  return `TRY(list_transform([{'n': ${one}, 'd': ${other}}], lambda q: CASE WHEN q.d <> 0 THEN CAST(${scaled} AS ${numberType}) END)[1])`
}

function call(name: FunctionName, given: readonly Node[]): string {
  const [first, second] = given
  const [a, b, c] = given.map(valueOf) as [string, string, string]
  switch (name) {
    case 'upper':
    case 'lower':
      return `${name}(${a})`
    case 'trim':
      return `trim(${a}, ${quoteLiteral(whiteSpace)})`
    case 'left':
    case 'right':
      return `coalesce(${name}(${a}, ${asCount(b)}), '')`
    case 'mid':
      return `coalesce(substr(${a}, greatest(1, ${asCount(b)}), ${asCount(c)}), '')`
    case 'replace':
      return `replace(${a}, ${b}, ${c})`
    case 'extract':
      return `regexp_extract(${a}, ${b})`
    case 'text':
      return asText(first?.type ?? 'text', a)
    case 'length':
      return asNumber(`length(${a})`)
    case 'number':
      return numberIn(a, markOf(second))
    case 'date':
      return dateIn(a, orderOf(second))
    case 'round':
      return asNumber(`round(${a}, ${second?.kind === 'literal' ? second.text : 0})`)
    case 'abs':
      return `abs(${a})`
    case 'year':
    case 'month':
    case 'day':
      return asNumber(`${name}(${a})`)
    case 'addDays':
      return `TRY(${a} + TRY_CAST(trunc(${b}) AS INTEGER))`
    case 'daysBetween':
      return asNumber(`datediff('day', ${a}, ${b})`)
    case 'isEmpty':
      return `(${a} = '')`
    case 'isNumber':
      return `(${numberIn(a, markOf(second))} IS NOT NULL)`
    case 'isDate':
      return `(${dateIn(a, orderOf(second))} IS NOT NULL)`
    case 'contains':
      return `contains(${a}, ${b})`
    case 'startsWith':
      return `starts_with(${a}, ${b})`
    case 'endsWith':
      return `suffix(${a}, ${b})`
    case 'matches':
      return `regexp_full_match(${a}, ${b})`
    case 'if':
      return `CASE WHEN ${a} THEN ${b} ELSE ${c} END`
    case 'first': {
      const values = given.map(filled)
      return `coalesce(${values.join(', ')}, ${first?.type === 'text' ? "''" : 'NULL'})`
    }
  }
}

/** NULL where it is empty. */
function filled(node: Node): string {
  return node.type === 'text' ? `nullif(${valueOf(node)}, '')` : valueOf(node)
}

const markOf = (node: Node | undefined): DecimalMark =>
  node?.kind === 'literal' && node.text === ',' ? ',' : '.'
const orderOf = (node: Node | undefined): DateOrder => {
  const order = node?.kind === 'literal' ? node.text : 'ymd'
  return order === 'dmy' || order === 'mdy' ? order : 'ymd'
}

/** The engine reads a wide number from a text a hundred times as slowly as one that fits eight bytes, as up to nine digits do. */
function shortOrLong(plain: string, text: string): string {
  const short = `CAST(TRY_CAST(${plain} AS DECIMAL(18,${fractionDigits})) AS ${numberType})`
  return `CASE WHEN strlen(${text}) <= 9 THEN ${short} ELSE TRY_CAST(${plain} AS ${numberType}) END`
}

/** The number that a text writes; NULL: none, or one with more digits behind the mark than are kept. */
export function numberIn(text: string, mark: DecimalMark): string {
  const pattern = quoteLiteral(decimalPattern(mark))
  const tooFine = quoteLiteral(`[${mark}][0-9]{${fractionDigits}}0*[1-9]`)
  return bound(
    text,
    (x) =>
      `CASE WHEN regexp_full_match(${x}, ${pattern}) AND NOT regexp_matches(${x}, ${tooFine}) THEN ${shortOrLong(plainNumber(x, mark), x)} END`,
  )
}

/** The day that a text writes; NULL: none. */
export function dateIn(text: string, order: DateOrder): string {
  const pattern = quoteLiteral(timestampPattern(order))
  const parts = bound(
    text,
    (x) =>
      `CASE WHEN regexp_full_match(${x}, ${pattern}) THEN regexp_extract(${x}, ${pattern}, [${quoteLiterals(datePart[order])}]) END`,
  )
  return `list_transform([${parts}], lambda d: TRY_CAST(${isoDate('d')} AS DATE))[1]`
}

// ---------------------------------------------------------------- what it cannot do

/** Each is NULL, or says what is at fault. */
function faultsOf(node: Node): string[] {
  switch (node.kind) {
    case 'literal':
    case 'column':
      return []
    case 'not':
    case 'minus':
      return faultsOf(node.of)
    case 'in':
      return [node.of, ...node.list].flatMap(faultsOf)
    case 'operator': {
      const { operator, left, right } = node
      const own = faultsOf(left)
      const others = faultsOf(right)
      if (operator === 'and') return [...own, ...where(valueOf(left), others)]
      if (operator === 'or') return [...own, ...where(`NOT ${valueOf(left)}`, others)]
      return [...own, ...others, ...ofOperation(node)]
    }
    case 'call':
      return faultsOfCall(node)
  }
}

const faultOf: Partial<Record<FunctionName, FormulaCheck>> = {
  number: 'no-number',
  date: 'no-date',
  addDays: 'too-large',
}

function faultsOfCall(node: Node & { kind: 'call' }): string[] {
  const { name, given } = node
  const [first, second, third] = given
  if (name === 'if' && first !== undefined && second !== undefined && third !== undefined) {
    const condition = valueOf(first)
    return [
      ...faultsOf(first),
      ...where(condition, faultsOf(second)),
      ...where(`NOT ${condition}`, faultsOf(third)),
    ]
  }
  if (name === 'first') {
    const before: string[] = []
    return given.flatMap((one) => {
      const faults =
        before.length === 0 ? faultsOf(one) : where(before.join(' AND '), faultsOf(one))
      before.push(`${filled(one)} IS NULL`)
      return faults
    })
  }
  const others = given.flatMap(faultsOf)
  const check = faultOf[name]
  if (check === undefined || first === undefined) return others
  const isGiven = given.map((one) => `${filled(one)} IS NOT NULL`).join(' AND ')
  const text = asText(first.type, valueOf(first))
  return [...others, fault(check, `${isGiven} AND ${valueOf(node)} IS NULL`, text)]
}

function ofOperation(node: Node & { kind: 'operator' }): string[] {
  if (!['+', '-', '*', '/'].includes(node.operator)) return []
  const [one, other] = [valueOf(node.left), valueOf(node.right)]
  const written = `${asText('number', one)} || ${quoteLiteral(` ${node.operator} `)} || ${asText('number', other)}`
  return [
    ...(node.operator === '/' ? [fault('by-zero', `${other} = 0`, written)] : []),
    fault(
      'too-large',
      `${node.operator === '/' ? `${other} <> 0 AND ` : ''}${one} IS NOT NULL AND ${other} IS NOT NULL AND ${valueOf(node)} IS NULL`,
      written,
    ),
  ]
}

function fault(check: FormulaCheck, condition: string, text: string): string {
  return `CASE WHEN ${condition} THEN {'check': '${check}', 'value': ${text}} END`
}

function where(condition: string, faults: readonly string[]): string[] {
  return faults.map((one) => `CASE WHEN ${condition} THEN ${one} END`)
}
