import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  FormulaFault,
  columnInFormula,
  textInFormula,
} from '../../../shared/domain/recipe/formula.ts'
import { checkFormula, functions } from '../../../shared/domain/recipe/formulaCheck.ts'
import { patternFault, replacementFault } from '../../../shared/domain/cells/pattern.ts'

const columnOf = (label: string): string | null =>
  ['Price', 'Item', 'a]b'].includes(label) ? label : null

function told(formula: string): string {
  try {
    return checkFormula(formula, columnOf).type
  } catch (thrown) {
    if (thrown instanceof FormulaFault) return `${thrown.at}: ${thrown.message}`
    throw thrown
  }
}

describe('a formula', () => {
  it.each([
    ['[Price]', 'text'],
    ['[a]]b] & "x"', 'text'],
    ['1 + 2 * -3', 'number'],
    ['NOT [Item] = "a" AND true', 'boolean'],
    ['not not true', 'boolean'],
    ["[Item] in (\"a\", 'b''c')", 'boolean'],
    ['date([Item], "dmy") < addDays(date([Item], "ymd"), 3)', 'boolean'],
    ['IF([Item] = "", number([Price], ","), length([Item]))', 'number'],
    ['first(number([Price]), 0)', 'number'],
    ['text(true)', 'text'],
  ])('%s is %s', (formula, type) => expect(told(formula)).toBe(type))

  it.each([
    ['', '0: A value is missing at the end.'],
    ['Price > 1', '0: “Price” is no function. A column is written [Price], a text "Price".'],
    ['[Colour]', '0: There is no column “Colour”.'],
    ['[Price', '0: The name of a column that begins with [ is not closed.'],
    ['1 +', '3: A value is missing at the end.'],
    ['(1', '2: “)” is missing at the end.'],
    ['1 2', '2: “2” does not follow from what is before it.'],
    ['1 ; 2', '2: “;” means nothing in a formula.'],
    ['--1', '1: Only one “-” can stand before a value.'],
    ['sum(1)', '0: There is no function “sum”.'],
    ['upper()', '0: “upper” takes 1 values in its brackets, not 0.'],
    [
      '[Price] > 1',
      '0: Here a number is needed, and this is a text. A cell is a text: write number(…) around it.',
    ],
    ['"a" & 1', '6: Here a text is needed, and this is a number. Write text(…) around it.'],
    ['date([Item], "xyz")', '13: Here “date” takes "dmy" or "mdy" or "ymd".'],
    ['matches([Item], "(?=a)")', '16: A group cannot begin with “(?”, other than “(?:”.'],
    ['1.12345678901', '0: A number has at most 20 digits before the point and 9 behind it.'],
  ])('%s is refused with its place', (formula, sentence) => expect(told(formula)).toBe(sentence))

  it('is parsed or refused, whatever is written', () => {
    const piece = fc.constantFrom(
      ...'[Price] "a" 1 ( ) , + - not and in if( = & [ " \' ]'.split(' '),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((all) => all.join(' ')),
        ),
        (formula) => {
          expect(told(formula)).not.toBe('')
        },
      ),
    )
    expect(told(`${'('.repeat(900)}1${')'.repeat(900)}`)).toContain('nested too deeply')
    expect(told('1'.repeat(3000))).toContain('at most 2000 characters')
  })

  it('takes every name of a column and every text', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        expect(checkFormula(columnInFormula(text), (label) => label)).toMatchObject({
          column: text,
        })
        expect(checkFormula(textInFormula(text), () => null)).toMatchObject({ text })
      }),
    )
  })

  it('has every function in the documentation', () => {
    const page = readFileSync(new URL('../../../docs/formulas.md', import.meta.url), 'utf8')
    for (const [name, { words }] of Object.entries(functions)) {
      const line = page.split('\n').find((one) => one.startsWith(`| \`${name}(`))
      expect(line).toContain(words)
    }
    const listed = page.split('\n').filter((line) => /^\| `\w+\(/.test(line))
    expect(listed).toHaveLength(Object.keys(functions).length)
  })
})

describe('a pattern', () => {
  it.each(['a+b*', '[^a-z]', '(a|b){2,3}', '(?:x)y', '\\d\\.\\s', '[[]', '[\\]]', 'ä?'])(
    '%s is taken',
    (pattern) => expect(patternFault(pattern)).toBeNull(),
  )
  it.each([
    '(?=a)',
    '(?<n>a)',
    '(?i)a',
    'a*?',
    'a++',
    'a{2}?',
    '\\1',
    '\\p{L}',
    '[]a]',
    '(',
    '*',
    '[a',
    '[[:alpha:]]',
  ])('%s is refused', (pattern) => expect(patternFault(pattern)).toMatch(/^\p{Lu}.*\.$/u))
  it('has the groups that stand in its replacement', () => {
    expect(replacementFault('(a)(b)', '\\2\\0\\\\')).toBeNull()
    expect(replacementFault('(a)', '\\2')).toContain('“\\2” stands for no group')
    expect(replacementFault('a', 'C:\\temp')).toContain('“\\t”')
  })
})
