import { useQuery } from '@tanstack/react-query'
import {
  type PartitionLag,
  type TopicView,
  lagOf,
  lagOfAll,
  offsetsIn,
} from '../../../shared/domain/stream.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { connectionsQuery, groupsQuery, topicsQuery } from '../../core/queries.ts'
import { Page } from '../../ui/Page.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { hrefOf } from '../../ui/route.ts'
import { DeadLetters } from './DeadLetters.tsx'
import { LandingPanel } from './LandingPanel.tsx'
import { TailPanel } from './TailPanel.tsx'
import { Trend } from './Trend.tsx'
import { countWords, spanWords } from './words.ts'
import tables from '../../ui/tables.module.css'
import styles from './Streams.module.css'

/** One topic: how far it is landed, who else reads it, and its records as they come. */
export function TopicPage({ connection, topic }: { connection: string; topic: string }) {
  const topics = useQuery(topicsQuery(useClient(), connection))
  const connections = useQuery(connectionsQuery(useClient()))
  const settings = connections.data?.find(({ name }) => name === connection)?.settings
  const mayWrite = settings !== undefined && settings['readOnly'] !== true
  const found = topics.data?.find(({ name }) => name === topic)
  return (
    <Page
      title={topic}
      lead={found === undefined ? '' : leadOf(found)}
      actions={
        <a className={styles.link} href={hrefOf({ page: 'streams', connection, topic: null })}>
          All topics of {connection}
        </a>
      }
    >
      {topics.isError && (
        <ProblemNotice
          problem={problemOf(topics.error)}
          action={{ label: 'Ask again', run: () => void topics.refetch() }}
        />
      )}
      {topics.isPending && <p className={styles.quiet}>Asking {connection} …</p>}
      {topics.data !== undefined && found === undefined && (
        <p className={styles.quiet}>
          There is no topic {topic} at {connection}.
        </p>
      )}
      {found !== undefined && (
        <>
          <LandingPanel connection={connection} topic={found} asOfMs={topics.dataUpdatedAt} />
          <DeadLetters connection={connection} topic={topic} mayWrite={mayWrite} />
          <section aria-labelledby="topic-partitions" className={styles.part}>
            <h2 id="topic-partitions" className={styles.heading}>
              Partitions
            </h2>
            <Partitions partitions={found.partitions} asOfMs={topics.dataUpdatedAt} />
          </section>
          <Groups connection={connection} topic={topic} />
          <TailPanel connection={connection} topic={topic} partitions={found.partitions} />
        </>
      )}
    </Page>
  )
}

function leadOf({ partitions, isAnother }: TopicView): string {
  const there = `${plural(offsetsIn(partitions), 'record')} in ${plural(partitions.length, 'partition')}.`
  return isAnother
    ? `${there} It was deleted and made again since it was last landed; what is landed of this one is not known.`
    : there
}

function Partitions({
  partitions,
  asOfMs,
}: {
  partitions: readonly PartitionLag[]
  asOfMs: number
}) {
  return (
    <div className={styles.wide}>
      <table className={`${tables.rows} ${styles.table}`} aria-labelledby="topic-partitions">
        <thead>
          <tr>
            {['Partition', 'Begins at', 'Ends at', 'Landed up to', 'Wait', 'The oldest for'].map(
              (title) => (
                <th key={title} scope="col" className={tables.number}>
                  {title}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {partitions.map((one) => {
            const { records, seconds } = lagOf(one, asOfMs)
            return (
              <tr key={one.partition}>
                <th scope="row" className={tables.number}>
                  {one.partition}
                </th>
                <td className={tables.number}>{formatCount(one.from)}</td>
                <td className={tables.number}>{formatCount(one.to)}</td>
                <td className={tables.number}>{countWords(one.landed)}</td>
                <td className={tables.number}>{countWords(records)}</td>
                <td className={tables.number}>{spanWords(seconds)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

function Groups({ connection, topic }: { connection: string; topic: string }) {
  const groups = useQuery(groupsQuery(useClient(), connection, topic))
  return (
    <section aria-labelledby="topic-groups" className={styles.part}>
      <h2 id="topic-groups" className={styles.heading}>
        Who else reads it
      </h2>
      {groups.isPending && <p className={styles.quiet}>Asking …</p>}
      {groups.isError && <ProblemNotice problem={problemOf(groups.error)} intent="warning" />}
      {groups.data?.length === 0 && (
        <p className={styles.quiet}>No group has said how far it is.</p>
      )}
      {groups.data !== undefined && groups.data.length > 0 && (
        <div className={styles.wide}>
          <table className={`${tables.rows} ${styles.table}`} aria-labelledby="topic-groups">
            <thead>
              <tr>
                <th scope="col">Group</th>
                <th scope="col">State</th>
                <th scope="col" className={tables.number}>
                  Behind
                </th>
                <th scope="col" className={tables.number}>
                  The oldest for
                </th>
                <th scope="col">Since this page was opened</th>
              </tr>
            </thead>
            <tbody>
              {groups.data.map(({ name, state, partitions }) => {
                const { records, seconds } = lagOfAll(partitions, groups.dataUpdatedAt)
                return (
                  <tr key={name}>
                    <th scope="row">{name}</th>
                    <td>{state}</td>
                    <td className={tables.number}>{countWords(records)}</td>
                    <td className={tables.number}>{spanWords(seconds)}</td>
                    <td>
                      <Trend
                        name={`${connection}/${topic}/${name}`}
                        records={records}
                        asOfMs={groups.dataUpdatedAt}
                      />
                    </td>
                  </tr>
                )
              })}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}
