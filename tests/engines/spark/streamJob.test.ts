/** The generated job of Structured Streaming on the real Spark, from the real Kafka: the same rows as Pallet lands, each once, over kills. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testFolder } from '../../fixtures/folder.ts'
import { type Finished, pallet } from '../../fixtures/pallet.ts'
import { become } from '../../fixtures/sparkStandIn.ts'
import { type RealKafka, realKafka } from '../kafka/server.ts'

const python = process.env['PALLET_ENGINES_PYTHON'] ?? ''
const jars = process.env['PALLET_ENGINES_JARS'] ?? ''
const ofSpark = /^(spark-sql-kafka|spark-token-provider-kafka|kafka-clients|commons-pool2)/
const folder = testFolder()
const count = 2000
let broker: RealKafka
beforeAll(async () => {
  broker = await realKafka(process.env['PALLET_ENGINES_KAFKA'] ?? '')
})
afterAll(() => broker.stop())

/** The job as somebody would submit it; in a group of its own, as it is killed. */
function submitted(
  job: string,
  out: string,
  log: string,
): { child: ChildProcess; done: Promise<number | null> } {
  const needed = readdirSync(jars).filter((name) => ofSpark.test(name))
  const conf = [
    'spark.ui.enabled=false',
    'spark.sql.shuffle.partitions=2',
    'spark.driver.host=127.0.0.1',
  ]
  const args = ['--master', 'local[2]', '--jars', needed.map((name) => join(jars, name)).join(',')]
  const child = spawn(
    join(dirname(python), 'spark-submit'),
    [...args, ...conf.flatMap((one) => ['--conf', one]), job, '--out', out, '--rows', '300'],
    {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PYSPARK_PYTHON: python, SPARK_LOCAL_IP: '127.0.0.1' },
    },
  )
  const file = createWriteStream(log, { flags: 'a' })
  child.stdout.pipe(file, { end: false })
  child.stderr.pipe(file, { end: false })
  return { child, done: once(child, 'exit').then(([code]) => code as number | null) }
}

/** Of all rows, in the order of their places, how many and what they are. */
const printOf = (from: string): string =>
  `SELECT count(*)::TEXT AS n, count(DISTINCT (kafka_partition, kafka_offset))::TEXT AS places, md5(string_agg(concat_ws('|', kafka_partition, kafka_offset, kafka_key, id, product, quantity, price, sales_time::TEXT), ',' ORDER BY kafka_partition, kafka_offset)) AS print FROM ${from}`

async function asked(sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create()
  const connection = await instance.connect()
  const rows = (await connection.runAndReadAll(sql)).getRowObjectsJson()
  connection.closeSync()
  instance.closeSync()
  return rows
}

test('killed in the middle of batches, and started again, it has the rows of Pallet, once', async () => {
  const at = folder()
  const home = join(at, 'home')
  const call = (...args: string[]): Promise<Finished> => pallet(args, { home })
  const topic = await broker.topic()
  const tills = ['--connection', 'tills']
  const kind = ['--kind', 'kafka', '--brokers', broker.open, '--encryption', 'none']
  expect(await call('connections', 'add', 'tills', ...kind)).toMatchObject({ code: 0 })
  const more = ['--count', String(count), '--defects', '5%', '--seed', '7', '--topic', topic]
  expect(await call('simulate', ...tills, ...more)).toMatchObject({ code: 0 })
  const landed = await call(
    'land',
    topic,
    ...tills,
    '--dataset',
    'sales',
    '--no-blob',
    '--until-empty',
  )
  expect(landed).toMatchObject({ code: 0 })
  const here = (await call('query', printOf('sales'))).events[0]

  const job = join(at, 'jobs', 'sales.py')
  const out = join(at, 'out')
  const log = join(at, 'log')
  const wrote = await call('stream', 'job', topic, ...tills, '--dataset', 'sales', '--out', job)
  expect(wrote, wrote.stdout + wrote.stderr).toMatchObject({ code: 0 })
  expect(readFileSync(job, 'utf8')).toContain('"failOnDataLoss": "true"')

  // Killed while rows of a batch are being written, or are, and the ledger has not got them.
  for (const first of [0, 2]) {
    const { child, done } = submitted(job, out, log)
    const group = -(child.pid ?? 0)
    const isBetween = (): boolean =>
      [0, 1, 2].some(
        (nth) =>
          existsSync(join(out, 'rows', `batch=${first + nth}`)) &&
          !existsSync(join(out, 'ledger', `batch=${first + nth}`, '_SUCCESS')),
      )
    await become(
      () => {
        if (!isBetween()) return false
        // It stands still while it is looked at again: whoever looks may have been kept waiting.
        process.kill(group, 'SIGSTOP')
        const isHit = isBetween()
        process.kill(group, isHit ? 'SIGKILL' : 'SIGCONT')
        return isHit
      },
      done.then(() => readFileSync(log, 'utf8').slice(-3000)),
    )
    await done
  }
  const last = await submitted(job, out, log).done
  expect(last, readFileSync(log, 'utf8').slice(-3000)).toBe(0)

  const batches = await asked(`SELECT * FROM read_json('${out}/ledger/*/*.json') ORDER BY batch`)
  const sum = (name: string): number => batches.reduce((all, one) => all + Number(one[name]), 0)
  expect(sum('records')).toBe(count)
  const [there] = await asked(printOf(`read_parquet('${out}/rows/*/*.parquet')`))
  expect(there).toEqual({ n: here?.['n'], places: here?.['places'], print: here?.['print'] })
  expect(String(sum('clean'))).toBe(there?.['n'])
  // What is no good has its place in the topic, and its bytes.
  const held = await asked(
    `SELECT DISTINCT "partition", "offset", code = 'no-record' AS poison FROM read_json('${out}/held/*/*.json')`,
  )
  expect(held).toHaveLength(sum('held'))
  expect(held.some(({ poison }) => poison === true)).toBe(true)
  expect(held.some(({ poison }) => poison === false)).toBe(true)
  expect(sum('clean') + sum('held') + sum('dropped')).toBe(count)

  // An hour later there is nothing new, and nothing comes twice.
  expect(await submitted(job, out, log).done).toBe(0)
  const [again] = await asked(printOf(`read_parquet('${out}/rows/*/*.parquet')`))
  expect(again).toEqual(there)
})
