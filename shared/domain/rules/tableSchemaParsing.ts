/** How the cells of a field are written: in the words of a Table Schema (`format`, `trueValues`, `groupChar` …), and as a step that parses. */
import { z } from 'zod'
import { falseWords, trueWords } from '../cells/cellPatterns.ts'
import type { Column } from '../datasets/dataset.ts'
import { readFormat } from '../cells/dateFormat.ts'
import { type ParseStep, isParse, parseFault } from '../cells/parsedCells.ts'
import { givenBy } from '../cells/parsedDates.ts'
import { type Recipe, RecipeStep } from '../recipe/recipe.ts'
import { stepWords } from '../recipe/recipeWords.ts'
import { fromStrptime, strptimeYearsFrom, toStrptime } from './strptime.ts'

type Keys = Record<string, string | boolean | readonly string[]>

/** Each as programs meet it that know capital letters apart. */
const variants = (words: readonly string[]): string[] => [
  ...new Set(
    words.flatMap((word) => {
      const lower = word.toLowerCase()
      return [word, lower, lower.slice(0, 1).toUpperCase() + lower.slice(1), word.toUpperCase()]
    }),
  ),
]

/** What the types of a contract read as yes and no. */
const usualWords = { trueValues: [...trueWords, '1', 't'], falseValues: [...falseWords, '0', 'f'] }
export const usualBooleans: Keys = {
  trueValues: variants(usualWords.trueValues),
  falseValues: variants(usualWords.falseValues),
}

/** The step of a recipe that reads a column of its contract; null: none does, or what it reads is another type. */
export function parsingOf(recipe: Recipe, { label, type }: Pick<Column, 'label' | 'type'>) {
  const steps = recipe.filter(isParse).filter(({ off }) => off !== true)
  const step = steps.findLast(({ columns }) => columns.includes(label))
  const gives: readonly Column['type'][] =
    step === undefined
      ? []
      : step.kind === 'parse-date'
        ? [givenBy(step.formats.map(readFormat))]
        : step.kind === 'parse-number'
          ? ['integer', 'decimal']
          : ['boolean']
  return step !== undefined && gives.includes(type) ? step : null
}

/** What a Table Schema says of the cells that a step reads. `any`: there is no word for it. */
export function keysOf(step: ParseStep, type: Column['type']): Keys {
  switch (step.kind) {
    case 'parse-date': {
      const [only = '', ...more] = step.formats
      return { format: (more.length === 0 ? toStrptime(only) : null) ?? 'any' }
    }
    case 'parse-number':
      return {
        ...(type === 'decimal' ? { decimalChar: step.decimalMark } : {}),
        ...(step.groupMark === undefined ? {} : { groupChar: step.groupMark }),
        ...(step.unit === undefined ? {} : { bareNumber: false }),
      }
    case 'parse-boolean':
      return { trueValues: variants(step.trueWords), falseValues: variants(step.falseWords) }
  }
}

/** The key that brings a step back as it was; other programs leave it alone. */
export const parseKey = 'pallet:parse'

/** As it stands under `parseKey`. */
export function ruleOf(step: ParseStep): Record<string, unknown> {
  const { columns: _, id: __, name: ___, off: ____, ...rule } = step
  return rule
}

/** What of the forms of a contract's columns no other program will read in its Table Schema, in sentences. */
export function unsaidForms(columns: readonly Column[], recipe: Recipe): string[] {
  return columns.flatMap((column) => {
    const step = parsingOf(recipe, column)
    if (step?.kind !== 'parse-date') return []
    const { format } = keysOf(step, column.type)
    if (format === 'any')
      return [
        `“${column.label}”: a Table Schema has no format for ${step.formats.map((one) => `“${one}”`).join(' and ')}; “any” stands there, and “${parseKey}” keeps it for Pallet.`,
      ]
    const from = step.twoDigitYearsFrom
    return typeof format === 'string' && format.includes('%y') && from !== undefined
      ? [
          `“${column.label}”: years of two digits begin with ${from} here; other programs begin with ${strptimeYearsFrom}.`,
        ]
      : []
  })
}

/** Forms that the types of a contract read by themselves. */
const plainClock = '%H:%M(:%S)?'
const plainDay = '(%d([./-])%m\\2%[Yy]|%m([./-])%d\\3%[Yy]|%[Yy]([./-])%m\\4%d)'
const plain: Partial<Record<Column['type'], RegExp>> = {
  date: new RegExp(`^${plainDay}$`),
  timestamp: new RegExp(`^${plainDay}[ T]${plainClock}$`),
  time: new RegExp(`^${plainClock}$`),
}

