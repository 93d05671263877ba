import { rm } from 'node:fs/promises'
import { Problem, type ProblemData, reachOf, remedyOf } from '../../shared/domain/problem.ts'
import { type RunState, type Verb, isFinished, verbsOf } from '../../shared/domain/run.ts'
import type { HomePaths } from './ports/home.ts'
import type { RunRepository, StoredRun } from './ports/store.ts'
import { currentReceipt, noSuchRun, type Runner } from './runner.ts'

export interface QueueParts {
  runs: RunRepository
  runner: Runner
  home: HomePaths
  releaseSource: (run: StoredRun) => Promise<void>
  changed: (runId: string) => void
  /** The store could not take what became of a run; whoever watches must not wait for it. */
  unsaved: (problem: Problem) => void
  now: () => Date
  /** Calls once, after a while; a timer of the system unless a test has its own time. */
  later?: (call: () => void, ms: number) => NodeJS.Timeout
}

/**
 * Why a run that is on its way was told to stop. A later one counts only when it is stronger: a run
 * that was cancelled must not come back because the app was closed a moment later.
 */
const intents = ['shutdown', 'pause', 'cancel'] as const
type Intent = (typeof intents)[number]

interface Active {
  abort: AbortController
  intent: Intent | null
  /** Its connection got another credential after it had taken the old one. */
  renewed: boolean
  ended: Promise<void>
}

/** First wait before a run tries again by itself, and the longest; it doubles in between. */
const firstRetryMs = 5_000
const longestRetryMs = 5 * 60_000
/** A line that is back is noticed within a minute; asking whether it is costs next to nothing. */
const longestNetworkRetryMs = 45_000

/**
 * Takes runs one at a time, so that two never compete for memory or the line. A run that
 * waits for the network or for a person gives its place to the next.
 *
 * When an account refuses a credential, the person is asked once: the other runs of that connection do what
 * they can on this computer and then wait for the same answer, without trying the account. What this is
 * known from is the runs that wait, so that it ends with their waiting, and a restart tries again.
 */
export class RunQueue {
  readonly #parts: QueueParts
  readonly #waitingInLine: string[] = []
  readonly #timers = new Map<string, NodeJS.Timeout>()
  readonly #attempts = new Map<string, number>()
  /** Runs that wait because this process was refused by their account. */
  readonly #refused = new Set<string>()
  #active: { runId: string; run: Active } | null = null
  #closed = false

  constructor(parts: QueueParts) {
    this.#parts = parts
  }

  /** Puts every unfinished run back in line, oldest first: what was cut off goes on. */
  resumeAll(): string[] {
    const unfinished = this.#parts.runs
      .list({ states: ['queued', 'running', 'waiting'], limit: 10_000 })
      .toReversed()
    for (const run of unfinished) this.#enqueue(run)
    return unfinished.map((run) => run.id)
  }

  start(runId: string): void {
    this.#enqueue(this.#must(runId))
  }

