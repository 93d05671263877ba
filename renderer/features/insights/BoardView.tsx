import { Button, Input, Select } from '@fluentui/react-components'
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { useState, useSyncExternalStore } from 'react'
import {
  type Board,
  type BoardAnswer,
  type InsightFilter,
  type Picture,
  type Range,
  daysFrom,
  movedDay,
  usualDays,
} from '../../../shared/domain/warehouse/insights.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { boardQuery } from '../../core/queries.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { hrefOf } from '../../ui/route.ts'
import { formatCalendarDay, formatCalendarDayFull } from '../../ui/times.ts'
import { useDark } from '../../ui/useDark.ts'
import { chooseRange, chosen, clearChosen, toggle } from './chosen.ts'
import { bars, cohorts, overTime, recencyAndFrequency, stacked } from './options.ts'
import { PictureCard } from './PictureCard.tsx'
import { Tiles, tilesOfBoard } from './Tiles.tsx'
import styles from './Insights.module.css'

/** Stores that are drawn; the table beside them has more. */
const mostBars = 12

/** One dashboard, with what narrows it. */
export function BoardView({ board }: { board: Board }) {
  const client = useClient()
  const { ranges, only } = useSyncExternalStore(chosen.subscribe, chosen.get)
  const range = ranges[board] ?? { days: usualDays[board] }
  const filter = { range, ...(board === 'quality' ? {} : only) }
  const asked = useQuery({
    ...boardQuery(client, board, filter),
    placeholderData: keepPreviousData,
  })
  const answer = asked.data
  return (
    <>
      <FilterBar board={board} filter={filter} answer={answer} />
      {asked.isError && (
        <ProblemNotice
          problem={problemOf(asked.error)}
          action={{ label: 'Ask again', run: () => void asked.refetch() }}
        />
      )}
      {asked.isPending && <p className={styles.quiet}>Asking the warehouse …</p>}
      {answer?.period === null && (
        <EmptyState title={board === 'quality' ? 'No file yet' : 'No sales yet'}>
          <p>
            {board === 'quality' ? 'Nothing has been sent.' : 'The table has no row with a time.'}{' '}
            <a href={hrefOf({ page: 'send' })}>Send a file</a>.
          </p>
        </EmptyState>
      )}
      {answer !== undefined && answer.period !== null && (
        <Pictures answer={answer} filter={filter} isFresh={!asked.isPlaceholderData} />
      )}
    </>
  )
}

function Pictures({
  answer: { board, period, ends, pictures },
  filter,
  isFresh,
}: {
  answer: BoardAnswer
  filter: InsightFilter
  isFresh: boolean
}) {
  const isDark = useDark()
  const pick = (role: 'store' | 'product') => (row: Picture['rows'][number]) => {
    const [value = null] = row
    return (
      <button
        type="button"
        className={styles.pick}
        aria-pressed={filter[role] !== undefined && filter[role] === value}
        onClick={() => toggle(role, value)}
      >
        {value ?? `(no ${role})`}
      </button>
    )
  }
  const totals = pictures.find(({ id }) => id === 'totals')
  return (
    <>
      {totals !== undefined && totals.lacks.length === 0 && (
        <Tiles of={totals} tilesOf={(at) => tilesOfBoard(board, at)} />
      )}
      {board === 'customers' && period !== null && ends !== null && ends.first >= period.first && (
        <p className={styles.quiet}>
          The sales begin in these days, on {formatCalendarDayFull(ends.first)}: who is new here may
          have bought before.
        </p>
      )}
      {period !== null &&
        ends !== null &&
        (filter.range === 'all' || 'days' in filter.range) &&
        ends.last > period.last && (
          <p className={styles.quiet}>
            Rows of days that have not come yet, up to {ends.last}, are not among them.
          </p>
        )}
      <div className={styles.grid} data-fresh={isFresh} aria-busy={!isFresh}>
        {pictures.map((one) => {
          const { id, rows } = one
          switch (id) {
            case 'totals':
              return one.lacks.length > 0 && <PictureCard key={id} of={one} draw={null} wide />
            case 'time':
              return (
                <PictureCard
                  key={id}
                  of={one}
                  draw={overTime(rows, isDark)}
                  wide
                  onPick={(nth) => {
                    const [day = null] = rows[nth] ?? []
                    const [second = null] = rows[1] ?? []
                    if (day === null) return
                    const step = second === null ? 1 : daysFrom(rows[0]?.[0] ?? second, second) - 1
                    chooseRange(board, { first: day, last: movedDay(day, step - 1) })
                  }}
                />
              )
            case 'stores':
              return (
                <PictureCard
                  key={id}
                  of={one}
                  height={Math.min(rows.length, mostBars) * 28 + 48}
                  draw={bars(
                    rows.slice(0, mostBars),
                    isDark,
                    {
                      name: 0,
                      value: 1,
                      lying: true,
                      isChosen: ([store = null]) =>
                        filter.store === undefined || filter.store === store,
                    },
                    'revenue',
                  )}
                  onPick={(nth) => toggle('store', rows[nth]?.[0] ?? null)}
                  cell={pick('store')}
                />
              )
            case 'held':
              return (
                <PictureCard
                  key={id}
                  of={one}
                  draw={bars(
                    rows.map(([day = null, ...row]) => [formatCalendarDay(day ?? ''), ...row]),
                    isDark,
                    { name: 0, value: 1 },
                    'held back %',
                  )}
                  wide
                />
              )
            case 'datasets':
              return <PictureCard key={id} of={one} draw={null} wide />
            case 'baskets':
              return (
                <PictureCard
                  key={id}
                  of={one}
                  draw={bars(rows, isDark, { name: 0, value: 1 }, 'baskets')}
                />
              )
            case 'cover':
              return (
                <PictureCard
                  key={id}
                  of={one}
                  wide
                  draw={bars(rows, isDark, { name: 0, value: 1 }, 'products')}
                />
              )
            case 'best':
            case 'worst':
            case 'short':
            case 'dead':
              return <PictureCard key={id} of={one} draw={null} cell={pick('product')} />
            case 'newAndReturning':
              return (
                <PictureCard
                  key={id}
                  of={one}
                  wide
                  draw={stacked(rows, isDark, [
                    { name: 'returning', value: 2 },
                    { name: 'new', value: 1 },
                  ])}
                />
              )
            case 'cohorts':
              return (
                <PictureCard key={id} of={one} wide height={360} draw={cohorts(rows, isDark)} />
              )
            case 'rfm':
              return <PictureCard key={id} of={one} draw={recencyAndFrequency(rows, isDark)} />
            default:
              return <PictureCard key={id} of={one} draw={null} wide={id === 'counted'} />
          }
        })}
      </div>
    </>
  )
}

