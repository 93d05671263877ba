import { useQuery } from '@tanstack/react-query'
import {
  type PartitionLag,
  type TopicView,
  lagOf,
  offsetsIn,
} from '../../../shared/domain/streams/stream.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { connectionsQuery, topicsQuery } from '../../core/queries.ts'
import { TopicPictures } from '../insights/TopicPictures.tsx'
import { Page } from '../../ui/Page.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { hrefOf } from '../../ui/route.ts'
import { DeadLetters } from './DeadLetters.tsx'
import { Groups } from './Groups.tsx'
import { LandingPanel } from './LandingPanel.tsx'
import { PartitionTable } from './PartitionTable.tsx'
import { ProducePanel } from './ProducePanel.tsx'
import { TailPanel } from './TailPanel.tsx'
import { countWords, spanWords } from './words.ts'
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
          {found.dataset !== null && (
            <TopicPictures
              connection={connection}
              topic={topic}
              landed={found.partitions.map(({ landed }) => landed ?? '?').join()}
            />
          )}
          <DeadLetters connection={connection} topic={topic} mayWrite={mayWrite} />
          <section aria-labelledby="topic-partitions" className={styles.part}>
            <h2 id="topic-partitions" className={styles.heading}>
              Partitions
            </h2>
            <PartitionTable
              label="Partitions"
              titles={['Begins at', 'Ends at', 'Landed up to', 'Wait', 'The oldest for']}
              rows={found.partitions.map((one) => ({
                partition: one.partition,
                cells: cellsOf(one, topics.dataUpdatedAt),
              }))}
            />
          </section>
          <Groups connection={connection} topic={topic} mayWrite={mayWrite} />
          <TailPanel connection={connection} topic={topic} partitions={found.partitions} />
          {mayWrite && (
            <ProducePanel connection={connection} topic={topic} dataset={found.dataset} />
          )}
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

function cellsOf(one: PartitionLag, asOfMs: number): string[] {
  const { records, seconds } = lagOf(one, asOfMs)
  const offsets = [formatCount(one.from), formatCount(one.to), countWords(one.landed)]
  return [...offsets, countWords(records), spanWords(seconds)]
}
