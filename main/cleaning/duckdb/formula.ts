/**
 * A formula in the engine's words. A text is never NULL; a number or a date is NULL where it is empty. What a formula cannot
 * make of a record is told beside its value, so that the record is held back.
 */
import type { DateOrder, DecimalMark } from '../../../shared/domain/cells/cellPatterns.ts'
import { decimalPattern, timestampPattern } from '../../../shared/domain/cells/cellPatterns.ts'
import type {
  Checked,
  FormulaType,
  FunctionName,
} from '../../../shared/domain/recipe/formulaCheck.ts'
import { quoteLiteral, quoteLiterals } from '../../duckdb/sql.ts'
import { trimmed } from './recipe.ts'
import { datePart, isoDate, plainNumber } from './values.ts'

/** Twenty-nine digits before the mark, nine behind it. */
const numberType = 'DECIMAL(38,9)'
const fractionDigits = 9
/** Of eight bytes. */
const shortType = 'DECIMAL(18,9)'

/** Why a formula has no value for a record. */
export const formulaFaults = ['no-number', 'no-date', 'by-zero', 'too-large'] as const
export type FormulaCheck = (typeof formulaFaults)[number]

type Cell = { cell: string }
type Node = Checked<Cell>

export interface FormulaSql {
  /** What is to be worked before, each as a list of `expression AS name`; a list may name what those before it are called. */
  before: string[][]
  value: string
  /** NULL, or the first thing that it cannot do: a struct of `check` and `value`, the text that is at fault. */
  fault: string
}

/** `prefix`: what the names of `before` begin with; without one everything is in the two expressions, worked as often as it stands there. */
export function emitFormula(formula: Node, prefix: string | null = null): FormulaSql {
  const printer = new Printer(prefix)
  const value = printer.value(formula)
  const faults = printer.faults(formula)
  return {
    before: printer.before,
    value,
    fault: faults.length === 0 ? 'NULL' : `coalesce(${faults.join(', ')}, NULL)`,
  }
}

/** The value as the text of a cell; NULL for an empty one. */
export function asCell(type: FormulaType, value: string): string {
  return `nullif(${asText(type, value)}, '')`
}

/** Empty where it is NULL. A number that fits eight bytes is written eight times as fast. */
export function asText(type: FormulaType, value: string): string {
  switch (type) {
    case 'text':
      return value
    case 'number':
      return `coalesce(regexp_replace(coalesce(CAST(${asShort(value)} AS VARCHAR), CAST(${value} AS VARCHAR)), '[.]?0+$', ''), '')`
    case 'date':
    case 'boolean':
      return `coalesce(CAST(${value} AS VARCHAR), '')`
  }
}

export const asNumber = (expression: string): string => `CAST(${expression} AS ${numberType})`
/** NULL where it does not fit: the engine divides sixteen bytes, as it must to round them, thirty times as slowly as eight. */
const asShort = (expression: string): string => `TRY_CAST(${expression} AS ${shortType})`
const asCount = (expression: string): string =>
  `greatest(0, TRY_CAST(trunc(${expression}) AS BIGINT))`

/** Half away from zero. */
export function rounded(number: string, digits: number | string): string {
  return `coalesce(${asNumber(`round(${asShort(number)}, ${digits})`)}, ${asNumber(`round(${number}, ${digits})`)})`
}

/**
 * The quotient rounded to the digits that are kept; of the engine's own division only the first 15 digits are exact. The engine looks
 * for what stands twice and works it first, outside of `TRY`: what may overflow has one of its own.
 */
function exactQuotient(one: string, other: string): string {
  const unscaled = (part: string): string => `TRY(CAST(${part} * 1000000000 AS HUGEINT))`
  const exact = `(2 * abs(${unscaled(one)}) * 1000000000 + abs(${unscaled(other)})) // (2 * abs(${unscaled(other)}))`
  const sign = `CASE WHEN (${one} < 0) = (${other} < 0) THEN 1 ELSE -1 END`
  return `TRY(${asNumber(`CAST(${exact} AS DECIMAL(38,0)) * CAST('0.000000001' AS DECIMAL(9,9)) * ${sign}`)})`
}

class Printer {
  readonly before: string[][] = []
  readonly #prefix: string | null
  /** By expression: its name, and in which list of `before` it is. */
  #bindings = 0
  readonly #names = new Map<string, { name: string; level: number }>()

  constructor(prefix: string | null) {
    this.#prefix = prefix
  }

  /** A name for what is used more than once, so that it is worked once. */
  #named(expression: string): string {
    if (this.#prefix === null || isShortest.test(expression)) return expression
    const known = this.#names.get(expression)
    if (known !== undefined) return known.name
    const used = [...this.#names.values()].filter(({ name }) =>
      new RegExp(`\\b${name}\\b`).test(expression),
    )
    const level = Math.max(0, ...used.map((one) => one.level + 1))
    const name = `${this.#prefix}${this.#names.size}`
    this.#names.set(expression, { name, level })
    ;(this.before[level] ??= []).push(`${expression} AS ${name}`)
    return name
  }

