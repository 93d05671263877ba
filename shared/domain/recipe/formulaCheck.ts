/** What the parts of a formula are, and whether they fit each other. Nothing is made another type by itself. */
import { FormulaFault, type FormulaNode, type Operator, parseFormula } from './formula.ts'
import { patternFault } from '../cells/pattern.ts'

export type FormulaType = 'text' | 'number' | 'date' | 'boolean'

const typeWords: Record<FormulaType, string> = {
  text: 'a text',
  number: 'a number',
  date: 'a date',
  boolean: 'yes or no',
}

/** Other than a type: `any`; as the first `same` is; one of some texts; a pattern; a written whole number from 0 to 9. */
type Parameter = FormulaType | 'any' | 'same' | readonly string[] | 'pattern' | 'digits'

interface FormulaFunction {
  given: readonly Parameter[]
  /** How many of `given` may be left out at the end. */
  optional?: number
  /** The last of `given` may stand several times. */
  repeats?: true
  gives: FormulaType | 'same'
  /** For documentation and completion. */
  words: string
}

const marks = ['.', ',']
const orders = ['dmy', 'mdy', 'ymd']

export const functions = {
  upper: { given: ['text'], gives: 'text', words: 'in capital letters' },
  lower: { given: ['text'], gives: 'text', words: 'in small letters' },
  trim: { given: ['text'], gives: 'text', words: 'without white space at both ends' },
  left: { given: ['text', 'number'], gives: 'text', words: 'its first characters' },
  right: { given: ['text', 'number'], gives: 'text', words: 'its last characters' },
  mid: {
    given: ['text', 'number', 'number'],
    gives: 'text',
    words: 'from a character on, counted from 1, so many',
  },
  replace: {
    given: ['text', 'text', 'text'],
    gives: 'text',
    words: 'with every place of the second replaced by the third',
  },
  extract: {
    given: ['text', 'pattern'],
    gives: 'text',
    words: 'the first part that fits a pattern; empty where none does',
  },
  text: {
    given: ['any'],
    gives: 'text',
    words: 'a number without zeros at the end of its fraction, a date as 2026-11-22, true or false',
  },
  length: { given: ['text'], gives: 'number', words: 'how many characters it has' },
  number: {
    given: ['text', marks],
    optional: 1,
    gives: 'number',
    words: 'the number that it writes, by default with “.” before the fraction',
  },
  date: {
    given: ['text', orders],
    gives: 'date',
    words:
      'the day that it writes, in the order "dmy", "mdy" or "ymd"; a time behind it is left out',
  },
  round: {
    given: ['number', 'digits'],
    gives: 'number',
    words: 'to so many digits after the mark, half away from zero',
  },
  abs: { given: ['number'], gives: 'number', words: 'without its sign' },
  year: { given: ['date'], gives: 'number', words: 'its year' },
  month: { given: ['date'], gives: 'number', words: 'its month, 1 to 12' },
  day: { given: ['date'], gives: 'number', words: 'its day of the month' },
  addDays: { given: ['date', 'number'], gives: 'date', words: 'so many days later' },
  daysBetween: {
    given: ['date', 'date'],
    gives: 'number',
    words: 'how many days the second is after the first',
  },
  isEmpty: { given: ['text'], gives: 'boolean', words: 'whether nothing stands there' },
  isNumber: {
    given: ['text', marks],
    optional: 1,
    gives: 'boolean',
    words: 'whether it writes a number',
  },
  isDate: { given: ['text', orders], gives: 'boolean', words: 'whether it writes a day' },
  contains: { given: ['text', 'text'], gives: 'boolean', words: 'whether the second stands in it' },
  startsWith: { given: ['text', 'text'], gives: 'boolean', words: 'whether it begins so' },
  endsWith: { given: ['text', 'text'], gives: 'boolean', words: 'whether it ends so' },
  matches: {
    given: ['text', 'pattern'],
    gives: 'boolean',
    words: 'whether all of it fits a pattern',
  },
  if: {
    given: ['boolean', 'same', 'same'],
    gives: 'same',
    words: 'the second where the first is true, else the third',
  },
  first: { given: ['same'], repeats: true, gives: 'same', words: 'the first that is not empty' },
} as const satisfies Record<string, FormulaFunction>
export type FunctionName = keyof typeof functions

const namesByFold = new Map(
  Object.keys(functions).map((name) => [name.toLowerCase(), name as FunctionName]),
)

/** A formula that fits: every part with its type, columns as the caller knows them. */
export type Checked<Column> = { type: FormulaType } & (
  | { kind: 'literal'; text: string }
  | { kind: 'column'; column: Column }
  | { kind: 'call'; name: FunctionName; given: Checked<Column>[] }
  | { kind: 'not' | 'minus'; of: Checked<Column> }
  | { kind: 'operator'; operator: Operator; left: Checked<Column>; right: Checked<Column> }
  | { kind: 'in'; of: Checked<Column>; list: Checked<Column>[] }
)

/** Throws `FormulaFault`. `columnOf`: the column of a label; null: there is none. */
export function checkFormula<Column>(
  formula: string,
  columnOf: (label: string) => Column | null,
): Checked<Column> {
  return check(parseFormula(formula), columnOf)
}

