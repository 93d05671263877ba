import { rm } from 'node:fs/promises'
import { Problem, type ProblemData, remedyOf } from '../../shared/domain/problem.ts'
import { type RunState, type Verb, isFinished, verbsOf } from '../../shared/domain/runs/run.ts'
import { byItself } from './acting.ts'
import { endedBefore, mostCutOffs } from './cutOffs.ts'
import { discardedFolder } from './discarded.ts'
import type { Holds } from './holds.ts'
import type { HomePaths } from './ports/home.ts'
import type { FixRepository, RunRepository, StoredRun } from './ports/store.ts'
import { currentReceipt, noSuchRun } from './receipt.ts'
import { type Lane, laneOf } from './lanes.ts'
import { type Intent, comesBack, isStronger, stateAfter } from './intent.ts'
import { longestRetryMs, retryDelayMs } from './retryDelay.ts'
import type { LeftThere } from './leftThere.ts'
import type { Rest, Runner } from './runner.ts'
import { leftOf } from './waits.ts'

export interface QueueParts {
  runs: RunRepository
  fixes: Pick<FixRepository, 'takenBy'>
  runner: Runner
  holds: Holds
  home: HomePaths
  releaseSource: (run: StoredRun) => Promise<void>
  changed: (runId: string) => void
  leftThere: Pick<LeftThere, 'end' | 'discard'>
  /** A run has ended and not delivered. */
  tellEnded: (runId: string) => Promise<void>
  /** The store could not take what became of a run; whoever watches must not wait for it. */
  unsaved: (problem: Problem) => void
  now: () => Date
  /** Calls once, after a while; a timer of the system unless a test has its own time. */
  later?: (call: () => void, ms: number) => NodeJS.Timeout
}

interface Active {
  dataset: string
  lane: Lane
  abort: AbortController
  intent: Intent | null
  /** Connections that got another credential after it had taken the old one. */
  renewed: Set<string>
  ended: Promise<void>
}

/** A timer of the system waits no longer than 24.8 days. */
const longestTimerMs = 24 * 3600_000
/** Nothing asks a run to rest for longer at a time: what is longer was made so by a clock that was set. */
const longestRestMs = 3600_000

/**
 * Brings runs down the street, the oldest first. A run that waits, for the network, a person or a time,
 * gives its place to the next. Runs of one dataset go one after the other: the first teaches what the next
 * is held to.
 */
export class RunQueue {
  readonly #parts: QueueParts
  readonly #line: string[] = []
  readonly #active = new Map<string, Active>()
  readonly #timers = new Map<string, NodeJS.Timeout>()
  readonly #attempts = new Map<string, number>()
  #closed = false

  constructor(parts: QueueParts) {
    this.#parts = parts
  }

