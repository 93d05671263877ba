/**
 * A semantic model of import mode in TMDL (https://learn.microsoft.com/analysis-services/tmdl/tmdl-overview): a table for each star, one of days,
 * and one for each column that stars share.
 */
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { idOf } from './ids.ts'
import {
  type Dimension,
  type Star,
  dax,
  dayOf,
  dimensionNames,
  dimensions,
  factName,
  measuresOf,
} from './stars.ts'

/** Where the tables are, as parameters of the model; the rest of how they are reached is M. */
export interface Source {
  parameters: Readonly<Record<string, string>>
  /** An expression of M with the tables of one schema; it names the parameters. */
  tables: string
}

/** Files of the folder `definition`, by their paths. */
export function modelFiles(
  name: string,
  stars: readonly Star[],
  source: Source,
): [string, string][] {
  const shared = dimensionNames.filter((dimension) => withColumn(stars, dimension).length > 0)
  const dated = stars.filter((star) => dayOf(star) !== null)
  const tables: [string, string][] = [
    ...stars.map((star): [string, string] => [factName(star.star), factTable(star)]),
    ...(dated.length === 0 ? [] : [['Date', dateTable(dated)] as [string, string]]),
    ...shared.map((dimension): [string, string] => [
      dimensions[dimension],
      dimensionTable(dimension, withColumn(stars, dimension)),
    ]),
  ]
  const relationships = stars.flatMap((star) => [
    ...shared.flatMap((dimension): [string, string, string][] => {
      const column = star.roles[dimension]
      return column === undefined ? [] : [[factName(star.star), column, dimensions[dimension]]]
    }),
    ...[dayOf(star)].flatMap((day): [string, string, string][] =>
      day === null ? [] : [[factName(star.star), day, 'Date']],
    ),
  ])
  return [
    ['database.tmdl', `database ${named(name)}\n\tcompatibilityLevel: 1600\n`],
    [
      'model.tmdl',
      lines(
        'model Model',
        '\tculture: en-US',
        '\tdefaultPowerBIDataSourceVersion: powerBI_V3',
        '\tdiscourageImplicitMeasures',
        '\tsourceQueryCulture: en-US',
        '',
        '\tannotation __PBI_TimeIntelligenceEnabled = 0',
        '',
        ...tables.map(([table]) => `ref table ${named(table)}`),
      ),
    ],
    ['expressions.tmdl', expressions(source)],
    [
      'relationships.tmdl',
      relationships
        .map(([from, column, to]) =>
          lines(
            `relationship ${idOf(name, from, column, to)}`,
            `\tfromColumn: ${named(from)}.${named(column)}`,
            `\ttoColumn: ${named(to)}.${named(to)}`,
          ),
        )
        .join('\n'),
    ],
    ...tables.map(([table, text]): [string, string] => [`tables/${table}.tmdl`, text]),
  ]
}

const withColumn = (stars: readonly Star[], dimension: Dimension): Star[] =>
  stars.filter(({ roles }) => roles[dimension] !== undefined)

const lines = (...all: string[]): string => `${all.join('\n')}\n`
/** Each line so much deeper. */
const deeper = (text: string, tabs: string): string => text.replace(/^(?=.)/gm, tabs)

/** A name in TMDL. */
const named = (name: string): string =>
  /^[A-Za-z_]\w*$/.test(name) ? name : `'${name.replaceAll("'", "''")}'`
/** A text in M. */
export const mText = (text: string): string =>
  `"${text.replaceAll('"', '""').replaceAll('#(', '#(#)(')}"`

function expressions({ parameters, tables }: Source): string {
  const said = Object.entries(parameters).map(([name, value]) =>
    lines(
      `expression ${named(name)} = ${mText(value)} meta [IsParameterQuery=true, Type="Text", IsParameterQueryRequired=true]`,
      '',
      '\tannotation PBI_ResultType = Text',
    ),
  )
  const schema = lines(
    'expression Tables =',
    deeper(tables, '\t\t'),
    '',
    '\tannotation PBI_ResultType = Table',
  )
  return [...said, schema].join('\n')
}

/** What a column is in the model, and in M, which gives it that type. */
function typeOf({
  type,
  scale,
}: Pick<Column, 'type' | 'scale'>): [tmdl: string, m: string, format: string | null] {
  switch (type) {
    case 'text':
      return ['string', 'type text', null]
    case 'integer':
      return ['int64', 'Int64.Type', '0']
    case 'decimal':
      // The exact type of Power BI keeps four digits.
      return scale !== undefined && scale <= 4
        ? ['decimal', 'Currency.Type', null]
        : ['double', 'type number', null]
    case 'boolean':
      return ['boolean', 'type logical', null]
    case 'date':
      return ['dateTime', 'type date', 'Short Date']
    case 'timestamp':
      return ['dateTime', 'type datetime', 'General Date']
    case 'time':
      return ['dateTime', 'type time', 'Long Time']
    case 'duration':
      return ['double', 'type number', null]
  }
}

function column(name: string, type: string, format: string | null, source: string): string {
  return lines(
    '',
    `\tcolumn ${named(name)}`,
    `\t\tdataType: ${type}`,
    ...(format === null ? [] : [`\t\tformatString: ${format}`]),
    '\t\tsummarizeBy: none',
    `\t\tsourceColumn: ${source}`,
  )
}

