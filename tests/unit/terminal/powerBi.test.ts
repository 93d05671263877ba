/** A generated project of Power BI holds together: what one file names, another has. (`tests/engines/microsoft` holds it to the published schemas.) */
import { expect, test } from 'vitest'
import { z } from 'zod'
import { columnsOf, rememberedFor } from '../../../main/terminal/powerBi/columns.ts'
import { starOf } from '../../../main/terminal/powerBi/stars.ts'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { retailColumns, retailProject } from '../../fixtures/powerBiProject.ts'

interface Table {
  columns: Set<string>
  measures: Map<string, string>
  partition: string
}

const unquoted = (name: string): string => name.replace(/^'(.*)'$/, '$1').replaceAll("''", "'")

/** Objects of a table in TMDL, by its tabs; fails on what no such file may hold. */
function tableIn(text: string): [string, Table] {
  const [, name = ''] = /^table ('(?:[^']|'')+'|\w+)\n/.exec(text) ?? []
  const table: Table = { columns: new Set(), measures: new Map(), partition: '' }
  for (const block of text.split(/\n(?=\t[^\t])/).slice(1)) {
    const said =
      /^\t(column|measure|partition|dataCategory)(?:: | )('(?:[^']|'')+'|\w+)(?: = (.*))?/
    const [, kind = block, of = '', value = ''] = said.exec(block) ?? []
    if (kind === 'column') table.columns.add(unquoted(of))
    else if (kind === 'measure') table.measures.set(unquoted(of), value)
    else if (kind === 'partition') table.partition = block
    else expect(kind).toBe('dataCategory')
  }
  return [unquoted(name), table]
}

const Field = z.object({
  Expression: z.object({ SourceRef: z.object({ Entity: z.string() }) }),
  Property: z.string(),
})
const Visual = z.object({
  name: z.string(),
  position: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }),
  visual: z.object({
    visualType: z.string(),
    query: z.object({
      queryState: z.record(
        z.string(),
        z.object({
          projections: z
            .array(
              z.object({
                field: z.union([
                  z.strictObject({ Column: Field }),
                  z.strictObject({ Measure: Field }),
                ]),
                queryRef: z.string(),
              }),
            )
            .min(1),
        }),
      ),
    }),
  }),
})

function parts(files: ReadonlyMap<string, string>) {
  const at = (path: string): string => files.get(path) ?? expect.fail(`There is no ${path}.`)
  const model = 'Retail.SemanticModel/definition'
  const tables = new Map(
    [...files].flatMap(([path, text]) =>
      path.startsWith(`${model}/tables/`) ? [tableIn(text)] : [],
    ),
  )
  const ends = [...at(`${model}/relationships.tmdl`).matchAll(/\t(?:from|to)Column: (.+)\n/g)]
  return {
    at,
    model,
    tables,
    relationships: ends.map(([, end = '']) => {
      const [, table = '', column = ''] = /^('(?:[^']|'')+'|\w+)\.(.+)$/.exec(end) ?? []
      return [unquoted(table), unquoted(column)] as const
    }),
    visuals: [...files].flatMap(([path, text]) =>
      path.endsWith('/visual.json')
        ? [{ folder: path.split('/').at(-2), ...Visual.parse(JSON.parse(text)) }]
        : [],
    ),
  }
}

test.each(['snowflake', 'databricks'] as const)('all that is named is there, from %s', (of) => {
  const { files, stars } = retailProject(of)
  const { at, model, tables, relationships, visuals } = parts(files)
  for (const [path, text] of files) {
    expect(text.startsWith('\uFEFF'), path).toBe(false)
    expect(text.endsWith('\n'), path).toBe(true)
    // In a folder of Windows, too.
    expect(path).toMatch(/^[\w .-]+(\/[\w .-]+)*$/)
    if (path.endsWith('.tmdl')) expect(text, path).not.toMatch(/^ +/m)
  }
  expect(at('Retail.Report/.platform')).toContain('"Report"')
  expect(at('Retail.SemanticModel/.platform')).toContain('"SemanticModel"')
  expect(JSON.parse(at('Retail.pbip'))).toMatchObject({
    artifacts: [{ report: { path: 'Retail.Report' } }],
  })
  expect(at('Retail.Report/definition.pbir')).toContain('"../Retail.SemanticModel"')
  expect(at(`${model}/database.tmdl`)).toMatch(/^database Retail\n/)
  expect(at(`${model}/model.tmdl`)).toContain('\tdefaultPowerBIDataSourceVersion: powerBI_V3\n')

  // Tables, and what relationships, measures and visuals say of them.
  const names = ['Sales', 'Inventory', 'Customers', 'Date', 'Product', 'Store', 'Customer']
  expect([...tables.keys()].toSorted()).toEqual(names.toSorted())
  const referred = [...at(`${model}/model.tmdl`).matchAll(/^ref table (\w+)$/gm)]
  expect(referred.map(([, name]) => name)).toEqual(names)
  expect(relationships).toHaveLength(2 * 9)
  for (const [table, column] of relationships)
    expect([table, column, tables.get(table)?.columns.has(column)]).toEqual([table, column, true])
  const measures = [...tables.values()].flatMap((table) => [...table.measures])
  for (const [, dax] of measures)
    for (const [, table = '', column = ''] of dax.matchAll(/'?(\w*)'?\[([^\]]+)\]/g))
      expect([
        dax,
        table === ''
          ? measures.some(([name]) => name === column)
          : tables.get(table)?.columns.has(column),
      ]).toEqual([dax, true])
  for (const { visual } of visuals)
    for (const { projections } of Object.values(visual.query.queryState))
      for (const { field } of projections) {
        const [said, isThere] =
          'Column' in field
            ? [field.Column, tables.get(field.Column.Expression.SourceRef.Entity)?.columns]
            : [field.Measure, tables.get(field.Measure.Expression.SourceRef.Entity)?.measures]
        expect([said, isThere?.has(said.Property)]).toEqual([said, true])
      }

  // Pages, each with its visuals within it and none upon another.
  const { pageOrder } = z
    .object({ pageOrder: z.array(z.string()) })
    .parse(JSON.parse(at('Retail.Report/definition/pages/pages.json')))
  expect(pageOrder).toHaveLength(stars.length)
  for (const page of pageOrder) {
    const folder = `Retail.Report/definition/pages/${page}`
    expect(JSON.parse(at(`${folder}/page.json`))).toMatchObject({ name: page })
    const inside = [...files.keys()].filter((path) => path.startsWith(`${folder}/visuals/`))
    expect(inside.length).toBeGreaterThan(3)
    const here = visuals.filter(({ name }) => inside.some((path) => path.includes(`/${name}/`)))
    for (const one of here) {
      const { x, y, width, height } = one.position
      expect(one.name).toBe(one.folder)
      expect(x >= 0 && y >= 0 && x + width <= 1280 && y + height <= 720 && width > 150).toBe(true)
      for (const { name, position: other } of here)
        if (name !== one.name)
          expect(
            x + width <= other.x ||
              other.x + other.width <= x ||
              y + height <= other.y ||
              other.y + other.height <= y,
          ).toBe(true)
    }
  }
  // Written again it is the same.
  expect([...retailProject(of).files]).toEqual([...files])
})

