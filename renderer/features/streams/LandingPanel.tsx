import { Button, Field, Input, Select } from '@fluentui/react-components'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { sandboxName } from '../../../shared/domain/connection.ts'
import {
  type Stream,
  StreamInput,
  type TopicView,
  batchWords,
  datasetOfTopic,
  lagOfAll,
  streamTrouble,
} from '../../../shared/domain/streams/stream.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import { kindNamed } from '../../../shared/systems/kinds.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { connectionsQuery, runsQuery, streamsQuery } from '../../core/queries.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { announce } from '../../ui/announce.tsx'
import { hrefOf } from '../../ui/route.ts'
import { formatFull, formatWhen } from '../../ui/times.ts'
import { RunStateMark } from '../runs/StateMark.tsx'
import { Trend } from './Trend.tsx'
import { countWords, spanWords, stateWord } from './words.ts'
import tables from '../../ui/tables.module.css'
import styles from './Streams.module.css'

const batchesShown = 5

/** How far a topic is landed, the stream that lands it, and its last batches. */
export function LandingPanel({
  connection,
  topic,
  asOfMs,
}: {
  connection: string
  topic: TopicView
  asOfMs: number
}) {
  const client = useClient()
  const queryClient = useQueryClient()
  const streams = useQuery(streamsQuery(client))
  const [isAsking, setAsking] = useState(false)
  const stream = streams.data?.find(
    (one) => one.connection === connection && one.topic === topic.name,
  )
  const dataset = stream?.dataset ?? topic.dataset
  const changed = () => queryClient.invalidateQueries({ queryKey: streamsQuery(client).queryKey })
  const start = useMutation({
    mutationFn: (input: StreamInput) => client.streams.start(input),
    onSuccess: async () => {
      setAsking(false)
      announce(`${topic.name} is landed from now on.`)
      await changed()
    },
  })
  const stop = useMutation({
    mutationFn: ({ id }: Stream) => client.streams.stop({ id }),
    onSuccess: async () => {
      announce(`${topic.name} is landed no more.`)
      await changed()
    },
  })
  const remove = useMutation({
    mutationFn: ({ id }: Stream) => client.streams.remove({ id }),
    onSuccess: async () => {
      announce('Removed.')
      await changed()
    },
  })
  const goOn = useMutation({
    mutationFn: (input: Stream) =>
      client.streams.land({ ...StreamInput.parse(input), acceptLoss: true }),
    onSuccess: async ({ runId }) => {
      announce(
        runId === null
          ? 'There is nothing to land yet.'
          : 'What is there is landed; what is missing stays missing.',
      )
      await changed()
    },
  })
  const failed = goOn.error ?? start.error ?? stop.error ?? remove.error ?? streams.error
  const lag = lagOfAll(topic.partitions, asOfMs)
  return (
    <section aria-labelledby="topic-landing" className={styles.part}>
      <h2 id="topic-landing" className={styles.heading}>
        Landing
      </h2>
      {dataset !== null && (
        <p className={styles.figures}>
          <span>
            <strong>{countWords(lag.records)}</strong> records wait
          </span>
          <span>
            the oldest for <strong>{spanWords(lag.seconds)}</strong>
          </span>
          <span>
            as <a href={hrefOf({ page: 'dataset', name: dataset })}>{dataset}</a>
          </span>
          <Trend name={`${connection}/${topic.name}`} records={lag.records} asOfMs={asOfMs} />
        </p>
      )}
      {stream !== undefined && (
        <p className={styles.state}>
          <span data-state={stateWord(stream)}>{stateWord(stream)}</span>
          <span className={styles.quiet}>
            {streamTrouble(stream) ||
              (stream.isStopped
                ? 'It goes on behind what is landed when it is started.'
                : `${batchWords(stream)}, looked at every ${plural(stream.everySeconds, 'second')}, while Pallet is open.`)}
          </span>
          {stream.isStopped ? (
            <>
              <Button
                size="small"
                disabledFocusable={start.isPending}
                onClick={() => start.mutate(StreamInput.parse(stream))}
              >
                Start
              </Button>
              <Button
                size="small"
                disabledFocusable={remove.isPending}
                onClick={() => remove.mutate(stream)}
              >
                Remove
              </Button>
            </>
          ) : (
            <>
              {stream.trouble?.code === 'source-missing' && (
                <Button
                  size="small"
                  disabledFocusable={goOn.isPending}
                  onClick={() => goOn.mutate(stream)}
                >
                  Go on with what is there
                </Button>
              )}
              <Button
                size="small"
                disabledFocusable={stop.isPending}
                onClick={() => stop.mutate(stream)}
              >
                Stop
              </Button>
            </>
          )}
        </p>
      )}
      {streams.data !== undefined && stream === undefined && !isAsking && (
        <p className={styles.state}>
          <span className={styles.quiet}>
            It is not landed by itself. A landed topic goes into the warehouse batch after batch,
            each record once, while Pallet is open.
          </span>
          <Button appearance="primary" size="small" onClick={() => setAsking(true)}>
            Land this topic…
          </Button>
        </p>
      )}
      {isAsking && stream === undefined && (
        <StartForm
          connection={connection}
          topic={topic}
          isStarting={start.isPending}
          onStart={(input) => start.mutate(input)}
          onCancel={() => setAsking(false)}
        />
      )}
      {failed !== null && <ProblemNotice problem={problemOf(failed)} />}
      {dataset !== null && <Batches connection={connection} topic={topic.name} dataset={dataset} />}
    </section>
  )
}

