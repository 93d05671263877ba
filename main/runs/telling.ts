import { Problem } from '../../shared/domain/problem.ts'
import { workedAt } from '../../shared/domain/run.ts'
import { leftBy } from './checkpoints.ts'
import type { RunRepository } from './ports/store.ts'
import type { Trigger } from './ports/triggers.ts'

interface Parts {
  runs: RunRepository
  connections: { trigger(name: string): Promise<Trigger> }
  now: () => Date
}

/** For so long it is tried; the run has been cancelled before. */
const limitMs = 60_000

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