  /** The same inside of one expression, where there are no names. */
  #bound(expressions: readonly string[], use: (...names: string[]) => string): string {
    const names = expressions.map((one) => this.#named(one))
    if (this.#prefix !== null || names.every((one) => isShortest.test(one))) return use(...names)
    this.#bindings += 1
    const binding = `x${this.#bindings}`
    const fields = names.map((one, nth) => `'v${nth}': ${one}`).join(', ')
    const inside = use(...names.map((_, nth) => `${binding}.v${nth}`))
    return `list_transform([{${fields}}], lambda ${binding}: ${inside})[1]`
  }

  value(node: Node): string {
    const value = this.#value(node)
    const isPlain = node.kind === 'literal' || node.kind === 'column'
    return isPlain ? value : this.#named(value)
  }

  #value(node: Node): string {
    switch (node.kind) {
      case 'literal':
        if (node.type === 'boolean') return node.text
        return node.type === 'number' ? asNumber(quoteLiteral(node.text)) : quoteLiteral(node.text)
      case 'column':
        return `coalesce(${node.column.cell}, '')`
      case 'not':
        return `(NOT ${this.value(node.of)})`
      case 'minus':
        return `(-${this.value(node.of)})`
      case 'in':
        return node.list.length === 0
          ? 'false'
          : `coalesce(list_contains([${node.list.map((one) => this.value(one)).join(', ')}], ${this.value(node.of)}), false)`
      case 'operator':
        return this.#operation(node)
      case 'call':
        return this.#call(node.name, node.given)
    }
  }

  #operation({ operator, left, right }: Node & { kind: 'operator' }): string {
    const [one, other] = [this.value(left), this.value(right)]
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
        return this.#bound([one, other], (n, d) => this.#product(n, d))
      case '/':
        return this.#bound([one, other], (n, d) => this.#quotient(n, d))
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

  /**
   * In the digits that are kept. What floating point makes of it is nearly always right, and is checked exactly; only where it is
   * not, or the product stands in the middle of two, sixteen bytes are rounded.
   */
  #product(one: string, other: string): string {
    const exact = `TRY(${one} * ${other})`
    const near = asShort(`CAST(${one} AS DOUBLE) * CAST(${other} AS DOUBLE)`)
    return this.#bound(
      [exact, near],
      (p, r) =>
        `CASE WHEN abs(${p} - ${r}) < CAST('0.0000000005' AS DECIMAL(10,10)) THEN ${asNumber(r)} ELSE round(${p}, ${fractionDigits}) END`,
    )
  }

  #quotient(one: string, other: string): string {
    const near = asShort(`CAST(${one} AS DOUBLE) / CAST(${other} AS DOUBLE)`)
    return this.#bound([near], (r) => {
      const isIt = `TRY(2 * abs(${one} - ${r} * ${other})) < abs(${other}) * CAST('0.000000001' AS DECIMAL(9,9))`
      return `CASE WHEN ${other} = 0 THEN NULL WHEN ${isIt} THEN ${asNumber(r)} ELSE ${exactQuotient(one, other)} END`
    })
  }

  #call(name: FunctionName, given: readonly Node[]): string {
    const [first, second] = given
    const [a, b, c] = given.map((one) => this.value(one)) as [string, string, string]
    switch (name) {
      case 'upper':
      case 'lower':
        return `${name}(${a})`
      case 'trim':
        return this.#bound([a], trimmed)
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
        return this.#bound([a], (x) => asText(first?.type ?? 'text', x))
      case 'length':
        return asNumber(`length(${a})`)
      case 'number':
        return this.#number(a, markOf(second))
      case 'date':
        return this.#date(a, orderOf(second))
      case 'round':
        return this.#bound([a], (x) => rounded(x, second?.kind === 'literal' ? second.text : 0))
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
        return `(${this.#named(this.#number(a, markOf(second)))} IS NOT NULL)`
      case 'isDate':
        return `(${this.#named(this.#date(a, orderOf(second)))} IS NOT NULL)`
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
        const values = given.map((one) => this.#filled(one))
        return `coalesce(${values.join(', ')}, ${first?.type === 'text' ? "''" : 'NULL'})`
      }
    }
  }

  #number(text: string, mark: DecimalMark): string {
    return this.#bound([text], (x) => numberIn(x, mark))
  }

  #date(text: string, order: DateOrder): string {
    const parts = this.#bound([text], (x) => dayParts(x, order))
    return this.#bound([parts], dayOf)
  }

  /** NULL where it is empty. */
  #filled(node: Node): string {
    return node.type === 'text' ? `nullif(${this.value(node)}, '')` : this.value(node)
  }

  /** What it cannot do: each is NULL, or says what is at fault. */
  faults(node: Node): string[] {
    switch (node.kind) {
      case 'literal':
      case 'column':
        return []
      case 'not':
      case 'minus':
        return this.faults(node.of)
      case 'in':
        return [node.of, ...node.list].flatMap((one) => this.faults(one))
      case 'operator': {
        const { operator, left, right } = node
        const own = this.faults(left)
        const others = this.faults(right)
        if (operator === 'and') return [...own, ...where(this.value(left), others)]
        if (operator === 'or') return [...own, ...where(`NOT ${this.value(left)}`, others)]
        return [...own, ...others, ...this.#ofOperation(node)]
      }
      case 'call':
        return this.#ofCall(node)
    }
  }

  #ofCall(node: Node & { kind: 'call' }): string[] {
    const { name, given } = node
    const [first, second, third] = given
    if (name === 'if' && first !== undefined && second !== undefined && third !== undefined) {
      const condition = this.value(first)
      return [
        ...this.faults(first),
        ...where(condition, this.faults(second)),
        ...where(`NOT ${condition}`, this.faults(third)),
      ]
    }
    if (name === 'first') {
      const before: string[] = []
      return given.flatMap((one) => {
        const faults = this.faults(one)
        const behind = before.length === 0 ? faults : where(before.join(' AND '), faults)
        before.push(`${this.#filled(one)} IS NULL`)
        return behind
      })
    }
    const others = given.flatMap((one) => this.faults(one))
    const check = faultOf[name]
    if (check === undefined || first === undefined) return others
    const isGiven = given.map((one) => `${this.#filled(one)} IS NOT NULL`).join(' AND ')
    const text = asText(first.type, this.value(first))
    return [...others, fault(check, `${isGiven} AND ${this.value(node)} IS NULL`, text)]
  }

  #ofOperation(node: Node & { kind: 'operator' }): string[] {
    if (!['+', '-', '*', '/'].includes(node.operator)) return []
    const [one, other] = [this.value(node.left), this.value(node.right)]
    const written = `${asText('number', one)} || ${quoteLiteral(` ${node.operator} `)} || ${asText('number', other)}`
    return [
      ...(node.operator === '/' ? [fault('by-zero', `${other} = 0`, written)] : []),
      fault(
        'too-large',
        `${node.operator === '/' ? `${other} <> 0 AND ` : ''}${one} IS NOT NULL AND ${other} IS NOT NULL AND ${this.value(node)} IS NULL`,
        written,
      ),
    ]
  }
}

