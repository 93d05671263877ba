import { z } from 'zod'
import { CleaningWarehouse } from '../recipe/cleanOn.ts'
import { sandboxName } from '../connection.ts'
import { ComparedTotals } from './controlTotals.ts'
import { Answered, IfDelivered, Question } from './decision.ts'
import { Column, Destination } from '../datasets/dataset.ts'
import { PlannedExtract } from '../arriving/extract.ts'
import { HeaderMap } from '../columns/headerMap.ts'
import { TableThen } from '../recipe/lookUp.ts'
import { Meaning } from '../datasets/meaning.ts'
import { ProblemData } from '../problem.ts'
import { Reading } from '../files/reading.ts'
import { ChosenRecipe, Dropped } from '../recipe/recipe.ts'
import { Broken } from '../rules/rules.ts'
import { formatDuration, plural } from '../sizes.ts'
import { Batch } from '../streams/stream.ts'
import { Published, TopicTarget } from '../streams/topic.ts'
import { Unusual } from '../datasets/usualRows.ts'
import { HeldTo } from '../datasets/version.ts'
import { Brought, Part, broughtWords } from './work.ts'

/** The straight street of a run, in order. */
export const stepNames = ['fetch', 'read', 'clean', 'upload', 'load', 'trigger'] as const
export const StepName = z.enum(stepNames)
export type StepName = z.infer<typeof StepName>

/**
 * queued → running → succeeded | failed | stopped | cancelled, with rests on the way:
 * `waiting` continues by itself (network, disk) or after a person acted (credential);
 * `paused` continues when a person says so; `stopped` is a limit of the dataset.
 */
export const runStates = [
  'queued',
  'running',
  'waiting',
  'paused',
  'succeeded',
  'failed',
  'stopped',
  'cancelled',
] as const
export const RunState = z.enum(runStates)
export type RunState = z.infer<typeof RunState>

/** States that no start of Pallet changes by itself. */
export function isFinished(state: RunState): boolean {
  switch (state) {
    case 'succeeded':
    case 'failed':
    case 'stopped':
    case 'cancelled':
      return true
    case 'queued':
    case 'running':
    case 'waiting':
    case 'paused':
      return false
  }
}

/** What a run may be told to do in a state; the screens show exactly these buttons. */
export const verbs = ['pause', 'resume', 'cancel', 'retry', 'discard'] as const
export type Verb = (typeof verbs)[number]
export function verbsOf(state: RunState): readonly Verb[] {
  switch (state) {
    case 'queued':
    case 'running':
      return ['pause', 'cancel']
    case 'waiting':
      return ['resume', 'pause', 'cancel']
    case 'paused':
      return ['resume', 'cancel']
    case 'failed':
    case 'stopped':
    case 'cancelled':
      return ['retry', 'discard']
    case 'succeeded':
      return []
  }
}

export const StepState = z.enum(['pending', 'running', 'done', 'skipped', 'failed', 'waiting'])
export type StepState = z.infer<typeof StepState>

/** `moving`: bytes or rows; `settling`: other work, without a rate; `waiting`: nothing happens until something else does. */
export const ProgressState = z.enum(['moving', 'settling', 'waiting'])
export type ProgressState = z.infer<typeof ProgressState>

/** How far a step is. Counts only what is durable or acknowledged; unknown totals are null, never guessed. */
export const Progress = z.object({
  bytesDone: z.number().min(0),
  bytesTotal: z.number().min(0).nullable(),
  rowsDone: z.number().min(0),
  rowsTotal: z.number().min(0).nullable(),
  bytesPerSecond: z.number().min(0).nullable(),
  secondsLeft: z.number().min(0).nullable(),
  state: ProgressState,
  /** What the step is doing or waiting for, in plain words: "Sending blocks", "Waiting: …". */
  doing: z.string(),
})
export type Progress = z.infer<typeof Progress>

export const Step = z.object({
  name: StepName,
  state: StepState,
  startedAt: z.string().nullable(),
  ms: z.number().nullable(),
  progress: Progress.nullable(),
})
export type Step = z.infer<typeof Step>

export const RunSource = z.object({
  /** `topic`: a batch of records of one; `extract`: what an API lists. */
  kind: z.enum(['file', 'url', 'topic', 'extract']),
  /** Absolute path, or the URL without its query (a SAS must not reach a screen). */
  path: z.string(),
  /** Whether the URL has a query. */
  hasQuery: z.boolean().optional(),
  name: z.string(),
  bytes: z.number().nullable(),
  sha256: z.string().nullable(),
})
export type RunSource = z.infer<typeof RunSource>

