import { dirname } from 'node:path/posix'
import type { TriggerTarget } from '../../../shared/domain/datasets/dataset.ts'
import { localDay } from '../../../shared/domain/localTime.ts'
import { Problem, remedyOf } from '../../../shared/domain/problem.ts'
import { type Told, mostParts, toldWords } from '../../../shared/domain/runs/run.ts'
import type { Part } from '../../../shared/domain/runs/work.ts'
import { type Values, filled } from '../../../shared/domain/runs/template.ts'
import type { Checkpoints } from '../checkpoints.ts'
import type { StoredRun } from '../ports/store.ts'
import type { HandedTo, Landed, Lineage, Trigger, TriggerState } from '../ports/triggers.ts'
import type { Step, StepWork } from './step.ts'

export interface TriggerParts {
  /** How to reach it now. Fails with `not-found` for a connection that cannot be told anything. */
  triggerOf: (connection: string) => Promise<Trigger>
  /** What of it came in and went out. */
  lineageOf: (run: StoredRun) => Lineage
  /** See `Landed`. */
  handOver: (
    run: StoredRun,
    need: StepWork['need'],
    to: HandedTo,
    signal: AbortSignal,
  ) => Promise<number>
  now: () => Date
}

/** For so long a run waits for somebody who cannot be reached, and whose failure is only a notice. */
const longestForNoticeMs = 3600_000
/** Who works is asked so often, by how long ago they were told; the first that fits. */
const paces = [
  { tillMs: 60_000, askAgainMs: 5_000 },
  { tillMs: 600_000, askAgainMs: 15_000 },
] as const
const lastPaceMs = 60_000

/** Tells everyone who waits for the data, one after the other, and rests while they work. */
export function triggerStep({
  triggerOf,
  lineageOf,
  handOver,
  now,
}: TriggerParts): Step<'trigger'> {
  return {
    // Those whose failure is a notice keep no run waiting for their credential.
    reaches: ({ plan: { destination } }) => {
      const first = destination.triggers.find(({ onFailure }) => onFailure !== 'warn')
      return first === undefined ? null : { connection: first.connection, place: '' }
    },
    async perform(run, { before, keep, log, need, signal }) {
      const { destination } = run.plan
      if (destination.triggers.length === 0) return { kind: 'skipped' }
      const values = valuesOf(run, need)
      const left = before('trigger')
      const { told: earlier = [], telling } = left ?? {}
      let { toldAt, begunAt, since = now().toISOString() } = left ?? {}
      // A clock that was set back says nothing of how long it was: the hour begins anew.
      if (Date.parse(since) > now().getTime()) since = now().toISOString()
      const told = [...earlier]
      for (const [index, target] of destination.triggers.entries()) {
        const { connection } = target
        const become = (next: Told): void => {
          told[index] = next
          // What is known of the next one begins here.
          begunAt = undefined
          since = now().toISOString()
          keep('trigger', { told, toldAt })
        }
        const entry = told[index]
        if (entry !== undefined && isSettled(entry)) continue
        if (entry === undefined && target.when === 'changed' && !hasChanged(values)) {
          become({ connection, name: target.job ?? '', done: false, unchanged: true })
          log(`Did not tell ${connection}, for no row has changed.`)
          continue
        }
        let name = entry?.name ?? target.job ?? ''
        let state: TriggerState
        let trigger: Trigger | null = null
        let hasBegun = false
        try {
          trigger = await triggerOf(connection)
          if (entry === undefined) {
            if (trigger.once === true) {
              if (telling === index) throw unsure(connection)
              keep('trigger', { told, since, telling: index })
            }
            name = await trigger.tell(
              {
                ...landedOf(run, target, values),
                lineage: lineageOf(run),
                handOver: (to, told) => handOver(run, need, to, told),
                begunAt: begunAt ?? null,
                begin: (atMs) => {
                  hasBegun = true
                  begunAt = new Date(atMs).toISOString()
                  keep('trigger', { told, since, begunAt })
                },
              },
              signal,
            )
            toldAt = now().toISOString()
            become({ connection, name, done: false })
            log(`Told ${connection}${name === '' ? '' : `, which knows it as ${name}`}.`)
          }
          state = await trigger.ask(name, signal)
        } catch (error) {
          signal.throwIfAborted()
          const problem = Problem.from(error)
          // Who has answered no has started nothing.
          const isRefused = remedyOf(problem.code) !== 'retry' && problem.code !== 'internal'
          if (hasBegun && isRefused) begunAt = undefined
          // Of one who knows no key the mark stays until a person has it tried again: also a kill in this moment must tell nobody twice.
          const isInDoubt =
            entry === undefined && trigger?.once === true && remedyOf(problem.code) === 'end'
          keep('trigger', {
            told,
            since,
            toldAt,
            begunAt,
            ...(isInDoubt ? { telling: index } : {}),
          })
          if (target.onFailure !== 'warn' || problem.code === 'internal')
            throw of(connection, problem)
          if (remedyOf(problem.code) === 'retry' && !isLongAgo(since)) throw of(connection, problem)
          state = { kind: 'failed', what: problem.data.what }
        }
        switch (state.kind) {
          case 'working': {
            const until = new Date(now().getTime() + paceOf(toldAt)).toISOString()
            const { parts, isPaused = false } = state
            const canSwitch = isPaused && trigger?.switchOn !== undefined
            told[index] = shown({ connection, name, done: false }, parts, canSwitch && 'switch-on')
            return { kind: 'rests', until, doing: state.doing, checkpoint: { told, toldAt } }
          }
          case 'failed':
            if (target.onFailure !== 'warn') {
              const offer = trigger?.again !== undefined && 'again'
              become(shown({ connection, name, done: false }, state.parts, offer))
              throw failed(connection, name, state.what)
            }
            become({ connection, name, done: false, failed: state.what })
            log(`${connection} was to be told, and that failed: ${state.what}`, 'warn')
            continue
          case 'done': {
            const finished = { connection, name, done: true, brought: state.brought }
            become(finished)
            if (name !== '') log(`${toldWords(finished)}.`)
          }
        }
      }
      return { kind: 'done', checkpoint: { told } }
    },
  }

  function paceOf(toldAt: string | undefined): number {
    const ageMs = toldAt === undefined ? 0 : now().getTime() - Date.parse(toldAt)
    return paces.find(({ tillMs }) => ageMs < tillMs)?.askAgainMs ?? lastPaceMs
  }

  function isLongAgo(since: string): boolean {
    return now().getTime() - Date.parse(since) > longestForNoticeMs
  }
}

