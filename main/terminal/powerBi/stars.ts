/** What the columns of a dataset are to a report, found by their names and types; what is not found is left out. */
import type { Column, ColumnType } from '../../../shared/domain/dataset.ts'

export const starNames = ['sales', 'inventory', 'customers'] as const
export type StarName = (typeof starNames)[number]

const numbers: readonly ColumnType[] = ['integer', 'decimal']
const keys: readonly ColumnType[] = ['text', 'integer']
/** The first word that a column of these types has decides; a role without words takes the first of its types. */
const roles = {
  date: { types: ['date', 'timestamp'], words: ['date', 'day', 'sold', 'datum', 'tag', ''] },
  product: {
    types: keys,
    words: ['sku', 'ean', 'gtin', 'product', 'item', 'article', 'artikel', 'produkt'],
  },
  store: { types: keys, words: ['store', 'shop', 'branch', 'outlet', 'filiale', 'markt'] },
  customer: { types: keys, words: ['customer', 'client', 'member', 'kunde'] },
  quantity: {
    types: numbers,
    words: ['quantity', 'qty', 'units', 'pieces', 'on_hand', 'stock', 'menge', 'anzahl', 'bestand'],
  },
  amount: {
    types: numbers,
    words: ['amount', 'revenue', 'total', 'net', 'gross', 'umsatz', 'betrag', 'value', 'price'],
  },
} as const satisfies Record<string, { types: readonly ColumnType[]; words: readonly string[] }>
export type Role = keyof typeof roles

const rolesOf: Readonly<Record<StarName, readonly Role[]>> = {
  sales: ['date', 'product', 'store', 'customer', 'quantity', 'amount'],
  inventory: ['date', 'product', 'store', 'quantity'],
  customers: ['date', 'customer'],
}

/** A table of facts. */
export interface Star {
  star: StarName
  /** As the source has it, with its columns called as the model calls them. */
  table: string
  columns: readonly (Column & { source: string })[]
  /** Names of columns. */
  roles: { readonly [Of in Role]?: string }
}

/** `source`: what the warehouse calls a table or a column. */
export function starOf(
  star: StarName,
  table: string,
  columns: readonly Column[],
  source: (name: string) => string,
): Star {
  const found = rolesOf[star].flatMap((role): [Role, string][] => {
    const { types, words } = roles[role]
    const fitting = columns.filter(({ type }) => (types as readonly ColumnType[]).includes(type))
    const named = words
      .map((word) => fitting.find(({ name }) => name.includes(word)))
      .find((column) => column !== undefined)
    return named === undefined ? [] : [[role, named.name]]
  })
  return {
    star,
    table: source(table),
    columns: columns.map((column) => ({ ...column, source: source(column.name) })),
    roles: Object.fromEntries(found),
  }
}

/** The columns by which rows of several stars are put together, with what the tables of their values are called. */
export const dimensions = { product: 'Product', store: 'Store', customer: 'Customer' } as const
export type Dimension = keyof typeof dimensions
export const dimensionNames = Object.keys(dimensions) as readonly Dimension[]

/** `Sales`. */
export const factName = (star: StarName): string => star.slice(0, 1).toUpperCase() + star.slice(1)

export interface Measure {
  name: string
  dax: string
  format: string
}

/** Where the day of a row stands in the model; null: it has none. */
export function dayOf({ roles: { date }, columns }: Star): string | null {
  if (date === undefined) return null
  const isDay = columns.some(({ name, type }) => name === date && type === 'date')
  return isDay ? date : `${date} (day)`
}

/** A column in DAX. */
export const dax = (table: string, column: string): string =>
  `${table}[${column.replaceAll(']', ']]')}]`

export function measuresOf(star: Star): Measure[] {
  const table = factName(star.star)
  const { quantity, amount, customer } = star.roles
  const day = dayOf(star)
  const sum = (column: string): string => `SUM ( ${dax(table, column)} )`
  const whole = '#,0'
  switch (star.star) {
    case 'sales':
      return [
        ...(amount === undefined
          ? []
          : [
              { name: 'Revenue', dax: sum(amount), format: '#,0.00' },
              ...(day === null
                ? []
                : [
                    {
                      name: 'Revenue last year',
                      dax: "CALCULATE ( [Revenue], SAMEPERIODLASTYEAR ( 'Date'[Date] ) )",
                      format: '#,0.00',
                    },
                  ]),
            ]),
        ...(quantity === undefined ? [] : [{ name: 'Units', dax: sum(quantity), format: whole }]),
        { name: 'Sales rows', dax: `COUNTROWS ( ${table} )`, format: whole },
      ]
    case 'inventory': {
      // A stock is not summed over days: it is that of the last day that has one.
      const last = `LASTNONBLANK ( 'Date'[Date], CALCULATE ( COUNTROWS ( ${table} ) ) )`
      const stock = quantity === undefined ? null : sum(quantity)
      return [
        ...(stock === null
          ? []
          : [
              {
                name: 'Stock',
                dax: day === null ? stock : `CALCULATE ( ${stock}, ${last} )`,
                format: whole,
              },
            ]),
        { name: 'Inventory rows', dax: `COUNTROWS ( ${table} )`, format: whole },
      ]
    }
    case 'customers': {
      const count =
        customer === undefined
          ? `COUNTROWS ( ${table} )`
          : `DISTINCTCOUNT ( ${dax(table, customer)} )`
      return [{ name: 'Number of customers', dax: count, format: whole }]
    }
  }
}
