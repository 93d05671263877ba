/** What is suggested for cells that are written in a form which a contract does not read by itself. */
import { readFormat } from './dateFormat.ts'
import { type ColumnFindings, cells, countOf, labelOf, shown } from './findings.ts'
import { formatCount } from './sizes.ts'
import type { Suggestion } from './suggestion.ts'

/** Of more forms that may be meant, the first are offered. */
const mostForms = 3

export function dates(column: ColumnFindings): Suggestion[] {
  const { formats, profile } = column
  const label = labelOf(column)
  const gives = { date: 'dates', timestamp: 'dates with a time', time: 'times' }
  return formats.slice(0, mostForms).map(({ format, examples }) => {
    const [first] = examples
    const other = formats.find((one) => one.format !== format)
    const differs = other?.examples.find(({ after }, nth) => after !== examples[nth]?.after)
    const doubt =
      other === undefined
        ? ''
        : ` They may also be written as “${other.format}”${differs === undefined ? '' : `, where “${differs.before}” is ${differs.after}`}: you have to know.`
    return {
      id: `dates:${label}:${format}`,
      problem: 'dates',
      columns: [label],
      reason: `All ${cells(profile.filled)} in “${label}” are ${gives[readFormat(format).gives]} written as “${format}”: “${first?.before ?? ''}” is ${first?.after ?? ''}.${doubt}`,
      steps: [{ kind: 'parse-date', columns: [label], formats: [format] }],
      effect: { cells: profile.filled, rows: 0 },
      examples: [...examples],
      isSure: false,
    }
  })
}

/** For yes and for no, in the languages that the types do not know by themselves. */
const pairs: readonly (readonly [string, string])[] = [
  ['oui', 'non'],
  ['si', 'no'],
  ['sí', 'no'],
  ['sì', 'no'],
  ['sim', 'não'],
  ['sim', 'nao'],
  ['tak', 'nie'],
  ['ja', 'nej'],
  ['ja', 'nei'],
  ['ja', 'nee'],
  ['wahr', 'falsch'],
  ['vrai', 'faux'],
  ['vero', 'falso'],
  ['verdadero', 'falso'],
  ['verdadeiro', 'falso'],
  ['waar', 'onwaar'],
  ['on', 'off'],
  ['ein', 'aus'],
]

export function yesAndNo(column: ColumnFindings): Suggestion[] {
  const { words, profile } = column
  const label = labelOf(column)
  const said = new Set(words?.map(({ value }) => value.toLowerCase()))
  const pair = pairs.find((one) => said.size === 2 && one.every((word) => said.has(word)))
  if (words === null || pair === undefined || profile.column.type !== 'text') return []
  const [yes, no] = pair
  return [
    {
      id: `yes-and-no:${label}`,
      problem: 'yes-and-no',
      columns: [label],
      reason: `All ${formatCount(countOf(words))} filled cells in “${label}” are “${yes}” or “${no}”: as yes and no they can be counted everywhere.`,
      steps: [{ kind: 'parse-boolean', columns: [label], trueWords: [yes], falseWords: [no] }],
      effect: { cells: countOf(words), rows: 0 },
      examples: shown(words, (value) => (value.toLowerCase() === yes ? 'true' : 'false')),
      isSure: false,
    },
  ]
}
