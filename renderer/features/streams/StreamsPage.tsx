import { Button, Select } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import {
  type Stream,
  type TopicView,
  lagOfAll,
  offsetsIn,
  streamTrouble,
} from '../../../shared/domain/streams/stream.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import { kindNamed } from '../../../shared/systems/kinds.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { connectionsQuery, streamsQuery, topicsQuery } from '../../core/queries.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Page } from '../../ui/Page.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { hrefOf } from '../../ui/route.ts'
import { goTo } from '../../ui/useRoute.ts'
import { countWords, spanWords, stateWord } from './words.ts'
import tables from '../../ui/tables.module.css'
import styles from './Streams.module.css'

/** The topics of a Kafka connection: what is in them, and how far each is landed. */
export function StreamsPage({ connection: asked }: { connection: string | null }) {
  const client = useClient()
  const connections = useQuery(connectionsQuery(client))
  const streams = useQuery(streamsQuery(client))
  const names = (connections.data ?? [])
    .filter(({ settings }) => kindNamed(settings.kind)?.system.canBe.includes('stream') === true)
    .map(({ name }) => name)
  const connection = asked ?? names[0]
  const broken = connections.error ?? streams.error
  if (broken !== null)
    return (
      <Page title="Streams">
        <ProblemNotice problem={problemOf(broken)} />
      </Page>
    )
  if (connections.data === undefined || streams.data === undefined)
    return <Page title="Streams">{null}</Page>
  if (connection === undefined)
    return (
      <Page title="Streams">
        <EmptyState title="No connection to Kafka yet">
          <p>
            <a href={hrefOf({ page: 'connections', open: null })}>Add a connection</a> to Kafka. Its
            topics then stand here, with what is in them and how far each is landed.
          </p>
        </EmptyState>
      </Page>
    )
  const stand = streams.data.filter(({ trouble }) => trouble !== null)
  return (
    <Page
      title="Streams"
      lead="Topics of Kafka: what is in them, and how far each is landed in the warehouse."
      actions={
        names.length > 1 && (
          <Select
            aria-label="Which connection"
            value={connection}
            onChange={(_, { value }) => goTo({ page: 'streams', connection: value, topic: null })}
          >
            {names.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </Select>
        )
      }
    >
      {stand.length > 0 && (
        <ul className={styles.troubles} aria-label="Streams that stand still">
          {stand.map((stream) => (
            <li key={stream.id}>{streamTrouble(stream)}</li>
          ))}
        </ul>
      )}
      <Topics connection={connection} streams={streams.data} />
    </Page>
  )
}

function Topics({ connection, streams }: { connection: string; streams: readonly Stream[] }) {
  const topics = useQuery(topicsQuery(useClient(), connection))
  if (topics.isPending) return <p className={styles.quiet}>Asking {connection} for its topics …</p>
  return (
    <>
      {topics.isError && (
        <ProblemNotice
          problem={problemOf(topics.error)}
          action={{ label: 'Ask again', run: () => void topics.refetch() }}
        />
      )}
      {topics.data?.length === 0 && (
        <p className={styles.quiet}>There are no topics at {connection}.</p>
      )}
      {topics.data !== undefined && topics.data.length > 0 && (
        <div className={styles.wide}>
          <table
            className={`${tables.rows} ${styles.table}`}
            aria-label={`Topics of ${connection}`}
          >
            <thead>
              <tr>
                <th scope="col">Topic</th>
                <th scope="col" className={tables.number}>
                  Partitions
                </th>
                <th scope="col" className={tables.number}>
                  Records
                </th>
                <th scope="col">Landed as</th>
                <th scope="col" className={tables.number}>
                  Wait
                </th>
                <th scope="col" className={tables.number}>
                  The oldest for
                </th>
                <th scope="col">State</th>
              </tr>
            </thead>
            <tbody>
              {topics.data.map((topic) => (
                <TopicLine
                  key={topic.name}
                  connection={connection}
                  topic={topic}
                  asOfMs={topics.dataUpdatedAt}
                  stream={streams.find(
                    (one) => one.connection === connection && one.topic === topic.name,
                  )}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {topics.isError && topics.data !== undefined && (
        <Button onClick={() => void topics.refetch()}>Ask again</Button>
      )}
    </>
  )
}

function TopicLine({
  connection,
  topic: { name, dataset, partitions, isAnother },
  asOfMs,
  stream,
}: {
  connection: string
  topic: TopicView
  asOfMs: number
  stream: Stream | undefined
}) {
  const lag = lagOfAll(partitions, asOfMs)
  return (
    <tr>
      <th scope="row">
        <a href={hrefOf({ page: 'streams', connection, topic: name })}>{name}</a>
      </th>
      <td className={tables.number}>{formatCount(partitions.length)}</td>
      <td className={tables.number} title={plural(offsetsIn(partitions), 'offset')}>
        {formatCount(offsetsIn(partitions))}
      </td>
      <td>
        {dataset === null ? (
          <span className={styles.quiet}>nothing landed</span>
        ) : (
          <a href={hrefOf({ page: 'dataset', name: dataset })}>{dataset}</a>
        )}
      </td>
      <td className={tables.number}>{dataset === null ? '' : countWords(lag.records)}</td>
      <td className={tables.number}>{dataset === null ? '' : spanWords(lag.seconds)}</td>
      <td>{isAnother ? 'deleted and made again' : stateWord(stream)}</td>
    </tr>
  )
}
