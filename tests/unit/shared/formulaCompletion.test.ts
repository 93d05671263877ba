import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { checkFormula, functions } from '../../../shared/domain/recipe/formulaCheck.ts'
import { completions, signatureOf } from '../../../shared/domain/recipe/formulaCompletion.ts'

const labels = ['Preis', 'Price [net]', 'Round', 'Tag']
/** The caret is where | stands. */
const offered = (text: string, isAsked = false) => {
  const caret = text.indexOf('|')
  return completions(text.replace('|', ''), caret, labels, isAsked)
}
const words = (text: string, isAsked = false) => offered(text, isAsked).map((one) => one.words)

it.each<[text: string, expected: string[]]>([
  ['pri|', ['[Price [net]]]']],
  ['rou|', ['[Round]', 'round(number, digits)']],
  ['number(|', []],
  ['number([|', ['[Preis]', '[Price [net]]]', '[Round]', '[Tag]']],
  ['number([T|) > 2', ['[Tag]', '[Price [net]]]']],
  ['"pri|', []],
  ["[Tag] = 'it''s pri|", []],
  ['[Tag] = "a" and isN|', ['isNumber(text, ["." or ","])']],
  ['1 + nothing|', []],
])('%s', (text, expected) => {
  expect(words(text)).toEqual(expected)
})

it('offers everything by the key, also where nothing is begun', () => {
  expect(words('number(|', true).slice(0, 5)).toEqual([
    '[Preis]',
    '[Price [net]]]',
    '[Round]',
    '[Tag]',
    'upper(text)',
  ])
})

it.each([
  ['pri|', '[Price [net]]]|'],
  ['number([Ta|g]) > 2', 'number([Tag]|) > 2'],
  ['number([Ta|) > 2', 'number([Tag]|) > 2'],
  ['len|([Tag])', 'length|([Tag])'],
  ['len| > 2', 'length(| > 2'],
])('%s becomes %s', (text, expected) => {
  const [first] = offered(text)
  expect(`${first?.formula.slice(0, first.caret)}|${first?.formula.slice(first.caret)}`).toBe(
    expected,
  )
})

it('offers columns that the checker finds, whatever they are called', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (label) => {
      const [first] = completions('', 0, [label], true)
      expect(
        checkFormula(first?.formula ?? '', (one) => (one === label ? label : null)),
      ).toMatchObject({
        kind: 'column',
        column: label,
      })
    }),
  )
})

it('says how each function is written', () => {
  const all = Object.keys(functions) as (keyof typeof functions)[]
  expect(all.map(signatureOf)).toContain('date(text, "dmy" or "mdy" or "ymd")')
  expect(signatureOf('first')).toBe('first(value, …)')
})
