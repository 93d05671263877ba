import type { Board, Picture } from '../../../shared/domain/warehouse/insights.ts'
import { formatDecimal, formatShare } from '../../../shared/domain/sizes.ts'
import { hrefOf } from '../../ui/route.ts'
import styles from './Insights.module.css'

/** The numbers that are looked at first, each a link to the statement that answers it. */
export function Tiles({ of, tilesOf }: { of: Picture; tilesOf: (at: At) => Tile[] }) {
  const { columns, rows, sql, note } = of
  const at: At = (name, nth = 0) => rows[nth]?.[columns.indexOf(name)] ?? null
  return (
    <dl className={styles.tiles} aria-label="In all" title={note}>
      {tilesOf(at).map(({ name, value, hint }) => (
        <div key={name} className={styles.tile}>
          <dt>{name}</dt>
          <dd className={styles.value}>
            {sql === null ? value : <a href={hrefOf({ page: 'query', sql })}>{value}</a>}
          </dd>
          {hint !== '' && <dd>{hint}</dd>}
        </div>
      ))}
    </dl>
  )
}

export interface Tile {
  name: string
  value: string
  hint: string
}

export type At = (column: string, nth?: number) => string | null

export const tile = (name: string, value: string | null, hint = ''): Tile => ({
  name,
  value: value === null ? 'not known' : formatDecimal(value),
  hint,
})

export function tilesOfBoard(board: Board, at: At): Tile[] {
  switch (board) {
    case 'sales': {
      const against = (column: string): string => change(at(column), at(column, 1))
      return [
        tile('Revenue', at('revenue'), against('revenue')),
        tile('Pieces', at('pieces'), against('pieces')),
        tile('Baskets', at('baskets'), against('baskets')),
        tile('A basket', ratio(at('basket revenue'), at('baskets')), 'revenue on average'),
        tile('Came back', at('returned') ?? '0', 'paid back for what was returned'),
      ]
    }
    case 'quality':
      return [
        tile('Files', at('files'), `${at('failed') ?? '0'} of them failed`),
        tile('Rows', at('rows')),
        tile(
          'Held back',
          at('held back'),
          at('held back %') === null ? '' : `${at('held back %') ?? ''} % of all`,
        ),
        tile('Come home', at('come home') ?? '0', 'held back once, fixed and delivered'),
        tile('Not sent again', at('not sent again'), 'it was there already'),
        tile('Time saved', at('time saved'), 'by what was not sent again'),
      ]
    case 'inventory':
      return [
        tile('Products', at('products')),
        tile('Pieces', at('pieces')),
        tile('Worth', at('value'), at('value') === null ? 'no column has a price' : ''),
        tile('Sold out', at('sold out'), 'sold in these days, none left'),
        tile('Short', at('short'), 'less than 7 days left'),
        tile('Dead', at('dead'), `${formatDecimal(at('dead pieces') ?? '0')} pieces, none sold`),
      ]
    case 'customers': {
      const of = (column: string): string => {
        const [all, part] = [Number(at('customers') ?? 0), Number(at(column) ?? 0)]
        return all === 0 ? '' : `${formatShare(part / all)} of all`
      }
      return [
        tile('Customers', at('customers')),
        tile('New', at('new'), of('new')),
        tile('Had bought before', at('returning'), of('returning')),
        tile('More than one day', at('came again'), of('came again')),
        tile('Their revenue', at('revenue')),
        tile(
          'Without a customer',
          at('revenue without a customer') ?? '0',
          'revenue that nobody is known for',
        ),
      ]
    }
  }
}

/** `+ 4.2 % to before`; empty where there is nothing to compare with. */
function change(now: string | null, before: string | null): string {
  if (now === null || before === null || Number(before) <= 0) return ''
  const by = (Number(now) - Number(before)) / Number(before)
  return `${by < 0 ? '−' : '+'} ${formatShare(Math.abs(by))} to the days before (${formatDecimal(before)})`
}

/** An average is rounded anyway. */
function ratio(sum: string | null, count: string | null): string | null {
  if (sum === null || count === null || Number(count) === 0) return null
  return (Number(sum) / Number(count)).toFixed(2)
}
