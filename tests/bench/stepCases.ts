import { type RecipeStep, defaultRecipe } from '../../shared/domain/recipe/recipe.ts'
import { salesColumns } from './files.ts'

const derive = (into: string, formula: string): RecipeStep => ({ kind: 'derive', into, formula })
const number = (column: string): string => `TRY_CAST(${column} AS DECIMAL(18,2))`
const columns = Object.keys(salesColumns)

/** Steps on a `salesFile`, and what somebody who knows SQL would ask the engine for instead: `select`, of the table `sales`. */
export const stepCases: { name: string; steps: RecipeStep[]; select: string }[] = [
  {
    name: 'one text replaced',
    steps: [{ kind: 'replace', columns: ['product'], find: 'Milk', with: 'Milch' }],
    select: `count_if(replace(product, 'Milk', 'Milch') <> product)`,
  },
  {
    name: 'white space, all columns',
    steps: [{ kind: 'trim' }, { kind: 'collapse-spaces' }],
    select: columns
      .map((one) => `count_if(regexp_replace(trim(${one}), '\\s+', ' ', 'g') <> ${one})`)
      .join(', '),
  },
  {
    name: 'one formula',
    steps: [derive('gross', 'round(number([price]) * 1.19, 2)')],
    select: `count(CAST(round(${number('price')} * 1.19, 2) AS VARCHAR))`,
  },
  {
    name: 'six formulas',
    steps: [
      derive('gross', 'round(number([price]) * 1.19, 2)'),
      derive('sum', 'number([quantity]) * number([price])'),
      derive('each', 'number([total]) / number([quantity])'),
      derive('year', 'year(date([date], "ymd"))'),
      derive('code', 'upper(left([product], 3)) & "-" & [store]'),
      derive('size', 'if(number([total]) > 100, "large", "small")'),
    ],
    select: [
      `round(${number('price')} * 1.19, 2)`,
      `${number('quantity')} * ${number('price')}`,
      `${number('total')} / ${number('quantity')}`,
      'year(TRY_CAST(date AS DATE))',
      `upper(left(product, 3)) || '-' || store`,
      `CASE WHEN ${number('total')} > 100 THEN 'large' ELSE 'small' END`,
    ]
      .map((one) => `count(CAST(${one} AS VARCHAR))`)
      .join(', '),
  },
  {
    name: 'equal rows dropped',
    steps: [{ kind: 'drop-duplicates' }],
    select: '(SELECT count(*) FROM (SELECT DISTINCT * FROM sales))',
  },
  {
    name: 'filled from above',
    steps: [{ kind: 'fill', columns: ['customer'], with: { kind: 'above' } }],
    select:
      'count(filled) FROM (SELECT last_value(customer IGNORE NULLS) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS filled FROM sales)',
  },
  {
    name: 'text by a pattern replaced',
    steps: [
      {
        kind: 'replace',
        columns: ['customer'],
        find: 'Customer ([0-9]+)',
        with: 'C-\\1',
        pattern: true,
      },
    ],
    select: `count_if(regexp_replace(customer, 'Customer ([0-9]+)', 'C-\\1', 'g') <> customer)`,
  },
  {
    name: 'title case',
    steps: [{ kind: 'case', columns: ['product', 'customer'], to: 'title' }],
    select: ['product', 'customer']
      .map(
        (one) =>
          `count_if(array_to_string(list_transform(string_split(${one}, ' '), lambda w: upper(left(w, 1)) || lower(substr(w, 2))), ' ') <> ${one})`,
      )
      .join(', '),
  },
  {
    name: 'values mapped',
    steps: [
      {
        kind: 'map-values',
        columns: ['product', 'store'],
        values: [
          { from: 'Salt', to: 'Salz' },
          { from: 'S100', to: 'Main Street' },
        ],
      },
    ],
    select: ['product', 'store']
      .map(
        (one) =>
          `count_if(CASE ${one} WHEN 'Salt' THEN 'Salz' WHEN 'S100' THEN 'Main Street' ELSE ${one} END <> ${one})`,
      )
      .join(', '),
  },
  {
    name: 'numbers rounded',
    steps: [{ kind: 'round', columns: ['price', 'total'], digits: 0 }],
    select: ['price', 'total']
      .map((one) => `count_if(CAST(round(${number(one)}, 0) AS VARCHAR) <> ${one})`)
      .join(', '),
  },
  {
    name: 'dates rounded',
    steps: [{ kind: 'round-dates', columns: ['date', 'time'], to: 'month' }],
    select: ['date', 'time']
      .map(
        (one) =>
          `count_if(CAST(date_trunc('month', TRY_CAST(${one} AS DATE)) AS VARCHAR) <> ${one})`,
      )
      .join(', '),
  },
  {
    name: 'dates parsed',
    steps: [{ kind: 'parse-date', columns: ['date'], formats: ['yyyy-MM-dd'] }],
    select: `count(TRY_CAST(date AS DATE))`,
  },
  {
    name: 'a column hashed',
    steps: [{ kind: 'hash', columns: ['customer'] }],
    select: 'count_if(sha256(customer) <> customer)',
  },
  {
    name: 'a column masked',
    steps: [{ kind: 'mask', columns: ['customer'], keep: 4 }],
    select: `count_if(repeat('*', length(customer) - 4) || right(customer, 4) <> customer)`,
  },
  {
    name: 'a column split, two merged',
    steps: [
      { kind: 'split', column: 'time', at: ' ', into: ['day', 'hour'] },
      { kind: 'merge', columns: ['store', 'product'], between: ' ', into: 'place' },
    ],
    select: `count(string_split(time, ' ')[1]), count(string_split(time, ' ')[2]), count(concat_ws(' ', store, product))`,
  },
  {
    name: 'rows dropped by a formula',
    steps: [{ kind: 'drop-rows', when: 'number([total]) > 500' }],
    select: `count_if(${number('total')} > 500)`,
  },
  {
    name: 'columns turned into rows',
    steps: [
      { kind: 'pivot-longer', columns: ['price', 'total'], names: 'figure', values: 'amount' },
    ],
    select: `count(value) FROM (SELECT unnest([price, total]) AS value FROM sales)`,
  },
  {
    name: 'the usual recipe',
    steps: defaultRecipe,
    select: columns.map((one) => `count_if(trim(${one}) <> ${one})`).join(', '),
  },
]

/** A text that is looked for among the cells that the steps of a case leave; `column`: null: anywhere in the row. */
export const findCases: { of: string; column: string | null; text: string }[] = [
  { of: 'one formula', column: 'gross', text: '59.5' },
  { of: 'six formulas', column: 'code', text: 'mil-s38' },
  { of: 'six formulas', column: null, text: 'large' },
  { of: 'text by a pattern replaced', column: 'customer', text: 'c-77' },
  { of: 'a column split, two merged', column: 'place', text: 's2' },
  { of: 'equal rows dropped', column: 'product', text: 'milk' },
  { of: 'columns turned into rows', column: 'amount', text: '59.5' },
]
