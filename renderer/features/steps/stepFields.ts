/** The form of each kind of step: what is asked, and how the answers become a step and come from one. */
import { type Recipe, RecipeStep, type StepKind } from '../../../shared/domain/recipe/recipe.ts'

interface Labelled {
  key: string
  label: string
  hint?: string
}
/** `columns`: some of the columns; `lines`: a text a line; `pairs`: `from = to` a line. What is not `needed` may stay empty. */
export type StepField = Labelled &
  (
    | {
        type: 'columns' | 'column' | 'text' | 'formula' | 'lines' | 'pairs' | 'dataset'
        needed: boolean
      }
    | { type: 'number' | 'flag' }
    | { type: 'choice'; options: readonly { value: string; words: string }[] }
  )

export type StepValues = Readonly<Record<string, string | boolean | readonly string[]>>

const columns: StepField = { key: 'columns', label: 'Columns', type: 'columns', needed: true }
const anyColumns: StepField = {
  ...columns,
  type: 'columns',
  needed: false,
  hint: 'None chosen: every column.',
}
const column: StepField = { key: 'column', label: 'Column', type: 'column', needed: true }
const when: StepField = {
  key: 'when',
  label: 'Where',
  type: 'formula',
  needed: true,
  hint: 'For example number([Price]) < 0, or [Store] in ("S1", "S2").',
}
const into: StepField = { key: 'into', label: 'Name of the column', type: 'text', needed: true }

