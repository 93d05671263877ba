import { sandboxName } from '../../shared/domain/connection.ts'
import {
  type Board,
  type BoardAnswer,
  type InsightFilter,
  type InsightSetup,
  type InsightTables,
  type Role,
  type TableColumns,
  type TopicPicture,
  daysFrom,
  fitsRole,
  movedDay,
  noTables,
  proposeTables,
  roleWords,
  salesColumnsOf,
  salesLacks,
  stockLacks,
} from '../../shared/domain/warehouse/insights.ts'
import type { Destination } from '../../shared/domain/datasets/dataset.ts'
import { isZone, localDay } from '../../shared/domain/localTime.ts'
import { Problem } from '../../shared/domain/problem.ts'
import type { InsightQuestions, Period } from './ports/insights.ts'
import type { Rooms } from './ports/rooms.ts'
import type { SettingsRepository } from './ports/store.ts'
import type { WarehouseAccess } from './ports/warehouse.ts'
import { type QualityParts, quality } from './quality.ts'
import { quiet } from './quiet.ts'

export interface InsightParts extends QualityParts {
  settings: Pick<SettingsRepository, 'insightTables' | 'saveInsightTables'>
  rooms: Pick<Rooms, 'query'>
  warehouseOf: (connection: string) => Promise<WarehouseAccess>
  insightQuestions: InsightQuestions
  /** The table of a warehouse that a topic is landed into; null: none of it is. */
  landedInto: (connection: string, topic: string) => Destination['warehouse']
}

/** Columns of a warehouse that are listed. */
const mostColumns = 10_000

/** Pictures of sales, stock and customers, counted by the built-in warehouse, and of the files that came. */
export class Insights {
  readonly #parts: InsightParts

  constructor(parts: InsightParts) {
    this.#parts = parts
  }

  /** What a person has confirmed. */
  tables(): InsightTables {
    return this.#parts.settings.insightTables() ?? noTables
  }

  /** The tables that can be chosen from, and what Pallet would choose; none, where nothing was loaded yet. */
  async setup(signal: AbortSignal): Promise<InsightSetup> {
    const tables = await this.#columns(signal)
    return { tables, proposed: proposeTables(tables) }
  }

  /** Throws `usage` where a column is not there or cannot be what is said of it, and where one is missing. */
  async save(tables: InsightTables, signal: AbortSignal): Promise<void> {
    const known = await this.#columns(signal)
    const { sales, stock } = tables
    if (sales?.zone != null && !isZone(sales.zone))
      throw new Problem({
        code: 'usage',
        what: `“${sales.zone}” is no time zone.`,
        did: 'Nothing was kept.',
        advice: 'Zones are named as Europe/Berlin is.',
      })
    if (sales !== null) check(known, sales.table, sales.columns, salesLacks(sales))
    if (stock !== null) check(known, stock.table, stock.columns, stockLacks(stock))
    this.#parts.settings.saveInsightTables(tables)
  }