const usualRanges: readonly { name: string; range: Range }[] = [
  { name: 'The last 7 days', range: { days: 7 } },
  { name: 'The last 4 weeks', range: { days: 28 } },
  { name: 'The last 13 weeks', range: { days: 91 } },
  { name: 'The last 52 weeks', range: { days: 364 } },
  { name: 'Every day', range: 'all' },
]

function FilterBar({
  board,
  filter: { range, store, product },
  answer,
}: {
  board: Board
  filter: InsightFilter
  answer: BoardAnswer | undefined
}) {
  const client = useClient()
  const period = answer?.period ?? null
  const [first, setFirst] = useState('')
  const [last, setLast] = useState('')
  const nth = usualRanges.findIndex((one) => JSON.stringify(one.range) === JSON.stringify(range))
  const rows = useMutation({
    mutationFn: () => client.insights.rows({ range, store, product }),
    onSuccess: ({ sql }) => {
      if (sql !== null) window.location.hash = hrefOf({ page: 'query', sql })
    },
  })
  const chosenDays = { first: first || (period?.first ?? ''), last: last || (period?.last ?? '') }
  const isSpan = chosenDays.first !== '' && chosenDays.first <= chosenDays.last
  return (
    <section className={styles.bar} aria-label="Which rows">
      <Select
        aria-label="Which days"
        value={String(nth)}
        onChange={(_, { value }) => {
          const one = usualRanges[Number(value)]
          setFirst('')
          setLast('')
          if (one !== undefined) chooseRange(board, one.range)
        }}
      >
        {usualRanges.map(({ name }, at) => (
          <option key={name} value={at}>
            {name}
          </option>
        ))}
        {nth === -1 && <option value="-1">These days</option>}
      </Select>
      <Input
        type="date"
        aria-label="The first day"
        contentBefore="from"
        value={chosenDays.first}
        onChange={(_, { value }) => setFirst(value)}
      />
      <Input
        type="date"
        aria-label="The last day"
        contentBefore="to"
        value={chosenDays.last}
        onChange={(_, { value }) => setLast(value)}
      />
      {(first !== '' || last !== '') && (
        <Button
          disabledFocusable={!isSpan}
          onClick={() => {
            if (isSpan) chooseRange(board, chosenDays)
            setFirst('')
            setLast('')
          }}
        >
          Show these days
        </Button>
      )}
      {(
        [
          ['store', store],
          ['product', product],
        ] as const
      ).map(
        ([role, value]) =>
          value !== undefined && (
            <Button
              key={role}
              appearance="outline"
              aria-label={`Every ${role} again`}
              onClick={() => toggle(role, value)}
            >
              {value ?? `(no ${role})`} ✕
            </Button>
          ),
      )}
      {store !== undefined && product !== undefined && (
        <Button appearance="subtle" onClick={clearChosen}>
          Clear all
        </Button>
      )}
      {period !== null && board !== 'quality' && (
        <Button
          appearance="subtle"
          disabledFocusable={rows.isPending}
          onClick={() => rows.mutate()}
        >
          Show the rows
        </Button>
      )}
      {rows.isError && <ProblemNotice problem={problemOf(rows.error)} />}
    </section>
  )
}