  /** Puts every unfinished run back in line, oldest first: what was cut off goes on, what rests goes on resting. */
  resumeAll(): string[] {
    const { runs, now } = this.#parts
    const unfinished = runs
      .list({ states: ['queued', 'running', 'waiting'], limit: 10_000 })
      .toReversed()
      .filter((run) => !this.#restsAfterCutOffs(run))
    for (const run of unfinished) {
      const restMs = run.retryAt === null ? 0 : leftOf(run.retryAt, longestRestMs, now().getTime())
      if (run.waitingFor !== null && restMs > 0) this.#tryAgain(run.id, restMs)
      else this.#enqueue(run)
    }
    return unfinished.map((run) => run.id)
  }

  start(runId: string): void {
    this.#enqueue(this.#must(runId))
  }

  /** The connection is another one now: its runs that wait try again, the oldest first. */
  resumeWaitingFor(connection: string): void {
    for (const active of this.#active.values()) active.renewed.add(connection)
    for (const run of this.#parts.holds.waitingFor(connection)) this.#enqueue(run)
  }

  /** The connection may let them in now: the runs that it has refused try again, the oldest first. */
  tryAgain(connection: string): void {
    for (const run of this.#parts.holds.refusedBy(connection)) this.#enqueue(run)
  }

  async pause(runId: string): Promise<void> {
    const run = this.#allowed(runId, 'pause')
    if (await this.#interrupt(runId, 'pause')) return
    this.#leaveLine(runId)
    this.#parts.runner.leaveStep(runId)
    this.#change(run, 'paused')
  }

  /** To go on with one run is to try its connection again, so those that wait for the same go on after it. */
  resume(runId: string): void {
    const run = this.#allowed(runId, 'resume')
    this.#enqueue(run)
    if (run.problem?.connection !== undefined) this.tryAgain(run.problem.connection)
  }

  async cancel(runId: string): Promise<void> {
    const run = this.#allowed(runId, 'cancel')
    if (await this.#interrupt(runId, 'cancel')) return
    this.#leaveLine(runId)
    this.#parts.runner.leaveStep(runId)
    await this.#end(run, 'cancelled')
  }

  /** The same run again, from the step that did not end well; finished steps are not repeated. */
  retry(runId: string): void {
    const run = this.#allowed(runId, 'retry')
    this.#log(run.id, 'info', 'Tried again.')
    this.#parts.runner.tryAgain(run)
    this.#enqueue(run)
  }

  async discard(runId: string): Promise<void> {
    const run = this.#allowed(runId, 'discard')
    // First from the list, so that nobody can retry it while its files go.
    const folder = discardedFolder(this.#parts.home, runId)
    this.#parts.runs.remove(runId)
    this.#attempts.delete(runId)
    this.#parts.changed(runId)
    await this.#parts.releaseSource(run)
    await rm(folder, { recursive: true, force: true })
    await this.#parts.leftThere.discard(run)
  }

  /** Stops what runs, leaving it to be continued by the next start, and waits for it. */
  async close(): Promise<void> {
    this.#closed = true
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
    this.#line.length = 0
    await Promise.all([...this.#active.keys()].map((id) => this.#interrupt(id, 'shutdown')))
  }

  #enqueue(run: StoredRun): void {
    if (this.#active.has(run.id) || this.#line.includes(run.id)) return
    this.#leaveLine(run.id)
    this.#parts.holds.release(run.id)
    this.#change(run, 'queued')
    this.#line.push(run.id)
    this.#next()
  }

  /** Starts every run in line whose lane is free, unless another of its dataset is on its way or before it in line. */
  #next(): void {
    if (this.#closed) return
    const taken = new Set([...this.#active.values()].map(({ dataset }) => dataset))
    for (const runId of this.#line.slice()) {
      const run = this.#parts.runs.get(runId)
      if (run === null) this.#leaveLine(runId)
      else if (!taken.has(run.dataset)) {
        taken.add(run.dataset)
        const lane = this.#laneFor(runId)
        if (this.#isFree(lane)) this.#begin(run, lane)
      }
    }
  }

  #begin(run: StoredRun, lane: Lane): void {
    this.#leaveLine(run.id)
    const active: Active = {
      dataset: run.dataset,
      lane,
      abort: new AbortController(),
      intent: null,
      renewed: new Set(),
      ended: Promise.resolve(),
    }
    this.#active.set(run.id, active)
    // Whoever has begun it, or the one before it in line, does not do what follows.
    active.ended = byItself(() =>
      this.#run(run.id, active).finally(() => {
        this.#active.delete(run.id)
        this.#next()
      }),
    )
  }

  #laneFor(runId: string): Lane {
    const { runner } = this.#parts
    const step = runner.stepOf(runId)
    return step === null || !runner.hasWork(runId, step) ? null : laneOf[step]
  }

  #isFree(lane: Lane): boolean {
    return lane === null || [...this.#active.values()].every((active) => active.lane !== lane)
  }

  async #run(runId: string, active: Active): Promise<void> {
    try {
      const run = this.#must(runId)
      try {
        this.#change(run, 'running')
        const rest = await this.#walk(runId, active)
        this.#attempts.delete(runId)
        if (rest === null) {
          await this.#parts.leftThere.end(runId, 'succeeded')
          this.#change(run, 'succeeded')
        }
        // A step may end in good order although it was told to stop.
        else if (active.intent !== null) await this.#end(run, stateAfter(active.intent))
        else if (rest === 'busy') this.#goBackInLine(run)
        else this.#rest(run, rest)
      } catch (error) {
        const problem = Problem.from(error).data
        if (active.intent === null) await this.#settle(run, problem, active.renewed)
        else await this.#end(run, stateAfter(active.intent))
      }
    } catch (error) {
      // The run stays as the store knows it, which is how the next start would find it.
      this.#parts.unsaved(Problem.from(error))
      if (active.intent === null) this.#tryAgain(runId, longestRetryMs)
    }
  }

  /** Step after step, as long as each finds its lane free. Null: to the end. */
  async #walk(runId: string, active: Active): Promise<Rest | 'busy' | null> {
    const { runner } = this.#parts
    const { signal } = active.abort
    await runner.prepare(runId)
    for (let step = runner.stepOf(runId); step !== null; step = runner.stepOf(runId)) {
      signal.throwIfAborted()
      const lane = this.#laneFor(runId)
      if (lane !== active.lane) {
        if (!this.#isFree(lane)) return 'busy'
        active.lane = lane
        // What this run has left is free for the next one.
        this.#next()
      }
      const rest = await runner.perform(runId, step, signal)
      if (rest !== null) return rest
    }
    await runner.finish(runId)
    return null
  }

  /** Where it was before those that came later. */
  #goBackInLine(run: StoredRun): void {
    this.#change(run, 'queued')
    this.#line.unshift(run.id)
  }

  #rest(run: StoredRun, { until, doing }: Rest): void {
    this.#change(run, 'waiting', null, until, doing)
    this.#tryAgain(run.id, leftOf(until, longestRestMs, this.#parts.now().getTime()))
  }

  /** What a problem means for the run: wait and try again, wait for a person, or end. */
  async #settle(run: StoredRun, problem: ProblemData, renewed: ReadonlySet<string>): Promise<void> {
    switch (remedyOf(problem.code)) {
      case 'retry': {
        const attempt = (this.#attempts.get(run.id) ?? 0) + 1
        this.#attempts.set(run.id, attempt)
        const delayMs = Math.max(retryDelayMs(problem.code, attempt), problem.retryAfterMs ?? 0)
        const retryAt = new Date(this.#parts.now().getTime() + delayMs).toISOString()
        this.#change(run, 'waiting', problem, retryAt)
        this.#tryAgain(run.id, delayMs)
        return
      }
      case 'person':
        if (problem.connection !== undefined && renewed.has(problem.connection)) {
          // It was the old credential that was refused.
          this.#goBackInLine(run)
          return
        }
        this.#parts.holds.refuse(run.id)
        this.#change(run, 'waiting', problem)
        return
      case 'end':
        this.#attempts.delete(run.id)
        await this.#end(run, problem.code === 'limit-exceeded' ? 'stopped' : 'failed', problem)
        return
    }
  }

  /** Into a state in which it may stay; nothing that it has not delivered is left for readers. */
  async #end(run: StoredRun, state: RunState, problem: ProblemData | null = null): Promise<void> {
    if (isFinished(state)) {
      await this.#parts.runner.endUndelivered(run.id)
      await this.#parts.leftThere.end(run.id, state)
    }
    this.#change(run, state, problem)
    if (isFinished(state)) await this.#parts.tellEnded(run.id)
  }

  /**
   * Whether a run has ended its process so often that it may do so again: then it rests until a person has
   * decided about it. A kill or a power cut looks the same, and counts only while nothing durable was done.
   */
  #restsAfterCutOffs(run: StoredRun): boolean {
    const step = this.#parts.runs.steps(run.id).find(({ state }) => state === 'running')
    if (run.state !== 'running' || step === undefined) return false
    const cutOffs = step.cutOffs + 1
    this.#parts.runs.changeStep(run.id, { ...step, cutOffs })
    if (cutOffs < mostCutOffs) return false
    const problem = endedBefore(cutOffs, step.name)
    this.#log(run.id, 'error', problem.message)
    this.#change(run, 'paused', problem.data)
    return true
  }

  /** Puts a run back in line after a while, unless somebody else has decided about it by then. */
  #tryAgain(runId: string, delayMs: number): void {
    if (this.#closed) return
    clearTimeout(this.#timers.get(runId))
    const attempt = (): void => {
      this.#timers.delete(runId)
      try {
        if (delayMs > longestTimerMs) return this.#tryAgain(runId, delayMs - longestTimerMs)
        const run = this.#parts.runs.get(runId)
        if (run !== null && comesBack(run.state)) this.#enqueue(run)
      } catch {
        this.#tryAgain(runId, longestRetryMs)
      }
    }
    const ms = Math.min(Math.max(0, delayMs), longestTimerMs)
    this.#timers.set(runId, (this.#parts.later ?? setTimeout)(attempt, ms))
  }

  /** True when the run was on its way and has now ended with this intent. */
  async #interrupt(runId: string, intent: Intent): Promise<boolean> {
    const active = this.#active.get(runId)
    if (active === undefined) return false
    if (isStronger(intent, active.intent)) active.intent = intent
    active.abort.abort()
    await active.ended
    return true
  }

  #leaveLine(runId: string): void {
    const place = this.#line.indexOf(runId)
    if (place >= 0) this.#line.splice(place, 1)
    clearTimeout(this.#timers.get(runId))
    this.#timers.delete(runId)
  }

  #change(
    run: StoredRun,
    state: RunState,
    problem: ProblemData | null = null,
    retryAt: string | null = null,
    waitingFor: string | null = null,
  ): void {
    const { runs, home, now } = this.#parts
    const at = now().toISOString()
    const finishedAt = isFinished(state) ? at : null
    if (isFinished(state)) this.#parts.runner.forgetProgress(run.id)
    const changed = { ...this.#must(run.id), state, problem, retryAt, finishedAt }
    const receipt = isFinished(state)
      ? currentReceipt(runs, home, { ...changed, receipt: null })
      : null
    runs.change(run.id, { state, problem, retryAt, waitingFor, finishedAt, receipt }, at)
    this.#parts.changed(run.id)
  }

  #allowed(runId: string, verb: Verb): StoredRun {
    const run = this.#must(runId)
    if (verb === 'retry' && run.undoneAt !== null)
      throw new Problem({
        code: 'usage',
        what: `The rows of the run ${runId} were taken out again; it cannot go on from there.`,
        did: 'Nothing was changed.',
        advice: 'Send the file again.',
      })
    const { completes } = run.plan
    const own = completes && this.#parts.fixes.takenBy(completes.runId, runId)
    if (verb === 'retry' && completes !== undefined && own !== completes.rows)
      throw new Problem({
        code: 'usage',
        what: `Rows of the run ${runId} have been edited or sent again since it ended; it cannot go on from there.`,
        did: 'Nothing was changed.',
        advice: `Send the held-back rows of ${completes.runId} again, and discard this run.`,
      })
    if (verbsOf(run.state).includes(verb)) return run
    throw new Problem({
      code: 'usage',
      what: `The run ${runId} is ${run.state}; it cannot be told to ${verb}.`,
      did: 'Nothing was changed.',
    })
  }

  #must(runId: string): StoredRun {
    const run = this.#parts.runs.get(runId)
    if (run === null) throw noSuchRun(runId)
    return run
  }

  #log(runId: string, level: 'info' | 'warn' | 'error', message: string): void {
    this.#parts.runs.log(runId, { at: this.#parts.now().toISOString(), level, message })
  }
}