/** What was chosen when a run was sent. */
export const Plan = z.object({
  source: RunSource,
  /** Where `fetch` reads: a path, or a URL without its query (the vault has the query). */
  location: z.string(),
  destination: Destination,
  /** null: as detected. */
  reading: Reading.nullable(),
  /** null: as the dataset's contract says, or as proposed. */
  columns: z.array(Column).nullable(),
  /** Absent: as the dataset has it. */
  recipe: ChosenRecipe.optional(),
  /**
   * The dataset as it was when the run was made, or as the runs before it in line have taught it since: what a person changes
   * later is not this run's. Absent: the run has succeeded, or is older than this; then as the dataset is now.
   */
  heldTo: HeldTo.optional(),
  /** What becomes of columns that are not as the dataset knows them: as chosen, and from cleaning on as it was decided. */
  header: HeaderMap.optional(),
  /** Whether the dataset keeps the meaning that was chosen for this file. */
  remember: z.boolean().optional(),
  /** What was said beforehand about a file that was delivered before, and about few rows for many. */
  ifDelivered: IfDelivered.optional(),
  allowShrink: z.boolean().optional(),
  /** Whether the table gets columns of the file that it lacks. */
  addColumns: z.boolean().optional(),
  /** The run to whose delivery it adds rows that had been held back, and how many it was given. */
  completes: z.object({ runId: z.string(), rows: z.number() }).optional(),
  /** The records of a topic that it lands, in place of a file. */
  batch: Batch.optional(),
  /** What is taken out of an API, in place of a file. */
  extract: PlannedExtract.optional(),
  /** The folder of a connection in which the file lay, and how it lay there. */
  from: z
    .object({
      connection: z.string(),
      folder: z.string(),
      name: z.string(),
      bytes: z.number(),
      modified: z.string(),
    })
    .optional(),
})
export type Plan = z.infer<typeof Plan>

/** `in + made = clean + quarantined + dropped`, and `loaded = clean`. Numbers are null until their step has ended. */
export const Rows = z.object({
  in: z.number().nullable(),
  /** Rows more than those of the file that steps have made of them; absent: none. */
  made: z.number().optional(),
  clean: z.number().nullable(),
  quarantined: z.number().nullable(),
  dropped: z.number().nullable(),
  loaded: z.number().nullable(),
})
export type Rows = z.infer<typeof Rows>

/** What became of the blob of a run after it was sent. */
export const BlobNow = z.discriminatedUnion('state', [
  /** Out of the way of readers, as its delivery does not stand; `name` in the same container. */
  z.object({ state: z.literal('aside'), name: z.string() }),
  /** Not in the storage any more, which was noticed `at` (UTC, ISO 8601). */
  z.object({ state: z.literal('gone'), at: z.string() }),
  /** Where it was sent, made again from the file `at` that time, for the storage had lost it. */
  z.object({ state: z.literal('sent-again'), at: z.string() }),
])
export type BlobNow = z.infer<typeof BlobNow>

/** Where it is, as a receipt says it; `when`: how a time is written there. */
export function blobWords(
  { container, blob }: { container: string; blob: string },
  now: BlobNow | null,
  when: (at: string) => string,
): string {
  switch (now?.state) {
    case undefined:
      return `${container}/${blob}`
    case 'aside':
      return `put aside as ${container}/${now.name}`
    case 'gone':
      return `${container}/${blob}, which is not in the storage any more`
    case 'sent-again':
      return `${container}/${blob}, sent again ${when(now.at)}`
  }
}

/** Receipts of older runs name a message by its kind. */
const namesNothing = (name: string): boolean => ['', 'a letter', 'a message'].includes(name)

/** Parts of what is worked at that are shown. */
export const mostParts = 200

/** What has become of one of those who are told, in the order of the destination. */
export const Told = z.object({
  connection: z.string(),
  /** Under which they know it; of those who were not reached, what was to be started there, or ''. */
  name: z.string(),
  /** They have finished. */
  done: z.boolean(),
  /** No row had changed, so that they were not told. */
  unchanged: z.literal(true).optional(),
  /** What has failed there, which is no failure of the run. */
  failed: z.string().optional(),
  /** What they have said of the rows. */
  brought: Brought.optional(),
  /** The parts of what they work at, at most `mostParts`; absent: done, or they have none. */
  parts: z.array(Part).optional(),
  /** What Pallet can do there: switch on what is paused, run again what has failed. */
  offer: z.enum(['switch-on', 'again']).optional(),
})
export type Told = z.infer<typeof Told>

