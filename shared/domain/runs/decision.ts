import { z } from 'zod'
import { RowBounds, boundsWords } from '../datasets/dataset.ts'
import {
  HeaderChange,
  HeaderMap,
  changeSentences,
  mapTerms,
  mapWords,
  proposedMap,
  strangerSentence,
  withNewColumns,
} from '../columns/headerMap.ts'
import { Meaning, meaningSentence } from '../datasets/meaning.ts'
import { formatCount, plural } from '../sizes.ts'

/** A delivery that stands, as a question names it. */
const Earlier = z.object({
  runId: z.string(),
  /** Of its file. */
  name: z.string(),
  /** When it was loaded: UTC, ISO 8601. */
  at: z.string(),
  rows: z.number(),
})
export type Earlier = z.infer<typeof Earlier>

/** What the files of the dataset may be, the likeliest first; none where a person has said it already. */
const meanings = z.array(Meaning).default([])

/** What only a person can know about a file, with the numbers to decide by. */
export const Question = z.discriminatedUnion('kind', [
  /** Exactly this file was delivered into the table before. */
  z.object({ kind: z.literal('same-bytes'), earlier: Earlier }),
  /** Many of its rows are those of one earlier delivery. */
  z.object({
    kind: z.literal('same-rows'),
    earlier: Earlier,
    same: z.number(),
    rows: z.number(),
    meanings,
  }),
  /** Many of its rows have a key that is in the table, with other values. */
  z.object({
    kind: z.literal('same-keys'),
    table: z.string(),
    key: z.string(),
    same: z.number(),
    rows: z.number(),
    meanings,
  }),
  /** Far fewer rows would come in than go out. */
  z.object({
    kind: z.literal('shrink'),
    table: z.string(),
    out: z.number(),
    rows: z.number(),
  }),
  /** The table has no such columns. */
  z.object({ kind: z.literal('new-columns'), table: z.string(), columns: z.array(z.string()) }),
  /** Fewer or more rows than the files of the dataset usually have. */
  z.object({ kind: z.literal('unusual'), rows: z.number(), usual: RowBounds }),
  /** Rules about the file as a whole that it breaks, each as a sentence. */
  z.object({ kind: z.literal('whole'), broken: z.array(z.string()) }),
  /** Its header is not as the dataset knows it. */
  HeaderChange.extend({ kind: z.literal('header') }),
])
export type Question = z.infer<typeof Question>

/**
 * `correct`: it takes the place of the earlier delivery; `append`: its rows are new; `replace`: few rows may take
 * the place of many; `load`: so many rows are right this time; `add`: the table gets the columns; `skip`: nothing is loaded. `snapshot`, `slice`,
 * `upsert`: what the files of the dataset mean, this one and those to come; `append` says it as well where it is asked.
 * `map`: the columns are as proposed, or as is said with it, now and from now on.
 */
export const answers = [
  'correct',
  'snapshot',
  'slice',
  'upsert',
  'append',
  'replace',
  'load',
  'add',
  'map',
  'skip',
] as const
export const Answer = z.enum(answers)
export type Answer = z.infer<typeof Answer>

export function answersTo(question: Question): readonly Answer[] {
  switch (question.kind) {
    case 'same-bytes':
      return ['correct', 'append', 'skip']
    case 'same-rows':
      return ['correct', ...question.meanings.map(({ kind }) => kind), 'append', 'skip']
    case 'same-keys':
      return [...question.meanings.map(({ kind }) => kind), 'append', 'skip']
    case 'shrink':
      return ['replace', 'skip']
    case 'new-columns':
      return ['add', 'skip']
    case 'unusual':
    case 'whole':
      return ['load', 'skip']
    case 'header':
      return strangerSentence(question) === null ? ['map', 'skip'] : ['skip', 'map']
  }
}

/** What can be chosen, the likeliest first: an answer, and what is said with it. */
export function choicesOf(question: Question): Pick<Answered, 'answer' | 'header'>[] {
  return answersTo(question).flatMap((answer) => {
    if (answer !== 'map' || question.kind !== 'header') return [{ answer }]
    const header = withNewColumns(question)
    return header.kept.length === 0 ? [{ answer }] : [{ answer }, { answer, header }]
  })
}

