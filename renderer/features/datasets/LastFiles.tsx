import { useQuery } from '@tanstack/react-query'
import { type Run, tookOf } from '../../../shared/domain/runs/run.ts'
import { formatCount, formatShare } from '../../../shared/domain/sizes.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { runCountQuery, runQuery, runsQuery } from '../../core/queries.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { PleaseLook } from '../../ui/PleaseLook.tsx'
import { hrefOf } from '../../ui/route.ts'
import { formatFull, formatWhen } from '../../ui/times.ts'
import { RunStateMark } from '../runs/StateMark.tsx'
import styles from './DatasetsPage.module.css'

/** So many of the newest are shown; all of them are under Runs. */
const most = 20

/** The files of a dataset as they came, so that one with other numbers than those before is seen. */
export function LastFiles({ dataset }: { dataset: string }) {
  const client = useClient()
  const count = useQuery(runCountQuery(client, { dataset }))
  const runs = useQuery(runsQuery(client, { dataset, limit: most }))
  if (runs.isError) return <ProblemNotice problem={problemOf(runs.error)} />
  if (runs.data === undefined) return null
  const all = count.data ?? runs.data.length
  return (
    <section className={styles.history} aria-label="Files so far">
      <h2 className={styles.heading}>Files so far</h2>
      {runs.data.length === 0 ? (
        <p className={styles.none}>None yet. The first one teaches it its columns.</p>
      ) : (
        <FilesTable dataset={dataset} runs={runs.data} />
      )}
      <NotAsBefore runs={runs.data} />
      {all > most && (
        <p className={styles.none}>
          The newest {most} of {formatCount(all)}; <a href={hrefOf({ page: 'runs' })}>Runs</a> lists
          them all.
        </p>
      )}
    </section>
  )
}

/** What the newest file that was delivered had otherwise than the one before; nothing while it is as usual. */
function NotAsBefore({ runs }: { runs: readonly Run[] }) {
  const newest = runs.find(
    ({ state, rows, completes }) =>
      state === 'succeeded' && rows.clean !== null && completes === null,
  )
  const client = useClient()
  const { data } = useQuery({
    ...runQuery(client, newest?.id ?? ''),
    enabled: newest !== undefined,
  })
  const drift = data?.receipt.drift ?? []
  if (newest === undefined || drift.length === 0) return null
  return (
    <>
      <p className={styles.none}>{newest.source.name} is not as the file before it:</p>
      <PleaseLook at={drift} />
    </>
  )
}

function FilesTable({ dataset, runs }: { dataset: string; runs: readonly Run[] }) {
  const largest = Math.max(1, ...runs.map(({ rows }) => rows.in ?? 0))
  const longest = Math.max(1, ...runs.map(tookMs))
  const worst = Math.max(0.01, ...runs.map(heldShare))
  return (
    <table className={styles.fields} aria-label={`Files of ${dataset}`}>
      <thead>
        <tr>
          <th scope="col">Sent</th>
          <th scope="col">File</th>
          <th scope="col">State</th>
          <th scope="col" colSpan={2}>
            Rows in
          </th>
          <th scope="col" colSpan={2}>
            Held back
          </th>
          <th scope="col" colSpan={2}>
            Took
          </th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
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
            <Bar share={(run.rows.in ?? 0) / largest} />
            <td className={styles.number}>{heldBack(run)}</td>
            <Bar share={heldShare(run) / worst} />
            <td className={styles.number}>{tookOf(run)}</td>
            <Bar share={tookMs(run) / longest} />
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** `share`: of the longest bar, from 0 to 1. What it shows stands beside it as a number. */
function Bar({ share }: { share: number }) {
  return (
    <td className={styles.bar} aria-hidden>
      <span style={{ inlineSize: `${100 * share}%` }} />
    </td>
  )
}

function heldShare({ rows: { in: records, quarantined } }: Run): number {
  return quarantined === null || records === null || records === 0 ? 0 : quarantined / records
}

function tookMs({ createdAt, finishedAt }: Run): number {
  return finishedAt === null ? 0 : Math.max(0, Date.parse(finishedAt) - Date.parse(createdAt))
}

function heldBack(run: Run): string {
  const { quarantined } = run.rows
  if (quarantined === null) return ''
  const share = heldShare(run)
  return share === 0
    ? formatCount(quarantined)
    : `${formatCount(quarantined)} (${formatShare(share)})`
}
