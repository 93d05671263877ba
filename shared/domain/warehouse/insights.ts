/** Sales, stock and customers as pictures over tables of a warehouse: which columns are what, and what is asked. */
import { z } from 'zod'
import { isLineage } from '../columns/lineage.ts'

/** What a column of a table of sales can be. A row is one line of a receipt. */
export const salesRoles = [
  'time',
  'amount',
  'price',
  'quantity',
  'store',
  'product',
  'customer',
  'receipt',
  'void',
] as const
export type SalesRole = (typeof salesRoles)[number]

/** Of a table of stock. A row is one product at one store. */
export const stockRoles = ['product', 'stock', 'store', 'time', 'price'] as const
export type StockRole = (typeof stockRoles)[number]
export type Role = SalesRole | StockRole

export const roleWords: Readonly<Record<Role, { name: string; hint: string }>> = {
  time: { name: 'Time', hint: 'when it was sold, or counted; of stock the last count holds' },
  amount: { name: 'Amount', hint: 'of the line; else price × quantity' },
  price: { name: 'Price', hint: 'of one piece' },
  quantity: { name: 'Quantity', hint: 'less than zero: returned' },
  store: { name: 'Store', hint: '' },
  product: { name: 'Product', hint: '' },
  customer: { name: 'Customer', hint: '' },
  receipt: { name: 'Receipt number', hint: 'rows of one day and store with the same are a basket' },
  void: { name: 'Void', hint: 'rows with yes are not counted' },
  stock: { name: 'Stock', hint: 'pieces that lie there' },
}

const Column = z.string().min(1).max(255)
export const SalesTable = z.object({
  table: Column,
  columns: z.partialRecord(z.enum(salesRoles), Column),
  /** Times are UTC, and days are those of this zone (IANA); null: times are as they stand. */
  zone: z.string().max(64).nullable(),
})
export type SalesTable = z.infer<typeof SalesTable>
export const StockTable = z.object({
  table: Column,
  columns: z.partialRecord(z.enum(stockRoles), Column),
})
export type StockTable = z.infer<typeof StockTable>

/** What a person has confirmed; null: no table is meant, or nobody has said it yet. */
export const InsightTables = z.object({
  sales: SalesTable.nullable(),
  stock: StockTable.nullable(),
})
export type InsightTables = z.infer<typeof InsightTables>

export const noTables: InsightTables = { sales: null, stock: null }

/** A table of the warehouse, with the type of each column as its catalogue spells it. */
export const TableColumns = z.object({
  table: z.string(),
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
})
export type TableColumns = z.infer<typeof TableColumns>

/** What is there to choose from, and what Pallet would choose. */
export const InsightSetup = z.object({
  tables: z.array(TableColumns),
  proposed: InsightTables,
})
export type InsightSetup = z.infer<typeof InsightSetup>

/** The last is of the runs, and needs no columns. */
export const boards = ['sales', 'inventory', 'customers', 'quality'] as const
export const Board = z.enum(boards)
export type Board = z.infer<typeof Board>

const Day = z.iso.date()
/** The last so many days that there are sales of; from one day to another; all. */
export const Range = z.union([
  z.object({ days: z.int().min(1).max(3660) }),
  z.object({ first: Day, last: Day }),
  z.literal('all'),
])
export type Range = z.infer<typeof Range>

/** Which rows are looked at. null: those without one; absent: all. */
export const InsightFilter = z.object({
  range: Range,
  store: z.string().max(1000).nullable().optional(),
  product: z.string().max(1000).nullable().optional(),
})
export type InsightFilter = z.infer<typeof InsightFilter>

/** So far back each board looks, unless something else is said. */
export const usualDays: Readonly<Record<Board, number>> = {
  sales: 28,
  inventory: 91,
  customers: 364,
  quality: 28,
}

/** The numbers of one picture. */
export const Picture = z.object({
  id: z.string(),
  title: z.string(),
  /** How it was counted, in words. */
  note: z.string(),
  columns: z.array(z.string()),
  /** As the warehouse writes them, decimals exact; null: nobody knows. */
  rows: z.array(z.array(z.string().nullable())),
  /** The statement that answers the same; null, where columns are missing: these roles. */
  sql: z.string().nullable(),
  lacks: z.array(z.string()),
})
export type Picture = z.infer<typeof Picture>

export const BoardAnswer = z.object({
  board: Board,
  /** The days that were looked at, both included; null: there is no row with a day. */
  period: z.object({ first: z.string(), last: z.string() }).nullable(),
  /** The days that there are rows of, however many lie between them. */
  ends: z.object({ first: z.string(), last: z.string() }).nullable(),
  pictures: z.array(Picture),
})
export type BoardAnswer = z.infer<typeof BoardAnswer>

/** What the rows of a topic add up to in the table that it is landed into. */
export const TopicPicture = z.object({
  table: z.string(),
  /** Which column was taken for what. */
  columns: SalesTable.shape.columns,
  /** A person has said so; otherwise they are taken from their names and types. */
  isSaid: z.boolean(),
  pictures: z.array(Picture),
})
export type TopicPicture = z.infer<typeof TopicPicture>