/** The same as a terminal has it, with what each does: `“pallet answer RUN skip”: load nothing`. */
export function waysToAnswer(runId: string, question: Question): string[] {
  return choicesOf(question).map(({ answer, header }) => {
    const terms = header === undefined ? [] : mapTerms(header).map((term) => ` --map "${term}"`)
    const hint =
      answer === 'map' && header === undefined ? ' (--map "NEW=OLD" says it otherwise)' : ''
    return `“pallet answer ${runId} ${answer}${terms.join('')}”: ${answerWords({ question, answer, header })}${hint}`
  })
}

/** What was said beforehand about a file that was delivered before. Absent: the same bytes are skipped, the rest is asked. */
export const IfDelivered = z.enum(['ask', 'skip', 'correct', 'append', 'fail'])
export type IfDelivered = z.infer<typeof IfDelivered>

export const Answered = z.object({
  question: Question,
  answer: Answer,
  /** What `map` was said with. */
  header: HeaderMap.optional(),
})
export type Answered = z.infer<typeof Answered>

/** What a run was asked and what was answered, beforehand or by a person. */
export const Decisions = z.object({ asked: Question.nullable(), answered: z.array(Answered) })
export type Decisions = z.infer<typeof Decisions>
export const nothingDecided: Decisions = { asked: null, answered: [] }

/** The run whose delivery it takes the place of. */
export function correctsOf(answered: readonly Answered[]): string | null {
  for (const { question, answer } of answered)
    if (answer === 'correct' && 'earlier' in question) return question.earlier.runId
  return null
}

/** Why nothing was loaded; null: it was not skipped. */
export function skippedFor(answered: readonly Answered[]): Question | null {
  return answered.find(({ answer }) => answer === 'skip')?.question ?? null
}

/** What is known of it, as a person reads it. */
export function questionSentence(question: Question): string {
  switch (question.kind) {
    case 'same-bytes':
      return `Exactly this file was delivered before: ${earlierWords(question.earlier)}.`
    case 'same-rows':
      return `${isCorrected(question) ? 'It looks like a corrected file: ' : ''}${formatCount(question.same)} of its ${plural(question.rows, 'row')} are the same as in a file delivered before: ${earlierWords(question.earlier)}.${likelyWords(question.meanings)}`
    case 'same-keys':
      return `${formatCount(question.same)} of its ${plural(question.rows, 'row')} have the ${question.key} of a row that is in ${question.table} already, and other values.${likelyWords(question.meanings)}`
    case 'shrink':
      return question.rows === 0
        ? `It has no rows, and ${plural(question.out, 'row')} would go out of ${question.table}.`
        : `Its ${plural(question.rows, 'row')} would take the place of ${plural(question.out, 'row')} in ${question.table}.`
    case 'new-columns':
      return `It has ${question.columns.length === 1 ? 'a column' : 'columns'} that ${question.table} lacks: ${question.columns.join(', ')}.`
    case 'unusual':
      return `It has ${unusualWords(question.rows, question.usual) ?? plural(question.rows, 'clean row')}.`
    case 'whole':
      return `It is not as usual. ${question.broken.join(' ')}`
    case 'header':
      return `${strangerSentence(question) ?? 'Its columns are not those of the dataset.'} ${changeSentences(question).join(' ')}`
  }
}

/** Whether most rows of both files are the same, and each has some of its own: not those of other days. */
function isCorrected({
  same,
  rows,
  earlier,
  meanings: [likely],
}: Extract<Question, { kind: 'same-rows' }>): boolean {
  const areMost = same * 2 >= Math.max(rows, earlier.rows)
  return areMost && same < Math.min(rows, earlier.rows) && likely?.kind !== 'slice'
}

/** What its files seem to be, where nobody has said it. */
function likelyWords([likely]: readonly Meaning[]): string {
  switch (likely?.kind) {
    case undefined:
    case 'append':
      return ''
    case 'snapshot':
      return ' It may be the whole table each time.'
    case 'slice':
      return ` It may be all there is for each ${likely.by.join(' and ')} in it.`
    case 'upsert':
      return ' It may be new and changed rows each time.'
  }
}

/** What the files of the dataset mean by this answer; null: it is about this file alone. */
export function meaningIn(question: Question, answer: Answer): Meaning | null {
  if (!('meanings' in question) || question.meanings.length === 0) return null
  if (answer === 'append') return { kind: 'append' }
  return question.meanings.find(({ kind }) => kind === answer) ?? null
}

