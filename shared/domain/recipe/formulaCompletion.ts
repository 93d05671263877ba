/** What may stand where a formula is being written: columns and functions, with what they are. */
import { columnInFormula } from './formula.ts'
import { type FunctionName, functions } from './formulaCheck.ts'

export interface Completion {
  /** `round(number, digits)`, `[Price]` */
  words: string
  /** What it gives, in one line. */
  about: string
  /** The formula with it, and where the caret is then, from 0. */
  formula: string
  caret: number
}

/** More are found by writing on. */
const most = 12

/**
 * `caret`: where in the formula, from 0. `isAsked`: also where nothing is begun, which is said by a key. Columns come first, for
 * they are what a person knows; inside of a text nothing is offered.
 */
export function completions(
  formula: string,
  caret: number,
  labels: readonly string[],
  isAsked = false,
): Completion[] {
  const begun = begunAt(formula, caret)
  if (begun === null) return []
  const { from, typed, inColumn } = begun
  if (typed === '' && !inColumn && !isAsked) return []
  const columns = labels
    .filter((label) => folded(label).includes(folded(typed)))
    .toSorted((one, other) => Number(begins(other, typed)) - Number(begins(one, typed)))
  const names = inColumn ? [] : functionNames.filter((name) => begins(name, typed))
  const rest = formula.slice(inColumn ? endOfColumn(formula, caret) : caret)
  const put = (text: string): { formula: string; caret: number } => ({
    formula: formula.slice(0, from) + text + rest,
    caret: from + text.length,
  })
  return [
    ...columns.map((label) => ({
      words: columnInFormula(label),
      about: 'a column, as text',
      ...put(columnInFormula(label)),
    })),
    ...names.map((name) => ({
      words: signatureOf(name),
      about: functions[name].words,
      ...put(rest.startsWith('(') ? name : `${name}(`),
    })),
  ].slice(0, most)
}

const functionNames = Object.keys(functions) as FunctionName[]
const folded = (text: string): string => text.toLowerCase()
const begins = (text: string, typed: string): boolean => folded(text).startsWith(folded(typed))

/** What is being written at the caret: a word, or the name of a column; null: a text. */
function begunAt(
  formula: string,
  caret: number,
): { from: number; typed: string; inColumn: boolean } | null {
  let at = 0
  while (at < caret) {
    const opened = formula[at] ?? ''
    const close = { '"': '"', "'": "'", '[': ']' }[opened]
    if (close === undefined) {
      at += 1
      continue
    }
    const end = closing(formula, at + 1, close)
    if (end >= caret)
      return close === ']'
        ? { from: at, typed: formula.slice(at + 1, caret).replaceAll(']]', ']'), inColumn: true }
        : null
    at = end + 1
  }
  const typed = /\p{L}[\p{L}\p{N}]*$/u.exec(formula.slice(0, caret))?.[0] ?? ''
  return { from: caret - typed.length, typed, inColumn: false }
}

/** Where a text or the name of a column ends that begins before `from`: a doubled sign is one of its characters. */
function closing(formula: string, from: number, sign: string): number {
  for (let at = from; at < formula.length; at += 1) {
    if (formula[at] !== sign) continue
    if (formula[at + 1] !== sign) return at
    at += 1
  }
  return formula.length
}

/** The rest of a name that is closed goes with it; of one that is not, nothing is known. */
function endOfColumn(formula: string, caret: number): number {
  const end = closing(formula, caret, ']')
  const isClosed = end < formula.length && !/[[(),"']/.test(formula.slice(caret, end))
  return isClosed ? end + 1 : caret
}

/** `number(text, "." or ",")`; what may be left out stands in brackets. */
export function signatureOf(name: FunctionName): string {
  const { given, ...more } = functions[name]
  const needed = given.length - ('optional' in more ? more.optional : 0)
  const words = given.map((one, nth) => {
    const word = parameterWords(one)
    return nth < needed ? word : `[${word}]`
  })
  return `${name}(${words.join(', ')}${'repeats' in more ? ', …' : ''})`
}

function parameterWords(parameter: (typeof functions)[FunctionName]['given'][number]): string {
  if (typeof parameter !== 'string') return parameter.map((one) => `"${one}"`).join(' or ')
  if (parameter === 'boolean') return 'yes or no'
  return parameter === 'any' || parameter === 'same' ? 'value' : parameter
}