function Batches({
  connection,
  topic,
  dataset,
}: {
  connection: string
  topic: string
  dataset: string
}) {
  const runs = useQuery(runsQuery(useClient(), { dataset, limit: 50 }))
  const batches = (runs.data ?? [])
    .filter(
      ({ source }) => source.kind === 'topic' && source.path.startsWith(`${connection}/${topic} `),
    )
    .slice(0, batchesShown)
  if (batches.length === 0) return null
  return (
    <div className={styles.wide}>
      <table className={`${tables.rows} ${styles.table}`} aria-label="The last batches">
        <thead>
          <tr>
            <th scope="col">The last batches</th>
            <th scope="col">State</th>
            <th scope="col" className={tables.number}>
              Records
            </th>
            <th scope="col" className={tables.number}>
              Landed
            </th>
            <th scope="col" className={tables.number}>
              Held back
            </th>
            <th scope="col">Offsets</th>
          </tr>
        </thead>
        <tbody>
          {batches.map((run) => (
            <tr key={run.id}>
              <th scope="row">
                <a href={hrefOf({ page: 'run', runId: run.id })} title={formatFull(run.createdAt)}>
                  {formatWhen(run.createdAt)}
                </a>
              </th>
              <td>
                <RunStateMark run={run} />
              </td>
              {[run.rows.in, run.rows.loaded, run.rows.quarantined].map((count, nth) => (
                // Three figures, each with its place.
                // oxlint-disable-next-line react/no-array-index-key
                <td key={nth} className={tables.number}>
                  {count === null ? '' : formatCount(count)}
                </td>
              ))}
              <td>{run.source.name.slice(topic.length + 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function StartForm({
  connection,
  topic,
  isStarting,
  onStart,
  onCancel,
}: {
  connection: string
  topic: TopicView
  isStarting: boolean
  onStart: (input: StreamInput) => void
  onCancel: () => void
}) {
  const connections = useQuery(connectionsQuery(useClient()))
  const storages = (connections.data ?? [])
    .filter(({ settings }) => kindNamed(settings.kind)?.system.canBe.includes('blobs') === true)
    .map(({ name }) => name)
  const [dataset, setDataset] = useState(topic.dataset ?? datasetOfTopic(topic.name))
  const [start, setStart] = useState<StreamInput['start']>('begin')
  const [storage, setStorage] = useState<string>(sandboxName)
  const [every, setEvery] = useState('60')
  const [mebibytes, setMebibytes] = useState('')
  const entered = StreamInput.safeParse({
    connection,
    topic: topic.name,
    dataset: dataset.trim(),
    destination: { blob: storage === '' ? null : { connection: storage } },
    offsets: 250_000,
    bytes: mebibytes.trim() === '' ? null : Math.round(Number(mebibytes) * 1024 ** 2),
    everySeconds: Number(every),
    start,
  })
  return (
    <form
      className={styles.form}
      aria-label={`Land ${topic.name}`}
      onSubmit={(event) => {
        event.preventDefault()
        if (entered.success) onStart(entered.data)
      }}
    >
      <Field label="Dataset" hint="By whose steps and contract its records are cleaned.">
        <Input value={dataset} onChange={(_, { value }) => setDataset(value)} />
      </Field>
      <Field label="Records that are there already">
        <Select
          value={start}
          onChange={(_, { value }) => setStart(StreamInput.shape.start.parse(value))}
        >
          <option value="begin">are landed, too</option>
          <option value="end">are left out</option>
        </Select>
      </Field>
      <Field label="Files of the batches">
        <Select value={storage} onChange={(_, { value }) => setStorage(value)}>
          {storages.map((name) => (
            <option key={name} value={name}>
              to {name}
            </option>
          ))}
          <option value="">none, only the table</option>
        </Select>
      </Field>
      <Field label="Looked at every … seconds">
        <Input
          type="number"
          min={1}
          max={86_400}
          value={every}
          onChange={(_, { value }) => setEvery(value)}
        />
      </Field>
      <Field label="At most … MiB a batch" hint="Of keys and values; empty: any.">
        <Input
          type="number"
          min={1}
          value={mebibytes}
          onChange={(_, { value }) => setMebibytes(value)}
        />
      </Field>
      <div className={styles.buttons}>
        <Button
          type="submit"
          appearance="primary"
          disabledFocusable={!entered.success || isStarting}
        >
          Land this topic
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
    </form>
  )
}
