/**
 * The formulas of steps: parsed to a tree, never run here. What they mean is in `docs/formulas.md`; what is wrong with one is
 * told with the place where it stands.
 */

export type Operator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '&'
  | '='
  | '<>'
  | '<'
  | '<='
  | '>'
  | '>='
  | 'and'
  | 'or'

/** `at`: where it begins in the text, from 0. */
export type FormulaNode = { at: number } & (
  | { kind: 'number'; digits: string }
  | { kind: 'text'; text: string }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'column'; label: string }
  | { kind: 'call'; name: string; given: FormulaNode[] }
  | { kind: 'not' | 'minus'; of: FormulaNode }
  | { kind: 'operator'; operator: Operator; left: FormulaNode; right: FormulaNode }
  | { kind: 'in'; of: FormulaNode; list: FormulaNode[] }
)

/** Thrown for what is no formula; `at`: where, from 0. */
export class FormulaFault extends Error {
  readonly at: number
  constructor(sentence: string, at: number) {
    super(sentence)
    this.at = at
  }
}

interface Token {
  at: number
  kind: 'number' | 'text' | 'column' | 'word' | 'sign' | 'end'
  text: string
}

const shapes = [
  ['space', /\s+/y],
  ['number', /[0-9]+([.][0-9]+)?/y],
  ['text', /"([^"]|"")*"|'([^']|'')*'/y],
  ['column', /\[([^\]]|\]\])+\]/y],
  ['word', /\p{L}[\p{L}\p{N}]*/uy],
  ['sign', /<>|<=|>=|[-+*/&=<>(),]/y],
] as const

/** Longer ones are no formula of a person. */
const longest = 2000
const deepest = 100

function tokensOf(formula: string): Token[] {
  if (formula.length > longest)
    throw new FormulaFault(`A formula has at most ${longest} characters.`, longest)
  const tokens: Token[] = []
  let at = 0
  while (at < formula.length) {
    const before = at
    for (const [kind, shape] of shapes) {
      shape.lastIndex = at
      const text = shape.exec(formula)?.[0]
      if (text === undefined) continue
      if (kind !== 'space') tokens.push({ at, kind, text })
      at += text.length
      break
    }
    if (at > before) continue
    const character = formula[at] ?? ''
    const open = { '"': 'A text', "'": 'A text', '[': 'The name of a column' }[character]
    throw new FormulaFault(
      open === undefined
        ? `“${character}” means nothing in a formula.`
        : `${open} that begins with ${character} is not closed.`,
      at,
    )
  }
  tokens.push({ at, kind: 'end', text: '' })
  return tokens
}

function unquoted({ text }: Token): string {
  const quote = text.at(-1) ?? ''
  return text.slice(1, -1).replaceAll(quote + quote, quote)
}

/** From the loosest to the tightest; `not` stands between `and` and the comparisons. */
const levels: readonly (readonly Operator[])[] = [
  ['or'],
  ['and'],
  ['=', '<>', '<', '<=', '>', '>='],
  ['&'],
  ['+', '-'],
  ['*', '/'],
]
const comparing = 2

class Parser {
  readonly #tokens: readonly Token[]
  #next = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  whole(): FormulaNode {
    const node = this.#level(0)
    const { kind, text, at } = this.#peek()
    if (kind !== 'end')
      throw new FormulaFault(`“${text}” does not follow from what is before it.`, at)
    return node
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { at: 0, kind: 'end', text: '' }
  }

  #take(): Token {
    const token = this.#peek()
    this.#next += 1
    return token
  }

  #takeIf(text: string): Token | null {
    const { kind, text: is } = this.#peek()
    const isText = kind === 'sign' ? is === text : kind === 'word' && is.toLowerCase() === text
    return isText ? this.#take() : null
  }

  #must(text: string): void {
    if (this.#takeIf(text) !== null) return
    const { text: is, at } = this.#peek()
    throw new FormulaFault(
      is === '' ? `“${text}” is missing at the end.` : `“${text}” is missing before “${is}”.`,
      at,
    )
  }

  #level(level: number): FormulaNode {
    this.#depth += 1
    if (this.#depth > deepest * levels.length)
      throw new FormulaFault('The formula is nested too deeply.', this.#peek().at)
    try {
      const operators = levels[level]
      if (operators === undefined) return this.#unary()
      if (level === comparing) {
        const not = this.#takeIf('not')
        if (not !== null) return { kind: 'not', of: this.#level(level), at: not.at }
      }
      let left = this.#level(level + 1)
      for (;;) {
        const isIn = level === comparing ? this.#takeIf('in') : null
        if (isIn !== null) {
          left = { kind: 'in', of: left, list: this.#list(), at: isIn.at }
          continue
        }
        const operator = operators.find((one) => this.#takeIf(one) !== null)
        if (operator === undefined) return left
        const { at } = this.#tokens[this.#next - 1] ?? { at: 0 }
        left = { kind: 'operator', operator, left, right: this.#level(level + 1), at }
      }
    } finally {
      this.#depth -= 1
    }
  }

  #unary(): FormulaNode {
    const signs: number[] = []
    for (let sign = this.#takeIf('-'); sign !== null; sign = this.#takeIf('-')) signs.push(sign.at)
    if (signs.length > 1)
      throw new FormulaFault('Only one “-” can stand before a value.', signs[1] ?? 0)
    const of = this.#primary()
    return signs[0] === undefined ? of : { kind: 'minus', of, at: signs[0] }
  }

  #list(): FormulaNode[] {
    this.#must('(')
    if (this.#takeIf(')') !== null) return []
    const list = [this.#level(0)]
    while (this.#takeIf(',') !== null) list.push(this.#level(0))
    this.#must(')')
    return list
  }

  #primary(): FormulaNode {
    const token = this.#take()
    const { at } = token
    switch (token.kind) {
      case 'number':
        if (!/^[0-9]{1,20}([.][0-9]{1,9})?$/.test(token.text))
          throw new FormulaFault(
            'A number has at most 20 digits before the point and 9 behind it.',
            at,
          )
        return { kind: 'number', digits: token.text, at }
      case 'text':
        return { kind: 'text', text: unquoted(token), at }
      case 'column':
        return { kind: 'column', label: unquoted(token), at }
      case 'word': {
        const word = token.text.toLowerCase()
        if (word === 'true' || word === 'false')
          return { kind: 'boolean', value: word === 'true', at }
        const next = this.#peek()
        if (next.kind === 'sign' && next.text === '(')
          return { kind: 'call', name: token.text, given: this.#list(), at }
        throw new FormulaFault(
          `“${token.text}” is no function. A column is written [${token.text}], a text "${token.text}".`,
          at,
        )
      }
      case 'sign': {
        if (token.text !== '(')
          throw new FormulaFault(`A value is missing before “${token.text}”.`, at)
        const node = this.#level(0)
        this.#must(')')
        return node
      }
      case 'end':
        throw new FormulaFault('A value is missing at the end.', at)
    }
  }
}

/** Throws `FormulaFault`. */
export function parseFormula(formula: string): FormulaNode {
  return new Parser(tokensOf(formula)).whole()
}

/** How a column is written in a formula. */
export function columnInFormula(label: string): string {
  return `[${label.replaceAll(']', ']]')}]`
}

/** How a text is written in a formula. */
export function textInFormula(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}
