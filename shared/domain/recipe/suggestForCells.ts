/** What is suggested for the cells of a file: blanks, words that say nothing, spellings, units. */
import {
  type ColumnFindings,
  type FileFindings,
  type Found,
  cells,
  countOf,
  examplesShown,
  labelOf,
  named,
  shown,
  sum,
} from './findings.ts'
import type { ValueCount } from '../files/profile.ts'
import { changed, similarSteps } from '../cells/similar.ts'
import { formatCount, formatShare, plural } from '../sizes.ts'
import type { Suggestion } from './suggestion.ts'

export function whiteSpace({ columns }: FileFindings): Suggestion[] {
  const of = (
    step: 'trim' | 'collapse-spaces',
    found: (column: ColumnFindings) => Found,
    words: (count: number) => string,
  ): Suggestion[] => {
    const some = columns.filter((column) => found(column).cells > 0)
    const count = sum(some.map((column) => found(column).cells))
    if (count === 0) return []
    const labels = some.map(labelOf)
    return [
      {
        id: `white-space:${step}`,
        problem: 'white-space',
        columns: labels,
        reason: `${words(count)} in ${named(labels)}: equal values are not found to be equal.`,
        steps: [step === 'trim' ? { kind: step } : { kind: step, columns: labels }],
        effect: { cells: count, rows: 0 },
        examples: some.flatMap((column) => found(column).examples).slice(0, examplesShown),
        isSure: true,
      },
    ]
  }
  return [
    ...of(
      'trim',
      ({ ends }) => ends,
      (count) => `${cells(count)} ${count === 1 ? 'begins or ends' : 'begin or end'} with a blank`,
    ),
    ...of(
      'collapse-spaces',
      ({ inside }) => inside,
      (count) => `${cells(count)} ${count === 1 ? 'has' : 'have'} several blanks in a row`,
    ),
  ]
}

export function emptyWords({ columns }: FileFindings): Suggestion[] {
  const some = columns.filter(({ nothing }) => nothing.length > 0)
  const words = some.flatMap(({ nothing }) => nothing)
  const sure: Suggestion[] =
    words.length === 0
      ? []
      : [
          {
            id: 'empty-words',
            problem: 'empty-words',
            columns: some.map(labelOf),
            reason: `${cells(countOf(words))} in ${named(some.map(labelOf))} say nothing, such as “${words[0]?.value ?? ''}”: empty cells say so everywhere.`,
            steps: [{ kind: 'empty-tokens', tokens: tokensOf(words), columns: some.map(labelOf) }],
            effect: { cells: countOf(words), rows: 0 },
            examples: shown(words, () => ''),
            isSure: true,
          },
        ]
  const maybe = columns.flatMap((column): Suggestion[] => {
    const { maybeNothing } = column
    const label = labelOf(column)
    if (maybeNothing.length === 0) return []
    return [
      {
        id: `empty-words:${label}`,
        problem: 'empty-words',
        columns: [label],
        reason: `${cells(countOf(maybeNothing))} in “${label}” may say nothing, such as “${maybeNothing[0]?.value ?? ''}”.`,
        steps: [{ kind: 'empty-tokens', tokens: tokensOf(maybeNothing), columns: [label] }],
        effect: { cells: countOf(maybeNothing), rows: 0 },
        examples: shown(maybeNothing, () => ''),
        isSure: false,
      },
    ]
  })
  return [...sure, ...maybe]
}

export const tokensOf = (values: readonly ValueCount[]): string[] => [
  ...new Set(values.map(({ value }) => value.toLowerCase())),
]

/** From this share of a column's words on, the others are meant to be written alike. */
const mostly = 0.8

export function spellings(column: ColumnFindings): Suggestion[] {
  const { similar, letters } = column
  const label = labelOf(column)
  if (similar.length === 0) return []
  const differ = plural(sum(similar.map(({ values }) => values.length)), 'spelling')
  const isCase = similar.every(
    ({ values }) => new Set(values.map(({ value }) => value.toLowerCase())).size === 1,
  )
  const cases = [
    ['upper', letters.notUpper],
    ['lower', letters.notLower],
  ] as const
  const [to, off] =
    cases.find(([, not]) => isCase && not.cells <= letters.cells * (1 - mostly)) ?? []
  if (to !== undefined && off !== undefined)
    return [
      {
        id: `case:${label}`,
        problem: 'case',
        columns: [label],
        reason: `“${label}” has ${differ} of ${plural(similar.length, 'value')} in capital and small letters; ${formatShare(1 - off.cells / letters.cells)} of its cells are in ${to === 'upper' ? 'capital' : 'small'} letters.`,
        steps: [{ kind: 'case', columns: [label], to }],
        effect: { cells: off.cells, rows: 0 },
        examples: [...off.examples],
        isSure: true,
      },
    ]
  const count = sum(similar.map(changed))
  return [
    {
      id: `spellings:${label}`,
      problem: 'spellings',
      columns: [label],
      reason: `“${label}” has ${differ} of ${plural(similar.length, 'value')}, such as ${(
        similar[0]?.values ?? []
      )
        .slice(0, 3)
        .map(({ value }) => `“${value}”`)
        .join(', ')}: each gets the most frequent one.`,
      steps: similarSteps(
        label,
        similar.map(({ to: spelling, values }) => ({
          to: spelling,
          from: values.map(({ value }) => value),
        })),
      ),
      effect: { cells: count, rows: 0 },
      examples: similar
        .flatMap(({ to: spelling, values }) => shown(values.slice(1), () => spelling))
        .slice(0, examplesShown),
      isSure: true,
    },
  ]
}

export function units(column: ColumnFindings): Suggestion[] {
  const { units: found, numbers, profile } = column
  const label = labelOf(column)
  const [[unit, { cells: count, examples }] = ['', { cells: 0, examples: [] }], another] =
    found ?? []
  if (count === 0 || another !== undefined || profile.column.type !== 'text') return []
  if (count + numbers < profile.filled * mostly) return []
  return [
    {
      id: `units:${label}`,
      problem: 'units',
      columns: [label],
      reason: `${formatCount(count)} of ${cells(profile.filled)} in “${label}” ${count === 1 ? 'is a number' : 'are numbers'} with “${unit}” behind: without it they can be added up. The new name of the column says it.`,
      steps: [
        {
          kind: 'replace',
          columns: [label],
          find: `[ \u00a0\u202f]*${unit.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')}$`,
          with: '',
          pattern: true,
        },
        { kind: 'rename', column: label, to: `${label} (${unit})` },
      ],
      effect: { cells: count, rows: 0 },
      examples: [...examples],
      isSure: false,
    },
  ]
}
