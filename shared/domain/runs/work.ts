/** What those who were told work at, in the same words wherever it is done. */
import { z } from 'zod'
import { formatCount, plural } from '../sizes.ts'

/** `unknown`: in a state that Pallet has no word for, which is no end. */
const WorkState = z.enum(['waits', 'works', 'done', 'skipped', 'failed', 'unknown'])
export type WorkState = z.infer<typeof WorkState>

/** A part of the work, as the other side names it; `tries`: how often it was begun; `said`: of one that failed, the last lines of its log. */
export const Part = z.object({
  name: z.string(),
  state: WorkState,
  tries: z.int().min(0),
  said: z.string().optional(),
})
export type Part = z.infer<typeof Part>

/** What a job says of its rows, and where it has put them; null: it says nothing of that. */
export const Brought = z.object({
  read: z.int().min(0).nullable().default(null),
  delivered: z.int().min(0).nullable().default(null),
  held: z.int().min(0).nullable().default(null),
  at: z.string().max(2000).nullable().default(null),
})
export type Brought = z.infer<typeof Brought>

/** `10 rows read, 8 delivered, 2 held back, in file:///srv/rows`. */
export function broughtWords({ read, delivered, held, at }: Brought): string {
  const counts = [
    read === null ? '' : `${plural(read, 'row')} read`,
    delivered === null ? '' : `${formatCount(delivered)} delivered`,
    held === null ? '' : `${formatCount(held)} held back`,
    at === null ? '' : `in ${at}`,
  ]
  return counts.filter((one) => one !== '').join(', ')
}

/** Of parts that failed, so many say what their logs ended with. */
export const mostLogs = 3
const mostLogLines = 20
const mostLogCharacters = 4_000
/** Colours of a terminal, and what else would steer one. */
const steering = /\p{Cc}\[[\d;]*m|(?!\n)\p{Cc}/gu

/** A part with the end of what it has said. */
export function withLog(part: Part, lines: readonly string[]): Part {
  const said = lines
    .flatMap((line) => line.split('\n'))
    .map((line) => line.replace(steering, '').trimEnd())
    .filter((line) => line !== '')
    .slice(-mostLogLines)
    .join('\n')
    .slice(-mostLogCharacters)
  return said === '' ? part : { ...part, said }
}

/** Of what the other side says of an error. */
const mostSaidCharacters = 300

/** `“load” runs in Airflow, 1 of 3 tasks done: clean, 2 tries`. `noun`: what it calls a part. */
export function workingWords(
  what: string,
  parts: readonly Part[],
  noun: string,
  nouns = `${noun}s`,
): string {
  if (parts.length === 0) return what
  const done = parts.filter(({ state }) => state === 'done' || state === 'skipped').length
  const now = parts.find(({ state }) => state === 'works')
  const tries = now !== undefined && now.tries > 1 ? `, ${now.tries} tries` : ''
  return `${what}, ${done} of ${plural(parts.length, noun, nouns)} done${now === undefined ? '' : `: ${now.name}${tries}`}`
}

/** `“load” and 2 other tasks failed after 3 tries, saying “no rows in it”.` `failed`: one at least; `said`: the last of the first. */
export function failedWords(
  failed: readonly Part[],
  said: string,
  noun: string,
  nouns = `${noun}s`,
): string {
  const [{ name, tries } = { name: '', tries: 1 }] = failed
  const others =
    failed.length > 1 ? ` and ${plural(failed.length - 1, `other ${noun}`, `other ${nouns}`)}` : ''
  const after = tries > 0 ? ` after ${plural(tries, 'try', 'tries')}` : ''
  const last = said.replace(/\s+/g, ' ').trim().slice(0, mostSaidCharacters)
  return `“${name}”${others} failed${after}${last === '' ? '.' : `, saying “${last}”.`}`
}