/** A name, a cell or a constant: worked in no time. */
const isShortest = /^(\w+|coalesce\(\w+, ''\)|CAST\('[-0-9.]+' AS DECIMAL\(38,9\)\))$/

const markOf = (node: Node | undefined): DecimalMark =>
  node?.kind === 'literal' && node.text === ',' ? ',' : '.'
const orderOf = (node: Node | undefined): DateOrder => {
  const order = node?.kind === 'literal' ? node.text : 'ymd'
  return order === 'dmy' || order === 'mdy' ? order : 'ymd'
}

/**
 * The number that a text writes; NULL: none, or one with more digits behind the mark than are kept. The engine reads a wide number
 * from a text a hundred times as slowly as one that fits eight bytes; what most texts are is told and read at once.
 */
export function numberIn(text: string, mark: DecimalMark): string {
  const pattern = quoteLiteral(decimalPattern(mark))
  const tooFine = quoteLiteral(`[${mark}][0-9]{${fractionDigits}}0*[1-9]`)
  const isFine = `strlen(${text}) > ${fractionDigits + 1} AND regexp_matches(${text}, ${tooFine})`
  const plain = plainNumber(text, mark)
  const usual = quoteLiteral(`-?[0-9]{1,9}([${mark}][0-9]{1,${fractionDigits}})?`)
  const short = mark === '.' ? text : `replace(${text}, ',', '.')`
  return `CASE WHEN regexp_full_match(${text}, ${usual}) THEN ${asNumber(asShort(short))} WHEN regexp_full_match(${text}, ${pattern}) AND NOT (${isFine}) THEN coalesce(${asNumber(asShort(plain))}, TRY_CAST(${plain} AS ${numberType})) END`
}

function dayParts(text: string, order: DateOrder): string {
  const pattern = quoteLiteral(timestampPattern(order))
  return `CASE WHEN regexp_full_match(${text}, ${pattern}) THEN regexp_extract(${text}, ${pattern}, [${quoteLiterals(datePart[order])}]) END`
}

const dayOf = (parts: string): string => `TRY_CAST(${isoDate(parts)} AS DATE)`

/** The day that a text writes; NULL: none. */
export const dateIn = (text: string, order: DateOrder): string =>
  `list_transform([${dayParts(text, order)}], lambda d: ${dayOf('d')})[1]`

const faultOf: Partial<Record<FunctionName, FormulaCheck>> = {
  number: 'no-number',
  date: 'no-date',
  addDays: 'too-large',
}

function fault(check: FormulaCheck, condition: string, text: string): string {
  return `CASE WHEN ${condition} THEN {'check': '${check}', 'value': ${text}} END`
}

function where(condition: string, faults: readonly string[]): string[] {
  return faults.map((one) => `CASE WHEN ${condition} THEN ${one} END`)
}
