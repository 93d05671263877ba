import { Button } from '@fluentui/react-components'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type Run, type Told, workedAt } from '../../../shared/domain/runs/run.ts'
import type { WorkState } from '../../../shared/domain/runs/work.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { runKey } from '../../core/queries.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import styles from './There.module.css'

const stateWords: Record<WorkState, string> = {
  waits: 'Waits',
  works: 'Works',
  done: 'Done',
  skipped: 'Left out',
  failed: 'Failed',
  unknown: 'Not known',
}

const offerWords: Record<NonNullable<Told['offer']>, string> = {
  'switch-on': 'Switch it on there',
  again: 'Run what failed there again',
}

/** How the one that the run waits for is getting on, part by part, and what Pallet can do about it there. */
export function There({ run }: { run: Run }) {
  const client = useClient()
  const queryClient = useQueryClient()
  const help = useMutation({
    mutationFn: () => client.runs.goOnThere({ runId: run.id }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: runKey(run.id) }),
  })
  const told = run.state === 'succeeded' ? null : workedAt(run.told)
  if (told === null) return null
  const { connection, name, parts = [], offer } = told
  if (parts.length === 0 && offer === undefined) return null
  return (
    <section className={styles.there} aria-label={`At ${connection}`}>
      <div className={styles.head}>
        <h2>At {connection}</h2>
        <span className={styles.name}>{name}</span>
        {offer !== undefined && run.state !== 'cancelled' && (
          <Button
            size="small"
            appearance="primary"
            disabledFocusable={help.isPending}
            onClick={() => help.mutate()}
          >
            {offerWords[offer]}
          </Button>
        )}
      </div>
      {help.isError && <ProblemNotice problem={problemOf(help.error)} />}
      {parts.length > 0 && (
        <table className={styles.parts}>
          <thead>
            <tr>
              <th scope="col">Part</th>
              <th scope="col">State</th>
              <th scope="col">Tries</th>
            </tr>
          </thead>
          <tbody>
            {parts.map((part, at) => (
              // Several may be called alike: one that was mapped over many.
              <tr key={`${part.name} ${at}`} data-state={part.state}>
                <td>{part.name}</td>
                <td>{stateWords[part.state]}</td>
                <td>{part.tries}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {parts.map(
        ({ name: part, said }, at) =>
          said !== undefined && (
            <details key={`${part} ${at}`} className={styles.log} open>
              <summary>The end of the log of “{part}”</summary>
              <pre>{said}</pre>
            </details>
          ),
      )}
    </section>
  )
}
