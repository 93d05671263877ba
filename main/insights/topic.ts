import { salesLacks } from '../../shared/domain/warehouse/insights.ts'
import { isLineage } from '../../shared/domain/columns/lineage.ts'
import { quoteIdentifier, quoteLiteral } from '../duckdb/sql.ts'
import type { TopicRows } from '../runs/ports/insights.ts'
import { type BoardParts, amountOf, cellOf, timeOf } from './parts.ts'

/** So many are looked at, up to the newest with a sale. */
const minutes = 60
const mostStores = 100
const mostProducts = 15

/** So long after its sale a record may be written before it is late; clocks may differ by as much. */
const leeway = 'INTERVAL 1 MINUTE'
/** No place on Earth is further ahead of UTC. */
const furthestAheadMs = 14 * 3_600_000

/**
 * What the rows of a topic add up to. `line` is a row of the topic, `told` counts them all, `hour` are the sales of the last hour,
 * `landed` counts the offsets by the ledger.
 */
export function topicRows({ topic, table, known, now }: TopicRows): BoardParts {
  const { columns } = table
  const lacksTopic = known.has('kafka_topic') ? [] : ['the column kafka_topic']
  const needed = [...lacksTopic, ...salesLacks(table)]
  const [place, placeName] =
    columns.store === undefined && known.has('kafka_key')
      ? (['kafka_key', 'key'] as const)
      : ([cellOf(columns, 'store'), 'store'] as const)
  const sold = `CAST(${cellOf(columns, 'time')} AS TIMESTAMP)`
  const written = known.has('kafka_time') ? 'kafka_time' : 'CAST(NULL AS TIMESTAMP)'
  const saysBoth = known.has('kafka_time') && !isLineage(columns.time ?? 'kafka_time')
  const amount = salesLacks(table).length > 0 ? 'CAST(NULL AS DECIMAL(18,2))' : amountOf(columns)
  const pieces =
    columns.quantity === undefined ? 'CAST(NULL AS BIGINT)' : cellOf(columns, 'quantity')
  const counts = columns.void === undefined ? 'true' : `${cellOf(columns, 'void')} IS NOT TRUE`
  const soon = new Date(now.getTime() + furthestAheadMs).toISOString().slice(0, 19)
  // Where most were sold after they were written, the times of sales are not UTC, and nobody knows what is late.
  const isComparable = saysBoth ? '(SELECT 2 * ahead <= lines FROM told)' : 'false'
  const sums = `sum(amount) AS revenue, count(*) AS sales, sum(quantity) AS pieces`
  const by = (role: string): string => `SELECT ${role}, ${sums} FROM hour GROUP BY ${role}`
  const byRevenue = (role: string): string => `revenue DESC NULLS LAST, ${role}`
  return {
    sources: [
      `line AS NOT MATERIALIZED (SELECT CAST(${timeOf(table)} AS TIMESTAMP) AS moment, ${amount} AS amount, ${pieces} AS quantity, ${place} AS ${placeName}, ${cellOf(columns, 'product')} AS product, ${counts} AS counts, ${sold} > ${written} + ${leeway} AS ahead, ${written} > ${sold} + ${leeway} AS late FROM ${quoteIdentifier(table.table)} WHERE kafka_topic = ${quoteLiteral(topic)})`,
      `told AS MATERIALIZED (SELECT count(*) AS landed, count(*) FILTER (counts) AS lines, count(*) FILTER (counts AND moment IS NULL) AS timeless, count(*) FILTER (counts AND moment IS NOT NULL AND amount IS NULL) AS priceless, count(*) FILTER (counts AND ahead) AS ahead, count(*) FILTER (counts AND late) AS late, max(moment) FILTER (counts AND moment <= TIMESTAMP ${quoteLiteral(soon)}) AS newest, max(moment) FILTER (counts AND NOT ahead) AS newest_in_time FROM line)`,
      `span AS MATERIALIZED (SELECT date_trunc('minute', CASE WHEN ${isComparable} THEN coalesce(newest_in_time, newest) ELSE newest END) AS last FROM told)`,
      `hour AS NOT MATERIALIZED (SELECT line.*, date_trunc('minute', moment) AS minute FROM line, span WHERE counts AND moment >= last - INTERVAL ${minutes - 1} MINUTE AND moment < last + INTERVAL 1 MINUTE)`,
      `landed AS NOT MATERIALIZED (SELECT unnest(from_json(batch, '{"ranges": [{"from": "BIGINT", "to": "BIGINT"}]}').ranges) AS range FROM _pallet_ledger WHERE lower(table_name) = lower(${quoteLiteral(table.table)}) AND undone_at IS NULL AND (batch ->> '$.topic') = ${quoteLiteral(topic)})`,
    ],
    pictures: [
      {
        id: 'totals',
        title: 'In all',
        note: 'Rows of the topic that stand in the table. Not in the table: of the offsets that are landed, by the ledger, those without a row: held back, dropped by a rule, or compacted away at Kafka. Late: written to the topic more than a minute after the sale. Up to: the last minute with sales.',
        columns: ['rows', 'offsets', 'not in the table', 'late', 'revenue', 'sales', 'up to'],
        lacks: lacksTopic,
        body: `SELECT landed AS "rows", offsets, offsets - landed AS "not in the table", CASE WHEN ${isComparable} THEN late END AS late, (SELECT sum(amount) FROM hour) AS revenue, (SELECT count(*) FROM hour) AS sales, strftime(last, '%Y-%m-%d %H:%M') AS "up to"
    FROM told, span, (SELECT coalesce(sum(range."to" - range."from"), 0) AS offsets FROM landed)`,
        order: '"rows"',
      },
      {
        id: 'minutes',
        title: 'Revenue per minute',
        note: `The last ${minutes} minutes up to the last one with sales, by the time of the sale. A gap: there are no rows of that minute. Late: written to the topic more than a minute after the sale.`,
        columns: ['minute', 'revenue', 'sales', 'late'],
        lacks: needed,
        body: `SELECT strftime(span_minute, '%Y-%m-%d %H:%M') AS minute, revenue, sales, late
    FROM (SELECT unnest(generate_series(last - INTERVAL ${minutes - 1} MINUTE, last, INTERVAL 1 MINUTE)) AS span_minute FROM span)
    LEFT JOIN (SELECT minute, sum(amount) AS revenue, count(*) AS sales, CASE WHEN ${isComparable} THEN count(*) FILTER (late) END AS late FROM hour GROUP BY minute) AS sums ON sums.minute = span_minute`,
        order: 'minute',
      },
      {
        id: 'places',
        title: `By ${placeName}`,
        note: `Of the same ${minutes} minutes; at most ${mostStores}.${placeName === 'key' ? ' No column is the store, so the key of the records stands for it.' : ''}`,
        columns: [placeName, 'revenue', 'sales', 'pieces'],
        lacks: [...needed, ...(place === 'NULL' ? ['Store'] : [])],
        body: `${by(placeName)} ORDER BY ${byRevenue(placeName)} LIMIT ${mostStores}`,
        order: byRevenue(placeName),
      },
      {
        id: 'products',
        title: 'By product',
        note: `Of the same ${minutes} minutes; the ${mostProducts} that bring most.`,
        columns: ['product', 'revenue', 'sales', 'pieces'],
        lacks: [...needed, ...(columns.product === undefined ? ['Product'] : [])],
        body: `${by('product')} ORDER BY ${byRevenue('product')} LIMIT ${mostProducts}`,
        order: byRevenue('product'),
      },
      {
        id: 'counted',
        title: 'What is counted',
        note: 'All rows of the topic. Those without a time are in no minute; those without an amount in no revenue. Sold after they were written: their clock was more than a minute ahead, or their time is not UTC.',
        columns: ['rows', 'void', 'without a time', 'without an amount', 'sold after written'],
        lacks: needed,
        body: `SELECT landed AS "rows", landed - lines AS void, timeless AS "without a time", priceless AS "without an amount", ${saysBoth ? 'ahead' : 'CAST(NULL AS BIGINT)'} AS "sold after written" FROM told`,
        order: '"rows"',
      },
    ],
  }
}
