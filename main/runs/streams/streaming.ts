import { setTimeout as delay } from 'node:timers/promises'
import { Problem, type ProblemData, remedyOf } from '../../../shared/domain/problem.ts'
import { isFinished } from '../../../shared/domain/runs/run.ts'
import type { Stream, StreamInput } from '../../../shared/domain/streams/stream.ts'
import type { LandInput } from './landing.ts'
import { isOver } from '../waits.ts'
import type { RunRepository, StoredRun, StreamRepository } from '../ports/store.ts'

export interface StreamingParts {
  streamStore: StreamRepository
  runs: Pick<RunRepository, 'get'>
  connections: { mustBe(name: string, role: 'stream'): void }
  landing: { next(input: LandInput, signal: AbortSignal): Promise<{ runId: string | null }> }
  /** What the list of runs could not take. */
  unsaved: (problem: Problem) => void
  now: () => Date
}

/** From one look at a batch under way to the next. */
const tickMs = 1000
/** After trouble it is looked again no sooner. */
const afterTroubleMs = 15_000

/** Lands batch after batch of each stream that nobody has stopped. What only a person can settle makes a stream stand still, and is told. */
export class Streaming {
  readonly #parts: StreamingParts
  /** When a stream is looked at again, ms since 1970; absent: now. */
  readonly #rests = new Map<number, { sinceMs: number; ms: number }>()
  readonly #looking = new Map<number, { ended: Promise<void>; stop: AbortController }>()
  readonly #closed = new AbortController()

  constructor(parts: StreamingParts) {
    this.#parts = parts
  }

  list(): Stream[] {
    return this.#parts.streamStore.list()
  }

  start(input: StreamInput): Stream {
    const { streamStore, connections, now } = this.#parts
    connections.mustBe(input.connection, 'stream')
    const id = streamStore.start(input, now().toISOString())
    this.#rests.delete(id)
    return this.#must(id)
  }

  /** A batch under way is landed to its end, and none is planned any more. */
  stop(id: number): void {
    this.#must(id)
    this.#parts.streamStore.changeStopped(id, true)
    this.#looking.get(id)?.stop.abort()
  }

  remove(id: number): void {
    const { isStopped, topic } = this.#must(id)
    if (!isStopped)
      throw new Problem({
        code: 'usage',
        what: `The topic ${topic} is being landed.`,
        did: 'Nothing was changed.',
        advice: `Stop it first: “pallet stream stop ${id}”.`,
      })
    this.#parts.streamStore.remove(id)
    this.#rests.delete(id)
  }

  /** Lands until it is closed. Never fails. */
  async begin(): Promise<void> {
    const { signal } = this.#closed
    while (!signal.aborted) {
      try {
        for (const stream of this.list()) this.#lookAt(stream)
      } catch (error) {
        this.#parts.unsaved(Problem.from(error))
      }
      await delay(tickMs, undefined, { signal }).catch(() => {})
    }
  }

  /** Ends what plans batches, and waits for it. */
  async close(): Promise<void> {
    this.#closed.abort()
    await Promise.all([...this.#looking.values()].map(({ ended }) => ended))
  }

  /** One look at a time; a stream that answers slowly keeps no other one waiting. */
  #lookAt(stream: Stream): void {
    const { id, isStopped } = stream
    const nowMs = this.#parts.now().getTime()
    if (isStopped || this.#looking.has(id)) return
    const rest = this.#rests.get(id)
    if (rest !== undefined && !isOver(rest.sinceMs, rest.ms, nowMs)) return
    const stop = new AbortController()
    const signal = AbortSignal.any([this.#closed.signal, stop.signal])
    const ended = this.#look(stream, signal)
      .catch((error: unknown) => {
        if (!signal.aborted) this.#parts.unsaved(Problem.from(error))
      })
      .finally(() => this.#looking.delete(id))
    this.#looking.set(id, { ended, stop })
  }

  async #look(stream: Stream, signal: AbortSignal): Promise<void> {
    const { streamStore, runs } = this.#parts
    let trouble: ProblemData | null = null
    let restMs = 0
    try {
      const last = stream.run === null ? null : runs.get(stream.run)
      if (last !== null && !isFinished(last.state)) trouble = standsStill(last)
      else {
        const { everySeconds, ...input } = stream
        const { runId } = await this.#parts.landing.next(
          { ...input, acceptLoss: false, triesAgain: false },
          signal,
        )
        if (runId === null) restMs = everySeconds * 1000
        else streamStore.changeRun(stream.id, runId)
      }
    } catch (error) {
      signal.throwIfAborted()
      trouble = Problem.from(error).data
      restMs = afterTroubleMs
    }
    this.#rests.set(stream.id, { sinceMs: this.#parts.now().getTime(), ms: restMs })
    // It may have been stopped or begun anew meanwhile.
    const now = this.list().find(({ id }) => id === stream.id)
    if (now !== undefined && !now.isStopped && now.trouble?.what !== trouble?.what)
      streamStore.changeTrouble(stream.id, trouble)
  }

  #must(id: number): Stream {
    const found = this.list().find((stream) => stream.id === id)
    if (found !== undefined) return found
    throw new Problem({
      code: 'not-found',
      what: `There is no stream ${id}.`,
      did: 'Nothing was changed.',
      advice: '“pallet stream list” shows their numbers.',
    })
  }
}

/** What keeps a batch that has not ended from going on by itself; null: nothing does for long. */
function standsStill({ id, state, problem }: StoredRun): ProblemData | null {
  if (state === 'paused')
    return {
      code: 'decision-needed',
      what: `Its batch is paused (run ${id}).`,
      did: '',
      advice: `“pallet resume ${id}” goes on.`,
      detail: '',
    }
  if (state !== 'waiting' || problem === null) return null
  return remedyOf(problem.code) === 'person'
    ? { ...problem, advice: `${problem.advice} “pallet show ${id}” tells more.`.trim() }
    : problem
}