export const stepFields: Record<StepKind, readonly StepField[]> = {
  trim: [anyColumns],
  'collapse-spaces': [anyColumns],
  case: [
    columns,
    {
      key: 'to',
      label: 'Letters',
      type: 'choice',
      options: [
        { value: 'upper', words: 'CAPITAL LETTERS' },
        { value: 'lower', words: 'small letters' },
        { value: 'title', words: 'Capital First Letters' },
      ],
    },
  ],
  replace: [
    columns,
    { key: 'find', label: 'Find', type: 'text', needed: true },
    { key: 'with', label: 'Replace by', type: 'text', needed: false },
    { key: 'whole', label: 'Only whole cells', type: 'flag' },
    { key: 'ignoreCase', label: 'Capital and small letters alike', type: 'flag' },
    { key: 'pattern', label: 'It is a pattern (regular expression)', type: 'flag' },
  ],
  'map-values': [
    columns,
    {
      key: 'values',
      label: 'Values',
      type: 'pairs',
      needed: true,
      hint: 'One a line: as it is = as it becomes.',
    },
  ],
  'empty-tokens': [
    { key: 'tokens', label: 'What says nothing', type: 'lines', needed: true, hint: 'One a line.' },
    anyColumns,
  ],
  'unwrap-formulas': [],
  fill: [
    columns,
    {
      key: 'from',
      label: 'With',
      type: 'choice',
      options: [
        { value: 'above', words: 'the last filled cell above' },
        { value: 'value', words: 'a value' },
        { value: 'column', words: 'the cell of another column' },
      ],
    },
    { key: 'value', label: 'Value, or name of the other column', type: 'text', needed: false },
  ],
  round: [
    columns,
    { key: 'digits', label: 'Digits behind the mark, 0 to 9', type: 'number' },
    {
      key: 'decimalMark',
      label: 'Mark before the fraction',
      type: 'choice',
      options: [
        { value: '.', words: 'point' },
        { value: ',', words: 'comma' },
      ],
    },
  ],
  'round-dates': [
    columns,
    {
      key: 'to',
      label: 'To',
      type: 'choice',
      options: [
        { value: 'day', words: 'the day, without a time' },
        { value: 'week', words: 'the first day of the week' },
        { value: 'month', words: 'the first day of the month' },
        { value: 'quarter', words: 'the first day of the quarter' },
        { value: 'year', words: 'the first day of the year' },
      ],
    },
    {
      key: 'order',
      label: 'Dates are written',
      type: 'choice',
      options: [
        { value: 'ymd', words: 'year, month, day' },
        { value: 'dmy', words: 'day, month, year' },
        { value: 'mdy', words: 'month, day, year' },
      ],
    },
  ],
  'parse-date': [
    columns,
    {
      key: 'formats',
      label: 'As they are written',
      type: 'lines',
      needed: true,
      hint: 'One form a line, such as dd.MM.yyyy, d MMM yyyy HH:mm, MM/dd/yy h:mm a, unix-seconds or excel-days.',
    },
    {
      key: 'twoDigitYearsFrom',
      label: 'Years of two digits begin with',
      type: 'number',
      hint: 'For “yy” only; empty: 1970, so that 69 is 2069 and 70 is 1970.',
    },
  ],
  'parse-number': [
    columns,
    {
      key: 'decimalMark',
      label: 'Mark before the fraction',
      type: 'choice',
      options: [
        { value: '.', words: 'point' },
        { value: ',', words: 'comma' },
      ],
    },
    {
      key: 'groupMark',
      label: 'Between groups of three digits',
      type: 'choice',
      options: [
        { value: '', words: 'nothing' },
        { value: '.', words: 'point' },
        { value: ',', words: 'comma' },
        { value: ' ', words: 'blank' },
        { value: "'", words: 'apostrophe' },
      ],
    },
    { key: 'unit', label: 'Unit or currency, which is left out', type: 'text', needed: false },
  ],
  'parse-boolean': [
    columns,
    { key: 'trueWords', label: 'Words for yes', type: 'lines', needed: true, hint: 'One a line.' },
    { key: 'falseWords', label: 'Words for no', type: 'lines', needed: true, hint: 'One a line.' },
  ],
  hash: [
    { ...columns, hint: 'Short values, such as telephone numbers, can be guessed: redact them.' },
  ],
  tokenise: [
    {
      ...columns,
      hint: 'By a key that only this computer has: equal values stay equal, and nobody else can try them out.',
    },
  ],
  mask: [columns, { key: 'keep', label: 'Last characters that stay, 0 to 20', type: 'number' }],
  redact: [columns, { key: 'with', label: 'Word in their place', type: 'text', needed: true }],
  split: [
    column,
    { key: 'at', label: 'Split at', type: 'text', needed: true },
    {
      key: 'into',
      label: 'Names of the new columns',
      type: 'lines',
      needed: true,
      hint: 'One a line; what is left goes into the last.',
    },
  ],
  merge: [columns, { key: 'between', label: 'Between them', type: 'text', needed: false }, into],
  'look-up': [
    { key: 'dataset', label: 'Dataset', type: 'dataset', needed: true },
    {
      key: 'keys',
      label: 'Rows that are equal in',
      type: 'pairs',
      needed: true,
      hint: 'One a line: column here = column of its table.',
    },
    {
      key: 'take',
      label: 'What is taken from them',
      type: 'pairs',
      needed: true,
      hint: 'One a line: column of its table = name of the new column.',
    },
    {
      key: 'else',
      label: 'Where there is none',
      type: 'choice',
      options: [
        { value: 'empty', words: 'the cells stay empty' },
        { value: 'hold', words: 'the row is held back' },
        { value: 'value', words: 'the cells become a value' },
      ],
    },
    { key: 'value', label: 'The value', type: 'text', needed: false },
  ],
  derive: [
    into,
    {
      key: 'formula',
      label: 'Formula',
      type: 'formula',
      needed: true,
      hint: 'For example round(number([Price]) * 1.19, 2).',
    },
  ],
  rename: [column, { key: 'to', label: 'New name', type: 'text', needed: true }],
  remove: [columns],
  reorder: [columns],
  'pivot-longer': [
    { ...columns, label: 'Columns that become rows' },
    { key: 'names', label: 'Column for their names', type: 'text', needed: true },
    { key: 'values', label: 'Column for their cells', type: 'text', needed: true },
  ],
  'pivot-wider': [
    { key: 'keys', label: 'Rows that are equal in', type: 'columns', needed: true },
    { key: 'names', label: 'Column with the names', type: 'column', needed: true },
    { key: 'values', label: 'Column with the values', type: 'column', needed: true },
    {
      key: 'columns',
      label: 'New columns',
      type: 'lines',
      needed: true,
      hint: 'One a line, as the column with the names says them.',
    },
    {
      key: 'unknown',
      label: 'Rows with another name',
      type: 'choice',
      options: [
        { value: 'hold', words: 'are held back, with all of their key' },
        { value: 'drop', words: 'are dropped, and counted' },
      ],
    },
  ],
  'drop-blank-rows': [],
  'drop-total-rows': [
    {
      key: 'words',
      label: 'Words for totals',
      type: 'lines',
      needed: true,
      hint: 'One a line, in small or capital letters.',
    },
  ],
  'drop-repeated-headers': [],
  'drop-duplicates': [
    {
      key: 'keys',
      label: 'Equal in',
      type: 'columns',
      needed: false,
      hint: 'None chosen: every column.',
    },
    {
      key: 'keep',
      label: 'Keep',
      type: 'choice',
      options: [
        { value: 'first', words: 'the first' },
        { value: 'last', words: 'the last' },
        { value: 'smallest', words: 'the one with the smallest value' },
        { value: 'largest', words: 'the one with the largest value' },
      ],
    },
    {
      key: 'by',
      label: 'Value that decides',
      type: 'formula',
      needed: false,
      hint: 'For smallest and largest, for example date([Day], "dmy").',
    },
  ],
  'drop-rows': [when],
  'keep-rows': [when],
}