const partition = (table: string, kind: 'm' | 'calculated', source: string): string =>
  lines(
    '',
    `\tpartition ${named(table)} = ${kind}`,
    '\t\tmode: import',
    '\t\tsource =',
    deeper(source, '\t\t\t\t'),
  )

/** What a star shares with others is text in all of them. */
const isShared = ({ roles }: Star, name: string): boolean =>
  dimensionNames.some((dimension) => roles[dimension] === name)

const rowsOf = ({ table }: Star): string => `Tables{[Name = ${mText(table)}]}[Data]`

function factTable(star: Star): string {
  const name = factName(star.star)
  const typed = star.columns.map((one) => ({
    ...one,
    type: isShared(star, one.name) ? ('text' as const) : one.type,
  }))
  const list = (items: readonly string[]): string => `{${items.join(', ')}}`
  const day = dayOf(star)
  const { date } = star.roles
  const isMade = day !== null && day !== date
  const source = [
    'let',
    `    Rows = ${rowsOf(star)},`,
    `    Chosen = Table.SelectColumns(Rows, ${list(typed.map((one) => mText(one.source)))}),`,
    `    Named = Table.RenameColumns(Chosen, ${list(typed.map((one) => list([mText(one.source), mText(one.name)])))}),`,
    `    Typed = Table.TransformColumnTypes(Named, ${list(typed.map((one) => list([mText(one.name), typeOf(one)[1]])))})${isMade ? ',' : ''}`,
    ...(isMade
      ? [
          `    Dated = Table.AddColumn(Typed, ${mText(day)}, each DateTime.Date([#${mText(date ?? '')}]), type date)`,
        ]
      : []),
    'in',
    `    ${isMade ? 'Dated' : 'Typed'}`,
  ].join('\n')
  return [
    lines(`table ${named(name)}`),
    ...measuresOf(star).map((measure) =>
      lines(
        '',
        `\tmeasure ${named(measure.name)} = ${measure.dax}`,
        `\t\tformatString: ${measure.format}`,
      ),
    ),
    ...typed.map((one) => {
      const [type, , format] = typeOf(one)
      return column(one.name, type, format, one.name)
    }),
    isMade ? column(day, 'dateTime', 'Short Date', day) : '',
    partition(name, 'm', source),
  ].join('')
}

/** Every value that one of the stars has. Power BI takes texts for one that differ in case, or in spaces at their end. */
function dimensionTable(dimension: Dimension, stars: readonly Star[]): string {
  const name = dimensions[dimension]
  const valuesOf = (star: Star): string => {
    const { source = '' } = star.columns.find((one) => one.name === star.roles[dimension]) ?? {}
    return `Table.RenameColumns(Table.Distinct(Table.SelectColumns(${rowsOf(star)}, {${mText(source)}})), {{${mText(source)}, ${mText(name)}}})`
  }
  const source = [
    'let',
    `    All = Table.Combine({${stars.map(valuesOf).join(', ')}}),`,
    `    Typed = Table.TransformColumnTypes(All, {{${mText(name)}, type text}}),`,
    `    Known = Table.SelectRows(Typed, each [${name}] <> null),`,
    `    Trimmed = Table.TransformColumns(Known, {{${mText(name)}, Text.TrimEnd, type text}}),`,
    `    Once = Table.Distinct(Trimmed, {${mText(name)}, Comparer.OrdinalIgnoreCase})`,
    'in',
    '    Once',
  ].join('\n')
  return lines(`table ${name}`) + column(name, 'string', null, name) + partition(name, 'm', source)
}

/** All days of the years that the stars have. */
function dateTable(dated: readonly Star[]): string {
  const each = (ends: 'MIN' | 'MAX'): string =>
    dated.map((star) => `${ends} ( ${dax(factName(star.star), dayOf(star) ?? '')} )`).join(', ')
  const source = [
    `VAR FirstDay = MINX ( { ${each('MIN')} }, [Value] )`,
    `VAR LastDay = MAXX ( { ${each('MAX')} }, [Value] )`,
    'RETURN',
    '    ADDCOLUMNS (',
    '        CALENDAR ( DATE ( YEAR ( FirstDay ), 1, 1 ), DATE ( YEAR ( LastDay ), 12, 31 ) ),',
    '        "Year", YEAR ( [Date] ),',
    '        "Month", FORMAT ( [Date], "yyyy-MM" )',
    '    )',
  ].join('\n')
  return [
    lines('table Date', '\tdataCategory: Time'),
    lines(
      '',
      '\tcolumn Date',
      '\t\tisKey',
      '\t\tdataType: dateTime',
      '\t\tformatString: Short Date',
      '\t\tsummarizeBy: none',
      '\t\tisNameInferred',
      '\t\tsourceColumn: [Date]',
    ),
    ...[
      ['Year', 'int64'],
      ['Month', 'string'],
    ].map(([name = '', type = '']) =>
      lines(
        '',
        `\tcolumn ${name}`,
        `\t\tdataType: ${type}`,
        '\t\tsummarizeBy: none',
        '\t\tisNameInferred',
        `\t\tsourceColumn: [${name}]`,
      ),
    ),
    partition('Date', 'calculated', source),
  ].join('')
}
