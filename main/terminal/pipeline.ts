/**
 * A pipeline of Azure Data Factory in the layout of its Git repository, which a run tells when its blob has landed: it copies the blob into Snowflake,
 * or has a job of Databricks work on it. Its shapes are those of the published REST API of 2018-06-01.
 */
import type { Column, OutputFormat } from '../../shared/domain/datasets/dataset.ts'
import { folded } from '../../shared/systems/snowflake.ts'
import { nameElsewhere } from './otherNames.ts'

/** What takes the rows; `service` is the name of a linked service of the factory. */
export type Taker =
  | { kind: 'databricks'; service: string; job: string }
  | {
      kind: 'snowflake'
      service: string
      /** By which Snowflake reads the container. */
      integration: string
      schema: string
      table: string
      columns: readonly Column[]
    }

/** What the pipeline of a dataset is called. */
export const pipelineNameOf = (dataset: string): string => nameElsewhere(dataset, /[^\w-]/g)

/** What a run gives it, as templates; `run_id` it gives by itself. */
export const pipelineParameters = ['container={container}', 'blob={blob}', 'rows={rows}'] as const

/** Files by their paths. `storage`: the linked service of the account with the container. */
export function pipelineFiles(
  dataset: string,
  { storage, format, taker }: { storage: string; format: OutputFormat; taker: Taker },
): Map<string, string> {
  const name = pipelineNameOf(dataset)
  const files: [string, object][] = [
    [
      `pipeline/${name}.json`,
      {
        name,
        properties: {
          description: 'Written by “pallet pipeline”; yours to change.',
          activities: activitiesOf(name, format, taker),
          parameters: {
            run_id: { type: 'String' },
            container: { type: 'String' },
            blob: { type: 'String' },
            rows: { type: 'Int' },
          },
          // The table into which one copies is that of all.
          concurrency: 1,
          annotations: ['pallet'],
        },
      },
    ],
    ...(taker.kind === 'snowflake'
      ? ([
          [`dataset/${blobOf(name)}.json`, blobDataset(blobOf(name), storage, format)],
          [`dataset/${tableOf(name)}.json`, tableDataset(name, taker)],
        ] as [string, object][])
      : []),
  ]
  return new Map(files.map(([path, value]) => [path, `${JSON.stringify(value, null, 2)}\n`]))
}

const blobOf = (name: string): string => `${name}_blob`
const tableOf = (name: string): string => `${name}_incoming`
const expression = (value: string): object => ({ value, type: 'Expression' })
const parameter = (name: string): object => expression(`@pipeline().parameters.${name}`)
const service = (name: string): object => ({ referenceName: name, type: 'LinkedServiceReference' })
const dataset = (name: string, parameters?: object): object => ({
  referenceName: name,
  type: 'DatasetReference',
  ...(parameters === undefined ? {} : { parameters }),
})
const after = (...names: string[]): object[] =>
  names.map((activity) => ({ activity, dependencyConditions: ['Succeeded'] }))
/** A person, or Pallet, has it run again; nothing here is tried again in silence. */
const policy = { timeout: '0.12:00:00', retry: 0 }