/** What an answer does, as a person reads it. */
export function answerWords({ question, answer, header }: Answered): string {
  const meaning = meaningIn(question, answer)
  if (meaning !== null)
    return `${meaningSentence(meaning).replace(/^I/, 'i').replace(/\.$/, '')}, now and from now on`
  switch (answer) {
    case 'snapshot':
    case 'slice':
    case 'upsert':
      return ''
    case 'correct':
      return 'earlier' in question
        ? `take the place of those ${plural(question.earlier.rows, 'row')}`
        : ''
    case 'append':
      return `add its rows as new ones${twiceWords(question)}`
    case 'replace':
      return 'do so all the same'
    case 'load':
      return 'load them all the same'
    case 'add':
      return 'add to the table what it lacks; the rows of before have nothing there'
    case 'map':
      return question.kind === 'header'
        ? `${mapWords(header ?? proposedMap(question))}, now and from now on`
        : ''
    case 'skip':
      return 'load nothing'
  }
}

/** What becomes of rows that are there already. */
function twiceWords(question: Question): string {
  switch (question.kind) {
    case 'same-bytes':
      return '; all of them are then there twice'
    case 'same-rows':
      return `; ${formatCount(question.same)} of them are then there twice`
    case 'same-keys':
      return `; for ${formatCount(question.same)} of them both the old and the new row are then there`
    case 'shrink':
    case 'new-columns':
    case 'unusual':
    case 'whole':
    case 'header':
      return ''
  }
}

function earlierWords({ runId, name, at, rows }: Earlier): string {
  return `${name}, ${plural(rows, 'row')}, on ${at.slice(0, 10)} by the run ${runId}`
}

/** So many rows must be the same before anybody is asked. */
const fewRows = 3

/** How a file and the table of its dataset overlap, before anybody has said what its files are. */
export interface Overlap {
  tableRows: number
  /** The first column that names every row, of the file and of the table; rows of the file whose key is in the table. */
  key: { column: string; shared: number } | null
  /** The first column of dates; days of the file, and those of them that are in the table. */
  days: { column: string; days: number; shared: number } | null
}

/** What the files may be, the likeliest first. `same`: rows that are in the table as they are. */
export function likelyMeanings({ tableRows, key, days }: Overlap, same: number): Meaning[] {
  const snapshot: Meaning = { kind: 'snapshot' }
  const upsert: Meaning[] = key === null ? [] : [{ kind: 'upsert', keys: [key.column] }]
  const slice: Meaning[] = days === null ? [] : [{ kind: 'slice', by: [days.column] }]
  // Nearly all that was there is there again.
  if (same * 10 >= tableRows * 9) return [snapshot, ...upsert, ...slice]
  if (days !== null && days.shared < days.days) return [...slice, ...upsert, snapshot]
  return [...upsert, ...slice, snapshot]
}

/** The key, where so many of them are there again that its rows are hardly all new. */
export function knownKeys({ key, days }: Overlap, rows: number): Overlap['key'] {
  // The same articles on other days are new rows.
  if (key === null || days?.shared === 0) return null
  return key.shared >= fewRows && key.shared * 2 >= rows ? key : null
}

/**
 * Whether rows that are in an earlier delivery, too, are likely the same rows again: half of this file, or nearly
 * all of the earlier one.
 */
export function looksDelivered(same: number, rows: number, earlierRows: number): boolean {
  return same >= fewRows && (same * 2 >= rows || same * 10 >= earlierRows * 9)
}

/** How a file has fewer or more rows than its kind usually has, in words; null: it has not. */
export function unusualWords(rows: number, usual: RowBounds): string | null {
  return isUnusual(rows, usual)
    ? `${plural(rows, 'clean row')}; its files usually have ${boundsWords(usual)}`
    : null
}

/** Whether a file has fewer or more rows than its kind usually has. */
export function isUnusual(rows: number, { atLeast = 0, atMost = Infinity }: RowBounds): boolean {
  return rows < atLeast || rows > atMost
}

/** Whether so few rows for so many are worth a question: none, or fewer than half. */
export function isShrink(rows: number, out: number): boolean {
  return out > 0 && rows * 2 < out
}
