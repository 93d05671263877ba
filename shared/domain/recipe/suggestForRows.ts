/** What is suggested for the records and the columns of a file as a whole. */
import {
  type ColumnFindings,
  type FileFindings,
  cells,
  countOf,
  labelOf,
  named,
  shown,
} from './findings.ts'
import { wordsOf } from '../privacy/personal.ts'
import { columnsTogether } from '../files/profile.ts'
import { formatCount, plural } from '../sizes.ts'
import type { Suggestion } from './suggestion.ts'

export function totals({ totals: found }: FileFindings): Suggestion[] {
  const rows = countOf(found)
  if (rows === 0) return []
  return [
    {
      id: 'totals',
      problem: 'totals',
      columns: [],
      reason: `${plural(rows, 'row')} only ${rows === 1 ? 'sums' : 'sum'} up others, such as “${found[0]?.value ?? ''}” in line ${formatCount(found[0]?.line ?? 0)}: they would count twice.`,
      steps: [{ kind: 'drop-total-rows', words: found.map(({ value }) => value) }],
      effect: { cells: 0, rows },
      examples: shown(found, () => ''),
      isSure: true,
    },
  ]
}

/** Cells that were merged in a spreadsheet: only the first of them has the value, and they stand before the columns that are full. */
export function gaps({ columns }: FileFindings): Suggestion[] {
  const firstFull = columns.findIndex(({ profile }) => profile.empty === 0 && profile.filled > 0)
  return columns.slice(0, Math.max(firstFull, 0)).flatMap((column): Suggestion[] => {
    const { gaps: known, profile } = column
    const label = labelOf(column)
    if (known === null || !known.firstFilled || known.repeats > 0 || profile.filled < 2) return []
    return [
      {
        id: `fill-down:${label}`,
        problem: 'fill-down',
        columns: [label],
        reason: `“${label}” stands only in the first row of each group, as merged cells of a spreadsheet do: ${cells(profile.empty)} under ${formatCount(profile.filled)} filled ones ${profile.empty === 1 ? 'is' : 'are'} empty.`,
        steps: [{ kind: 'fill', columns: [label], with: { kind: 'above' } }],
        effect: { cells: profile.empty, rows: 0 },
        examples: [],
        isSure: false,
      },
    ]
  })
}

const namesAKey =
  /\b(id|ids|nr|no|num|number|nummer|key|code|beleg(nr)?|bon(nr)?|receipt|order|bestellung|invoice|rechnung|sku|ean|gtin|barcode)\b/
/** A column of which fewer records have a value of their own is no key that sometimes repeats. */
const nearlyAll = 0.95

export function repeated({ columns, records, equal }: FileFindings): Suggestion[] {
  const rows: Suggestion[] =
    equal === 0
      ? []
      : [
          {
            id: 'duplicates',
            problem: 'duplicates',
            columns: [],
            reason: `${plural(equal, 'row')} of ${formatCount(records)} ${equal === 1 ? 'is' : 'are'} equal to one before in every cell.`,
            steps: [{ kind: 'drop-duplicates' }],
            effect: { cells: 0, rows: equal },
            examples: [],
            isSure: false,
          },
        ]
  const keys = columns.flatMap((column): Suggestion[] => {
    const { profile } = column
    const label = labelOf(column)
    const again = records - profile.distinct
    const isKeyed = namesAKey.test(wordsOf(label)) && profile.empty === 0
    if (!isKeyed || again === 0 || again === equal || profile.distinct < records * nearlyAll)
      return []
    return [
      {
        id: `repeated-key:${label}`,
        problem: 'repeated-key',
        columns: [label],
        reason: `“${label}” is different in nearly every row, but ${plural(again, 'row')} ${again === 1 ? 'repeats' : 'repeat'} one that was there before: the last one of each stays.`,
        steps: [{ kind: 'drop-duplicates', keys: [label], keep: 'last' }],
        effect: { cells: 0, rows: again },
        examples: shown(
          profile.top.filter(({ count }) => count > 1),
          (value) => value,
        ),
        isSure: false,
      },
    ]
  })
  return [...rows, ...keys]
}

export function together({ columns }: FileFindings): Suggestion[] {
  return columnsTogether(columns.map(({ profile }) => profile)).flatMap(
    ({ kind, main, other }): Suggestion[] => {
      const labels = [main.column.label, other.column.label]
      const [first = '', second = ''] = labels
      const both = { columns: labels, effect: { cells: 0, rows: 0 }, examples: [], isSure: false }
      if (kind === 'time')
        return [
          {
            ...both,
            id: `date-and-time:${first}`,
            problem: 'date-and-time',
            reason: `“${first}” is a day and “${second}” its time: as one column they can be put in order.`,
            steps: [{ kind: 'merge', columns: labels, between: ' ', into: first }],
          },
        ]
      const [only] = other.top
      if (only === undefined || other.distinct > 1 || other.empty > 0) return []
      return [
        {
          ...both,
          id: `amount-and-currency:${first}`,
          problem: 'amount-and-currency',
          reason: `Every amount in “${first}” is in ${only.value}, as “${second}” says in each row: the name of the column can say it once.`,
          steps: [
            { kind: 'rename', column: first, to: `${first} (${only.value})` },
            { kind: 'remove', columns: [second] },
          ],
        },
      ]
    },
  )
}

/** Fewer records say nothing about those to come. */
const enoughRecords = 50

export function columnsWithout({ columns, records, kept }: FileFindings): Suggestion[] {
  if (records === 0) return []
  const paired = new Set(
    columnsTogether(columns.map(({ profile }) => profile)).map(({ other }) => other),
  )
  const free = columns.filter((column) => !kept.includes(labelOf(column)))
  const empty = free.filter(({ profile }) => profile.filled === 0)
  const constant = free.filter(
    ({ profile }) =>
      // The file of one day has one day in all rows; tomorrow's has another.
      profile.column.type !== 'date' &&
      profile.column.type !== 'timestamp' &&
      records >= enoughRecords &&
      profile.distinct === 1 &&
      profile.empty === 0 &&
      !paired.has(profile),
  )
  const removing = (
    problem: 'empty-columns' | 'constant-columns',
    some: readonly ColumnFindings[],
    reason: string,
  ): Suggestion[] => {
    const labels = some.map(labelOf)
    if (some.length === 0 || some.length === columns.length) return []
    return [
      {
        id: problem,
        problem,
        columns: labels,
        reason,
        steps: [{ kind: 'remove', columns: labels }],
        effect: { cells: 0, rows: 0 },
        examples: [],
        isSure: false,
      },
    ]
  }
  const [one] = constant
  return [
    ...removing(
      'empty-columns',
      empty,
      `${named(empty.map(labelOf))} ${empty.length === 1 ? 'has' : 'have'} no value in any row.`,
    ),
    ...removing(
      'constant-columns',
      constant,
      `${named(constant.map(labelOf))} ${constant.length === 1 ? `says “${one?.profile.top[0]?.value ?? ''}” in every row` : 'say the same in every row each'}.`,
    ),
  ]
}