/** The answers of a form as a step; null: something is missing. */
export function stepOfValues(
  kind: StepKind,
  values: StepValues,
  before: RecipeStep | null,
): RecipeStep | null {
  const given = stepFields[kind].flatMap((field) => {
    const value = fieldValue(field, values[field.key])
    return value === undefined ? [] : [[field.key, value] as const]
  })
  const { id, off } = before ?? {}
  const name = typeof values['name'] === 'string' ? values['name'].trim() : ''
  const fields = Object.fromEntries(given)
  const step = RecipeStep.safeParse({
    kind,
    ...(id === undefined ? {} : { id }),
    ...(off === undefined ? {} : { off }),
    ...(name === '' ? {} : { name }),
    ...ownFields(kind, fields, values),
    ...(before?.kind === 'tokenise' && before.key !== undefined ? { key: before.key } : {}),
  })
  return step.data ?? null
}

/** What a kind of step does not have as its form asks for it. */
function ownFields(
  kind: StepKind,
  fields: Record<string, unknown>,
  values: StepValues,
): Record<string, unknown> {
  if (kind === 'parse-number') {
    const { groupMark, unit, ...others } = fields
    return {
      ...others,
      ...(groupMark === '' ? {} : { groupMark }),
      ...(unit === '' ? {} : { unit }),
    }
  }
  if (kind === 'fill') return { columns: fields['columns'], with: filling(values) }
  if (kind !== 'look-up') return fields
  const { dataset, else: unmatched } = fields
  const pairs = (key: string) => linesOf(values[key]).flatMap((line) => pairOf(line) ?? [])
  return {
    dataset,
    keys: pairs('keys').map(({ from, to }) => ({ column: from, in: to })),
    take: pairs('take').map(({ from, to }) => ({ column: from, into: to })),
    unmatched: { kind: unmatched, ...(unmatched === 'value' ? { value: values['value'] } : {}) },
  }
}

function filling({ from = 'above', value }: StepValues): object {
  return from === 'column' ? { kind: from, column: value } : { kind: from, value }
}

