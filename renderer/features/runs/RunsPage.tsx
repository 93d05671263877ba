import { Button, Input, Label, Select, useId } from '@fluentui/react-components'
import { Search20Regular } from '@fluentui/react-icons/svg/search'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { runStates, type RunState } from '../../../shared/domain/run.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import { useClient } from '../../core/core.tsx'
import { hrefOf } from '../../ui/route.ts'
import { problemOf } from '../../core/problem.ts'
import { runsQuery, unfinishedStates } from '../../core/queries.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Page } from '../../ui/Page.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import styles from './RunsPage.module.css'
import { RunsTable } from './RunsTable.tsx'
import { stateWords } from './stateWords.ts'
import { useVerbs } from './useVerbs.ts'

const listed = 1000

/** What the state list offers: one state, or a few that a person thinks of together. */
const filters: { value: string; label: string; states: readonly RunState[] }[] = [
  { value: 'all', label: 'All states', states: [] },
  { value: 'open', label: 'Not finished', states: unfinishedStates },
  { value: 'trouble', label: 'Failed or stopped', states: ['failed', 'stopped'] },
  ...runStates.map((state) => ({ value: state, label: stateWords[state], states: [state] })),
]

/** Everything that ever ran. */
export function RunsPage() {
  const client = useClient()
  const [text, setText] = useState('')
  const [filter, setFilter] = useState('all')
  const search = useDeferredValue(text.trim())
  const states = filters.find(({ value }) => value === filter)?.states ?? []
  const labelId = useId('state')
  const runs = useQuery({
    ...runsQuery(client, { states, search, limit: listed }),
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
  const verbs = useVerbs()
  const filtered = filter !== 'all' || search !== ''
  return (
    <Page title="Runs" fill>
      <search className={styles.bar}>
        <Input
          className={styles.search ?? ''}
          type="search"
          aria-label="Search runs"
          placeholder="Search file, dataset, table …"
          contentBefore={<Search20Regular />}
          value={text}
          onChange={(_, { value }) => setText(value)}
        />
        <Label htmlFor={labelId}>State</Label>
        <Select id={labelId} value={filter} onChange={(_, { value }) => setFilter(value)}>
          {filters.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
        <output className={styles.count}>
          {runs.data === undefined
            ? ''
            : runs.data.length >= listed
              ? `the newest ${plural(listed, 'run')}`
              : plural(runs.data.length, 'run')}
        </output>
      </search>
      {runs.isError && (
        <ProblemNotice
          problem={problemOf(runs.error)}
          action={{ label: 'Try again', run: () => void runs.refetch() }}
        />
      )}
      {verbs.isError && (
        <ProblemNotice
          problem={problemOf(verbs.error)}
          action={{ label: 'Close', run: () => verbs.reset() }}
        />
      )}
      {runs.data !== undefined && runs.data.length > 0 && (
        <RunsTable runs={runs.data} onVerb={(run, verb) => verbs.mutate({ run, verb })} />
      )}
      {runs.data?.length === 0 &&
        (filtered ? (
          <EmptyState title="No run fits">
            <p>Nothing was found for this search and state.</p>
            <Button
              onClick={() => {
                setText('')
                setFilter('all')
              }}
            >
              Show all runs
            </Button>
          </EmptyState>
        ) : (
          <EmptyState title="Nothing has been sent yet">
            <p>Every file you send appears here and stays, with its receipt.</p>
            <Button appearance="primary" as="a" href={hrefOf({ page: 'send' })}>
              Send a file
            </Button>
          </EmptyState>
        ))}
    </Page>
  )
}