/** What is kept when a person, who has looked there, has it tried again: nobody is in doubt any more. */
export const triedAgain = (left: Checkpoints['trigger']): Checkpoints['trigger'] => ({
  ...left,
  telling: undefined,
})

/** What went wrong says of whom, so that whoever mends that connection is heard by the runs that wait for it. */
const of = (connection: string, problem: Problem): Problem =>
  new Problem({ connection, ...problem.data }, { cause: problem.cause })

/** With what a person sees of it while it is not done. */
const shown = (
  told: Told,
  parts: readonly Part[] = [],
  offer: Told['offer'] | false = false,
): Told => ({
  ...told,
  ...(parts.length === 0 ? {} : { parts: parts.slice(0, mostParts) }),
  ...(offer === false || offer === undefined ? {} : { offer }),
})

const isSettled = ({ done, unchanged, failed: what }: Told): boolean =>
  done || unchanged === true || what !== undefined

/** Whether rows came in or went out; without a table, whether the file had any. */
const hasChanged = ({ rows = 0, rows_removed: removed = 0 }: Values): boolean =>
  rows !== 0 || removed !== 0

const failed = (connection: string, name: string, what: string): Problem =>
  new Problem({
    code: 'trigger-failed',
    what: `${connection} was told, and its work failed: ${what}`,
    did: 'The rows are in the warehouse; Pallet changed nothing of that.',
    advice: `Look at ${name === '' ? connection : `${name} at ${connection}`}; then retry the run, which only asks again.`,
    connection,
  })

const unsure = (connection: string): Problem =>
  new Problem({
    code: 'trigger-failed',
    what: `Pallet was stopped while it told ${connection}, so that nobody knows whether it was heard.`,
    did: 'Pallet does not tell it again by itself: it might be told twice.',
    advice: 'Look there; if nothing has come, retry the run.',
    connection,
  })

function landedOf(
  { id, dataset, plan: { destination } }: StoredRun,
  { job, parameters = {} }: TriggerTarget,
  values: Values,
): Omit<Landed, 'lineage' | 'handOver' | 'begunAt' | 'begin'> {
  return {
    runId: id,
    dataset,
    destination,
    values,
    job: job ?? null,
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([name, text]) => [name, filled(text, values)]),
    ),
  }
}

/** The account of a run that has landed, by the names of templates. */
function valuesOf(run: StoredRun, need: StepWork['need']): Values {
  const { source, destination } = run.plan
  const { blob, warehouse } = destination
  const [read, clean] = [need('read'), need('clean')]
  return {
    run_id: run.id,
    dataset: run.dataset,
    file: source.name,
    date: localDay(new Date(run.createdAt)),
    time: run.createdAt,
    rows: clean.clean,
    rows_in: read.records,
    rows_held: read.quarantined + clean.quarantined,
    rows_dropped: clean.dropped.reduce((sum, { rows }) => sum + rows, 0),
    ...(blob === null
      ? {}
      : { container: blob.container, blob: blob.name, prefix: dirname(blob.name) }),
    ...(warehouse === null ? {} : { table: warehouse.table, rows_removed: need('load').removed }),
  }
}
