/** When something is done by itself, on the clock of a zone. */
import { Cron } from 'croner'
import { z } from 'zod'
import { Expected, type Weekday, dayWords, weekdays } from './expected.ts'

/** `minute hour day month weekday`, as cron has it; a time that is there is needed, so that 30 February is none. */
const Expression = z
  .string()
  .max(100)
  .refine((text) => isCron(text), 'A cron expression has five parts, such as 0 6 * * 1-5.')

export const When = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('days'), at: Expected.shape.by, days: Expected.shape.days }),
  /** At this minute of every `every`th hour, from midnight on. */
  z.object({
    kind: z.literal('hours'),
    every: z.union([1, 2, 3, 4, 6, 8, 12].map((hours) => z.literal(hours))),
    minute: z.int().min(0).max(59),
  }),
  z.object({ kind: z.literal('cron'), expression: Expression }),
])
export type When = z.infer<typeof When>

export const Schedule = z.object({
  when: When,
  zone: Expected.shape.zone,
  /** What becomes of times at which Pallet did not run: done once afterwards, or not. */
  missed: z.enum(['once', 'skip']),
})
export type Schedule = z.infer<typeof Schedule>

/** A time that is noticed so late was not missed: Pallet looks now and then. */
const inTimeMs = 10 * 60_000

/** `every weekday at 06:00 (Europe/Berlin)` */
export function scheduleWords({ when, zone }: Pick<Schedule, 'when' | 'zone'>): string {
  return `${whenWords(when)} (${zone})`
}

function whenWords(when: When): string {
  switch (when.kind) {
    case 'days':
      return `${dayWords(when.days)} at ${when.at}`
    case 'hours': {
      const minute = String(when.minute).padStart(2, '0')
      return when.every === 1
        ? `every hour at minute ${minute}`
        : `every ${when.every} hours at minute ${minute}`
    }
    case 'cron':
      return `by cron ${when.expression}`
  }
}

/**
 * The next time behind `after`; null: there is none. A time that a clock set forward leaves out comes when the clock goes on, and one that
 * a clock set back has twice comes once; what is every hour comes every hour that passes.
 */
export function nextTime(schedule: Schedule, after: Date): Date | null {
  return cronOf(schedule).nextRun(after)
}

/**
 * What is due. `run`: whether it is to be done; `handled`: the time up to which nothing is due then. null: nothing is due.
 * @param last the time up to which everything was done or left out
 */
export function dueTime(
  schedule: Schedule,
  last: Date,
  now: Date,
): { run: boolean; handled: Date } | null {
  const next = nextTime(schedule, last)
  if (next === null || next > now) return null
  // Behind the next second: a time that is this very moment is due.
  const [latest = next] = cronOf(schedule).previousRuns(1, new Date(now.getTime() + 1000))
  const isInTime = now.getTime() - latest.getTime() <= inTimeMs
  return { run: schedule.missed === 'once' || isInTime, handled: latest }
}

function cronOf({ when, zone }: Pick<Schedule, 'when' | 'zone'>): Cron {
  return new Cron(expressionOf(when), { timezone: zone, mode: '5-part', paused: true })
}

function expressionOf(when: When): string {
  switch (when.kind) {
    case 'days': {
      const [hour, minute] = when.at.split(':').map(Number)
      const days = when.days.map((day: Weekday) => (weekdays.indexOf(day) + 1) % 7)
      return `${minute} ${hour} * * ${days.join(',')}`
    }
    case 'hours':
      return `${when.minute} ${when.every === 1 ? '*' : `*/${when.every}`} * * *`
    case 'cron':
      return when.expression
  }
}

function isCron(text: string): boolean {
  try {
    return new Cron(text, { timezone: 'UTC', mode: '5-part', paused: true }).nextRun() !== null
  } catch {
    return false
  }
}
