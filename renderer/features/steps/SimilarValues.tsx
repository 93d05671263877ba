import { Button, Checkbox, Select, Spinner } from '@fluentui/react-components'
import { type UseQueryOptions, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import {
  type SimilarBy,
  type SimilarGroup,
  type SimilarValues as Found,
  changed,
  similarBy,
  similarWords,
} from '../../../shared/domain/cells/similar.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import { problemOf } from '../../core/problem.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { pairOnLine } from './stepFields.ts'
import styles from './SimilarValues.module.css'

/** Which values of a column of the chosen file are likely spellings of one; null: all of them, each by itself. */
export type SimilarQuery = (column: string, by: SimilarBy | null) => UseQueryOptions<Found>

/** Groups of similar values of a column; those that are ticked become lines of the form of “Map values”. */
export function SimilarValues({
  column,
  query,
  onTake,
}: {
  column: string
  query: SimilarQuery
  onTake: (lines: readonly string[]) => void
}) {
  const [by, setBy] = useState<SimilarBy>('fingerprint')
  /** By the proposed spelling: what a person decided otherwise. */
  const [decided, setDecided] = useState<ReadonlyMap<string, boolean>>(new Map())
  const { data, error, isError } = useQuery(query(column, by))
  // A typing error may be another word: each of these is looked at.
  const isTaken = ({ to }: SimilarGroup) => decided.get(to) ?? by === 'fingerprint'
  const taken = (data?.groups ?? []).filter(isTaken)
  const lines = taken.flatMap(({ to, values }) =>
    values.slice(1).flatMap(({ value }) => pairOnLine(value, to) ?? []),
  )
  return (
    <section className={styles.similar} aria-label={`Similar values of ${column}`}>
      <Select
        size="small"
        aria-label="They differ in"
        value={by}
        onChange={(_, { value }) => {
          setBy(similarBy.find((one) => one === value) ?? by)
          setDecided(new Map())
        }}
      >
        {similarBy.map((one) => (
          <option key={one} value={one}>
            {similarWords[one]}
          </option>
        ))}
      </Select>
      {isError && <ProblemNotice problem={problemOf(error)} />}
      {data === undefined && !isError && <Spinner size="tiny" label="Looking at every row" />}
      {data !== undefined && (
        <>
          <p>
            {data.groups.length === 0
              ? 'No values are alike in this way.'
              : `${plural(data.groups.length, 'group')} in ${formatCount(data.looked)} different values${data.looked < data.values ? `, the most frequent of ${formatCount(data.values)}` : ''}.`}
          </p>
          <ul>
            {data.groups.map((group) => (
              <li key={group.to}>
                <Checkbox
                  label={`${group.to}: ${plural(changed(group), 'cell')} of ${group.values
                    .slice(1)
                    .map(({ value, count }) => `${value} (${formatCount(count)})`)
                    .join(', ')}`}
                  checked={isTaken(group)}
                  onChange={(_, { checked }) =>
                    setDecided(new Map(decided).set(group.to, checked === true))
                  }
                />
              </li>
            ))}
          </ul>
          <Button size="small" disabledFocusable={lines.length === 0} onClick={() => onTake(lines)}>
            Take {plural(taken.length, 'group')}
          </Button>
        </>
      )}
    </section>
  )
}
