import {
  type InsightFilter,
  type InsightTables,
  salesLacks,
  daysFrom,
  movedDay,
} from '../../shared/domain/warehouse/insights.ts'
import { quoteIdentifier } from '../duckdb/sql.ts'
import type { Period } from '../runs/ports/insights.ts'
import { type BoardParts, basket, chosen, date, inPeriod } from './parts.ts'

/** Longer periods are shown by weeks. */
const daysByDay = 92

/** Products on a list of best or worst sellers. */
const mostProducts = 15
const mostStores = 100

/** Revenue, what it is made of, and who brings it. */
export function sales(
  { sales: table }: InsightTables,
  filter: InsightFilter,
  period: Period,
): BoardParts {
  const needed = table === null ? ['a table of sales'] : salesLacks(table)
  const has = table?.columns ?? {}
  const lacks = (role: 'store' | 'product' | 'receipt', name: string): string[] => [
    ...needed,
    ...(has[role] === undefined ? [name] : []),
  ]
  const { first, last, before } = period
  const isLong = daysFrom(first, last) > daysByDay
  const bucket = isLong ? `CAST(date_trunc('week', day) AS DATE)` : 'day'
  const start = isLong ? `CAST(date_trunc('week', ${date(first)}) AS DATE)` : date(first)
  const inBefore =
    before === null ? 'false' : `day BETWEEN ${date(before)} AND ${date(movedDay(first, -1))}`
  const inThis = inPeriod(period)
  const where = `${inThis}${chosen(filter)}`
  const perBucket = `SELECT ${bucket} AS day, sum(amount) AS revenue FROM sale WHERE day BETWEEN ${start} - 7 AND ${date(last)}${chosen(filter)} GROUP BY 1`
  const totals = (condition: string): string => `
    SELECT sum(amount) AS revenue, sum(quantity) AS pieces, sum(amount) FILTER (WHERE amount < 0) AS returned, sum(amount) FILTER (WHERE receipt IS NOT NULL) AS "basket revenue", count(*) AS lines
    FROM sale WHERE ${condition}${chosen(filter)}`
  const baskets = (condition: string): string =>
    has.receipt === undefined
      ? 'NULL'
      : `(SELECT count(*) FROM (SELECT DISTINCT ${basket} FROM sale WHERE receipt IS NOT NULL AND ${condition}${chosen(filter)}))`
  const byProduct = (
    order: string,
  ): string => `SELECT product, sum(amount) AS revenue, sum(quantity) AS pieces
    FROM sale WHERE ${inThis}${chosen(filter, 'product')} GROUP BY product HAVING sum(amount) IS NOT NULL ORDER BY ${order} LIMIT ${mostProducts}`
  const pictures = [
    {
      id: 'totals',
      title: 'In all',
      note: 'Revenue is what was sold less what came back. Before: as many days before; empty where the sales do not go back so far.',
      columns: ['when', 'revenue', 'pieces', 'returned', 'basket revenue', 'lines', 'baskets'],
      lacks: needed,
      body: `SELECT 1 AS n, 'period' AS "when", *, ${baskets(inThis)} AS baskets FROM (${totals(inThis)})
    UNION ALL SELECT 2, 'before', *, ${baskets(inBefore)} FROM (${totals(inBefore)}) WHERE ${before !== null}`,
      order: 'n',
    },
    {
      id: 'time',
      title: 'Revenue over time',
      note: `Beside it the revenue of a week before. By weeks, from Monday, for more than ${daysByDay} days. A gap: there are no rows of that day.`,
      columns: ['day', 'revenue', 'a week before'],
      lacks: needed,
      body: `SELECT span.day AS day, this.revenue, ${isLong ? `CASE WHEN span.day + 6 <= ${date(last)} THEN earlier.revenue END` : 'earlier.revenue'} AS "a week before"
    FROM (SELECT CAST(unnest(generate_series(${start}, ${date(last)}, INTERVAL ${isLong ? 7 : 1} DAY)) AS DATE) AS day) span
    LEFT JOIN (${perBucket}) this ON this.day = span.day
    LEFT JOIN (${perBucket}) earlier ON earlier.day = span.day - 7`,
      order: 'day',
    },
    {
      id: 'stores',
      title: 'By store',
      note: `At most ${mostStores} stores.`,
      columns: ['store', 'revenue', 'pieces', 'before'],
      lacks: lacks('store', 'Store'),
      body: `SELECT store, sum(amount) FILTER (WHERE ${inThis}) AS revenue, sum(quantity) FILTER (WHERE ${inThis}) AS pieces, sum(amount) FILTER (WHERE ${inBefore}) AS before
    FROM sale WHERE day BETWEEN ${date(before ?? first)} AND ${date(last)}${chosen(filter, 'store')} GROUP BY store ORDER BY revenue DESC NULLS LAST, store LIMIT ${mostStores}`,
      order: 'revenue DESC NULLS LAST, store',
    },
    {
      id: 'best',
      title: 'Best sellers',
      note: 'By revenue.',
      columns: ['product', 'revenue', 'pieces'],
      lacks: lacks('product', 'Product'),
      body: byProduct('revenue DESC, product'),
      order: 'revenue DESC, product',
    },
    {
      id: 'worst',
      title: 'Worst sellers',
      note: 'By revenue, among those that were sold or returned at all.',
      columns: ['product', 'revenue', 'pieces'],
      lacks: lacks('product', 'Product'),
      body: byProduct('revenue, product'),
      order: 'revenue, product',
    },
    {
      id: 'baskets',
      title: 'Baskets by their size',
      note: 'How many lines a receipt has. A receipt is known by its number, its day and its store.',
      columns: ['lines', 'baskets', 'revenue'],
      lacks: lacks('receipt', 'Receipt number'),
      body: `SELECT CASE WHEN n >= 11 THEN '11 and more' WHEN n >= 6 THEN '6 to 10' ELSE CAST(n AS VARCHAR) END AS lines, count(*) AS baskets, sum(revenue) AS revenue, min(n) AS least
    FROM (SELECT count(*) AS n, sum(amount) AS revenue FROM sale WHERE receipt IS NOT NULL AND ${where} GROUP BY ${basket}) GROUP BY ALL`,
      order: 'least',
    },
    {
      id: 'counted',
      title: 'What is counted',
      note: 'Rows of the whole table. Those without a time are in no picture; those without an amount are in no revenue, but among the pieces and baskets.',
      columns: ['rows', 'void', 'without a time', 'without an amount'],
      lacks: needed,
      body: table === null ? '' : countedRows(table),
      order: '"rows"',
    },
  ]
  return { sources: [], pictures }
}

/** The account of the table: what is in no picture, and why. */
function countedRows({ table, columns }: NonNullable<InsightTables['sales']>): string {
  const cell = (role: keyof typeof columns): string => quoteIdentifier(columns[role] ?? '')
  const isVoid = columns.void === undefined ? 'false' : `${cell('void')} IS TRUE`
  const noTime = `${cell('time')} IS NULL`
  const noAmount =
    columns.amount === undefined
      ? `(${cell('price')} IS NULL OR ${cell('quantity')} IS NULL)`
      : `${cell('amount')} IS NULL`
  return `SELECT count(*) AS "rows", count(*) FILTER (WHERE ${isVoid}) AS void, count(*) FILTER (WHERE NOT (${isVoid}) AND ${noTime}) AS "without a time", count(*) FILTER (WHERE NOT (${isVoid}) AND NOT (${noTime}) AND ${noAmount}) AS "without an amount" FROM ${quoteIdentifier(table)}`
}
