import { Problem } from '../../../shared/domain/problem.ts'
import type { Trigger } from '../ports/triggers.ts'
import type { Step } from './step.ts'

export interface TriggerParts {
  /** How to reach it now. Fails with `not-found` for a connection that cannot be told anything. */
  triggerOf: (connection: string) => Promise<Trigger>
  now: () => Date
}

/** Tells everyone who waits for the data, one after the other, and rests while they work. */
export function triggerStep({ triggerOf, now }: TriggerParts): Step<'trigger'> {
  return {
    reaches: ({ plan: { destination } }) => {
      const [first] = destination.triggers
      return first === undefined ? null : { connection: first.connection, place: '' }
    },
    async perform(run, { before, keep, log, need, signal }) {
      const { destination } = run.plan
      if (destination.triggers.length === 0) return { kind: 'skipped' }
      const { clean } = need('clean')
      const told = [...(before('trigger')?.told ?? [])]
      for (const [index, { connection, job = null }] of destination.triggers.entries()) {
        const trigger = await triggerOf(connection)
        let entry = told[index]
        if (entry === undefined) {
          const landed = { runId: run.id, dataset: run.dataset, destination, rows: clean, job }
          entry = { connection, name: await trigger.tell(landed, signal), done: false }
          told[index] = entry
          keep('trigger', { told })
          log(`Told ${connection}, which knows it as ${entry.name}.`)
        }
        if (entry.done) continue
        const state = await trigger.ask(entry.name, signal)
        switch (state.kind) {
          case 'working': {
            const until = new Date(now().getTime() + state.askAgainMs).toISOString()
            return { kind: 'rests', until, doing: state.doing, checkpoint: { told } }
          }
          case 'failed':
            throw new Problem({
              code: 'trigger-failed',
              what: `${connection} was told, and its work failed: ${state.what}`,
              did: 'The rows are in the warehouse; Pallet changed nothing of that.',
              advice: `Look at ${entry.name} at ${connection}; then retry the run, which only asks again.`,
              connection,
            })
          case 'done':
            told[index] = { ...entry, done: true }
            keep('trigger', { told })
            log(`${connection} has finished ${entry.name}.`)
        }
      }
      return { kind: 'done', checkpoint: { told } }
    },
  }
}
