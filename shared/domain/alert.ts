/** Who is told when something needs a person, and of what. */
import { z } from 'zod'
import { ProblemData } from './problem.ts'

export const alertKinds = [
  'failed',
  'stopped',
  'waiting',
  'late',
  'rows',
  'columns',
  'fetch',
  'folder',
  'stream',
] as const
export const AlertKind = z.enum(alertKinds)
export type AlertKind = z.infer<typeof AlertKind>

export const alertWords: Readonly<Record<AlertKind, string>> = {
  failed: 'A run has failed',
  stopped: 'A run was stopped: too many rows held back',
  waiting: 'A run waits for a person',
  late: 'A file is late',
  rows: 'A file has unusually many or few rows',
  columns: 'The columns of a file have changed',
  fetch: 'A fetch by schedule cannot begin',
  folder: 'A watched folder is in trouble',
  stream: 'A topic is not landed any more',
}

const WallTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/)

/** From and until then, on the clock of this computer, also over midnight; messages wait. */
export const QuietHours = z.object({ from: WallTime, until: WallTime })
export type QuietHours = z.infer<typeof QuietHours>

export const AlertInput = z.object({
  connection: z.string().min(1).max(63),
  kinds: z.array(AlertKind).min(1).max(alertKinds.length),
  quiet: QuietHours.nullable(),
})
export type AlertInput = z.infer<typeof AlertInput>

export const Alert = AlertInput.extend({
  createdAt: z.string(),
  /** What keeps it from being told; null: nothing. */
  trouble: ProblemData.nullable(),
  /** When it is tried again; null, where there is trouble: it was tried often enough. */
  retryAt: z.string().nullable(),
})
export type Alert = z.infer<typeof Alert>

/** @param time `14:03` */
export function isQuiet({ from, until }: QuietHours, time: string): boolean {
  return from <= until ? from <= time && time < until : from <= time || time < until
}

export function alertTrouble({ connection, trouble, retryAt }: Alert): string {
  if (trouble === null) return ''
  const next =
    retryAt === null
      ? 'It was tried often enough: what was to be said stands on Today and in the list of runs.'
      : 'Pallet tries again.'
  return `${connection} could not be told what needs a person: ${trouble.what} ${next} Check the connection: “pallet alerts test ${connection}”.`
}
