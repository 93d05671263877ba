import { useQuery } from '@tanstack/react-query'
import {
  type SalesRole,
  type TopicPicture,
  roleWords,
} from '../../../shared/domain/warehouse/insights.ts'
import { formatDecimal, formatShare } from '../../../shared/domain/sizes.ts'
import { useClient } from '../../core/core.tsx'
import { problemOf } from '../../core/problem.ts'
import { topicPictureQuery } from '../../core/queries.ts'
import { ProblemNotice } from '../../ui/ProblemNotice.tsx'
import { hrefOf } from '../../ui/route.ts'
import { formatClock } from '../../ui/times.ts'
import { useDark } from '../../ui/useDark.ts'
import { bars } from './options.ts'
import { PictureCard } from './PictureCard.tsx'
import { type At, type Tile, Tiles, tile } from './Tiles.tsx'
import styles from './Insights.module.css'

/** Stores that are drawn; the table beside them has more. */
const mostBars = 12

/** What the landed rows of a topic add up to, counted anew when more have landed. `landed`: how far it is landed now. */
export function TopicPictures({
  connection,
  topic,
  landed,
}: {
  connection: string
  topic: string
  landed: string
}) {
  const asked = useQuery(topicPictureQuery(useClient(), connection, topic, landed))
  const picture = asked.data?.picture ?? null
  return (
    <section aria-labelledby="topic-rows" className={styles.live}>
      <h2 id="topic-rows">Landed rows</h2>
      {asked.isError && (
        <ProblemNotice
          problem={problemOf(asked.error)}
          action={{ label: 'Ask again', run: () => void asked.refetch() }}
        />
      )}
      {asked.isPending && <p className={styles.quiet}>Asking the warehouse …</p>}
      {asked.data?.picture === null && (
        <p className={styles.quiet}>No row of it is in a table yet.</p>
      )}
      {picture !== null && (
        <>
          <p className={styles.quiet}>
            Counted at {formatClock(new Date(asked.dataUpdatedAt).toISOString())} from the rows of{' '}
            {picture.table} in the warehouse, and again when more have landed.{' '}
            {columnWords(picture)}{' '}
            <a href={hrefOf({ page: 'insights', board: 'sales' })}>Columns</a>
          </p>
          <Pictures of={picture} />
        </>
      )}
    </section>
  )
}

function Pictures({ of: { pictures, columns } }: { of: TopicPicture }) {
  const isDark = useDark()
  const totals = pictures.find(({ id }) => id === 'totals')
  const hasSales = totals?.rows[0]?.[totals.columns.indexOf('up to')] != null
  return (
    <>
      {totals !== undefined && (
        <Tiles of={totals} tilesOf={(at) => tilesOf(at, columns.time !== undefined)} />
      )}
      <div className={styles.grid}>
        {pictures.map((one) => {
          const { id, rows } = one
          switch (id) {
            case 'minutes':
              return (
                <PictureCard
                  key={id}
                  of={hasSales ? one : { ...one, rows: [] }}
                  draw={bars(
                    rows.map(([minute = null, ...sums]) => [clockOf(minute), ...sums]),
                    isDark,
                    { name: 0, value: 1 },
                    'revenue',
                  )}
                  wide
                />
              )
            case 'places':
              return (
                <PictureCard
                  key={id}
                  of={one}
                  height={Math.min(rows.length, mostBars) * 28 + 48}
                  draw={bars(
                    rows.slice(0, mostBars),
                    isDark,
                    { name: 0, value: 1, lying: true },
                    'revenue',
                  )}
                />
              )
            case 'products':
              return <PictureCard key={id} of={one} draw={null} />
            case 'counted':
              return <PictureCard key={id} of={one} draw={null} wide />
            default:
              return null
          }
        })}
      </div>
    </>
  )
}

function tilesOf(at: At, hasTime: boolean): Tile[] {
  const [rows, late, upTo] = [at('rows'), at('late'), at('up to')]
  const hour = upTo === null ? '' : `in the hour up to ${clockOf(upTo)}`
  return [
    tile('Rows', rows, 'of this topic, in the table'),
    tile(
      'Not in the table',
      at('not in the table'),
      `of ${formatDecimal(at('offsets') ?? '0')} landed offsets: held back or dropped`,
    ),
    tile(
      'Late',
      late,
      late !== null
        ? `${formatShare(Number(late) / Math.max(1, Number(rows)))} of all, over a minute after the sale`
        : hasTime
          ? 'their times are not UTC'
          : 'no column says when it was sold',
    ),
    tile('Sales', at('sales'), hour),
    tile('Revenue', at('revenue'), hour),
  ]
}

const clockOf = (minute: string | null): string => minute?.slice(11) ?? ''

/** Which column was taken for what, and by whom. */
function columnWords({ columns, isSaid }: TopicPicture): string {
  const taken = (['time', 'amount', 'price', 'quantity', 'store', 'product', 'void'] as const)
    .filter((role: SalesRole) => columns[role] !== undefined)
    .map((role) => `${roleWords[role].name}: ${columns[role] ?? ''}`)
  if (taken.length === 0) return 'No column of it looks like a sale.'
  return `${isSaid ? 'As said in Insights' : 'By their names'}, ${taken.join(', ')}.`
}
