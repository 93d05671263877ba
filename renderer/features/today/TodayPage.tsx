import { Button } from '@fluentui/react-components'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { alertTrouble } from '../../../shared/domain/alert.ts'
import type { Dataset } from '../../../shared/domain/datasets/dataset.ts'
import { questionSentence } from '../../../shared/domain/runs/decision.ts'
import { expectedWords } from '../../../shared/domain/arriving/expected.ts'
import { type Run, needsPerson } from '../../../shared/domain/runs/run.ts'
import { type Stream, streamTrouble } from '../../../shared/domain/streams/stream.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import {
  type WatchNow,
  afterWords,
  lateWords,
  placeWords,
} from '../../../shared/domain/arriving/watch.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import {
  alertsQuery,
  datasetsQuery,
  runsQuery,
  schedulesQuery,
  streamsQuery,
  unfinishedRunsQuery,
  watchesQuery,
} from '../../core/queries.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Page } from '../../ui/Page.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { announce } from '../../ui/announce.tsx'
import { hrefOf } from '../../ui/route.ts'
import { formatFull, formatWhen } from '../../ui/times.ts'
import { FetchedLists } from '../fetching/FetchedLists.tsx'
import { RunStateMark } from '../runs/StateMark.tsx'
import { WatchForm } from './WatchForm.tsx'
import tables from '../../ui/tables.module.css'
import styles from './TodayPage.module.css'

/** Local midnight, as an instant. */
function midnight(): string {
  const at = new Date()
  at.setHours(0, 0, 0, 0)
  return at.toISOString()
}

