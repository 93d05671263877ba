/** Everybody is told once, and believed only what is so, whatever goes wrong on the way; and what goes wrong is a sentence. */
import { afterEach, expect, test, vi } from 'vitest'
import type { Checkpoints } from '../../main/runs/checkpoints.ts'
import { retryDelayMs } from '../../main/runs/retryDelay.ts'
import type { StoredRun } from '../../main/runs/ports/store.ts'
import type { Trigger } from '../../main/runs/ports/triggers.ts'
import type { Outcome, StepWork } from '../../main/runs/steps/step.ts'
import { triedAgain, triggerStep } from '../../main/runs/steps/trigger.ts'
import { Problem, remedyOf } from '../../shared/domain/problem.ts'
import { plainDestination, plainLineage } from '../fixtures/destination.ts'
import { random } from '../fixtures/exports.ts'
import {
  type Kind,
  type Mishap,
  type Told,
  handedOver,
  kinds,
  onceOnly,
  worlds,
} from '../fixtures/toldWorld.ts'

const seed = Number(process.env['PALLET_FAULT_SEED'] ?? 20261122)
const cases = Number(process.env['PALLET_FAULT_CASES'] ?? 6) * 4
/** Of one run. */
const mostMishaps = 6
const mostAttempts = 200
/** By how much the clock of this computer is suddenly ahead. */
const jumpsMs = [-3 * 86_400_000, -7_200_000, -120_000, 0, 120_000, 7_200_000, 3 * 86_400_000]
afterEach(() => vi.useRealTimers())

test(
  `${cases} runs tell everybody, with up to ${mostMishaps} mishaps each (seed ${seed})`,
  async () => {
    const next = random(seed)
    const met = new Map<string, number>()
    for (let nth = 0; nth < cases; nth += 1) {
      // Each is first in its turn; others come before and behind it.
      const first = kinds[nth % kinds.length] ?? 'airflow'
      const others = kinds.filter((kind) => kind !== first && next() < 0.15)
      const order = next() < 0.5 ? [first, ...others] : [...others, first]
      await oneRun(`run ${nth + 1} of seed ${seed}: ${order.join(', ')}`, order, next, met)
    }
    // Nothing is proven by what did not happen.
    for (const kind of ['kill-before', 'kill-after', 'lose-answer', 'answer', 'expire', 'jump'])
      expect(met.get(kind) ?? 0, kind).toBeGreaterThan(0)
  },
  600_000 + cases * 30_000,
)