  /** Throws `usage` where no column was confirmed yet, and what a query throws. */
  async board(board: Board, filter: InsightFilter, signal: AbortSignal): Promise<BoardAnswer> {
    if (board === 'quality') return quality(this.#parts, filter)
    const { insightQuestions } = this.#parts
    const tables = this.tables()
    if (tables.sales === null && tables.stock === null)
      throw new Problem({
        code: 'usage',
        what: 'Nobody has said yet which columns hold sales.',
        advice: 'Say it on the page Insights, or with “pallet insights columns”.',
      })
    for (const role of ['store', 'product'] as const) {
      const value = filter[role]
      if (value === undefined) continue
      if (tables.sales?.columns[role] === undefined)
        throw new Problem({
          code: 'usage',
          what: `Nobody has said which column of the sales holds the ${role}, so none can be picked.`,
          advice: 'Say it with “Columns…” on the page Insights, or with “pallet insights columns”.',
        })
      // Empty pictures would look as if nothing was sold there.
      if (
        value !== null &&
        (await this.#ask(insightQuestions.isSold(tables, role, value), 1, signal)).length === 0
      )
        throw new Problem({
          code: 'not-found',
          what: `There is no sale with the ${role} “${value}”.`,
          advice: `Look at all ${role}s first: they are written there as the table has them.`,
        })
    }
    const { period, ends } = await this.#days(tables, filter, signal)
    if (period === null) return { board, period, ends, pictures: [] }
    const { sql, read } = insightQuestions.board(board, tables, filter, period)
    const [answers = []] = sql === null ? [] : await this.#ask(sql, 1, signal)
    const { first, last } = period
    return { board, period: { first, last }, ends, pictures: read(answers) }
  }

  /** What the rows of a topic add up to in their table; null: none of them is there yet. */
  async topic(
    { connection, topic }: { connection: string; topic: string },
    signal: AbortSignal,
  ): Promise<TopicPicture | null> {
    const { landedInto, insightQuestions, now } = this.#parts
    const target = landedInto(connection, topic)
    if (target === null) return null
    const found = (await this.#columns(signal)).find(({ table }) => table === target.table)
    if (found === undefined) return null
    const { sales } = this.tables()
    const isSaid = sales?.table === found.table
    const taken = isSaid ? sales.columns : salesColumnsOf(found)
    const { time, ...others } = taken
    // A day has no minutes.
    const hasMinutes = found.columns.some(
      ({ name, type }) => name === time && type.startsWith('TIMESTAMP'),
    )
    const columns = hasMinutes ? taken : others
    const { sql, read } = insightQuestions.topic({
      topic,
      table: { table: found.table, columns, zone: isSaid ? sales.zone : null },
      known: new Set(found.columns.map(({ name }) => name)),
      now: now(),
    })
    const [answers = []] = sql === null ? [] : await this.#ask(sql, 1, signal)
    return { table: found.table, columns, isSaid, pictures: read(answers) }
  }

  /** The statement that lists the sales behind the pictures, for the page Query. */
  async rows(filter: InsightFilter, signal: AbortSignal): Promise<{ sql: string | null }> {
    const tables = this.tables()
    const { period } = await this.#days(tables, filter, signal)
    if (period === null || tables.sales === null) return { sql: null }
    return { sql: this.#parts.insightQuestions.rows(tables, filter, period) }
  }

  async #days(
    tables: InsightTables,
    { range }: InsightFilter,
    signal: AbortSignal,
  ): Promise<{ period: Period | null; ends: BoardAnswer['ends'] }> {
    const today = localDay(this.#parts.now())
    const sql = this.#parts.insightQuestions.ends(tables, today)
    const [[earliest = null, latest = null, last = null] = []] = await this.#ask(sql, 1, signal)
    if (earliest === null || latest === null || last === null) return { period: null, ends: null }
    const ends = { first: earliest, last }
    // A day that has not come yet is a slip, and would make a picture of centuries.
    if (range === 'all') return { period: { first: earliest, last: latest, before: null }, ends }
    // Days before the first sale are no days without sales: they would make every pace too slow.
    const since = (days: number): string => {
      const day = movedDay(latest, 1 - days)
      return day < earliest ? earliest : day
    }
    const [from, to] = 'days' in range ? [since(range.days), latest] : [range.first, range.last]
    const before = movedDay(from, -daysFrom(from, to))
    return { period: { first: from, last: to, before: before < earliest ? null : before }, ends }
  }

  async #columns(signal: AbortSignal): Promise<TableColumns[]> {
    const tables = new Map<string, TableColumns>()
    const rows = await this.#ask(this.#parts.insightQuestions.columns, mostColumns, signal).catch(
      (error: unknown) => {
        // Nothing was ever loaded.
        if (Problem.from(error).data.code === 'not-found') return []
        throw error
      },
    )
    for (const [table, name, type] of rows) {
      if (typeof table !== 'string' || typeof name !== 'string') continue
      const one = tables.get(table) ?? { table, columns: [] }
      tables.set(table, { table, columns: [...one.columns, { name, type: type ?? '' }] })
    }
    return [...tables.values()]
  }

  async #ask(sql: string, limit: number, signal: AbortSignal): Promise<(string | null)[][]> {
    const warehouse = await this.#parts.warehouseOf(sandboxName)
    const { rows } = await this.#parts.rooms.query({ warehouse, sql, limit }, quiet(signal))
    return rows
  }
}

function check(
  known: readonly TableColumns[],
  table: string,
  columns: Partial<Record<Role, string>>,
  lacks: readonly string[],
): void {
  const fail = (what: string): never => {
    throw new Problem({
      code: 'usage',
      what,
      did: 'Nothing was kept.',
      advice: '“pallet insights columns” lists the tables and their columns.',
    })
  }
  const there = known.find((one) => one.table === table)
  if (there === undefined) return fail(`There is no table “${table}” that Pallet has loaded.`)
  if (lacks.length > 0) fail(`Of the table “${table}” it was not said: ${lacks.join('; ')}.`)
  for (const role of Object.keys(columns) as Role[]) {
    const name = columns[role]
    const column = there.columns.find((one) => one.name === name)
    if (column === undefined) fail(`The table “${table}” has no column “${name}”.`)
    else if (!fitsRole(role, column.type))
      fail(`“${name}” is ${column.type}, and cannot be ${roleWords[role].name}.`)
  }
}
