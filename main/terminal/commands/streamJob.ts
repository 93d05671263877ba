import { basename, dirname } from 'node:path'
import type { Command } from 'commander'
import type { Connection } from '../../../shared/domain/connection.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { datasetOfTopic } from '../../../shared/domain/streams/stream.ts'
import { refuseRaw } from '../../runs/treating.ts'
import type { BatchInput, CleaningSql } from '../../runs/ports/cleaning.ts'
import { findDataset } from '../findDataset.ts'
import { writeGenerated } from '../generated.ts'
import type { InSession } from '../session.ts'
import { type StreamJob, streamJobOf } from '../streamJob.ts'

export type BatchSql = (input: BatchInput) => Promise<CleaningSql>

interface Options {
  connection: string
  dataset?: string
  out: string
  force?: boolean
}

/** Adds it to the command `stream`, which is there. */
export function addStreamJob(pallet: Command, inSession: InSession, batchSql: BatchSql): void {
  pallet.commands
    .find((command) => command.name() === 'stream')
    ?.command('job')
    .description('write a job of Spark Structured Streaming that lands a topic, past one computer')
    .argument('<topic>')
    .requiredOption('--connection <name>', 'the Kafka connection')
    .option('--dataset <name>', 'by which its records are cleaned (default: named like the topic)')
    .requiredOption('--out <file>', 'where the job is written, such as jobs/sales.py')
    .option('--force', 'write over a file that is there')
    .action((topic: string, options: Options) =>
      inSession(async ({ core, output }) => {
        const { out, force = false } = options
        const { name, contract, recipe, lastFile } = await findDataset(
          core,
          options.dataset ?? datasetOfTopic(topic),
        )
        const connections = await core.connections.list()
        const found = connections.find((one) => one.name === options.connection)
        if (found === undefined)
          throw misused(
            `There is no connection ${options.connection}.`,
            '“pallet connections list” says which there are.',
          )
        if (contract === null)
          throw misused(
            `The columns of ${name} are not known.`,
            `Land a batch first: pallet land ${topic} --connection ${options.connection}`,
          )
        refuseRaw(contract.columns, ['blob', 'warehouse'], 'The job would land the records itself')
        // Those of the records, of which steps make others.
        const labels = (lastFile ?? contract.columns).map(({ label }) => label)
        const statements = await batchSql({ labels, recipe, contract })
        const job = streamJobOf({
          ...accessOf(found, output.note.bind(output)),
          dataset: name,
          topic,
          labels,
          statements,
        })
        await writeGenerated(dirname(out), new Map([[basename(out), job]]), { force })
        output.text(
          `${out} lands ${topic} as ${name} in Spark. Submit it: spark-submit --packages org.apache.spark:spark-sql-kafka-0-10_2.13:4.1.3 ${out} --out FOLDER`,
          { event: 'stream-job', dataset: name, topic, out },
        )
      }),
    )
}

const misused = (what: string, advice: string): Problem =>
  new Problem({ code: 'usage', what, did: 'Nothing was written.', advice })

type Access = Pick<StreamJob, 'brokers' | 'isEncrypted' | 'signIn'>

/** What of a connection is no secret. `note`: says what the job has to be told besides. */
function accessOf({ name, settings }: Connection, note: (text: string) => void): Access {
  const text = (key: string): string | null => {
    const value = settings[key]
    return typeof value === 'string' ? value : null
  }
  const isEncrypted = text('encryption') !== 'none'
  const user = text('user') ?? text('apiKey')
  const brokers = text('brokers')?.replaceAll(/\s/g, '') ?? null
  if (user !== null) {
    note('The password is read from PALLET_KAFKA_PASSWORD when the job is started.')
    return { brokers, isEncrypted, signIn: { mechanism: text('mechanism') ?? 'PLAIN', user } }
  }
  // Whoever signs in by something else than a password has more to say than where the brokers are.
  const plain = ['kind', 'brokers', 'encryption', 'readOnly', 'ca']
  if (brokers === null || !Object.keys(settings).every((key) => plain.includes(key)))
    note(
      `How ${name} signs in${brokers === null ? ', and to which brokers,' : ''} has to be said when the job is started: ${brokers === null ? '--brokers HOST:9093 and ' : ''}--kafka FILE, a file of JSON with settings such as kafka.sasl.jaas.config.`,
    )
  return { brokers, isEncrypted, signIn: null }
}