async function oneRun(
  about: string,
  order: readonly Kind[],
  next: () => number,
  met: Map<string, number>,
): Promise<void> {
  const pick = <One>(ones: readonly One[]): One => ones[Math.floor(next() * ones.length)] as One
  let trueMs = Date.UTC(2026, 10, 22, 8, 30)
  let aheadMs = pick(jumpsMs)
  vi.useFakeTimers({ toFake: ['Date'], now: trueMs + aheadMs })
  const goOn = (ms: number): void => {
    trueMs += ms
    vi.setSystemTime(trueMs + aheadMs)
  }
  let left = mostMishaps
  let died = Promise.withResolvers<'killed'>()
  const mishap = (): Mishap => {
    goOn(50)
    if (left === 0 || next() > 0.3) return { kind: 'forward' }
    left -= 1
    const status = pick([429, 429, 500, 502, 503, 504])
    const after: Record<string, string> = next() < 0.5 ? {} : { 'retry-after': '17' }
    const kind = pick([
      'kill-before',
      'kill-after',
      'drop-before',
      'lose-answer',
      'answer',
      'expire',
      'jump',
    ] as const)
    met.set(kind, (met.get(kind) ?? 0) + 1)
    if (kind === 'answer') return { kind, status, headers: after }
    if (kind !== 'jump') return { kind }
    aheadMs = pick(jumpsMs)
    goOn(0)
    return { kind: 'forward' }
  }
  const chance = {
    mishap,
    kill: () => died.resolve('killed'),
    now: () => trueMs,
    good: true,
    polls: 1,
  }
  const told: Told[] = []
  for (const kind of order)
    told.push(
      await worlds[kind]({ ...chance, good: next() < 0.8, polls: 1 + Math.floor(next() * 3) }),
    )
  const triggers = told.map(({ connection: { name }, job, parameters }) => ({
    connection: name,
    ...(job === undefined ? {} : { job }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(next() < 0.3 ? { onFailure: 'warn' as const } : {}),
  }))
  const run = {
    id: 'r1',
    dataset: 'sales',
    createdAt: new Date().toISOString(),
    plan: { source: { name: 'sales.csv' }, destination: { ...plainDestination, triggers } },
  } as StoredRun

  let kept: Kept = null
  // It may die between two things that it does, too.
  const keep = (checkpoint: Checkpoints['trigger'], die: () => never): void => {
    const point = left > 0 && next() < 0.1 ? pick(['before', 'after'] as const) : null
    // What is stored is what can be read again.
    if (point !== 'before') kept = JSON.parse(JSON.stringify(checkpoint)) as Checkpoints['trigger']
    if (point === null) return
    left -= 1
    died.resolve('killed')
    die()
  }
  const attempts = new Map<string, number>()
  try {
    let pallet = new Pallet(told, keep)
    for (let nth = 0; ; nth += 1) {
      expect(nth, about).toBeLessThan(mostAttempts)
      died = Promise.withResolvers()
      const outcome: Outcome<Checkpoints['trigger']> | Error | 'killed' = await Promise.race([
        pallet.perform(run, kept),
        died.promise,
      ])
      if (outcome === 'killed') {
        pallet.end()
        pallet = new Pallet(told, keep)
      }
      // What it had sent may still be heard.
      for (const one of told) await one.quiet()
      for (const one of told)
        expect(one.starts(), `${about}, at ${one.connection.name}`).toBeLessThanOrEqual(1)
      if (outcome === 'killed') {
        goOn(pick([100, 5_000, 200_000]))
        continue
      }
      if (!(outcome instanceof Error)) {
        if (outcome.kind === 'skipped') throw new Error('There is somebody to tell.')
        kept = outcome.checkpoint
        if (outcome.kind === 'done') break
        const restMs = Date.parse(outcome.until) - Date.now()
        expect(outcome.doing, about).toMatch(/\S+ \S+/)
        expect(restMs, about).toBeLessThanOrEqual(60_000)
        goOn(restMs)
        continue
      }
      if (!(outcome instanceof Problem)) throw outcome
      const { code, data } = outcome
      expect(data.what, about).toMatch(/^\S+ .+[.!?][”"']?$/)
      expect([about, code]).not.toEqual([about, 'internal'])
      const index = kept?.told.findIndex((entry) => !entry.done && entry.failed === undefined)
      switch (remedyOf(code)) {
        case 'retry': {
          const attempt = (attempts.get(code) ?? 0) + 1
          attempts.set(code, attempt)
          goOn(Math.max(retryDelayMs(code, attempt), data.retryAfterMs ?? 0))
          continue
        }
        case 'person':
          // Who looks after the connection sees that the clock is wrong.
          aheadMs = 0
          goOn(60_000)
          continue
        case 'end': {
          // A person looks there, and tries again what has not come; what has failed there has failed.
          const at = told.findIndex(({ connection }) => connection.name === data.connection)
          const one = told[at]
          const name = index === at ? kept?.told[at]?.name : ''
          const truth = one?.truth(name ?? '') ?? 'nothing'
          const isOnce = onceOnly.some((kind) => kind === order[at])
          if (truth === 'bad' || (isOnce && truth === 'good')) return
          if (kept !== null) kept = triedAgain(kept)
          goOn(60_000)
        }
      }
    }
    // It says of nobody that they are done who are not.
    for (const [at, one] of told.entries()) {
      const entry = kept?.told[at]
      const is = { about, kind: order[at], done: entry?.done, starts: one.starts() }
      const right = entry?.done === true ? one.truth(entry.name) : 'good'
      expect({ ...is, right }).toEqual({ ...is, right: 'good' })
      if (entry?.done === true) expect(is).toEqual({ ...is, starts: 1 })
      else expect(entry?.failed, about).toMatch(/^\S+ .+[.!?][”"']?$/)
    }
  } finally {
    for (const one of told) await one.close()
  }
}

type Kept = Checkpoints['trigger'] | null

/** One process of Pallet, as far as the last step of a run goes. */
class Pallet {
  readonly #abort = new AbortController()
  readonly #triggers: ReadonlyMap<string, () => Trigger | undefined>
  readonly #keep: (checkpoint: Checkpoints['trigger']) => void

  constructor(
    told: readonly Told[],
    keep: (checkpoint: Checkpoints['trigger'], die: () => never) => void,
  ) {
    this.#triggers = new Map(
      told.map(({ connection, system }) => {
        const one = system()
        return [connection.name, () => one.trigger?.(connection)]
      }),
    )
    this.#keep = (checkpoint) => {
      // A process that is gone keeps nothing any more.
      this.#abort.signal.throwIfAborted()
      keep(checkpoint, () => {
        this.end()
        throw this.#abort.signal.reason
      })
    }
  }

  end(): void {
    this.#abort.abort()
  }

  async perform(run: StoredRun, kept: Kept): Promise<Outcome<Checkpoints['trigger']> | Error> {
    const step = triggerStep({
      triggerOf: (name) => {
        const trigger = this.#triggers.get(name)?.()
        return trigger === undefined ? Promise.reject(new Error(name)) : Promise.resolve(trigger)
      },
      lineageOf: () => plainLineage,
      handOver: handedOver,
      now: () => new Date(),
    })
    const done = {
      read: { records: 8, quarantined: 0 },
      clean: { clean: 7, quarantined: 1, dropped: [] },
      load: { removed: 0 },
    }
    const work = {
      signal: this.#abort.signal,
      need: (name: keyof typeof done) => done[name],
      before: () => kept,
      keep: (_: string, checkpoint: Checkpoints['trigger']) => this.#keep(checkpoint),
      log: () => {},
    } as unknown as StepWork
    try {
      return await step.perform(run, work)
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }
  }
}
