import { z } from 'zod'
import {
  type InsightTables,
  type Picture,
  type SalesTable,
  salesLacks,
  daysFrom,
  movedDay,
} from '../../shared/domain/warehouse/insights.ts'
import type { AskedPictures, InsightQuestions, Period } from '../runs/ports/insights.ts'
import { quoteIdentifier } from '../duckdb/sql.ts'
import { customers } from './customers.ts'
import { inventory } from './inventory.ts'
import { type BoardParts, amountOf, cellOf, date, dayOf, daysAhead, matches } from './parts.ts'
import { sales } from './sales.ts'
import { topicRows } from './topic.ts'

const questionsOf = { sales, inventory, customers }

export const insightQuestions: InsightQuestions = {
  columns: `SELECT table_name, column_name, data_type FROM duckdb_columns()
WHERE database_name = current_database() AND schema_name = current_schema() AND NOT starts_with(table_name, '_pallet_')
  AND table_name IN (SELECT table_name FROM duckdb_columns() WHERE column_name = '_pallet_run') AND column_name <> '_pallet_run'
ORDER BY table_name, column_index`,

  ends({ sales: table }, today) {
    const ever = everyLine(table)
    return `SELECT min(day), coalesce(max(day) FILTER (WHERE day <= ${date(today)}), max(day)), max(day) FROM (${ever})`
  },

  isSold({ sales: table }, role, value) {
    return `SELECT 'yes' FROM (${everyLine(table)}) WHERE ${matches(role, value).join('')} LIMIT 1`
  },

  board(board, tables, filter, period) {
    const { sources, pictures } = questionsOf[board](tables, filter, period)
    return asked({ sources: [...linesOf(tables, period), ...sources], pictures })
  },

  topic: (rows) => asked(topicRows(rows)),

  rows({ sales: table }, filter, { first, last }) {
    if (table === null) return ''
    const column = (role: 'store' | 'product'): string => quoteIdentifier(table.columns[role] ?? '')
    const only = (['store', 'product'] as const)
      .filter((role) => table.columns[role] !== undefined)
      .flatMap((role) => matches(column(role), filter[role]))
    const span = `${dayOf(table)} BETWEEN ${date(first)} AND ${date(last)}`
    return `SELECT * FROM ${quoteIdentifier(table.table)}\nWHERE ${[span, ...only, ...counted(table)].join('\n  AND ')}\nORDER BY ${quoteIdentifier(table.columns.time ?? '')} DESC`
  },
}

const Rows = z.array(z.array(z.string().nullable()))

function asked({ sources, pictures }: BoardParts): AskedPictures {
  const withSources = `WITH ${sources.join(',\n')}`
  const answered = pictures.filter(({ lacks }) => lacks.length === 0)
  const cells = answered.map(
    ({ columns, body, order }) =>
      `(SELECT to_json(list([${columns.map((name) => `CAST(${quoteIdentifier(name)} AS VARCHAR)`).join(', ')}] ORDER BY ${order})) FROM (${body}))`,
  )
  return {
    sql: cells.length === 0 ? null : `${withSources}\nSELECT ${cells.join(',\n')}`,
    read: (answers) =>
      pictures.map((one): Picture => {
        const { id, title, note, columns, lacks, body, order } = one
        const nth = answered.indexOf(one)
        return {
          id,
          title,
          note,
          columns,
          lacks,
          rows: Rows.parse(JSON.parse(answers[nth] ?? '[]') ?? []),
          sql:
            nth === -1
              ? null
              : `${withSources}\nSELECT ${columns.map(quoteIdentifier).join(', ')} FROM (\n    ${body.trim()}\n)\nORDER BY ${order}`,
        }
      }),
  }
}

/** Rows that count as sales. */
function counted({ columns }: SalesTable): string[] {
  return columns.void === undefined ? [] : [`${quoteIdentifier(columns.void)} IS NOT TRUE`]
}

const noLine =
  'SELECT NULL::DATE AS day, NULL::DECIMAL(18,2) AS amount, NULL::BIGINT AS quantity, NULL AS store, NULL AS product, NULL AS customer, NULL AS receipt WHERE false'

/** One row a line of a receipt, by the names of the roles; NULL for those that no column has. */
function everyLine(table: SalesTable | null): string {
  if (table === null || salesLacks(table).length > 0) return noLine
  const { columns } = table
  const cell = (role: keyof SalesTable['columns']): string => cellOf(columns, role)
  const where = [`${cell('time')} IS NOT NULL`, ...counted(table)].join(' AND ')
  return `SELECT ${dayOf(table)} AS day, ${amountOf(columns)} AS amount, ${cell('quantity')} AS quantity, ${cell('store')} AS store, ${cell('product')} AS product, ${cell('customer')} AS customer, ${cell('receipt')} AS receipt FROM ${quoteIdentifier(table.table)} WHERE ${where}`
}

/** What is asked several times is worked out once, where it fits into the memory of a query. */
const fewDays = 60

function linesOf({ sales: table }: InsightTables, { first, last, before }: Period): string[] {
  const from = movedDay(before ?? first, -daysAhead)
  const isFew = daysFrom(first, last) <= fewDays
  return [
    `ever AS NOT MATERIALIZED (${everyLine(table)})`,
    `sale AS ${isFew ? 'MATERIALIZED' : 'NOT MATERIALIZED'} (SELECT * FROM ever WHERE day BETWEEN ${date(from)} AND ${date(last)})`,
  ]
}