/** What stands on both sides of an operator, null: two of any one type; and what it gives. */
const sidesOf: Record<Operator, [FormulaType | null, FormulaType]> = {
  and: ['boolean', 'boolean'],
  or: ['boolean', 'boolean'],
  '&': ['text', 'text'],
  '+': ['number', 'number'],
  '-': ['number', 'number'],
  '*': ['number', 'number'],
  '/': ['number', 'number'],
  '=': [null, 'boolean'],
  '<>': [null, 'boolean'],
  '<': [null, 'boolean'],
  '<=': [null, 'boolean'],
  '>': [null, 'boolean'],
  '>=': [null, 'boolean'],
}

type ColumnOf<Column> = (label: string) => Column | null

function check<Column>(node: FormulaNode, columnOf: ColumnOf<Column>): Checked<Column> {
  const own = (of: FormulaNode): Checked<Column> => check(of, columnOf)
  const must = (of: FormulaNode, type: FormulaType): Checked<Column> => {
    const checked = own(of)
    if (checked.type !== type) throw new FormulaFault(misfit(checked, type), of.at)
    return checked
  }
  switch (node.kind) {
    case 'number':
      return { kind: 'literal', type: 'number', text: node.digits }
    case 'text':
      return { kind: 'literal', type: 'text', text: node.text }
    case 'boolean':
      return { kind: 'literal', type: 'boolean', text: String(node.value) }
    case 'column': {
      const column = columnOf(node.label)
      if (column === null) throw new FormulaFault(`There is no column “${node.label}”.`, node.at)
      return { kind: 'column', type: 'text', column }
    }
    case 'not':
      return { kind: 'not', type: 'boolean', of: must(node.of, 'boolean') }
    case 'minus':
      return { kind: 'minus', type: 'number', of: must(node.of, 'number') }
    case 'in': {
      const of = own(node.of)
      const list = node.list.map((one) => must(one, of.type))
      return { kind: 'in', type: 'boolean', of, list }
    }
    case 'operator': {
      const { operator } = node
      const [given, gives] = sidesOf[operator]
      const left = given === null ? own(node.left) : must(node.left, given)
      const right = given === null ? own(node.right) : must(node.right, given)
      if (left.type !== right.type) {
        const [wrong, at, type] =
          left.type === 'text'
            ? [left, node.left.at, right.type]
            : [right, node.right.at, left.type]
        throw new FormulaFault(misfit(wrong, type), at)
      }
      return { kind: 'operator', type: gives, operator, left, right }
    }
    case 'call':
      return checkCall(node, columnOf)
  }
}

function checkCall<Column>(
  node: FormulaNode & { kind: 'call' },
  columnOf: ColumnOf<Column>,
): Checked<Column> {
  const name = namesByFold.get(node.name.toLowerCase())
  if (name === undefined) throw new FormulaFault(`There is no function “${node.name}”.`, node.at)
  const one: FormulaFunction = functions[name]
  const { given: parameters, optional = 0, repeats } = one
  const least = parameters.length - optional
  const most = repeats === true ? Infinity : parameters.length
  if (node.given.length < least || node.given.length > most)
    throw new FormulaFault(
      `“${name}” takes ${least === most ? least : `${least} or more`} values in its brackets, not ${node.given.length}.`,
      node.at,
    )
  let same: FormulaType | null = null
  const given = node.given.map((of, index) => {
    const parameter = parameters[Math.min(index, parameters.length - 1)] ?? 'any'
    const checked = check(of, columnOf)
    const written = checked.kind === 'literal' ? checked.text : null
    if (typeof parameter !== 'string') {
      if (written === null || !parameter.includes(written))
        throw new FormulaFault(
          `Here “${name}” takes ${parameter.map((text) => `"${text}"`).join(' or ')}.`,
          of.at,
        )
      return checked
    }
    switch (parameter) {
      case 'any':
        return checked
      case 'pattern': {
        const fault =
          checked.type === 'text' && written !== null
            ? patternFault(written)
            : `Here “${name}” takes a pattern in quotes.`
        if (fault !== null) throw new FormulaFault(fault, of.at)
        return checked
      }
      case 'digits':
        if (checked.type !== 'number' || written === null || !/^[0-9]$/.test(written))
          throw new FormulaFault(`Here “${name}” takes a number from 0 to 9.`, of.at)
        return checked
      case 'same':
        same ??= checked.type
        if (checked.type !== same) throw new FormulaFault(misfit(checked, same), of.at)
        return checked
      case 'text':
      case 'number':
      case 'date':
      case 'boolean':
        if (checked.type !== parameter) throw new FormulaFault(misfit(checked, parameter), of.at)
        return checked
    }
  })
  return { kind: 'call', name, type: one.gives === 'same' ? (same ?? 'text') : one.gives, given }
}

/** What helps is said with it. */
function misfit<Column>(is: Checked<Column>, wanted: FormulaType): string {
  const helps: Partial<Record<FormulaType, string>> = {
    text: ' Write text(…) around it.',
    ...(is.type === 'text'
      ? {
          number: ' A cell is a text: write number(…) around it.',
          date: ' A cell is a text: write date(…, "dmy") around it, with the order in which the file writes days.',
        }
      : {}),
  }
  return `Here ${typeWords[wanted]} is needed, and this is ${typeWords[is.type]}.${helps[wanted] ?? ''}`
}
