import {
  type InsightFilter,
  type InsightTables,
  type StockTable,
  salesLacks,
  stockLacks,
  daysFrom,
} from '../../shared/domain/warehouse/insights.ts'
import { quoteIdentifier } from '../duckdb/sql.ts'
import type { Period } from '../runs/ports/insights.ts'
import { type BoardParts, type PictureQuestion, inPeriod, matches } from './parts.ts'

const mostProducts = 50

/** Stock that goes on for less is short. */
const shortDays = 7

/** How long the stock lasts at the pace of the period, and what lies dead. */
export function inventory(
  { sales, stock }: InsightTables,
  filter: InsightFilter,
  period: Period,
): BoardParts {
  const lacks = [
    ...(stock === null ? ['a table of stock'] : stockLacks(stock)),
    ...(sales === null
      ? ['a table of sales']
      : [
          ...salesLacks(sales),
          ...(sales.columns.product === undefined ? ['Product of the sales'] : []),
          ...(sales.columns.quantity === undefined ? ['Quantity of the sales'] : []),
        ]),
  ]
  const isKnown = stock !== null && lacks.length === 0
  return {
    sources: isKnown ? [`goods AS MATERIALIZED (${goodsOf(stock, filter, period)})`] : [],
    pictures: pictures(isKnown ? stock : null).map((one) => ({ ...one, lacks })),
  }
}

/** A product a row. A number may be text in one table and a number in the other. */
function goodsOf(stock: StockTable, filter: InsightFilter, period: Period): string {
  const hasStore = stock.columns.store !== undefined
  const store = matches('store', hasStore ? filter.store : undefined)
  const sold = ['product IS NOT NULL', ...store].join(' AND ')
  return `SELECT product, stock, value, counted, coalesce(sold, 0) AS sold, last_sold, last_sold IS NOT NULL AS known, CASE WHEN sold > 0 THEN CAST(floor(greatest(stock, 0) * ${daysFrom(period.first, period.last)} / sold) AS BIGINT) END AS days_left
    FROM (${onStock(stock, filter)})
    LEFT JOIN (SELECT CAST(product AS VARCHAR) AS product, sum(quantity) FILTER (WHERE ${inPeriod(period)}) AS sold, max(day) AS last_sold FROM ever WHERE ${sold} GROUP BY 1) USING (product)
    WHERE stock IS NOT NULL`
}

/** What lies there by the last count of each product at each store. */
function onStock({ table, columns }: StockTable, filter: InsightFilter): string {
  const cell = (role: keyof typeof columns): string => quoteIdentifier(columns[role] ?? '')
  const product = cell('product')
  const where = [
    `${product} IS NOT NULL`,
    ...matches(cell('store'), columns.store === undefined ? undefined : filter.store),
    ...matches(product, filter.product),
  ].join(' AND ')
  const place = [product, ...(columns.store === undefined ? [] : [cell('store')])].join(', ')
  const last =
    columns.time === undefined
      ? ''
      : ` QUALIFY ${cell('time')} IS NOT DISTINCT FROM max(${cell('time')}) OVER (PARTITION BY ${place})`
  const value = columns.price === undefined ? 'NULL' : `sum(stock * price)`
  const counted = columns.time === undefined ? 'NULL' : 'CAST(min(counted) AS DATE)'
  return `SELECT product, sum(stock) AS stock, ${value} AS value, ${counted} AS counted
    FROM (SELECT CAST(${product} AS VARCHAR) AS product, ${cell('stock')} AS stock, ${columns.price === undefined ? 'NULL' : cell('price')} AS price, ${columns.time === undefined ? 'NULL' : cell('time')} AS counted FROM ${quoteIdentifier(table)} WHERE ${where}${last}) GROUP BY product`
}

function pictures(stock: StockTable | null): Omit<PictureQuestion, 'lacks'>[] {
  const isDead = 'stock > 0 AND sold <= 0'
  return [
    {
      id: 'totals',
      title: 'In all',
      note: `By the last count of each product. Short: less than ${shortDays} days of stock at the pace of the period. Dead: it lies there, and none was sold in the period.`,
      columns: [
        'products',
        'pieces',
        'value',
        'sold out',
        'short',
        'dead',
        'dead pieces',
        'dead value',
      ],
      body: `SELECT count(*) AS products, sum(stock) AS pieces, sum(value) AS value, count(*) FILTER (WHERE stock <= 0 AND sold > 0) AS "sold out", count(*) FILTER (WHERE stock > 0 AND days_left < ${shortDays}) AS short, count(*) FILTER (WHERE ${isDead}) AS dead, coalesce(sum(stock) FILTER (WHERE ${isDead}), 0) AS "dead pieces", sum(value) FILTER (WHERE ${isDead}) AS "dead value" FROM goods`,
      order: 'products',
    },
    {
      id: 'cover',
      title: 'Days of stock left',
      note: 'Pieces that lie there by the pieces sold a day in the period.',
      columns: ['days left', 'products', 'pieces'],
      body: `SELECT CASE nth WHEN 0 THEN 'none left' WHEN 1 THEN 'less than 7' WHEN 2 THEN '7 to 13' WHEN 3 THEN '14 to 27' WHEN 4 THEN '28 to 90' WHEN 5 THEN '91 and more' ELSE 'not sold' END AS "days left", count(*) AS products, sum(stock) AS pieces, nth
    FROM (SELECT *, CASE WHEN stock <= 0 THEN 0 WHEN days_left IS NULL THEN 6 WHEN days_left < 7 THEN 1 WHEN days_left < 14 THEN 2 WHEN days_left < 28 THEN 3 WHEN days_left < 91 THEN 4 ELSE 5 END AS nth FROM goods) GROUP BY nth`,
      order: 'nth',
    },
    {
      id: 'short',
      title: 'Out of stock first',
      note: `The ${mostProducts} products that are sold and go out of stock first; of equal ones those that are sold most.`,
      columns: ['product', 'stock', 'sold', 'days left', 'counted'],
      body: `SELECT product, stock, sold, days_left AS "days left", counted FROM goods WHERE days_left IS NOT NULL ORDER BY days_left, sold DESC, product LIMIT ${mostProducts}`,
      order: '"days left", sold DESC, product',
    },
    {
      id: 'dead',
      title: 'Dead stock',
      note: `The ${mostProducts} products with most ${stock?.columns.price === undefined ? 'pieces' : 'value'} of which none was sold in the period. Empty: never sold.`,
      columns: ['product', 'stock', 'value', 'last sold', 'counted'],
      body: `SELECT product, stock, value, last_sold AS "last sold", counted FROM goods WHERE ${isDead} ORDER BY value DESC NULLS LAST, stock DESC, product LIMIT ${mostProducts}`,
      order: 'value DESC NULLS LAST, stock DESC, product',
    },
    {
      id: 'counted',
      title: 'What is counted',
      note: 'If few products of the stock were ever sold, the two tables name their products differently.',
      columns: ['products', 'ever sold', 'rows without a product or a stock'],
      body:
        stock === null
          ? ''
          : `SELECT count(*) AS products, count(*) FILTER (WHERE known) AS "ever sold", (SELECT count(*) FROM ${quoteIdentifier(stock.table)} WHERE ${quoteIdentifier(stock.columns.product ?? '')} IS NULL OR ${quoteIdentifier(stock.columns.stock ?? '')} IS NULL) AS "rows without a product or a stock" FROM goods`,
      order: 'products',
    },
  ]
}
