import { Button, Field, Input, Select } from '@fluentui/react-components'
import { ChevronLeft20Regular } from '@fluentui/react-icons/svg/chevron-left'
import { ChevronRight20Regular } from '@fluentui/react-icons/svg/chevron-right'
import { Search20Regular } from '@fluentui/react-icons/svg/search'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { runStates, type RunState } from '../../../shared/domain/runs/run.ts'
import { newestFirst } from '../../../shared/domain/runs/runList.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import { useClient } from '../../core/core.tsx'
import { hrefOf } from '../../ui/route.ts'
import { problemOf } from '../../core/problem.ts'
import { datasetsQuery, runCountQuery, runsQuery, unfinishedStates } from '../../core/queries.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Page } from '../../ui/Page.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { timeShown } from '../../ui/times.ts'
import { ChosenRuns } from './ChosenRuns.tsx'
import styles from './RunsPage.module.css'
import { RunsTable } from './RunsTable.tsx'
import { stateWords } from './stateWords.ts'
import { useVerbs } from './useVerbs.ts'

const pageRuns = 200

/** What the state list offers: one state, or a few that a person thinks of together. */
const stateFilters: { value: string; label: string; states: RunState[] }[] = [
  { value: 'open', label: 'Not finished', states: unfinishedStates },
  { value: 'trouble', label: 'Failed or stopped', states: ['failed', 'stopped'] },
  ...runStates.map((state) => ({ value: state, label: stateWords[state], states: [state] })),
]

const everything = { text: '', state: '', dataset: '', from: '', to: '' }

/** Everything that ever ran. */
export function RunsPage() {
  const client = useClient()
  const [filters, setFilters] = useState(everything)
  const [order, setOrder] = useState(newestFirst)
  const [offset, setOffset] = useState(0)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const { text, state, dataset, from, to } = filters
  const search = useDeferredValue(text.trim().slice(0, 200))
  const states = stateFilters.find(({ value }) => value === state)?.states
  // A time is looked for as it stands in the list.
  const shown = timeShown(search)
  const since = shown?.since.toISOString() ?? startOfDay(from, 0)
  const before = shown?.before.toISOString() ?? startOfDay(to, 1)
  const filter = {
    ...(states === undefined ? {} : { states }),
    ...(search === '' || shown !== null ? {} : { search }),
    ...(dataset === '' ? {} : { dataset }),
    ...(since === null ? {} : { since }),
    ...(before === null ? {} : { before }),
  }
  const runs = useQuery({
    ...runsQuery(client, { ...filter, order, offset, limit: pageRuns }),
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
  const count = useQuery({
    ...runCountQuery(client, filter),
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
  const datasets = useQuery(datasetsQuery(client)).data ?? []
  const verbs = useVerbs()
  const list = runs.data ?? []
  const total = Math.max(count.data ?? 0, list.length)

  // What is chosen is always in sight.
  const turn = (to: number) => {
    setOffset(to)
    setChosen(new Set())
  }
  const set = (change: Partial<typeof everything>) => {
    setFilters({ ...filters, ...change })
    turn(0)
  }
  return (
    <Page title="Runs" fill>
      <search className={styles.bar}>
        <Field label="Search" size="small">
          <Input
            className={styles.search ?? ''}
            type="search"
            aria-label="Search runs"
            placeholder="File, dataset, table …"
            contentBefore={<Search20Regular />}
            value={text}
            onChange={(_, { value }) => set({ text: value })}
          />
        </Field>
        <Field label="State" size="small">
          <Select value={state} onChange={(_, { value }) => set({ state: value })}>
            <option value="">All states</option>
            {stateFilters.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
        </Field>
        <Field label="Dataset" size="small" className={styles.dataset ?? ''}>
          <Select value={dataset} onChange={(_, { value }) => set({ dataset: value })}>
            <option value="">All datasets</option>
            {datasets.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </Select>
        </Field>
        <Field label="Sent from" size="small">
          <Input type="date" value={from} onChange={(_, { value }) => set({ from: value })} />
        </Field>
        <Field label="Sent until" size="small">
          <Input type="date" value={to} onChange={(_, { value }) => set({ to: value })} />
        </Field>
      </search>
      <div className={styles.above}>
        <ChosenRuns
          runs={list.filter(({ id }) => chosen.has(id))}
          onDone={() => setChosen(new Set())}
        />
        <output className={styles.count}>
          {total > pageRuns
            ? `${formatCount(offset + 1)}–${formatCount(offset + list.length)} of ${plural(total, 'run')}`
            : runs.data !== undefined && plural(list.length, 'run')}
        </output>
        {total > pageRuns && (
          <>
            <Button
              size="small"
              icon={<ChevronLeft20Regular />}
              aria-label="Previous runs"
              disabledFocusable={offset === 0}
              onClick={() => turn(Math.max(0, offset - pageRuns))}
            />
            <Button
              size="small"
              icon={<ChevronRight20Regular />}
              aria-label="Next runs"
              disabledFocusable={offset + pageRuns >= total}
              onClick={() => turn(offset + pageRuns)}
            />
          </>
        )}
      </div>
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
      {list.length > 0 && (
        <RunsTable
          key={offset}
          runs={list}
          order={order}
          onOrder={(next) => {
            setOrder(next)
            turn(0)
          }}
          chosen={chosen}
          onChoose={setChosen}
          onVerb={(run, verb) => verbs.mutate({ run, verb })}
        />
      )}
      {runs.data?.length === 0 &&
        (Object.values(filters).some((value) => value !== '') ? (
          <EmptyState title="No run fits">
            <p>Nothing was found for this search and these filters.</p>
            <Button onClick={() => set(everything)}>Show all runs</Button>
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

/** Midnight here at the beginning of a day of the calendar, or of one that is later by `days`; null while there is none. */
function startOfDay(date: string, days: number): string | null {
  const at = new Date(`${date}T00:00`)
  if (Number.isNaN(at.getTime())) return null
  at.setDate(at.getDate() + days)
  return at.toISOString()
}