/** As a receipt says it: `flow: load/pallet__1 has finished`, or `mail`, which had nothing to finish. */
export function toldWords({ connection, name, done, unchanged, failed, brought }: Told): string {
  const who = namesNothing(name) ? connection : `${connection}, as ${name}`
  if (unchanged === true) return `${who}: not told, for no row has changed`
  if (failed !== undefined) return `${who}: ${failed}`
  if (!done || namesNothing(name)) return who
  const of = brought === undefined ? '' : broughtWords(brought)
  return `${connection}: ${name} has finished${of === '' ? '' : `: ${of}`}`
}

/** Who works at something that was started and has not ended, as far as is known; null: nobody. */
export const workedAt = (told: readonly Told[]): Told | null =>
  told.find(
    ({ name, done, unchanged, failed }) =>
      name !== '' && !done && unchanged !== true && failed === undefined,
  ) ?? null

/** Whether somebody who was to be told has failed, which the run has not. */
export const hasFailedTold = ({ told }: { told: readonly Told[] }): boolean =>
  told.some(({ failed }) => failed !== undefined)

/** The reconciled account of a finished run: what the command line prints last and the window shows. */
export const Receipt = z.object({
  event: z.literal('receipt'),
  runId: z.string(),
  dataset: z.string(),
  state: RunState,
  source: z.object({
    path: z.string(),
    bytes: z.number().nullable(),
    sha256: z.string().nullable(),
  }),
  rows: Rows,
  droppedBy: z.array(Dropped),
  /** Rules that rows have broken and gone through all the same. */
  warnings: z.array(Broken).default([]),
  /** The tables of other datasets in which steps looked something up. */
  lookedUp: z.array(TableThen).default([]),
  /** What became of personal columns on their way out, in words; absent: nothing. */
  personal: z.string().optional(),
  /** What is not as in the files before, in sentences. */
  drift: z.array(z.string()).default([]),
  /** Of it, what somebody should hear of; absent: nothing is known. */
  unusual: Unusual.optional(),
  upload: z
    .object({
      connection: z.string(),
      container: z.string(),
      blob: z.string(),
      bytes: z.number(),
      etag: z.string(),
      blocks: z.number(),
      blocksSent: z.number(),
      bytesSent: z.number(),
    })
    .nullable(),
  load: z
    .object({
      connection: z.string().default(sandboxName),
      /** The file of the built-in one, of every receipt that is older than other warehouses. */
      warehouse: z.string().optional(),
      table: z.string(),
      meaning: Meaning,
      rows: z.number(),
      /** Where its rows were cleaned; absent: on this computer. */
      cleanedOn: CleaningWarehouse.optional(),
      tableRows: z.number(),
      /** Rows that it took the place of; null: Pallet did not count them when it was loaded. */
      removed: z.number().nullable(),
      /** The run whose delivery it takes the place of. */
      corrects: z.string().nullable(),
      /** What the rows add up to, here and there; null: a Pallet of before did not ask, was not answered in time, or others had taken rows out since. */
      totals: ComparedTotals.nullable().default(null),
    })
    .nullable(),
  /** What went to a topic: as many messages as rows, and where they lie. */
  published: TopicTarget.extend({ rows: z.number(), partitions: z.array(Published) }).optional(),
  told: z.array(Told).default([]),
  steps: z.array(
    z.object({
      name: StepName,
      state: StepState,
      startedAt: z.string().nullable(),
      ms: z.number().nullable(),
    }),
  ),
  problem: ProblemData.nullable(),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  /** What it waits to be told. */
  asked: Question.nullable().default(null),
  /** What was asked about the file, and decided. */
  answered: z.array(Answered).default([]),
  /** When its rows were taken out of the table again. */
  undoneAt: z.string().nullable().default(null),
  /** The run that took the place of its rows. */
  correctedBy: z.string().nullable().default(null),
  /** Where its blob is now; null: where it was sent. */
  blobNow: BlobNow.nullable().default(null),
  /** When the rows that it had held back, and what else was kept of its file, were removed (UTC, ISO 8601). */
  emptiedAt: z.string().optional(),
  /** The run to whose delivery it added its rows. */
  completes: z.string().nullable().default(null),
  /** The version of its dataset that its rows were cleaned by, or that they taught; null: none yet, or none was kept. */
  version: z.number().nullable().default(null),
  /** Runs that have added rows of this one which it had held back, oldest first, and what became of these. */
  attempts: z.array(z.object({ runId: z.string(), at: z.string(), rows: Rows })).default([]),
  /** Held-back rows that a person has dropped. */
  droppedByHand: z.array(z.object({ reason: z.string(), rows: z.number() })).default([]),
})
export type Receipt = z.infer<typeof Receipt>