/** What came today, what waits for a person, what is late: one line per dataset. */
export function TodayPage() {
  const client = useClient()
  const datasets = useQuery(datasetsQuery(client))
  const watches = useQuery(watchesQuery(client))
  const streams = useQuery(streamsQuery(client))
  const alerts = useQuery(alertsQuery(client))
  const schedules = useQuery(schedulesQuery(client))
  const unfinished = useQuery(unfinishedRunsQuery(client))
  const today = useQuery(runsQuery(client, { since: midnight(), limit: 1000 }))
  const failed = (today.data ?? []).filter(({ state }) => state === 'failed' || state === 'stopped')
  const unusual = (today.data ?? []).flatMap((run) => {
    const said = run.undoneAt === null && run.correctedBy === null ? unusualSentences(run) : []
    return run.state === 'succeeded' && said.length > 0 ? [{ run, said }] : []
  })
  const waiting = (unfinished.data ?? []).filter(needsPerson)
  const troubled = (watches.data ?? []).filter(
    ({ trouble, late }) => trouble !== null || late !== null,
  )
  const untold = (alerts.data ?? []).filter(({ trouble }) => trouble !== null)
  const standing = (streams.data ?? []).filter(({ trouble }) => trouble !== null)
  const unfetched = (schedules.data ?? []).filter(({ trouble }) => trouble !== null)
  const all = [datasets, watches, streams, unfinished, today, alerts, schedules]
  const broken = all.find(({ isError }) => isError)
  if (broken?.error != null)
    return (
      <Page title="Today">
        <ProblemNotice
          problem={problemOf(broken.error)}
          action={{ label: 'Try again', run: () => all.forEach(({ refetch }) => void refetch()) }}
        />
      </Page>
    )
  if (all.some(({ data }) => data === undefined)) return <Page title="Today">{null}</Page>
  if (datasets.data?.length === 0 && streams.data?.length === 0)
    return (
      <Page title="Today">
        <EmptyState title="Nothing has been sent yet">
          <p>
            <a href={hrefOf({ page: 'send' })}>Send a first file</a>. After that, Pallet can watch
            the folder that it came from, and this page says every day what came of it.
          </p>
        </EmptyState>
        <FetchedLists />
      </Page>
    )
  const isCalm =
    [waiting, troubled, standing, failed, untold, unfetched].reduce(
      (sum, { length }) => sum + length,
      0,
    ) === 0
  return (
    <Page title="Today" lead={leadOf(today.data ?? [], isCalm)}>
      {!isCalm && (
        <section aria-labelledby="today-waiting" className={styles.part}>
          <h2 id="today-waiting" className={styles.heading}>
            Waits for you
          </h2>
          <ul className={styles.list}>
            {[...waiting, ...failed].map((run) => (
              <li key={run.id}>
                <RunStateMark run={run} />
                <span>
                  <a href={hrefOf({ page: 'run', runId: run.id })}>{run.source.name}</a> of{' '}
                  {run.dataset}: {sentenceOf(run)}
                </span>
              </li>
            ))}
            {troubled.map((watch) => (
              <li key={watch.id}>
                <span className={styles.late}>{watch.late === null ? 'Folder' : 'Late'}</span>
                <span>{troubleOf(watch)}</span>
              </li>
            ))}
            {standing.map((stream) => (
              <li key={stream.id}>
                <span className={styles.late}>Stream</span>
                <span>
                  <a
                    href={hrefOf({
                      page: 'streams',
                      connection: stream.connection,
                      topic: stream.topic,
                    })}
                  >
                    {stream.topic}
                  </a>
                  : {streamTrouble(stream)}
                </span>
              </li>
            ))}
            {unfetched.map(({ dataset, trouble }) => (
              <li key={dataset}>
                <span className={styles.late}>Fetch</span>
                <span>
                  <a href={hrefOf({ page: 'dataset', name: dataset })}>{dataset}</a>:{' '}
                  {trouble?.what} {trouble?.advice}
                </span>
              </li>
            ))}
            {untold.map((alert) => (
              <li key={alert.connection}>
                <span className={styles.late}>Alerts</span>
                <span>{alertTrouble(alert)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {unusual.length > 0 && (
        <section aria-labelledby="today-unusual" className={styles.part}>
          <h2 id="today-unusual" className={styles.heading}>
            Delivered, and not as usual
          </h2>
          <ul className={styles.list}>
            {unusual.map(({ run, said }) => (
              <li key={run.id}>
                <RunStateMark run={run} />
                <span>
                  <a href={hrefOf({ page: 'run', runId: run.id })}>{run.source.name}</a> of{' '}
                  {run.dataset}: {said.join(' ')}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="today-datasets" className={styles.part}>
        <h2 id="today-datasets" className={styles.heading}>
          Datasets
        </h2>
        <table className={`${tables.rows} ${styles.table}`}>
          <thead>
            <tr>
              <th scope="col">Dataset</th>
              <th scope="col" className={tables.number}>
                Files today
              </th>
              <th scope="col" className={tables.number}>
                Rows delivered today
              </th>
              <th scope="col">The last file</th>
              <th scope="col">Expected</th>
            </tr>
          </thead>
          <tbody>
            {datasets.data?.map((dataset) => (
              <DatasetLine
                key={dataset.name}
                dataset={dataset}
                runs={(today.data ?? []).filter((run) => run.dataset === dataset.name)}
                watches={(watches.data ?? []).filter((watch) => watch.dataset === dataset.name)}
              />
            ))}
          </tbody>
        </table>
      </section>
      <FetchedLists />
      <Folders watches={watches.data ?? []} datasets={datasets.data ?? []} />
      <Landed streams={streams.data ?? []} />
    </Page>
  )
}

function DatasetLine({
  dataset: { name },
  runs,
  watches,
}: {
  dataset: Dataset
  runs: readonly Run[]
  watches: readonly WatchNow[]
}) {
  const last = useQuery(runsQuery(useClient(), { dataset: name, limit: 1 })).data?.[0]
  const rows = runs.reduce(
    (sum, run) => sum + (run.undoneAt === null ? (run.rows.loaded ?? 0) : 0),
    0,
  )
  const expected = watches.flatMap((watch) => watch.expected ?? [])
  return (
    <tr>
      <th scope="row">
        <a href={hrefOf({ page: 'dataset', name })}>{name}</a>
      </th>
      <td className={tables.number}>{formatCount(runs.length)}</td>
      <td className={tables.number}>{formatCount(rows)}</td>
      <td>
        {last !== undefined && (
          <span className={styles.last}>
            <RunStateMark run={last} />
            <span title={formatFull(last.createdAt)}>{formatWhen(last.createdAt)}</span>
          </span>
        )}
      </td>
      <td>{[...new Set(expected.map(expectedWords))].join('; ')}</td>
    </tr>
  )
}

function Folders({
  watches,
  datasets,
}: {
  watches: readonly WatchNow[]
  datasets: readonly Dataset[]
}) {
  const client = useClient()
  const queryClient = useQueryClient()
  const [isAdding, setAdding] = useState(false)
  const remove = useMutation({
    mutationFn: ({ id }: WatchNow) => client.watches.remove({ id }),
    onSuccess: async (_, watch) => {
      announce(`${placeWords(watch)} is watched no more.`)
      await queryClient.invalidateQueries({ queryKey: watchesQuery(client).queryKey })
    },
  })
  return (
    <section aria-labelledby="today-folders" className={styles.part}>
      <h2 id="today-folders" className={styles.heading}>
        Watched folders
      </h2>
      {watches.length === 0 && !isAdding && (
        <p className={styles.quiet}>
          None yet. Of a watched folder, every new file is sent by itself while Pallet is open.
        </p>
      )}
      {watches.length > 0 && (
        <ul className={styles.list}>
          {watches.map((watch) => (
            <li key={watch.id}>
              <span className={styles.folder}>
                <strong>{placeWords(watch)}</strong>
                <span className={styles.quiet}>
                  {watch.pattern} as {watch.dataset}; {afterWords(watch.after)};{' '}
                  {watch.lastAt === null
                    ? 'no file yet'
                    : `the last file ${formatWhen(watch.lastAt)}`}
                </span>
              </span>
              <Button
                size="small"
                aria-label={`Watch no more: ${placeWords(watch)}`}
                disabledFocusable={remove.isPending}
                onClick={() => remove.mutate(watch)}
              >
                Watch no more
              </Button>
            </li>
          ))}
        </ul>
      )}
      {remove.isError && <ProblemNotice problem={problemOf(remove.error)} />}
      {isAdding ? (
        <WatchForm datasets={datasets} onDone={() => setAdding(false)} />
      ) : (
        <Button className={styles.add ?? ''} onClick={() => setAdding(true)}>
          Watch a folder…
        </Button>
      )}
    </section>
  )
}

/** Topics that are landed by themselves; their page says more. */
function Landed({ streams }: { streams: readonly Stream[] }) {
  if (streams.length === 0) return null
  return (
    <section aria-labelledby="today-streams" className={styles.part}>
      <h2 id="today-streams" className={styles.heading}>
        Topics that are landed
      </h2>
      <ul className={styles.list}>
        {streams.map(({ id, connection, topic, dataset, isStopped, trouble }) => (
          <li key={id}>
            <span>{isStopped ? 'Stopped' : trouble === null ? 'Landing' : 'Stands still'}</span>
            <span>
              <a href={hrefOf({ page: 'streams', connection, topic })}>{topic}</a> of {connection}{' '}
              as {dataset}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function sentenceOf({ question, problem }: Run): string {
  if (question !== null) return questionSentence(question)
  return problem === null ? '' : `${problem.what} ${problem.advice}`.trim()
}

function troubleOf(watch: WatchNow): string {
  const { trouble } = watch
  return trouble === null ? lateWords(watch) : `${trouble.what} ${trouble.advice}`
}

function leadOf(runs: readonly Run[], isCalm: boolean): string {
  const done = runs.filter(({ state }) => state === 'succeeded').length
  const came =
    runs.length === 0
      ? 'No file has come today yet.'
      : `${plural(runs.length, 'file')} came today, ${done === runs.length ? 'all' : formatCount(done)} done.`
  return isCalm ? `${came} Nothing waits for you.` : came
}

const unusualSentences = ({ unusual }: Run): string[] =>
  unusual === undefined
    ? []
    : [...(unusual.rows === null ? [] : [unusual.rows]), ...unusual.columns]
