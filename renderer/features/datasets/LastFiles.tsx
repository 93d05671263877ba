import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type Run, tookOf } from '../../../shared/domain/run.ts'
import { formatCount, formatShare, plural } from '../../../shared/domain/sizes.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { runCountQuery, runsQuery } from '../../core/queries.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { hrefOf } from '../../ui/route.ts'
import { formatFull, formatWhen } from '../../ui/times.ts'
import { RunStateMark } from '../runs/StateMark.tsx'
import styles from './DatasetsPage.module.css'

/** So many of the newest are shown; all of them are under Runs. */
const most = 20

/** The files of a dataset as they came, so that one with other numbers than those before is seen. */
export function LastFiles({ dataset }: { dataset: string }) {
  const [open, setOpen] = useState(false)
  const count = useQuery(runCountQuery(useClient(), { dataset }))
  return (
    <details className={styles.columns} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{count.data === undefined ? 'Files' : plural(count.data, 'file')} so far</summary>
      {open && <Files dataset={dataset} all={count.data ?? 0} />}
    </details>
  )
}

function Files({ dataset, all }: { dataset: string; all: number }) {
  const runs = useQuery(runsQuery(useClient(), { dataset, limit: most }))
  if (runs.isError) return <ProblemNotice problem={problemOf(runs.error)} />
  if (runs.data === undefined) return null
  const largest = Math.max(1, ...runs.data.map(({ rows }) => rows.in ?? 0))
  return (
    <>
      <table className={styles.fields} aria-label={`Files of ${dataset}`}>
        <thead>
          <tr>
            <th scope="col">Sent</th>
            <th scope="col">File</th>
            <th scope="col">State</th>
            <th scope="col" colSpan={2}>
              Rows in
            </th>
            <th scope="col" className={styles.number}>
              Held back
            </th>
            <th scope="col" className={styles.number}>
              Took
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.data.map((run) => (
            <tr key={run.id}>
              <td title={formatFull(run.createdAt)}>{formatWhen(run.createdAt)}</td>
              <th scope="row">
                <a href={hrefOf({ page: 'run', runId: run.id })}>{run.source.name}</a>
              </th>
              <td>
                <RunStateMark run={run} />
              </td>
              <td className={styles.number}>
                {run.rows.in === null ? '' : formatCount(run.rows.in)}
              </td>
              <td className={styles.bar} aria-hidden>
                <span style={{ inlineSize: `${(100 * (run.rows.in ?? 0)) / largest}%` }} />
              </td>
              <td className={styles.number}>{heldBack(run)}</td>
              <td className={styles.number}>{tookOf(run)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {all > most && (
        <p>
          The newest {most} of {formatCount(all)}; <a href={hrefOf({ page: 'runs' })}>Runs</a> lists
          them all.
        </p>
      )}
    </>
  )
}

function heldBack({ rows: { in: records, quarantined } }: Run): string {
  if (quarantined === null || records === null) return ''
  if (quarantined === 0 || records === 0) return formatCount(quarantined)
  return `${formatCount(quarantined)} (${formatShare(quarantined / records)})`
}
