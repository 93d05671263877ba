import type { Board, Picture } from '../../../shared/domain/insights.ts'
import { formatDecimal, formatShare } from '../../../shared/domain/sizes.ts'
import { hrefOf } from '../../ui/route.ts'
import styles from './Insights.module.css'

/** The numbers that are looked at first, each a link to the statement that answers it. */
export function Tiles({ board, of }: { board: Board; of: Picture }) {
  const { columns, rows, sql, note } = of
  const at = (name: string, nth = 0): string | null => rows[nth]?.[columns.indexOf(name)] ?? null
  return (
    <dl className={styles.tiles} aria-label="In all" title={note}>
      {tilesOf(board, at).map(({ name, value, hint }) => (
        <div key={name} className={styles.tile}>
          <dt>{name}</dt>
          <dd>{sql === null ? value : <a href={hrefOf({ page: 'query', sql })}>{value}</a>}</dd>
          {hint !== '' && <dd>{hint}</dd>}
        </div>
      ))}
    </dl>
  )
}

interface Tile {
  name: string
  value: string
  hint: string
}

type At = (column: string, nth?: number) => string | null

function tilesOf(board: Board, at: At): Tile[] {
  const tile = (name: string, value: string | null, hint = ''): Tile => ({
    name,
    value: value === null ? 'not known' : formatDecimal(value),
    hint,
  })
  switch (board) {
    case 'sales': {
      const against = (column: string): string => change(at(column), at(column, 1))
      return [
        tile('Revenue', at('revenue'), against('revenue')),
        tile('Pieces', at('units'), against('units')),
        tile('Baskets', at('baskets'), against('baskets')),
        tile('A basket', ratio(at('basket revenue'), at('baskets')), 'revenue on average'),
        tile('Came back', at('returned') ?? '0', 'less than zero in Revenue'),
      ]
    }
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
      const customers = Number(at('customers') ?? 0)
      const share = customers === 0 ? null : Number(at('returning') ?? 0) / customers
      return [
        tile('Customers', at('customers')),
        tile('New', at('new')),
        tile('Returning', at('returning'), share === null ? '' : `${formatShare(share)} of all`),
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
