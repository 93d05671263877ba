import { Button } from '@fluentui/react-components'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { scheduleWords } from '../../../shared/domain/arriving/schedule.ts'
import { kindNamed } from '../../../shared/systems/kinds.ts'
import { useClient } from '../../core/core.tsx'
import type { Client } from '../../core/host.ts'
import { problemOf } from '../../core/problem.ts'
import { connectionsQuery, runListsKey, schedulesQuery } from '../../core/queries.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { announce } from '../../ui/announce.tsx'
import { hrefOf } from '../../ui/route.ts'
import { formatFull, formatWhen } from '../../ui/times.ts'
import { goTo } from '../../ui/useRoute.ts'
import { ExtractForm } from './ExtractForm.tsx'
import { ScheduleForm } from './ScheduleForm.tsx'
import styles from './FetchedLists.module.css'

type Fetched = Awaited<ReturnType<Client['schedules']['list']>>[number]

/** What is fetched from shop systems, when, and what keeps it; `dataset`: of this one alone. */
export function FetchedLists({ dataset = null }: { dataset?: string | null }) {
  const client = useClient()
  const [isAdding, setAdding] = useState(false)
  const lists = useQuery(schedulesQuery(client))
  const connections = (useQuery(connectionsQuery(client)).data ?? []).filter(
    ({ settings }) => kindNamed(settings.kind)?.system.canBe.includes('source') === true,
  )
  const shown = lists.data?.filter((one) => dataset === null || one.dataset === dataset)
  if (shown === undefined)
    return lists.isError ? <ProblemNotice problem={problemOf(lists.error)} /> : null
  return (
    <section aria-labelledby="fetched-lists" className={styles.part}>
      <h2 id="fetched-lists" className={styles.heading}>
        Fetched from shop systems
      </h2>
      {shown.length > 0 && (
        <ul className={styles.list}>
          {shown.map((one) => (
            <li key={one.dataset}>
              <FetchedLine fetched={one} />
            </li>
          ))}
        </ul>
      )}
      {shown.length === 0 && !isAdding && (
        <p className={styles.quiet}>
          {connections.length === 0 ? (
            <>
              Nothing yet. Add a Store API under{' '}
              <a href={hrefOf({ page: 'connections', open: null })}>Connections</a>, and its orders,
              products or customers can be fetched by themselves.
            </>
          ) : (
            'Nothing yet. A list of a shop system can be fetched by itself while Pallet is open.'
          )}
        </p>
      )}
      {isAdding ? (
        <ExtractForm dataset={dataset} connections={connections} onDone={() => setAdding(false)} />
      ) : (
        connections.length > 0 &&
        (dataset === null || shown.length === 0) && (
          <Button className={styles.add ?? ''} onClick={() => setAdding(true)}>
            Fetch a list…
          </Button>
        )
      )}
    </section>
  )
}

function FetchedLine({ fetched }: { fetched: Fetched }) {
  const { dataset, extract, schedule, nextAt, trouble } = fetched
  const client = useClient()
  const queryClient = useQueryClient()
  const [isTiming, setTiming] = useState(false)
  const changed = async (): Promise<void> => {
    await queryClient.invalidateQueries({ queryKey: schedulesQuery(client).queryKey })
    await queryClient.invalidateQueries({ queryKey: runListsKey })
  }
  const fetchNow = useMutation({
    mutationFn: () => client.extracts.fetch({ dataset, destination: {} }),
    onSuccess: async ({ runId }) => {
      await changed()
      if (runId === null) announce(`Nothing new for ${dataset}.`)
      else goTo({ page: 'run', runId })
    },
  })
  const remove = useMutation({
    mutationFn: () => client.extracts.remove({ dataset }),
    onSuccess: async () => {
      announce(`${dataset} is fetched no more.`)
      await changed()
    },
  })
  const failed = fetchNow.error ?? remove.error
  return (
    <>
      <div className={styles.line}>
        <span className={styles.what}>
          <strong>{dataset}</strong>
          <span className={styles.quiet}>
            {extract.path} of {extract.connection};{' '}
            {schedule === null ? 'only when somebody says so' : scheduleWords(schedule)}
            {nextAt !== null && (
              <>
                ; next <span title={formatFull(nextAt)}>{formatWhen(nextAt)}</span>
              </>
            )}
          </span>
        </span>
        <span className={styles.buttons}>
          <Button
            size="small"
            aria-label={`Fetch now: ${dataset}`}
            disabledFocusable={fetchNow.isPending}
            onClick={() => fetchNow.mutate()}
          >
            Fetch now
          </Button>
          <Button
            size="small"
            aria-label={`When: ${dataset}`}
            aria-expanded={isTiming}
            onClick={() => setTiming(!isTiming)}
          >
            When…
          </Button>
          <Button
            size="small"
            aria-label={`Fetch no more: ${dataset}`}
            disabledFocusable={remove.isPending}
            onClick={() => remove.mutate()}
          >
            Fetch no more
          </Button>
        </span>
      </div>
      {fetchNow.data?.runId === null && (
        <p className={styles.quiet}>Nothing new since it was last fetched.</p>
      )}
      {trouble !== null && (
        <p className={styles.trouble}>
          {trouble.what} {trouble.advice}
        </p>
      )}
      {failed !== null && <ProblemNotice problem={problemOf(failed)} />}
      {isTiming && (
        <ScheduleForm dataset={dataset} schedule={schedule} onDone={() => setTiming(false)} />
      )}
    </>
  )
}
