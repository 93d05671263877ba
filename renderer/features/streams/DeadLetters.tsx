import { Button } from '@fluentui/react-components'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type RedrivePlan, redriveWords } from '../../../shared/domain/streams/redrive.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { deadLettersQuery } from '../../core/queries.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { announce } from '../../ui/announce.tsx'
import { hrefOf } from '../../ui/route.ts'
import { formatFull, formatWhen } from '../../ui/times.ts'
import tables from '../../ui/tables.module.css'
import styles from './Streams.module.css'

/** So many are sent first, to see what becomes of them. */
const canary = 10

/** Records of a topic that are held back, and the way back into it. */
export function DeadLetters({
  connection,
  topic,
  mayWrite,
}: {
  connection: string
  topic: string
  mayWrite: boolean
}) {
  const client = useClient()
  const letters = useQuery(deadLettersQuery(client, connection, topic))
  const [looked, setLooked] = useState<string | null>(null)
  if (letters.data === undefined || letters.data.length === 0)
    return letters.isError ? <ProblemNotice problem={problemOf(letters.error)} /> : null
  return (
    <section aria-labelledby="topic-held" className={styles.part}>
      <h2 id="topic-held" className={styles.heading}>
        Held back
      </h2>
      <div className={styles.wide}>
        <table className={`${tables.rows} ${styles.table}`} aria-labelledby="topic-held">
          <thead>
            <tr>
              <th scope="col">Batch</th>
              <th scope="col" className={tables.number}>
                Held back
              </th>
              <th scope="col" className={tables.number}>
                Open
              </th>
              <th scope="col">Again</th>
            </tr>
          </thead>
          <tbody>
            {letters.data.map(({ runId, at, held, open }) => (
              <tr key={runId}>
                <th scope="row">
                  <a href={hrefOf({ page: 'run', runId })} title={formatFull(at)}>
                    {formatWhen(at)}
                  </a>
                </th>
                <td className={tables.number}>{formatCount(held)}</td>
                <td className={tables.number}>{formatCount(open)}</td>
                <td>
                  {open > 0 && (
                    <Button size="small" onClick={() => setLooked(runId)}>
                      What would be taken now?
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {looked !== null && <Redrive key={looked} runId={looked} mayWrite={mayWrite} />}
    </section>
  )
}

function Redrive({ runId, mayWrite }: { runId: string; mayWrite: boolean }) {
  const client = useClient()
  const queryClient = useQueryClient()
  const plan = useQuery({
    queryKey: ['redrive', runId],
    queryFn: ({ signal }) => client.streams.redrivePlan({ runId }, { signal }),
    gcTime: 0,
    staleTime: 0,
  })
  const send = useMutation({
    mutationFn: (most: number | null) => client.streams.redrive({ runId, most }),
    onSuccess: async ({ sent }) => {
      announce(`${plural(sent, 'record')} sent again.`)
      await queryClient.invalidateQueries({ queryKey: ['deadLetters'] })
      await plan.refetch()
    },
  })
  if (plan.isPending) return <p className={styles.quiet}>Looking at what is held back …</p>
  const failed = send.error ?? plan.error
  return (
    <section className={styles.part} aria-label="Sending again">
      {failed !== null && <ProblemNotice problem={problemOf(failed)} />}
      {plan.data !== undefined && <Sentences plan={plan.data} />}
      {plan.data !== undefined && plan.data.fit > 0 && mayWrite && (
        <div className={styles.buttons}>
          {plan.data.fit > canary && (
            <Button disabledFocusable={send.isPending} onClick={() => send.mutate(canary)}>
              Send {canary} first
            </Button>
          )}
          <Button
            appearance="primary"
            disabledFocusable={send.isPending}
            onClick={() => send.mutate(null)}
          >
            Send {formatCount(plan.data.fit)} again
          </Button>
        </div>
      )}
      {!mayWrite && (
        <p className={styles.quiet}>
          This connection is set to read only: nothing can be sent by it.
        </p>
      )}
    </section>
  )
}

function Sentences({ plan }: { plan: RedrivePlan }) {
  return (
    <ul className={styles.sentences}>
      {redriveWords(plan).map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  )
}
