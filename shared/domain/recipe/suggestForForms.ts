/** What is suggested for cells that are written in a form which a contract does not read by itself. */
import { toleratedMisfits } from '../cells/cellTally.ts'
import { readFormat } from '../cells/dateFormat.ts'
import { type ColumnFindings, cells, countOf, labelOf, shown } from './findings.ts'
import type { ValueCount } from '../files/profile.ts'
import { type Misfits, noMisfits, withMisfit } from '../cells/proposeFormats.ts'
import type { RecipeStep } from './recipe.ts'
import { formatCount } from '../sizes.ts'
import { tokensOf } from './suggestForCells.ts'
import type { Suggestion } from './suggestion.ts'

/** Of more forms that may be meant, the first are offered. */
const mostForms = 3

export function dates(column: ColumnFindings): Suggestion[] {
  const { formats, profile } = column
  const label = labelOf(column)
  const gives = { date: 'dates', timestamp: 'dates with a time', time: 'times' }
  return formats.slice(0, mostForms).map(({ format, examples, misfits }) => {
    const [first] = examples
    const other = formats.find((one) => one.format !== format)
    const differs = other?.examples.find(({ before, after }) =>
      examples.some((one) => one.before === before && one.after !== after),
    )
    const doubt =
      other === undefined
        ? ''
        : ` They may also be written as “${other.format}”${differs === undefined ? '' : `, where “${differs.before}” is ${differs.after}`}: you have to know.`
    const { words, emptying, read } = theRest(column, profile.filled, misfits)
    return {
      id: `dates:${label}:${format}`,
      problem: 'dates',
      columns: [label],
      reason: `${read} in “${label}” are ${gives[readFormat(format).gives]} written as “${format}”: “${first?.before ?? ''}” is ${first?.after ?? ''}.${words}${doubt}`,
      steps: [...emptying, { kind: 'parse-date', columns: [label], formats: [format] }],
      effect: { cells: profile.filled - misfits.cells, rows: 0 },
      examples: [...examples],
      isSure: false,
    }
  })
}

/** What becomes of the cells that are not read, of so many: words that say nothing are emptied, and the others hold their rows back. */
function theRest(column: ColumnFindings, filled: number, { cells: wrong, first }: Misfits) {
  const label = labelOf(column)
  const empty = [...column.nothing, ...column.maybeNothing]
  const emptied = countOf(empty)
  const all = emptied + wrong === 0
  const words = [
    ...(emptied === 0
      ? []
      : [
          ` ${cells(emptied)} ${emptied === 1 ? 'says' : 'say'} nothing, such as “${empty[0]?.value ?? ''}”, and ${emptied === 1 ? 'becomes' : 'become'} empty.`,
        ]),
    ...(first === null
      ? []
      : [
          ` ${cells(wrong)} ${wrong === 1 ? 'is' : 'are'} not, such as “${first.value.slice(0, 40)}” in line ${formatCount(first.line)}: ${wrong === 1 ? 'its row is' : 'their rows are'} held back.`,
        ]),
  ]
  const emptying: RecipeStep[] =
    emptied === 0 ? [] : [{ kind: 'empty-tokens', tokens: tokensOf(empty), columns: [label] }]
  return {
    words: words.join(''),
    emptying,
    read: all
      ? `All ${cells(filled)}`
      : `${formatCount(filled - emptied - wrong)} of ${cells(filled)}`,
  }
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
  const { words, profile, nothing, maybeNothing } = column
  const label = labelOf(column)
  if (words === null || profile.column.type !== 'text') return []
  const empty = new Set([...nothing, ...maybeNothing])
  const said = new Set(words.map(({ value }) => value.toLowerCase()))
  const pair = pairs.find((one) => one.every((word) => said.has(word)))
  if (pair === undefined) return []
  const [yes, no] = pair
  const isRead = ({ value }: ValueCount): boolean => pair.some((one) => one === value.toLowerCase())
  const misfits = words
    .filter((one) => !isRead(one) && !empty.has(one))
    .reduce(withMisfit, noMisfits)
  const filled = countOf(words)
  if (misfits.cells > filled * toleratedMisfits) return []
  const { words: rest, emptying, read } = theRest(column, filled, misfits)
  return [
    {
      id: `yes-and-no:${label}`,
      problem: 'yes-and-no',
      columns: [label],
      reason: `${read} in “${label}” are “${yes}” or “${no}”: as yes and no they can be counted everywhere.${rest}`,
      steps: [
        ...emptying,
        { kind: 'parse-boolean', columns: [label], trueWords: [yes], falseWords: [no] },
      ],
      effect: { cells: filled - misfits.cells, rows: 0 },
      examples: shown(words.filter(isRead), (value) =>
        value.toLowerCase() === yes ? 'true' : 'false',
      ),
      isSure: false,
    },
  ]
}
