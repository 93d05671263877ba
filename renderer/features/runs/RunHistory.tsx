import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { eventsQuery } from '../../core/queries.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { windowWords } from '../../../shared/domain/runs/run.ts'
import { formatClock, formatFull } from '../../ui/times.ts'
import styles from './RunHistory.module.css'

/** What happened, line by line, for those who want to know. */
export function RunHistory({ runId }: { runId: string }) {
  const [open, setOpen] = useState(false)
  const events = useQuery({ ...eventsQuery(useClient(), runId), enabled: open })
  return (
    <details className={styles.history} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>History</summary>
      {events.isError && <ProblemNotice problem={problemOf(events.error)} />}
      <ol className={styles.list} aria-label="History">
        {events.data?.map((event) => (
          <li key={event.seq} data-level={event.level}>
            <time dateTime={event.at} title={formatFull(event.at)}>
              {formatClock(event.at)}
            </time>
            <span>{windowWords(event.message)}</span>
          </li>
        ))}
      </ol>
      {events.data?.length === 0 && <p className={styles.empty}>Nothing has been written yet.</p>}
    </details>
  )
}
