/** What the columns of a dataset are to a report: as a person says it, as it is remembered for Insights, or as their names leave no doubt. */
import type { Column, ColumnType } from '../../../shared/domain/datasets/dataset.ts'
import type { InsightTables } from '../../../shared/domain/warehouse/insights.ts'
import { Problem } from '../../../shared/domain/problem.ts'

export const starNames = ['sales', 'inventory', 'customers'] as const
export type StarName = (typeof starNames)[number]

const numbers: readonly ColumnType[] = ['integer', 'decimal']
const keys: readonly ColumnType[] = ['text', 'integer']
/** What a role can be, and words of which one stands in its name. */
const roles = {
  date: { types: ['date', 'timestamp'], words: ['date', 'day', 'sold', 'datum', 'tag'] },
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
    words: ['amount', 'revenue', 'total', 'net', 'gross', 'umsatz', 'betrag'],
  },
} as const satisfies Record<string, { types: readonly ColumnType[]; words: readonly string[] }>
export type Role = keyof typeof roles
export const roleNames = Object.keys(roles) as readonly Role[]

export const rolesOf: Readonly<Record<StarName, readonly Role[]>> = {
  sales: ['date', 'product', 'store', 'customer', 'quantity', 'amount'],
  inventory: ['date', 'product', 'store', 'quantity'],
  customers: ['date', 'customer'],
}

/** Which column is it, and why. */
export interface Taken {
  column: string
  why: keyof typeof whyWords
}
export const whyWords = {
  said: 'as you say',
  insights: 'as for Insights',
  name: 'by its name',
  only: 'the only one of its kind',
} as const

/** By role; '': none is. */
export type SaidColumns = { readonly [Of in Role]?: string }

/**
 * The columns of a star. What nobody has said and two columns could be is refused, with both, for a report on the wrong one looks as right as on the
 * right one. Throws `usage`.
 */
export function columnsOf(
  star: StarName,
  columns: readonly Column[],
  said: SaidColumns = {},
  remembered: SaidColumns = {},
): { readonly [Of in Role]?: Taken } {
  const odd = Object.keys(said).find((role) => !(rolesOf[star] as readonly string[]).includes(role))
  if (odd !== undefined)
    throw misused(`${star} has no ${odd}.`, `It has ${rolesOf[star].join(', ')}.`)
  const found = rolesOf[star].flatMap((role): [Role, Taken][] => {
    const taken = takenFor(star, role, columns, said[role], remembered[role])
    return taken === null ? [] : [[role, taken]]
  })
  return Object.fromEntries(found)
}

function takenFor(
  star: StarName,
  role: Role,
  columns: readonly Column[],
  said: string | undefined,
  remembered: string | undefined,
): Taken | null {
  const { types, words } = roles[role]
  const fits = ({ type }: Column): boolean => (types as readonly ColumnType[]).includes(type)
  if (said === '') return null
  if (said !== undefined) {
    const column = columns.find(({ name }) => name === said)
    const names = columns.filter(fits).map(({ name }) => name)
    if (column === undefined || !fits(column))
      throw misused(
        column === undefined
          ? `${star} has no column “${said}”.`
          : `The column “${said}” of ${star} holds ${column.type}, which is no ${role}.`,
        names.length === 0
          ? `No column of it can be the ${role}.`
          : `What can be it: ${names.join(', ')}.`,
      )
    return { column: said, why: 'said' }
  }
  const fitting = columns.filter(fits)
  if (remembered !== undefined && fitting.some(({ name }) => name === remembered))
    return { column: remembered, why: 'insights' }
  const named = fitting.filter(({ name }) => words.some((word) => name.includes(word)))
  const exact = named.filter(({ name }) => words.some((word) => name === word))
  const [first, other] = exact.length > 0 ? exact : named
  if (other !== undefined) throw unsure(star, role, exact.length > 0 ? exact : named)
  if (first !== undefined) return { column: first.name, why: 'name' }
  if (role !== 'date' || fitting.length === 0) return null
  // A day is what happened when, whatever it is called.
  const [day, another] = fitting
  if (another !== undefined) throw unsure(star, role, fitting)
  return day === undefined ? null : { column: day.name, why: 'only' }
}

/** What is remembered for Insights of a table of this name. */
export function rememberedFor(
  star: StarName,
  table: string,
  { sales, stock }: InsightTables,
): SaidColumns {
  if (star === 'sales' && sales?.table === table) {
    const { time, ...others } = sales.columns
    return given({ ...others, date: time })
  }
  if (star === 'inventory' && stock?.table === table) {
    const { time, stock: quantity, product, store } = stock.columns
    return given({ date: time, quantity, product, store })
  }
  return {}
}

const given = (columns: Record<string, string | undefined>): SaidColumns =>
  Object.fromEntries(
    roleNames.flatMap((role) => (columns[role] === undefined ? [] : [[role, columns[role]]])),
  )

const misused = (what: string, advice: string): Problem =>
  new Problem({ code: 'usage', what, did: 'Nothing was written.', advice })

const unsure = (star: StarName, role: Role, columns: readonly Column[]): Problem =>
  misused(
    `More than one column of ${star} could be the ${role}: ${columns.map(({ name }) => name).join(', ')}.`,
    `Say which: --column ${star}.${role}=${columns[0]?.name ?? ''}, or none of them: --column ${star}.${role}=`,
  )
