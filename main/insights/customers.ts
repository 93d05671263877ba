import {
  type InsightFilter,
  type InsightTables,
  salesLacks,
  daysFrom,
} from '../../shared/domain/warehouse/insights.ts'
import type { Period } from '../runs/ports/insights.ts'
import { type BoardParts, chosen, date, inPeriod } from './parts.ts'

/** Longer periods are shown by months. */
const daysByWeek = 182
const mostCohorts = 12
const mostCustomers = 20

/** Who is new, who comes again, and who is worth most. */
export function customers(
  { sales: table }: InsightTables,
  filter: InsightFilter,
  period: Period,
): BoardParts {
  const lacks =
    table === null
      ? ['a table of sales']
      : [...salesLacks(table), ...(table.columns.customer === undefined ? ['Customer'] : [])]
  const [first, last] = [date(period.first), date(period.last)]
  const unit = daysFrom(period.first, period.last) > daysByWeek ? 'month' : 'week'
  const since = `CAST(date_trunc('month', ${last}) - INTERVAL ${mostCohorts - 1} MONTH AS DATE)`
  const inThis = inPeriod(period)
  /** One to five by how many customers have less; who has the same has the same score. */
  const score = (by: string): string =>
    `1 + (5 * (rank() OVER (ORDER BY ${by}) - 1)) // count(*) OVER ()`
  const scored = `SELECT *, ${score('last_day')} AS r, ${score('days')} AS f, ${score('spent')} AS m
    FROM (SELECT customer, max(day) AS last_day, count(DISTINCT day) AS days, sum(amount) AS spent FROM visits WHERE ${inThis} GROUP BY customer)`
  return {
    sources: [
      `visits AS NOT MATERIALIZED (SELECT customer, day, amount FROM sale WHERE customer IS NOT NULL${chosen(filter)})`,
      `firsts AS MATERIALIZED (SELECT customer, min(day) AS first_day FROM ever WHERE customer IS NOT NULL AND day <= ${last}${chosen(filter)} GROUP BY customer)`,
    ],
    pictures: [
      {
        id: 'totals',
        title: 'In all',
        note: 'New: bought for the first time in the period, as far back as the table goes. Returning: had bought before it. Came again: bought on more than one day of it.',
        columns: [
          'customers',
          'new',
          'returning',
          'came again',
          'revenue',
          'revenue without a customer',
        ],
        lacks,
        body: `SELECT count(*) AS customers, count(*) FILTER (WHERE first_day >= ${first}) AS new, count(*) FILTER (WHERE first_day < ${first}) AS returning, count(*) FILTER (WHERE days > 1) AS "came again", sum(amount) AS revenue, (SELECT sum(amount) FROM sale WHERE customer IS NULL AND ${inThis}${chosen(filter)}) AS "revenue without a customer"
    FROM (SELECT customer, count(DISTINCT day) AS days, sum(amount) AS amount FROM visits WHERE ${inThis} GROUP BY customer) JOIN firsts USING (customer)`,
        order: 'customers',
      },
      {
        id: 'newAndReturning',
        title: 'New and returning',
        note: `By weeks, from Monday; by months for more than ${daysByWeek} days. New: had never bought before that week or month.`,
        columns: ['from', 'new', 'returning', 'revenue of new', 'revenue of returning'],
        lacks,
        body: `SELECT began AS "from", count(*) FILTER (WHERE first_day >= began) AS new, count(*) FILTER (WHERE first_day < began) AS returning, sum(amount) FILTER (WHERE first_day >= began) AS "revenue of new", sum(amount) FILTER (WHERE first_day < began) AS "revenue of returning"
    FROM (SELECT customer, CAST(date_trunc('${unit}', day) AS DATE) AS began, sum(amount) AS amount FROM visits WHERE day BETWEEN date_trunc('${unit}', ${first}) AND ${last} GROUP BY ALL) JOIN firsts USING (customer) GROUP BY began`,
        order: '"from"',
      },
      {
        id: 'cohorts',
        title: 'Who comes again',
        note: `Customers by the month in which they bought first, and how many of them bought in the months after it; the last ${mostCohorts} months.`,
        columns: ['first bought', 'months later', 'customers'],
        lacks,
        body: `SELECT strftime(began, '%Y-%m') AS "first bought", date_diff('month', began, month) AS "months later", count(*) AS customers
    FROM (SELECT DISTINCT customer, date_trunc('month', day) AS month FROM ever WHERE customer IS NOT NULL AND day BETWEEN ${since} AND ${last}${chosen(filter)})
    JOIN (SELECT customer, date_trunc('month', first_day) AS began FROM firsts WHERE first_day >= ${since}) USING (customer) GROUP BY ALL`,
        order: '"first bought", "months later"',
      },
      {
        id: 'rfm',
        title: 'Recency and frequency',
        note: 'Customers of the period by how lately (5: the latest) and on how many days (5: on most) they bought, each by fifths of all customers.',
        columns: ['recency', 'frequency', 'customers', 'revenue'],
        lacks,
        body: `SELECT r AS recency, f AS frequency, count(*) AS customers, sum(spent) AS revenue FROM (${scored}) GROUP BY ALL`,
        order: 'recency DESC, frequency DESC',
      },
      {
        id: 'away',
        title: 'Good customers who stay away',
        note: `Of the fifths that spent most in the period, those that have not been seen for longest: the ${mostCustomers} who spent most.`,
        columns: ['customer', 'last seen', 'days', 'spent'],
        lacks,
        body: `SELECT customer, last_day AS "last seen", days, spent FROM (${scored}) WHERE r <= 2 AND m >= 4 ORDER BY spent DESC, customer LIMIT ${mostCustomers}`,
        order: 'spent DESC, customer',
      },
    ],
  }
}
