/**
 * A report in the enhanced format (PBIR): a page for each star, with visuals of what it has. Its shapes are those that Microsoft publishes
 * (https://github.com/microsoft/json-schemas/tree/main/fabric/item/report/definition).
 */
import { nameOf } from './ids.ts'
import { type Star, dayOf, dimensionNames, dimensions, factName, measuresOf } from './stars.ts'

const schemas = 'https://developer.microsoft.com/json-schemas/fabric/item/report/definition'
/** In pixels. */
const page = { width: 1280, height: 720 }
const gap = 16

/** A column or a measure of a table of the model. */
type Field = { table: string; column: string } | { table: string; measure: string }
interface Visual {
  type:
    | 'cardVisual'
    | 'lineChart'
    | 'clusteredBarChart'
    | 'clusteredColumnChart'
    | 'tableEx'
    | 'slicer'
  title: string
  /** By the wells of the visual. */
  fields: Readonly<Record<string, readonly Field[]>>
  position: { x: number; y: number; width: number; height: number }
}

/** Files of the folder `definition`, by their paths. */
export function reportFiles(stars: readonly Star[]): [string, object][] {
  const pages = stars.map((star) => ({ star, name: nameOf('page', star.star) }))
  return [
    ['version.json', { $schema: `${schemas}/versionMetadata/1.0.0/schema.json`, version: '2.0.0' }],
    ['report.json', { $schema: `${schemas}/report/3.0.0/schema.json`, themeCollection: {} }],
    [
      'pages/pages.json',
      {
        $schema: `${schemas}/pagesMetadata/1.0.0/schema.json`,
        pageOrder: pages.map(({ name }) => name),
        activePageName: pages[0]?.name,
      },
    ],
    ...pages.flatMap(({ star, name }): [string, object][] => [
      [
        `pages/${name}/page.json`,
        {
          $schema: `${schemas}/page/2.0.0/schema.json`,
          name,
          displayName: factName(star.star),
          displayOption: 'FitToPage',
          ...page,
        },
      ],
      ...visualsOf(star).map((visual, nth): [string, object] => {
        const id = nameOf('visual', star.star, visual.title)
        return [`pages/${name}/visuals/${id}/visual.json`, container(id, nth, visual)]
      }),
    ]),
  ]
}

/** Numbers above, what they are by day and by what the star shares with others below, and rows where there is nothing of that. */
function visualsOf(star: Star): Visual[] {
  const table = factName(star.star)
  const measures = measuresOf(star)
  const [first = { name: '' }] = measures
  const value = { table, measure: first.name }
  const across = [...measures, ...(dayOf(star) === null ? [] : [null])]
  const wide = widthOf(across.length)
  const above = across.map((measure, nth): Visual => {
    const position = { x: gap + nth * (wide + gap), y: gap, width: wide, height: 120 }
    return measure === null
      ? {
          type: 'slicer',
          title: 'Year',
          fields: { Values: [{ table: 'Date', column: 'Year' }] },
          position,
        }
      : {
          type: 'cardVisual',
          title: measure.name,
          fields: { Data: [{ table, measure: measure.name }] },
          position,
        }
  })
  const chart = (type: Visual['type'], by: string, category: Field): Omit<Visual, 'position'> => ({
    type,
    title: `${first.name} by ${by}`,
    fields: { Category: [category], Y: [value] },
  })
  const charts = [
    ...(dayOf(star) === null
      ? []
      : [chart('lineChart', 'month', { table: 'Date', column: 'Month' })]),
    ...dimensionNames
      .filter((dimension) => star.roles[dimension] !== undefined && star.star !== 'customers')
      .map((dimension) => {
        const column = dimensions[dimension]
        const type = dimension === 'store' ? 'clusteredColumnChart' : 'clusteredBarChart'
        return chart(type, dimension, { table: column, column })
      }),
  ]
  const list = {
    type: 'tableEx' as const,
    title: `Rows of ${table}`,
    fields: { Values: star.columns.map(({ name }): Field => ({ table, column: name })) },
  }
  const below = charts.length < 3 ? [...charts, list] : charts
  const each = widthOf(below.length)
  return [
    ...above,
    ...below.map((visual, nth) => ({
      ...visual,
      position: {
        x: gap + nth * (each + gap),
        y: 120 + 2 * gap,
        width: each,
        height: page.height - 120 - 3 * gap,
      },
    })),
  ]
}

const widthOf = (beside: number): number => Math.floor((page.width - gap) / beside) - gap

function container(name: string, nth: number, { type, title, fields, position }: Visual): object {
  return {
    $schema: `${schemas}/visualContainer/2.4.0/schema.json`,
    name,
    position: { ...position, z: nth, tabOrder: nth },
    visual: {
      visualType: type,
      query: {
        queryState: Object.fromEntries(
          Object.entries(fields).map(([well, all]) => [well, { projections: all.map(projected) }]),
        ),
      },
      visualContainerObjects: {
        title: [{ properties: { show: literal('true'), text: literal(quoted(title)) } }],
        // What a screen reader says.
        general: [{ properties: { altText: literal(quoted(title)) } }],
      },
    },
  }
}

function projected(field: Field): object {
  const Expression = { SourceRef: { Entity: field.table } }
  const name = 'column' in field ? field.column : field.measure
  const said = { Expression, Property: name }
  return {
    field: 'column' in field ? { Column: said } : { Measure: said },
    queryRef: `${field.table}.${name}`,
    nativeQueryRef: name,
  }
}

const literal = (Value: string): object => ({ expr: { Literal: { Value } } })
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`