function fieldValue(field: StepField, value: StepValues[string] | undefined): unknown {
  switch (field.type) {
    case 'columns':
      return Array.isArray(value) && value.length > 0 ? value : undefined
    case 'column':
    case 'dataset':
    case 'text':
    case 'formula':
      return typeof value === 'string' && (value !== '' || field.needed)
        ? value
        : field.needed || field.type === 'formula'
          ? undefined
          : ''
    case 'lines': {
      const lines = linesOf(value)
      if (lines.length === 0) return undefined
      // An empty text says nothing whatever the words are, and has no line to be written on.
      return field.key === 'tokens' ? ['', ...lines] : lines
    }
    case 'pairs':
      return linesOf(value).flatMap((line) => pairOf(line) ?? [])
    case 'number':
      return typeof value === 'string' && value !== '' ? Number(value) : undefined
    case 'flag':
      return value === true ? true : undefined
    case 'choice':
      return typeof value === 'string' ? value : field.options[0]?.value
  }
}

/** What `pairs` say, as it is to what it becomes. */
export function pairsOf(value: StepValues[string] | undefined): Map<string, string> {
  return new Map(
    linesOf(value)
      .flatMap((line) => pairOf(line) ?? [])
      .map(({ from, to }) => [from, to]),
  )
}

function pairOf(line: string): { from: string; to: string } | null {
  const [, from, to] = /^(.*?)\s*=\s*(.*)$/.exec(line) ?? []
  return from === undefined || to === undefined ? null : { from, to }
}

/** A value and what it becomes, as a line of `pairs`; null: a line cannot say it, for one has a “=”, a line break or blanks around. */
export function pairOnLine(from: string, to: string): string | null {
  const line = `${from} = ${to}`
  const pair = line.includes('\n') ? null : pairOf(line)
  return pair?.from === from && pair.to === to && from !== '' ? line : null
}

function linesOf(value: StepValues[string] | undefined): string[] {
  return typeof value === 'string' ? value.split('\n').filter((line) => line.trim() !== '') : []
}

/** A step as the answers of its form. */
export function valuesOfStep(step: RecipeStep): StepValues {
  const fields = new Map<string, unknown>(Object.entries(step))
  const name = step.name === undefined ? {} : { name: step.name }
  if (step.kind === 'fill') {
    const { with: by } = step
    const value = by.kind === 'value' ? by.value : by.kind === 'column' ? by.column : ''
    return { ...name, columns: step.columns, from: by.kind, value }
  }
  if (step.kind === 'map-values')
    return {
      ...name,
      columns: step.columns,
      values: step.values.map(({ from, to }) => `${from} = ${to}`).join('\n'),
    }
  if (step.kind === 'look-up') {
    const { dataset, keys, take, unmatched } = step
    return {
      ...name,
      dataset,
      keys: keys.map((key) => `${key.column} = ${key.in}`).join('\n'),
      take: take.map(({ column, into }) => `${column} = ${into}`).join('\n'),
      else: unmatched.kind,
      value: unmatched.kind === 'value' ? unmatched.value : '',
    }
  }
  const values = stepFields[step.kind].flatMap(({ key, type }) => {
    const value = fields.get(key)
    if (value === undefined) return []
    if (type === 'lines' && Array.isArray(value))
      return [[key, value.filter((line) => line !== '').join('\n')]]
    return [[key, typeof value === 'number' ? String(value) : value]]
  })
  return { ...name, ...(Object.fromEntries(values) as StepValues) }
}

/** The labels that steps bring in, besides those that are there. */
export function offeredLabels(labels: readonly string[], recipe: Recipe): string[] {
  const made = recipe.flatMap((step) => {
    if (step.kind === 'split') return step.into
    if (step.kind === 'rename') return [step.to]
    if (step.kind === 'look-up') return step.take.map(({ into }) => into)
    if (step.kind === 'pivot-longer') return [step.names, step.values]
    if (step.kind === 'pivot-wider') return step.columns
    return step.kind === 'derive' || step.kind === 'merge' ? [step.into] : []
  })
  return [...new Set([...labels, ...made])]
}
