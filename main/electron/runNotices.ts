/** What the desktop shows of runs outside the window. Pure: snapshots in, words and numbers out. */
import { questionSentence, skippedFor } from '../../shared/domain/runs/decision.ts'
import type { Run } from '../../shared/domain/runs/run.ts'
import { formatCount, plural } from '../../shared/domain/sizes.ts'

/** How a run stands for somebody who is not looking. */
type Standing = 'working' | 'waiting' | 'asking' | 'resting' | 'delivered' | 'undone' | 'failed'

export function standingOf(run: Run): Standing {
  if (run.undoneAt !== null) return 'undone'
  switch (run.state) {
    case 'queued':
    case 'running':
      return 'working'
    case 'waiting':
      return run.retryAt === null ? 'asking' : 'waiting'
    case 'paused':
    case 'cancelled':
      return 'resting'
    case 'succeeded':
      return 'delivered'
    case 'failed':
    case 'stopped':
      return 'failed'
  }
}

export interface Notice {
  runId: string
  title: string
  body: string
}

/** All runs as they stand, from their snapshots. */
export class RunBoard {
  readonly #runs = new Map<string, { standing: Standing; why: string | null; share: number }>()

  /** Takes a snapshot. Answers with what is worth telling somebody who does not see the window. */
  take(run: Run): Notice | null {
    const standing = standingOf(run)
    // A question is of its run alone.
    const why = run.question === null ? (run.problem?.what ?? null) : run.id
    const before = this.#runs.get(run.id)?.standing
    // Many runs may wait for one answer; it is asked for once.
    const isAsked = [...this.#runs].some(
      ([id, other]) => id !== run.id && other.standing === 'asking' && other.why === why,
    )
    this.#runs.set(run.id, { standing, why, share: shareOf(run) })
    if (before === standing) return null
    // What asked before Pallet was started is asked by the window.
    if (standing === 'asking') return before === undefined || isAsked ? null : asks(run)
    if (standing === 'delivered') return delivered(run)
    if (standing === 'undone') return undone(run)
    if (standing === 'failed') return failed(run)
    return null
  }

  /** Runs that a sleeping computer would stop. */
  get working(): number {
    return this.#count('working')
  }

  /** Runs that go on by themselves, now or later. */
  get underWay(): number {
    return this.#count('working') + this.#count('waiting')
  }

  /** For the taskbar: all unfinished runs as one bar, red while one asks for a person. null: no bar. */
  get progress(): TaskbarProgress | null {
    const shown = [...this.#runs.values()].filter(({ standing }) =>
      ['working', 'waiting', 'asking'].includes(standing),
    )
    if (shown.length === 0) return null
    const share = shown.reduce((sum, run) => sum + run.share, 0) / shown.length
    const mode = this.#count('asking') > 0 ? 'error' : this.working > 0 ? 'normal' : 'paused'
    return { share, mode }
  }

  #count(standing: Standing): number {
    return [...this.#runs.values()].filter((run) => run.standing === standing).length
  }
}

export interface TaskbarProgress {
  /** 0 to 1 */
  share: number
  mode: 'normal' | 'paused' | 'error'
}

/** How far a run is: every step counts alike, and the one under way by its bytes or rows. */
function shareOf({ steps }: Run): number {
  if (steps.length === 0) return 0
  const done = steps.reduce((sum, { state, progress }) => {
    if (state === 'done' || state === 'skipped') return sum + 1
    if (progress === null) return sum
    const { bytesDone, bytesTotal, rowsDone, rowsTotal } = progress
    if (bytesTotal !== null && bytesTotal > 0) return sum + Math.min(1, bytesDone / bytesTotal)
    if (rowsTotal !== null && rowsTotal > 0) return sum + Math.min(1, rowsDone / rowsTotal)
    return sum
  }, 0)
  return done / steps.length
}

function delivered({ id, source, rows, answered }: Run): Notice {
  const skipped = skippedFor(answered)
  if (skipped !== null)
    return {
      runId: id,
      title: `Nothing of ${source.name} was loaded`,
      body: questionSentence(skipped),
    }
  const body =
    rows.clean === null || rows.in === null
      ? 'Everything is where it should be.'
      : `${formatCount(rows.clean)} of ${plural(rows.in + (rows.made ?? 0), 'row')} delivered${
          rows.quarantined === null || rows.quarantined === 0
            ? ''
            : `, ${formatCount(rows.quarantined)} held back`
        }.`
  return { runId: id, title: `${source.name} was delivered`, body }
}

function failed({ id, source, problem }: Run): Notice {
  const body = problem === null ? 'Open it to see why.' : [problem.what, problem.advice].join(' ')
  return { runId: id, title: `${source.name} was not delivered`, body: body.trim() }
}

function undone({ id, source }: Run): Notice {
  return {
    runId: id,
    title: `${source.name} was undone`,
    body: 'Its rows are out of the table again.',
  }
}

function asks({ id, source, problem, question }: Run): Notice {
  const body =
    question !== null
      ? questionSentence(question)
      : problem === null
        ? 'Open it to see why.'
        : [problem.what, problem.advice].join(' ')
  return { runId: id, title: `${source.name} needs you`, body: body.trim() }
}

/** `2 runs under way`, for the tray. */
export function underWayText(count: number): string {
  return count === 0 ? 'Nothing is under way' : `${plural(count, 'run')} under way`
}