export function isPlainFormat(type: Column['type'], format: unknown): boolean {
  return typeof format === 'string' && plain[type]?.test(format) === true
}

/** What a field says of its cells, as a step that reads them; `null`: its type reads them, or `note` says why nothing does. */
export function stepIn(
  label: string,
  type: Column['type'],
  field: Record<string, unknown>,
  note: (what: string) => void,
): ParseStep | null {
  const own = ownStep(label, type, field, note)
  if (own !== null) return own
  const step = readStep(label, type, field)
  const fault = step === null ? null : parseFault(step)
  if (fault === null) return step
  note(`how its cells are written is left out: ${fault}`)
  return null
}

function ownStep(
  label: string,
  type: Column['type'],
  field: Record<string, unknown>,
  note: (what: string) => void,
): ParseStep | null {
  const rule = field[parseKey]
  if (rule === undefined) return null
  const { data } = RecipeStep.safeParse({ ...Object(rule), columns: [label] })
  if (data === undefined || !isParse(data) || parseFault(data) !== null) {
    note(`“${parseKey}” is not as it can be used, and is left out.`)
    return null
  }
  // Somebody may have changed what all programs read.
  const differs = Object.entries(keysOf(data, type)).some(
    ([key, value]) => JSON.stringify(field[key]) !== JSON.stringify(value),
  )
  if (!differs) return data
  note(`“${parseKey}” says something else than the field, and is left out.`)
  return null
}

const Words = z.array(z.string().min(1).max(100)).min(1).max(100)
const blanks = [' ', '\u00a0', '\u202f']

function readStep(
  label: string,
  type: Column['type'],
  field: Record<string, unknown>,
): ParseStep | null {
  const columns = [label]
  switch (type) {
    case 'date':
    case 'timestamp':
    case 'time': {
      const { format } = field
      if (typeof format !== 'string' || isPlainFormat(type, format)) return null
      const written = fromStrptime(format)
      if (written === null || readFormat(written).gives !== type) return null
      return {
        kind: 'parse-date',
        columns,
        formats: [written],
        ...(format.includes('%y') ? { twoDigitYearsFrom: strptimeYearsFrom } : {}),
      }
    }
    case 'integer':
    case 'decimal': {
      const { groupChar, decimalChar } = field
      const groupMark = blanks.includes(String(groupChar)) ? ' ' : groupChar
      if (groupMark !== ' ' && groupMark !== "'") return null
      return {
        kind: 'parse-number',
        columns,
        groupMark,
        decimalMark: decimalChar === ',' ? ',' : '.',
      }
    }
    case 'boolean': {
      const given = {
        trueValues: Words.safeParse(field['trueValues']).data,
        falseValues: Words.safeParse(field['falseValues']).data,
      }
      const isUsual = (['trueValues', 'falseValues'] as const).every(
        (key) => given[key]?.every((word) => usualWords[key].includes(word.toLowerCase())) ?? true,
      )
      if (isUsual) return null
      const once = (words: readonly string[]): string[] => [
        ...new Map(words.map((word) => [word.toLowerCase(), word])).values(),
      ]
      return {
        kind: 'parse-boolean',
        columns,
        trueWords: once(given.trueValues ?? ['1', 'true']),
        falseWords: once(given.falseValues ?? ['0', 'false']),
      }
    }
    case 'text':
    case 'duration':
      return null
  }
}

/** The recipe with steps that read the cells as a Table Schema says, behind what it has; `notes`: what was added, and what was not. */
export function withParsing(
  recipe: Recipe,
  steps: readonly ParseStep[],
): { recipe: Recipe; notes: string[] } {
  const notes: string[] = []
  const added: ParseStep[] = []
  for (const step of steps) {
    const [label = ''] = step.columns
    const there = recipe
      .filter(isParse)
      .find(({ columns, off }) => columns.includes(label) && off !== true)
    const rule = JSON.stringify(ruleOf(step))
    if (there === undefined) {
      const like = added.find((one) => JSON.stringify(ruleOf(one)) === rule)
      if (like === undefined) added.push({ ...step, columns: [label] })
      else like.columns.push(label)
    } else if (JSON.stringify(ruleOf(RecipeStep.parse(there) as ParseStep)) !== rule)
      notes.push(
        `“${label}”: the recipe reads it otherwise than the Table Schema says, and stays as it is: ${stepWords(there)}`,
      )
  }
  notes.push(
    ...added.map((step) => `A step of the recipe reads how cells are written: ${stepWords(step)}`),
  )
  return { recipe: [...recipe, ...added], notes }
}
