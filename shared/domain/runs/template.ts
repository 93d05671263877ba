/** Texts with places that the account of a run fills: `{dataset} of {date}`. */

/** What can stand between braces, and what it becomes. */
export const placeholders = {
  run_id: 'the name of the run',
  dataset: 'the dataset',
  file: 'the name of the file',
  date: 'the day it was sent, as 2026-11-22',
  time: 'when it was sent, in UTC, as 2026-11-22T08:30:00.000Z',
  container: 'the container of the blob',
  blob: 'the name of the blob',
  prefix: 'the folder of the blob',
  table: 'the table',
  rows: 'rows delivered',
  rows_in: 'rows in the file',
  rows_held: 'rows held back',
  rows_dropped: 'rows dropped by a rule',
  rows_removed: 'rows whose place they took',
} as const
export type Placeholder = keyof typeof placeholders
export const placeholderNames = Object.keys(placeholders) as readonly Placeholder[]

/** What a run has for the places; absent: it has no such thing, as a run without a blob. */
export type Values = { readonly [Name in Placeholder]?: string | number }

const part = /\{([^{}]*)\}|[{}]/g

/** What is wrong with a text, as a sentence, or null. `missing`: what the run will not have. */
export function wrongTemplate(text: string, missing: readonly Placeholder[] = []): string | null {
  for (const [, name] of text.matchAll(part)) {
    if (name === undefined)
      return `“${text}” has a brace too many: what is to be filled in stands in one pair, as {date}.`
    const known = placeholderNames.find((one) => one === name)
    if (known === undefined)
      return `“{${name}}” in “${text}” means nothing; what can stand there: ${placeholderNames.join(', ')}.`
    if (missing.includes(known)) return `This run has nothing for “{${name}}” in “${text}”.`
  }
  return null
}

/** A text in which nothing is wrong, with its places filled; a number, where it is nothing but the place of one. */
export function filled(text: string, values: Values): string | number {
  const valueOf = (name: string): string | number => values[name as Placeholder] ?? ''
  const [whole] = text.match(/^\{([^{}]*)\}$/)?.slice(1) ?? []
  if (whole !== undefined) return valueOf(whole)
  return text.replace(part, (_, name: string) => String(valueOf(name)))
}