test('columns are called there as the warehouse calls them; no credential is in it', () => {
  const { at, model, tables } = parts(retailProject('snowflake').files)
  const { partition = '' } = tables.get('Sales') ?? {}
  expect(partition).toContain('Tables{[Name = "TILL_SALES"]}[Data]')
  expect(partition).toContain('{"SOLD_AT", "sold_at"}')
  expect(partition).toContain('"sold_at (day)"')
  expect(tables.get('Customers')?.partition).toContain('{"größe", "größe"}')
  const said = at(`${model}/expressions.tmdl`)
  expect(said).toContain('expression Database = "SALES ""EU""" meta')
  expect(said).toContain('[Role = Role]')
  expect(said).not.toMatch(/token|password|PrivateKey/i)
  const bricks = parts(retailProject('databricks').files)
  expect(bricks.tables.get('Sales')?.partition).toContain('Tables{[Name = "till_sales"]}[Data]')
  expect(bricks.at(`${model}/expressions.tmdl`)).toContain('"/sql/1.0/warehouses/0123456789abcdef"')
})

test('what is not there is left out', () => {
  const { tables, relationships } = parts(retailProject('snowflake', ['inventory']).files)
  expect([...tables.keys()].toSorted()).toEqual(['Date', 'Inventory', 'Product', 'Store'])
  expect(relationships).toHaveLength(2 * 3)
  const bare = starOf('sales', 't', retailColumns.customers.slice(2), (name) => name)
  expect(bare.roles).toEqual({})
})

test('which column is what: as it is said, as it is remembered, or as one name alone says', () => {
  const of = (text: string): Column[] =>
    text.split(', ').map((one) => {
      const [name = '', type = 'text'] = one.split(' ')
      return { name, label: name, type: type as Column['type'] }
    })
  const columns = of(
    'at timestamp, sku, net_total decimal, gross_total decimal, price decimal, qty integer',
  )
  const unsure = 'More than one column of sales could be the amount: net_total, gross_total.'
  expect(() => columnsOf('sales', columns)).toThrow(unsure)
  expect(columnsOf('sales', columns, { amount: 'price' }, { amount: 'gross_total' })).toEqual({
    date: { column: 'at', why: 'only' },
    product: { column: 'sku', why: 'name' },
    quantity: { column: 'qty', why: 'name' },
    amount: { column: 'price', why: 'said' },
  })
  expect(columnsOf('sales', columns, {}, { amount: 'gross_total', store: 'gone' })).toMatchObject({
    amount: { column: 'gross_total', why: 'insights' },
  })
  expect(columnsOf('sales', columns, { amount: '' }).amount).toBeUndefined()
  // One that is called just so is meant; a price alone is no revenue.
  expect(columnsOf('sales', of('amount decimal, net_total decimal')).amount?.column).toBe('amount')
  expect(columnsOf('sales', of('price decimal')).amount).toBeUndefined()
  expect(() => columnsOf('sales', of('a date, b date'))).toThrow('could be the date: a, b')
  expect(() => columnsOf('sales', columns, { amount: 'sku' })).toThrow('holds text')
  expect(() => columnsOf('sales', columns, { amount: 'nett' })).toThrow('no column “nett”')
  expect(() => columnsOf('customers', columns, { amount: 'price' })).toThrow(
    'customers has no amount',
  )
  const sales = { table: 'till', columns: { time: 'at', amount: 'net_total' }, zone: null }
  expect(rememberedFor('sales', 'till', { sales, stock: null })).toEqual({
    date: 'at',
    amount: 'net_total',
  })
  expect(rememberedFor('sales', 'other', { sales, stock: null })).toEqual({})
  const stock = { table: 's', columns: { stock: 'n', product: 'sku', time: 'day' } }
  expect(rememberedFor('inventory', 's', { sales: null, stock })).toEqual({
    date: 'day',
    product: 'sku',
    quantity: 'n',
  })
})
