/**
 * A project of Power BI Desktop (PBIP): a semantic model and a report on it, as text. Not a byte of data or of a credential is in it: Power BI asks
 * for those. https://learn.microsoft.com/power-bi/developer/projects/projects-overview
 */
import { Problem } from '../../../shared/domain/problem.ts'
import type { Connection } from '../../../shared/domain/connection.ts'
import { kindNamed } from '../../../shared/systems/kinds.ts'
import { folded } from '../../../shared/systems/snowflake.ts'
import { idOf } from './ids.ts'
import { type Source, modelFiles } from './model.ts'
import { reportFiles } from './report.ts'
import type { Star } from './stars.ts'

const schemas = 'https://developer.microsoft.com/json-schemas/fabric'

/** All files of a project, by their paths with `/`. */
export function projectOf(
  name: string,
  stars: readonly Star[],
  source: Source,
): Map<string, string> {
  const [report, model] = [`${name}.Report`, `${name}.SemanticModel`]
  const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`
  const platform = (type: string): string =>
    json({
      $schema: `${schemas}/gitIntegration/platformProperties/2.0.0/schema.json`,
      metadata: { type, displayName: name },
      config: { version: '2.0', logicalId: idOf(type, name) },
    })
  return new Map([
    [
      `${name}.pbip`,
      json({
        $schema: `${schemas}/pbip/pbipProperties/1.0.0/schema.json`,
        version: '1.0',
        // The report names its model; a model that is named here, too, keeps Desktop from opening it.
        artifacts: [{ report: { path: report } }],
        settings: { enableAutoRecovery: true },
      }),
    ],
    // What Desktop keeps for itself, the data among it.
    ['.gitignore', '**/.pbi/localSettings.json\n**/.pbi/cache.abf\n'],
    [`${report}/.platform`, platform('Report')],
    [
      `${report}/definition.pbir`,
      json({
        $schema: `${schemas}/item/report/definitionProperties/2.0.0/schema.json`,
        version: '4.0',
        datasetReference: { byPath: { path: `../${model}` } },
      }),
    ],
    ...reportFiles(stars).map(([path, value]): [string, string] => [
      `${report}/definition/${path}`,
      json(value),
    ]),
    [`${model}/.platform`, platform('SemanticModel')],
    [
      `${model}/definition.pbism`,
      json({
        $schema: `${schemas}/item/semanticModel/definitionProperties/1.0.0/schema.json`,
        version: '4.2',
        settings: {},
      }),
    ],
    ...modelFiles(name, stars, source).map(([path, text]): [string, string] => [
      `${model}/definition/${path}`,
      text,
    ]),
  ])
}

/** How Power BI reaches the tables of a connection, and what they are called there. Fails with `usage` for one that it does not reach. */
export function sourceOf({ name, settings }: Connection): {
  source: Source
  called: (name: string) => string
} {
  const said = (key: string): string => String(settings[key] ?? '')
  const system = kindNamed(settings.kind)?.system
  const host = (): string => new URL(system?.address?.(settings) ?? '').host
  if (system?.name === 'snowflake') {
    const role = said('role')
    const options = role === '' ? '' : ', [Role = Role]'
    return {
      called: folded,
      source: {
        parameters: {
          Server: host(),
          Warehouse: said('warehouse'),
          Database: said('database'),
          Schema: said('schema'),
          ...(role === '' ? {} : { Role: role }),
        },
        tables: [
          'let',
          `    Databases = Snowflake.Databases(Server, Warehouse${options}),`,
          '    Schemas = Databases{[Name = Database, Kind = "Database"]}[Data]',
          'in',
          '    Schemas{[Name = Schema, Kind = "Schema"]}[Data]',
        ].join('\n'),
      },
    }
  }
  if (system?.name === 'databricks')
    return {
      called: (one) => one.toLowerCase(),
      source: {
        parameters: {
          Host: host(),
          HttpPath: `/sql/1.0/warehouses/${said('warehouse')}`,
          Catalog: said('catalog'),
          Schema: said('schema'),
        },
        tables: [
          'let',
          '    Catalogs = Databricks.Catalogs(Host, HttpPath, [Catalog = null, Database = null, EnableAutomaticProxyDiscovery = null]),',
          '    Schemas = Catalogs{[Name = Catalog, Kind = "Database"]}[Data]',
          'in',
          '    Schemas{[Name = Schema, Kind = "Schema"]}[Data]',
        ].join('\n'),
      },
    }
  throw new Problem({
    code: 'usage',
    what: `Power BI does not reach the tables of the connection ${name}.`,
    did: 'Nothing was written.',
    advice: 'Name a connection to Snowflake or Databricks that has the tables: --source NAME.',
  })
}