function activitiesOf(name: string, format: OutputFormat, taker: Taker): object[] {
  if (taker.kind === 'databricks')
    return [
      {
        name: 'work',
        type: 'DatabricksJob',
        dependsOn: [],
        policy,
        linkedServiceName: service(taker.service),
        typeProperties: {
          jobId: taker.job,
          jobParameters: Object.fromEntries(
            ['run_id', 'container', 'blob'].map((one) => [one, parameter(one)]),
          ),
        },
      },
    ]
  const { columns, schema, integration } = taker
  const quoted = (one: string): string => `"${folded(one).replaceAll('"', '""')}"`
  const table = `${quoted(schema)}.${quoted(taker.table)}`
  const incoming = `${quoted(schema)}.${quoted(incomingOf(name))}`
  const all = columns.map((column) => quoted(column.name)).join(', ')
  const run = "'@{replace(pipeline().parameters.run_id, '''', '''''')}'"
  const script = (activity: string, before: string[], ...texts: (string | object)[]): object => ({
    name: activity,
    type: 'Script',
    dependsOn: after(...before),
    policy,
    linkedServiceName: service(taker.service),
    typeProperties: { scripts: texts.map((text) => ({ type: 'NonQuery', text })) },
  })
  return [
    script(
      'prepare',
      [],
      `ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS "${runColumn}" TEXT`,
      `CREATE OR REPLACE TRANSIENT TABLE ${incoming} AS SELECT ${all} FROM ${table} WHERE FALSE`,
    ),
    {
      name: 'copy',
      type: 'Copy',
      dependsOn: after('prepare'),
      policy,
      inputs: [
        dataset(blobOf(name), { container: parameter('container'), blob: parameter('blob') }),
      ],
      outputs: [dataset(tableOf(name))],
      typeProperties: {
        source: {
          type: format === 'parquet' ? 'ParquetSource' : 'DelimitedTextSource',
          storeSettings: { type: 'AzureBlobStorageReadSettings', recursive: false },
          ...(format === 'parquet'
            ? {}
            : { formatSettings: { type: 'DelimitedTextReadSettings' } }),
        },
        sink: {
          type: 'SnowflakeV2Sink',
          importSettings: { type: 'SnowflakeImportCopyCommand', storageIntegration: integration },
        },
        enableStaging: false,
        // By name: a file has the names of the dataset, Snowflake its own.
        translator: {
          type: 'TabularTranslator',
          mappings: columns.map((column) => ({
            source: { name: column.name },
            sink: { name: folded(column.name) },
          })),
        },
      },
    },
    // That a copy has succeeded does not say that it has copied all rows.
    {
      name: 'all rows came',
      type: 'IfCondition',
      dependsOn: after('copy'),
      typeProperties: {
        expression: expression(
          "@equals(int(activity('copy').output.rowsCopied), int(pipeline().parameters.rows))",
        ),
        ifFalseActivities: [
          {
            name: 'rows are missing',
            type: 'Fail',
            dependsOn: [],
            typeProperties: {
              errorCode: 'ROWS_MISSING',
              message: expression(
                "@concat(string(activity('copy').output.rowsCopied), ' rows were copied, and the run has delivered ', string(pipeline().parameters.rows), '. The table is as it was.')",
              ),
            },
          },
        ],
      },
    },
    // What a run has brought before is taken out with it: run again, it is there once.
    script(
      'publish',
      ['all rows came'],
      expression(
        [
          'EXECUTE IMMEDIATE $$',
          'BEGIN',
          '  BEGIN TRANSACTION;',
          `  DELETE FROM ${table} WHERE "${runColumn}" = ${run};`,
          `  INSERT INTO ${table} (${all}, "${runColumn}") SELECT ${all}, ${run} FROM ${incoming};`,
          '  COMMIT;',
          'EXCEPTION WHEN OTHER THEN',
          '  ROLLBACK;',
          '  RAISE;',
          'END;',
          '$$',
        ].join('\n'),
      ),
    ),
  ]
}

/** Which run has brought a row. */
const runColumn = '_PALLET_RUN'
/** Into which the rows come first; of this pipeline alone. */
const incomingOf = (name: string): string => folded(`_${name}_incoming`)

function blobDataset(name: string, storage: string, format: OutputFormat): object {
  const folders = "split(dataset().blob, '/')"
  const text = {
    columnDelimiter: ',',
    quoteChar: '"',
    escapeChar: '"',
    firstRowAsHeader: true,
    encodingName: 'UTF-8',
    nullValue: '',
    ...(format === 'csv.gz' ? { compressionCodec: 'gzip' } : {}),
  }
  return {
    name,
    properties: {
      type: format === 'parquet' ? 'Parquet' : 'DelimitedText',
      linkedServiceName: service(storage),
      parameters: { container: { type: 'String' }, blob: { type: 'String' } },
      annotations: ['pallet'],
      typeProperties: {
        location: {
          type: 'AzureBlobStorageLocation',
          container: expression('@dataset().container'),
          folderPath: expression(`@join(take(${folders}, sub(length(${folders}), 1)), '/')`),
          fileName: expression(`@last(${folders})`),
        },
        ...(format === 'parquet' ? {} : text),
      },
    },
  }
}

const tableDataset = (name: string, taker: Extract<Taker, { kind: 'snowflake' }>): object => ({
  name: tableOf(name),
  properties: {
    type: 'SnowflakeV2Table',
    linkedServiceName: service(taker.service),
    annotations: ['pallet'],
    typeProperties: { schema: folded(taker.schema), table: incomingOf(name) },
  },
})