const isTime = (type: string): boolean => /^(DATE|TIMESTAMP)/.test(type)
const isNumber = (type: string): boolean => /^(DECIMAL|BIGINT|INTEGER|HUGEINT)/.test(type)

/** Whether a column of this type can be what is said. */
export function fitsRole(role: Role, type: string): boolean {
  switch (role) {
    case 'time':
      return isTime(type)
    case 'amount':
    case 'price':
    case 'quantity':
    case 'stock':
      return isNumber(type)
    case 'void':
      return type === 'BOOLEAN'
    case 'store':
    case 'product':
    case 'customer':
    case 'receipt':
      return true
  }
}

/** Names of columns by which a role is proposed, in English, German and French; the first that fits counts. */
const names: Readonly<Record<Role, RegExp>> = {
  time: /(date|datum|day|tag$|time|zeit|jour|_at$)/,
  amount: /(amount|total|revenue|turnover|betrag|umsatz|summe|montant)/,
  price: /(price|preis|prix)/,
  quantity: /(quantity|qty|units|pieces|menge|anzahl|stueck|quantite)/,
  store: /(store|shop|branch|outlet|filiale|markt|magasin)/,
  product: /(sku|product|article|artikel|item|gtin|ean|produit)/,
  customer: /(customer|client|kunde|member|loyalty)/,
  receipt: /(receipt|ticket|basket|bon|beleg|transaction|order|invoice)/,
  void: /(void|cancel|storno)/,
  stock: /(stock|on_?hand|inventory|bestand)/,
}

/** From their names and types, the roles that columns may have; each column has one. */
function rolesOf<R extends Role>(roles: readonly R[], { columns }: TableColumns) {
  const found: Partial<Record<R, string>> = {}
  const taken = new Set<string>()
  for (const role of roles) {
    const fitting = columns
      .filter(({ name, type }) => !taken.has(name) && fitsRole(role, type))
      // When a record was written is not when it was sold.
      .toSorted((a, b) => Number(isLineage(a.name)) - Number(isLineage(b.name)))
    // A column of days or times is what happened when, whatever it is called.
    const column =
      fitting.find(({ name }) => names[role].test(name.toLowerCase())) ??
      (role === 'time' ? fitting[0] : undefined)
    if (column === undefined) continue
    found[role] = column.name
    taken.add(column.name)
  }
  return found
}

/** The tables that have what is needed, the most promising first. */
export function fittingTables(tables: readonly TableColumns[]): {
  sales: SalesTable[]
  stock: StockTable[]
} {
  const byRoles = (a: { columns: object }, b: { columns: object }): number =>
    Object.keys(b.columns).length - Object.keys(a.columns).length
  const sales = tables.map((one): SalesTable => ({
    table: one.table,
    columns: salesColumnsOf(one),
    zone: null,
  }))
  const stock = tables.map((one): StockTable => {
    const columns = rolesOf(['stock', 'product', 'store', 'time', 'price'], one)
    return { table: one.table, columns }
  })
  return {
    sales: sales.filter((one) => salesLacks(one).length === 0).toSorted(byRoles),
    stock: stock.filter((one) => stockLacks(one).length === 0).toSorted(byRoles),
  }
}

/** Which columns of a table may be what of a sale; not all need to be found. */
export const salesColumnsOf = (table: TableColumns): SalesTable['columns'] =>
  rolesOf(salesRoles, table)

/** The most promising table for each; null: none has what is needed. */
export function proposeTables(tables: readonly TableColumns[]): InsightTables {
  const { sales, stock } = fittingTables(tables)
  return { sales: sales[0] ?? null, stock: stock[0] ?? null }
}

/** Of one and the other, which tables could be meant as well as the one that is: nobody should find out later. */
export function otherTables(
  tables: readonly TableColumns[],
  { sales, stock }: InsightTables,
): { sales: string[]; stock: string[] } {
  const fitting = fittingTables(tables)
  const others = (
    found: readonly { table: string }[],
    chosen: { table: string } | null,
  ): string[] =>
    chosen === null ? [] : found.map(({ table }) => table).filter((one) => one !== chosen.table)
  return { sales: others(fitting.sales, sales), stock: others(fitting.stock, stock) }
}

/** Roles without which nothing can be shown, in words. */
export function salesLacks({ columns }: SalesTable): string[] {
  const hasMoney =
    columns.amount !== undefined || (columns.price !== undefined && columns.quantity !== undefined)
  return [
    ...(columns.time === undefined ? ['Time'] : []),
    ...(hasMoney ? [] : ['Amount, or Price and Quantity']),
  ]
}

export function stockLacks({ columns }: StockTable): string[] {
  return (['product', 'stock'] as const)
    .filter((role) => columns[role] === undefined)
    .map((role) => roleWords[role].name)
}

const dayMs = 86_400_000

/** @param by - days, back if less than zero */
export function movedDay(day: string, by: number): string {
  return new Date(Date.parse(day) + by * dayMs).toISOString().slice(0, 10)
}

/** How many days there are from one to another, both counted. */
export function daysFrom(first: string, last: string): number {
  return (Date.parse(last) - Date.parse(first)) / dayMs + 1
}
