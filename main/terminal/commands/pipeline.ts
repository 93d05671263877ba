import type { Command } from 'commander'
import { Problem } from '../../../shared/domain/problem.ts'
import type { Dataset } from '../../../shared/domain/datasets/dataset.ts'
import { findDataset } from '../findDataset.ts'
import { writeGenerated } from '../generated.ts'
import { type Taker, pipelineFiles, pipelineNameOf, pipelineParameters } from '../pipeline.ts'
import type { InSession } from '../session.ts'

interface Options {
  out: string
  storage: string
  snowflake?: string
  integration?: string
  table?: string
  databricks?: string
  job?: string
  force?: boolean
}

export function addPipeline(pallet: Command, inSession: InSession): void {
  pallet
    .command('pipeline')
    .description('write a pipeline for Azure Data Factory, which takes up the blobs of a dataset')
    .argument('<dataset>')
    .requiredOption('--out <folder>', 'the folder of the factory’s repository')
    .requiredOption('--storage <service>', 'the linked service of the storage account')
    .option('--snowflake <service>', 'copy into Snowflake by this linked service')
    .option(
      '--integration <name>',
      'the storage integration by which Snowflake reads the container',
    )
    .option('--table <schema.table>', 'the table in Snowflake')
    .option('--databricks <service>', 'or run a job of Databricks by this linked service')
    .option('--job <id>', 'the id of that job')
    .option('--force', 'write over files that are there')
    .action((name: string, options: Options) =>
      inSession(async ({ core, output }) => {
        const dataset = await findDataset(core, name)
        const { out, storage, force = false } = options
        const format = dataset.destination?.blob?.format
        if (format === undefined)
          throw misused(
            `The dataset ${name} sends no blob.`,
            'Send a file of it with a blob first.',
          )
        const taker = takerOf(dataset, options)
        await writeGenerated(out, pipelineFiles(name, { storage, format, taker }), { force })
        const pipeline = pipelineNameOf(name)
        const told = pipelineParameters.map((one) => `--trigger-parameter '${one}'`).join(' ')
        output.text(
          `${out} has the pipeline ${pipeline}. Publish it; then have it told: pallet datasets told ${name} --trigger NAME=${pipeline} ${told}`,
          { event: 'pipeline', dataset: name, pipeline, out },
        )
      }),
    )
}

const misused = (what: string, advice: string): Problem =>
  new Problem({ code: 'usage', what, did: 'Nothing was written.', advice })

function takerOf({ name, contract }: Dataset, options: Options): Taker {
  const { snowflake, integration, table: called = '', databricks, job } = options
  if (databricks !== undefined && snowflake === undefined && job !== undefined)
    return { kind: 'databricks', service: databricks, job }
  const [schema = '', table = '', more] = called.split('.')
  if (snowflake === undefined || databricks !== undefined || integration === undefined)
    throw misused(
      'Nobody said what takes the rows.',
      'Say --snowflake SERVICE --integration NAME --table SCHEMA.TABLE, or --databricks SERVICE --job ID.',
    )
  if (schema === '' || table === '' || more !== undefined)
    throw misused(
      'The pipeline needs to know its table in Snowflake.',
      'Say it with its schema: --table RAW.SALES',
    )
  if (contract === null)
    throw misused(`The columns of ${name} are not known.`, 'Send a file of it first.')
  return {
    kind: 'snowflake',
    service: snowflake,
    integration,
    schema,
    table,
    columns: contract.columns,
  }
}
