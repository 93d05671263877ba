import { Problem } from '../../shared/domain/problem.ts'
import { workedAt } from '../../shared/domain/runs/run.ts'
import { leftBy } from './checkpoints.ts'
import type { RunRepository } from './ports/store.ts'
import type { RunQueue } from './queue.ts'
import type { Trigger } from './ports/triggers.ts'

interface Parts {
  runs: RunRepository
  connections: { trigger(name: string): Promise<Trigger> }
  now: () => Date
}

/** For so long it is tried; the run has been cancelled before. */
const limitMs = 60_000

/** Does there what is offered: switches it on, or has what failed run again; the run goes on then. Fails with a `Problem`. */
export async function goOnThere(
  { runs, connections, queue, now }: Parts & { queue: Pick<RunQueue, 'retry' | 'start'> },
  runId: string,
): Promise<void> {
  const told = workedAt(leftBy(runs.steps(runId), 'trigger')?.told ?? [])
  if (told?.offer === undefined)
    throw new Problem({
      code: 'usage',
      what: 'There is nothing that Pallet could do there for this run now.',
      did: 'Nothing was changed.',
    })
  const { connection, name, offer } = told
  const log = (message: string): void =>
    runs.log(runId, { at: now().toISOString(), level: 'info', message })
  const trigger = await connections.trigger(connection)
  const signal = AbortSignal.timeout(limitMs)
  switch (offer) {
    case 'switch-on':
      await trigger.switchOn?.(name, signal)
      log(`Switched ${name} on at ${connection}.`)
      return queue.start(runId)
    case 'again':
      await trigger.again?.(name, signal)
      log(`Asked ${connection} to run again what failed of ${name}.`)
      return queue.retry(runId)
  }
}

/** Ends there what a run that was cancelled had waited for; nothing, where it had waited for nobody. Fails with a `Problem`. */
export async function endThere({ runs, connections, now }: Parts, runId: string): Promise<void> {
  const told = workedAt(leftBy(runs.steps(runId), 'trigger')?.told ?? [])
  if (told === null) return
  const { connection, name } = told
  const log = (message: string): void =>
    runs.log(runId, { at: now().toISOString(), level: 'info', message })
  try {
    const trigger = await connections.trigger(connection)
    await trigger.cancel?.(name, AbortSignal.timeout(limitMs))
    log(`Asked ${connection} to end ${name}.`)
  } catch (error) {
    const { data } = Problem.from(error)
    throw new Problem(
      {
        ...data,
        what: `The run is cancelled, but ${name} at ${connection} could not be ended: ${data.what}`,
        did: 'It goes on there.',
        advice: `End it at ${connection}. ${data.advice}`.trim(),
      },
      { cause: error },
    )
  }
}