export const Run = z.object({
  id: z.string(),
  dataset: z.string(),
  source: RunSource,
  destination: Destination,
  state: RunState,
  steps: z.array(Step),
  rows: Rows,
  told: z.array(Told),
  problem: ProblemData.nullable(),
  /** While `waiting`: when the next attempt starts by itself; null when a person is needed. */
  retryAt: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
  finishedAt: z.string().nullable(),
  /** What it waits to be told. */
  question: Question.nullable(),
  answered: z.array(Answered),
  undoneAt: z.string().nullable(),
  correctedBy: z.string().nullable(),
  blobNow: BlobNow.nullable(),
  /** The run to whose delivery it adds rows. */
  completes: z.string().nullable(),
  /** The account over all attempts: rows that were held back may have come home since. */
  account: Rows,
  /** What is unusual about its file; absent: nothing is known. */
  unusual: Unusual.optional(),
})
export type Run = z.infer<typeof Run>

/** Whether it goes on only when somebody has said or done something. */
export function needsPerson({
  state,
  question,
  retryAt,
  problem,
}: Pick<Run, 'state' | 'question' | 'retryAt' | 'problem'>): boolean {
  if (question !== null || (state === 'paused' && problem !== null)) return true
  return state === 'waiting' && problem !== null && retryAt === null
}

/** From when it was sent until it ended, in words; '' while it has not. A clock that was set back makes it 0. */
export function tookOf({ createdAt, finishedAt }: Run): string {
  if (finishedAt === null) return ''
  return formatDuration(Math.max(0, Date.parse(finishedAt) - Date.parse(createdAt)))
}

/** Whether a run that is under way does nothing until something else happens, such as its network coming back. */
export function isHeldUp({ state, steps }: Run): boolean {
  return state === 'running' && steps.some(({ progress }) => progress?.state === 'waiting')
}

/** One line of a run's history. */
export const RunEvent = z.object({
  seq: z.number(),
  at: z.string(),
  /** `known`: a doubt that the last delivered run of the dataset had told in the same words. */
  level: z.enum(['info', 'known', 'warn', 'error']),
  message: z.string(),
})
export type RunEvent = z.infer<typeof RunEvent>

const terminalOnly = ' On the command line: '

/** The end of an event's message that names options: a terminal shows it, a window has buttons. */
export const inTerminal = (options: string): string => `${terminalOnly}“${options}”.`

/** The message as a window shows it. */
export function windowWords(message: string): string {
  return message.split(terminalOnly)[0] ?? message
}

/** `3 things as the last time`: doubts that nobody needs to be asked to look at again. */
export function asLastTime(count: number): string {
  return `${plural(count, 'thing')} as the last time`
}

/** Whether there is something that an undo could take out of a table. */
export function canUndo({
  state,
  rows,
  undoneAt,
  destination,
}: Pick<Run, 'state' | 'rows' | 'undoneAt' | 'destination'>): boolean {
  const isInTable = rows.loaded !== null && destination.topic === undefined
  return isFinished(state) && isInTable && undoneAt === null
}

/** Whether a part of the destination was left out, so that its step had nothing to do. */
export function isLeftOut(
  steps: readonly { name: StepName; state: StepState }[],
  name: 'upload' | 'load',
): boolean {
  return steps.find((step) => step.name === name)?.state === 'skipped'
}

/** Rows as the account counts them: without a table nobody else counts, and the blob was verified by its content. */
export function countedRows(run: {
  rows: Rows
  steps: readonly { name: StepName; state: StepState }[]
}): Rows {
  return isLeftOut(run.steps, 'load') ? { ...run.rows, loaded: run.rows.clean } : run.rows
}

/** What is missing for the account to balance, in words; null when it balances. */
export function imbalance(rows: Rows): string | null {
  const { in: records, clean, quarantined, dropped, loaded } = rows
  if (
    records === null ||
    clean === null ||
    quarantined === null ||
    dropped === null ||
    loaded === null
  )
    return 'the account is not complete'
  const made = rows.made ?? 0
  if (records + made !== clean + quarantined + dropped)
    return `${records} records came in${made === 0 ? '' : `, ${made} were made of them`}, but ${clean} clean + ${quarantined} held back + ${dropped} dropped = ${clean + quarantined + dropped}`
  if (clean !== loaded) return `${clean} clean rows were sent, but the warehouse reports ${loaded}`
  return null
}
