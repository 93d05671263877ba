import type { RecipeStep } from '../../shared/domain/recipe.ts'
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
      derive('year', 'year(date([date]))'),
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
]
