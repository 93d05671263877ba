/** The tables of a report, and what is counted of each; what a table has no column for is left out. */
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { type Role, type StarName, type Taken, columnsOf } from './columns.ts'

/** A table of facts. */
export interface Star {
  star: StarName
  /** As the source has it, with its columns called as the model calls them. */
  table: string
  columns: readonly (Column & { source: string })[]
  /** Names of columns. */
  roles: { readonly [Of in Role]?: string }
}

/** `source`: what the warehouse calls a table or a column; `taken`: which column is what. */
export function starOf(
  star: StarName,
  table: string,
  columns: readonly Column[],
  source: (name: string) => string,
  taken: { readonly [Of in Role]?: Taken } = columnsOf(star, columns),
): Star {
  return {
    star,
    table: source(table),
    columns: columns.map((column) => ({ ...column, source: source(column.name) })),
    roles: Object.fromEntries(Object.entries(taken).map(([role, { column }]) => [role, column])),
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
