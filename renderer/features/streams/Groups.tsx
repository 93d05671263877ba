import { Button } from '@fluentui/react-components'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import {
  type ResetPlan,
  type ResetTo,
  isMovable,
  movedBy,
  resetWords,
} from '../../../shared/domain/streams/groupReset.ts'
import { type GroupView, lagOfAll } from '../../../shared/domain/streams/stream.ts'
import { formatCount } from '../../../shared/domain/sizes.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { groupsQuery } from '../../core/queries.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import tables from '../../ui/tables.module.css'
import { announce } from '../../ui/announce.tsx'
import { PartitionTable } from './PartitionTable.tsx'
import { SeekFields, placeIn, seekAt } from './SeekFields.tsx'
import { Trend } from './Trend.tsx'
import { countWords, spanWords } from './words.ts'
import styles from './Streams.module.css'

interface OfTopic {
  connection: string
  topic: string
}

/** Whoever reads a topic together, and where each of them goes on. */
export function Groups({ connection, topic, mayWrite }: OfTopic & { mayWrite: boolean }) {
  const groups = useQuery(groupsQuery(useClient(), connection, topic))
  const [moved, setMoved] = useState<string | null>(null)
  const open = groups.data?.find(({ name }) => name === moved)
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
                {mayWrite && <th scope="col">Goes on</th>}
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
                    {mayWrite && (
                      <td>
                        <Button
                          size="small"
                          aria-label={`Elsewhere: ${name}`}
                          onClick={() => setMoved(name)}
                        >
                          Elsewhere…
                        </Button>
                      </td>
                    )}
                  </tr>
                )
              })}
            </tbody>
          </table>
        </div>
      )}
      {open !== undefined && mayWrite && (
        <MoveForm
          key={open.name}
          connection={connection}
          topic={topic}
          group={open}
          onClose={() => setMoved(null)}
        />
      )}
    </section>
  )
}

const more = { end: 'the end' }

function MoveForm({
  connection,
  topic,
  group: { name: group, partitions },
  onClose,
}: OfTopic & { group: GroupView; onClose: () => void }) {
  const client = useClient()
  const queryClient = useQueryClient()
  const [seek, setSeek] = useState(seekAt<'end'>('time'))
  const to = seek.place === 'end' ? seek.place : placeIn(seek)
  const look = useMutation({
    mutationFn: (where: ResetTo) =>
      client.streams.resetPlan({ connection, topic, group, to: where }),
  })
  const move = useMutation({
    mutationFn: ({ partitions: moved }: ResetPlan) =>
      client.streams.resetGroup({
        connection,
        topic,
        group,
        offsets: moved.map((one) => ({ partition: one.partition, next: one.next })),
      }),
    onSuccess: async () => {
      announce(`${group} goes on from there.`)
      await queryClient.invalidateQueries({ queryKey: ['groups'] })
      onClose()
    },
  })
  const failed = move.error ?? look.error
  return (
    <section className={styles.part} aria-label={`Where ${group} goes on`}>
      <form
        className={styles.seek}
        aria-label={`Where ${group} shall go on`}
        onSubmit={(event) => {
          event.preventDefault()
          if (to !== null) look.mutate(to)
        }}
      >
        <SeekFields
          label={`${group} goes on at`}
          more={more}
          seek={seek}
          partitions={partitions}
          onChange={(changed) => {
            setSeek(changed)
            // What was looked at is not what is entered now.
            look.reset()
          }}
        />
        <Button type="submit" disabledFocusable={to === null || look.isPending}>
          What would that mean?
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </form>
      {failed !== null && <ProblemNotice problem={problemOf(failed)} />}
      {look.data !== undefined && (
        <Preview plan={look.data} isMoving={move.isPending} onMove={() => move.mutate(look.data)} />
      )}
    </section>
  )
}

function Preview({
  plan,
  isMoving,
  onMove,
}: {
  plan: ResetPlan
  isMoving: boolean
  onMove: () => void
}) {
  return (
    <>
      <PartitionTable
        label="What it would mean"
        titles={['Reads next', 'Then reads next', 'Again', 'Left out']}
        rows={plan.partitions.map((one) => {
          const { again, skipped } = movedBy(one)
          return {
            partition: one.partition,
            cells: [
              countWords(one.now),
              formatCount(one.next),
              countWords(again),
              countWords(skipped),
            ],
          }
        })}
      />
      <p className={styles.state}>
        <span>{resetWords(plan)}</span>
        {isMovable(plan) ? (
          <Button appearance="primary" disabledFocusable={isMoving} onClick={onMove}>
            Go on there
          </Button>
        ) : (
          <span className={styles.quiet}>
            It has members ({plan.state}): stop them first, then it can be moved.
          </span>
        )}
      </p>
    </>
  )
}
