/**
 * Amounts as people write them: a number with a unit before or after it, a minus at the end, brackets for one below zero,
 * blanks or apostrophes between groups, a dash for no cents. The patterns keep to the syntax that `cellPatterns.ts` names.
 */
import { type DecimalMark, decimalPattern } from './cellPatterns.ts'
import type { Column } from '../datasets/dataset.ts'

/** ISO 4217, without metals, funds and codes for tests. */
const currencyCodes =
  'AED|AFN|ALL|AMD|ANG|AOA|ARS|AUD|AWG|AZN|BAM|BBD|BDT|BGN|BHD|BIF|BMD|BND|BOB|BRL|BSD|BTN|BWP|BYN|BZD|CAD|CDF|CHF|CLP|CNY|COP|CRC|CUP|CVE|CZK|DJF|DKK|DOP|DZD|EGP|ERN|ETB|EUR|FJD|FKP|GBP|GEL|GHS|GIP|GMD|GNF|GTQ|GYD|HKD|HNL|HRK|HTG|HUF|IDR|ILS|INR|IQD|IRR|ISK|JMD|JOD|JPY|KES|KGS|KHR|KMF|KPW|KRW|KWD|KYD|KZT|LAK|LBP|LKR|LRD|LSL|LYD|MAD|MDL|MGA|MKD|MMK|MNT|MOP|MRU|MUR|MVR|MWK|MXN|MYR|MZN|NAD|NGN|NIO|NOK|NPR|NZD|OMR|PAB|PEN|PGK|PHP|PKR|PLN|PYG|QAR|RON|RSD|RUB|RWF|SAR|SBD|SCR|SDG|SEK|SGD|SHP|SLE|SOS|SRD|SSP|STN|SVC|SYP|SZL|THB|TJS|TMT|TND|TOP|TRY|TTD|TWD|TZS|UAH|UGX|USD|UYU|UZS|VES|VND|VUV|WST|XAF|XCD|XOF|XPF|YER|ZAR|ZMW|ZWL'
const currencySigns =
  'US[$]|AU?[$]|CA?[$]|NZ[$]|HK[$]|R[$]|SFr[.]|Fr[.]|kr[.]?|zł|Kč|Ft|lei|лв[.]|руб[.]|[€$£¥₹₽₺₩₪₫฿₴₦₱₡₲₵₸₼₾]'
const anyCurrency = `${currencyCodes}|${currencySigns}`
const isCurrency = new RegExp(`^(${anyCurrency})$`)

/** Whether it is a currency or `%`. */
export const isUnit = (word: string): boolean => word === '%' || isCurrency.test(word)

const blanks = '[ \u00a0\u202f]'
const gap = `${blanks}*`
const dash = '[-–—]'
const minus = '[-−–]'
const sign = `([+−–-]${gap})?`

/** A number with a unit, `unit` and `number` being patterns, in every place in which its sign may stand. */
function amountOf(unit: string, number: string): string {
  const before = unit === '' ? '' : `((${unit})${gap})?`
  const after = unit === '' ? '' : `(${gap}(${unit}))?`
  return `^((${sign}${before}|${before}${sign})${number}${after}|${before}${number}${after}${gap}${minus}${after}|${before}[(]${gap}${before}${number}${after}${gap}[)]${after})$`
}

/** Digits in groups of three: all parted by `mark`, or all by blanks, or all by apostrophes. */
function grouped(mark: string): string {
  const parted = [mark, blanks, "['’]"].filter((between) => between !== '')
  return `[0-9]{1,3}(${parted.map((between) => `(${between}[0-9]{3})+`).join('|')})`
}

const otherMark = { '.': ',', ',': '[.]' } as const
const ownMark = { '.': '[.]', ',': ',' } as const

type AmountColumn = Pick<Column, 'type' | 'decimalMark' | 'unit'>

/** What the cells of a column with a unit look like; `needsUnit` asks for more. */
export function amountPattern({ type, decimalMark, unit = '' }: AmountColumn): string {
  const literal = unit.replace(/[^\p{L}\p{M}]/gu, '[$&]')
  if (type === 'integer') {
    const groups = grouped(decimalMark === undefined ? '' : otherMark[decimalMark])
    return amountOf(literal, `([0-9]+|${groups})`)
  }
  const mark: DecimalMark = decimalMark ?? '.'
  const whole = `([0-9]+|${grouped(otherMark[mark])})`
  const fraction = `${ownMark[mark]}([0-9]*|--|${dash})`
  return amountOf(literal, `(${whole}(${fraction})?|${ownMark[mark]}[0-9]+)`)
}

/** Whether a cell without the unit is no value. One currency is what a column of prices means; 0.19 among 19 % is not. */
export function needsUnit(unit: string): boolean {
  return unit !== '' && !isCurrency.test(unit)
}

/** In an amount without its unit: what says that it is below zero. A dash after the mark stands for no cents. */
export const negativePattern = `^[^0-9]*[(−–-]|[0-9]${gap}${minus}`
/** In an amount without its unit: whatever is neither a digit nor a mark. */
export const notOfNumber = '[^0-9.,]'

const isNegative = new RegExp(negativePattern)
const otherSigns = new RegExp(notOfNumber, 'g')
const anyUnit = new RegExp(`%|${anyCurrency}`, 'g')
const anyAmount = new RegExp(
  amountOf(
    `%|${anyCurrency}`,
    `([0-9]{1,3}((${blanks}[0-9]{3})+|(['’][0-9]{3})+)([.,]([0-9]*|--|${dash}))?|[0-9]+([.,][0-9]+)*([.,](--|${dash})?)?|[.,][0-9]+)`,
  ),
)
/** Blanks between groups alone may be of a telephone number. */
const isMarked = /[.,()−–-]/
const isNumber = [new RegExp(decimalPattern('.')), new RegExp(decimalPattern(','))]
/** No amount is longer. */
const longest = 40
/** No unit has more letters; most texts that are no amount are known by a word. */
const word = /[A-Za-z]{4}/

/**
 * The unit of an amount, '' where it has none, and its number as `decimalPattern` knows it, with the sign before it; null: it
 * is no amount.
 */
export function readAmount(text: string): { unit: string; number: string } | null {
  if (text.length > longest || word.test(text) || !anyAmount.test(text)) return null
  const [unit = '', ...more] = text.match(anyUnit) ?? []
  if (more.some((other) => other !== unit)) return null
  if (unit === '' && !isMarked.test(text)) return null
  const bare = unit === '' ? text : text.replaceAll(unit, '')
  const number = (isNegative.test(bare) ? '-' : '') + bare.replaceAll(otherSigns, '')
  return isNumber.some((pattern) => pattern.test(number)) ? { unit, number } : null
}

/** `in “€”`; how a column's numbers are written. */
export function unitWords(unit: string): string {
  return unit === '' ? 'with a minus at the end or brackets' : `in “${unit}”`
}