  /** The connection is another one now: its runs that wait try again, the oldest first. */
  resumeWaitingFor(connection: string): void {
    if (this.#active !== null) {
      const { plan } = this.#must(this.#active.runId)
      if (plan.destination.connection === connection) this.#active.run.renewed = true
    }
    for (const run of this.#waitingFor(connection)) this.#enqueue(run)
  }

  /** The account may let them in now: the runs that it has refused try again, the oldest first. */
  tryAgain(connection: string): void {
    for (const run of this.#waitingFor(connection))
      if (this.#refused.has(run.id)) this.#enqueue(run)
  }

  /** Why this run must not try its account now; null: it may. */
  heldBackBy(run: StoredRun): ProblemData | null {
    const { connection, container } = run.plan.destination
    for (const { id, problem, plan } of this.#waitingFor(connection)) {
      if (problem === null || !this.#refused.has(id)) continue
      const reach = reachOf(problem.code)
      if (reach === 'connection') return problem
      if (reach === 'container' && plan.destination.container === container) return problem
    }
    return null
  }

  async pause(runId: string): Promise<void> {
    const run = this.#allowed(runId, 'pause')
    if (await this.#interrupt(runId, 'pause')) return
    this.#leaveLine(runId)
    this.#parts.runner.leaveStep(runId)
    this.#change(run, 'paused', null)
  }

  /** To go on with one run is to try its account again, so those that wait for the same go on after it. */
  resume(runId: string): void {
    const run = this.#allowed(runId, 'resume')
    this.#enqueue(run)
    this.tryAgain(run.plan.destination.connection)
  }

  async cancel(runId: string): Promise<void> {
    const run = this.#allowed(runId, 'cancel')
    if (await this.#interrupt(runId, 'cancel')) return
    this.#leaveLine(runId)
    this.#parts.runner.leaveStep(runId)
    this.#change(run, 'cancelled', null)
  }

  /** The same run again, from the step that did not end well; finished steps are not repeated. */
  retry(runId: string): void {
    const run = this.#allowed(runId, 'retry')
    this.#log(run.id, 'info', 'Tried again.')
    if (run.state === 'stopped') this.#parts.runner.cleanAgain(run.id)
    this.#enqueue(run)
  }

  async discard(runId: string): Promise<void> {
    const run = this.#allowed(runId, 'discard')
    // First from the list, so that nobody can retry it while its files go.
    this.#parts.runs.remove(runId)
    this.#attempts.delete(runId)
    this.#parts.changed(runId)
    await this.#parts.releaseSource(run)
    await rm(this.#parts.home.runFolder(runId), { recursive: true, force: true })
  }

  /** Stops what runs, leaving it to be continued by the next start, and waits for it. */
  async close(): Promise<void> {
    this.#closed = true
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
    this.#waitingInLine.length = 0
    const active = this.#active
    if (active !== null) await this.#interrupt(active.runId, 'shutdown')
  }

  #enqueue(run: StoredRun): void {
    if (this.#active?.runId === run.id || this.#waitingInLine.includes(run.id)) return
    this.#leaveLine(run.id)
    this.#refused.delete(run.id)
    this.#change(run, 'queued', null)
    this.#waitingInLine.push(run.id)
    this.#next()
  }

  #next(): void {
    if (this.#active !== null || this.#closed) return
    const runId = this.#waitingInLine.shift()
    if (runId === undefined) return
    const active: Active = {
      abort: new AbortController(),
      intent: null,
      renewed: false,
      ended: Promise.resolve(),
    }
    this.#active = { runId, run: active }
    active.ended = this.#run(runId, active).finally(() => {
      this.#active = null
      this.#next()
    })
  }

  async #run(runId: string, active: Active): Promise<void> {
    try {
      const run = this.#must(runId)
      try {
        this.#change(run, 'running', null)
        await this.#parts.runner.execute(runId, active.abort.signal)
        this.#attempts.delete(runId)
        this.#change(run, 'succeeded', null)
      } catch (error) {
        const problem = Problem.from(error).data
        if (active.intent === null) this.#settle(run, problem, active.renewed)
        else this.#change(run, stateAfter(active.intent), null)
      }
    } catch (error) {
      // The run stays as the store knows it, which is how the next start would find it.
      this.#parts.unsaved(Problem.from(error))
      if (active.intent === null) this.#tryAgain(runId, longestRetryMs)
    }
  }

  /** What a problem means for the run: wait and try again, wait for a person, or end. */
  #settle(run: StoredRun, problem: ProblemData, renewed: boolean): void {
    switch (remedyOf(problem.code)) {
      case 'retry': {
        const attempt = (this.#attempts.get(run.id) ?? 0) + 1
        this.#attempts.set(run.id, attempt)
        const longestMs = problem.code === 'network' ? longestNetworkRetryMs : longestRetryMs
        const delayMs = Math.min(longestMs, firstRetryMs * 2 ** (attempt - 1))
        const retryAt = new Date(this.#parts.now().getTime() + delayMs).toISOString()
        this.#change(run, 'waiting', problem, retryAt)
        this.#tryAgain(run.id, delayMs)
        return
      }
      case 'person':
        if (renewed) {
          // It was the old credential that was refused.
          this.#change(run, 'queued', null)
          this.#waitingInLine.unshift(run.id)
          return
        }
        if (this.#parts.runner.stepOf(run.id) === 'upload') this.#refused.add(run.id)
        this.#change(run, 'waiting', problem)
        return
      case 'end':
        this.#attempts.delete(run.id)
        this.#change(run, problem.code === 'limit-exceeded' ? 'stopped' : 'failed', problem)
        return
    }
  }

  /** Oldest first. */
  #waitingFor(connection: string): StoredRun[] {
    return this.#parts.runs
      .list({ states: ['waiting'], limit: 10_000 })
      .filter(({ plan }) => plan.destination.connection === connection)
      .toReversed()
  }

  /** Puts a run back in line after a while, unless somebody else has decided about it by then. */
  #tryAgain(runId: string, delayMs: number): void {
    if (this.#closed) return
    clearTimeout(this.#timers.get(runId))
    const attempt = (): void => {
      this.#timers.delete(runId)
      try {
        const run = this.#parts.runs.get(runId)
        if (run !== null && comesBack(run.state)) this.#enqueue(run)
      } catch {
        this.#tryAgain(runId, longestRetryMs)
      }
    }
    this.#timers.set(runId, (this.#parts.later ?? setTimeout)(attempt, delayMs))
  }

  /** True when the run was on its way and has now ended with this intent. */
  async #interrupt(runId: string, intent: Intent): Promise<boolean> {
    if (this.#active?.runId !== runId) return false
    const { run } = this.#active
    if (run.intent === null || intents.indexOf(intent) > intents.indexOf(run.intent))
      run.intent = intent
    run.abort.abort()
    await run.ended
    return true
  }

  #leaveLine(runId: string): void {
    const place = this.#waitingInLine.indexOf(runId)
    if (place >= 0) this.#waitingInLine.splice(place, 1)
    clearTimeout(this.#timers.get(runId))
    this.#timers.delete(runId)
  }

  #change(
    run: StoredRun,
    state: RunState,
    problem: ProblemData | null,
    retryAt: string | null = null,
  ): void {
    const { runs, home, now } = this.#parts
    const at = now().toISOString()
    const finishedAt = isFinished(state) ? at : null
    if (isFinished(state)) this.#parts.runner.forgetProgress(run.id)
    const changed = { ...this.#must(run.id), state, problem, retryAt, finishedAt }
    const receipt = isFinished(state)
      ? currentReceipt(runs, home, { ...changed, receipt: null })
      : null
    runs.change(run.id, { state, problem, retryAt, finishedAt, receipt }, at)
    this.#parts.changed(run.id)
  }

  #allowed(runId: string, verb: Verb): StoredRun {
    const run = this.#must(runId)
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

  #log(runId: string, level: 'info' | 'warn', message: string): void {
    this.#parts.runs.log(runId, { at: this.#parts.now().toISOString(), level, message })
  }
}

/** States from which a run goes on without being told. */
function comesBack(state: RunState): boolean {
  return state === 'waiting' || state === 'queued' || state === 'running'
}

function stateAfter(intent: Intent): RunState {
  switch (intent) {
    case 'pause':
      return 'paused'
    case 'cancel':
      return 'cancelled'
    case 'shutdown':
      return 'queued'
  }
}
