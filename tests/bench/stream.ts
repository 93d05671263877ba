/**
 * Records of a topic of the real Apache Kafka until they can be asked for in DuckDB: as `pallet land` brings them, each once, beside the plain
 * client, which guarantees nothing, and `kcat` piped into DuckDB. First a topic that is full, then one that tills write to all the while.
 * Prints, and writes its section of RESULTS.md. The broker is that of `npm run test:engines -- kafka`.
 *
 *     npm run bench:stream [-- --records 1000000] [--rounds 3] [--rate 2000] [--minutes 2]
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { DuckDBInstance } from '@duckdb/node-api'
import { quiet } from '../../main/runs/quiet.ts'
import { simulate } from '../../main/streaming/simulate.ts'
import { formatCount } from '../../shared/domain/sizes.ts'
import { realKafka } from '../engines/kafka/server.ts'
import { watchMemory } from '../fixtures/memory.ts'
import { entry, pallet } from '../fixtures/pallet.ts'
import { type Measured, bundled, measure, median, medians, whereAndWhen } from './measuring.ts'
import { writeSection } from './results.ts'

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    rate: { type: 'string', default: '2000' },
    minutes: { type: 'string', default: '2' },
  },
})
const [records, rounds, rate, minutes] = [
  Number(values.records),
  Number(values.rounds),
  Number(values.rate),
  Number(values.minutes),
]

const { engineEnvironment } = (await import(
  pathToFileURL(join(import.meta.dirname, '../../build/engine.mjs')).href
)) as { engineEnvironment: (engine: string) => Record<string, string> | null }
const engine = engineEnvironment('kafka')
if (engine === null) throw new Error('Without the broker nothing is measured.')
const folder = await mkdtemp(join(tmpdir(), 'pallet-bench-'))
const broker = await realKafka(engine['PALLET_ENGINES_JARS'])
const script = await bundled('./streamJob.ts')
const warehouse = join(folder, 'home', 'warehouse.duckdb')
const plain = join(folder, 'plain.duckdb')

/** Sales to the topic, as many and as fast; what one of them takes up is some 85 bytes. */
const sell = (topic: string, count: number, ratePerSecond: number | null): Promise<unknown> =>
  simulate(
    {
      stream: {
        connection: 'tills',
        brokers: [broker.open],
        tls: null,
        signIn: null,
        readOnly: false,
      },
      topic,
      count,
      ratePerSecond,
      stores: 40,
      defects: 0,
      seed: 1,
      truth: null,
    },
    quiet(new AbortController().signal),
  )

async function asked(file: string, sql: string): Promise<unknown[]> {
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  const [row = []] = (await connection.runAndReadAll(sql)).getRowsJson()
  connection.closeSync()
  instance.closeSync()
  return row
}

/** Removes what was landed before, and knows the broker. */
async function newHome(): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  const args = ['connections', 'add', 'tills', '--kind', 'kafka', '--encryption', 'none']
  const { code, stderr } = await pallet([...args, '--brokers', broker.open], {
    home: join(folder, 'home'),
  })
  if (code !== 0) throw new Error(stderr)
}

type Command = [command: string, parameters: string[]]
interface Way {
  name: string
  command: (topic: string, count: number) => Command
  /** Where it puts the rows; null: nowhere. */
  file: string | null
}
const land = (name: string, more: string[]): Way => ({
  name,
  command: (topic) => {
    const args = ['--home', join(folder, 'home'), '--json', 'land', topic, '--connection', 'tills']
    return [process.execPath, [entry, ...args, '--dataset', 'sales', '--no-blob', ...more]]
  },
  file: warehouse,
})
const client = (name: string, job: string): Way => ({
  name,
  command: (topic, count) => [
    process.execPath,
    [script, job, broker.open, topic, String(count), plain],
  ],
  file: job === 'append' ? plain : null,
})
const append = client('plain client into DuckDB’s appender, without guarantees', 'append')
const kcat: Way = {
  name: '`kcat` piped into DuckDB, without guarantees',
  command: (topic) => {
    const record = '{"p":%p,"o":%o,"t":%T,"k":"%k","v":%s}\\n'
    // The shell is looked at once more when it has waited for both.
    const piped = `kcat -C -q -e -o beginning -b "$1" -t "$2" -f "$3" | "$4" "$5" pipe "$6"; sleep 0.2`
    const args = [broker.open, topic, record, process.execPath, script, plain]
    return ['sh', ['-c', piped, 'sh', ...args]]
  },
  file: plain,
}
const inBatches = (rows: number): Way =>
  land(`**Pallet**, batches of ${formatCount(rows)} records at most`, [
    '--until-empty',
    '--rows',
    String(rows),
  ])
const isThere = (command: string): boolean => spawnSync(command, ['-V']).error === undefined
const ways: Way[] = [
  inBatches(50_000),
  inBatches(250_000),
  inBatches(1_000_000),
  append,
  client('plain client, which only reads', 'consume'),
  ...(isThere('kcat') ? [kcat] : []),
]

/** A topic that is full: how long until all of it is in the table. */
async function full(): Promise<string[]> {
  const topic = await broker.topic()
  await sell(topic, records, null)
  const measured = new Map<string, Measured[]>()
  for (let round = 0; round < rounds; round += 1)
    for (const { name, command, file } of ways) {
      await newHome()
      const run = await measure(...command(topic, records))
      if (run.output === null) throw new Error(`It failed: ${name}`)
      if (file !== null) {
        const places = 'count(*), count(DISTINCT (kafka_partition, kafka_offset)), sum(price)'
        const [rows, distinct] = await asked(file, `SELECT ${places} FROM sales`)
        if (Number(rows) !== records || Number(distinct) !== records)
          throw new Error(`${name} has ${String(rows)} rows, ${String(distinct)} of them different`)
      }
      measured.set(name, [...(measured.get(name) ?? []), run])
    }
  return ways.map(({ name }) => {
    const runs = measured.get(name) ?? []
    const perSecond = Math.round(records / median(runs, 's'))
    const perMillion = (median(runs, 'cpuS') / records) * 1e6
    return `| ${name} | ${formatCount(perSecond)} | ${medians(runs)} | ${perMillion.toFixed(1)} |`
  })
}

/** A topic that is written to: how long after it was written a record can be asked for, and what memory does. */
async function filling({ name, command, file }: Way): Promise<string> {
  const count = Math.round(rate * 60 * minutes)
  const topic = await broker.topic()
  await newHome()
  const child = spawn(...command(topic, count), { stdio: ['ignore', 'pipe', 'inherit'] })
  const startedMs = Date.now()
  /** The most in each tenth of the time, MiB. */
  const tenths: number[] = []
  const memory = watchMemory(
    child.pid ?? 0,
    () => false,
    (nowMiB) => {
      const nth = Math.floor((Date.now() - startedMs) / (minutes * 6000))
      if (nth < 10) tenths[nth] = Math.max(tenths[nth] ?? 0, nowMiB)
    },
  )
  const exit = once(child, 'exit')
  /** When the rows of a batch could be asked for, ms since 1970. */
  const batches: [batch: string, atMs: number][] = []
  let landed = 0
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { event, runId, step, state, rows } = JSON.parse(line) as Record<string, unknown>
    if (event === 'flushed' || (event === 'step' && step === 'load' && state === 'done'))
      batches.push([String(runId), Date.now()])
    if (event === 'flushed') landed = Number(rows)
    if (event === 'receipt') landed += (rows as { loaded: number }).loaded
    // Whoever lands until it is told to stop.
    if (landed >= count) child.kill('SIGINT')
  })
  await sell(topic, count, rate)
  await exit
  const peakMiB = memory.stop()
  const times = batches.map(([batch, atMs]) => `('${batch}', ${atMs})`).join()
  const late = 'there_at - epoch_ms(kafka_time)'
  const [rows, half, most, worst] = await asked(
    file ?? '',
    `SELECT count(*), ${[0.5, 0.99, 1].map((share) => `quantile_disc(${late}, ${share})`).join()}
     FROM sales JOIN (VALUES ${times}) t(batch, there_at) ON batch = _pallet_run`,
  )
  if (Number(rows) !== count) throw new Error(`${name}: ${String(rows)} of ${count} are there`)
  const s = (ms: unknown): string => (Number(ms) / 1000).toFixed(1)
  const mib = tenths.map((one) => one.toFixed(0)).join(', ')
  return `| ${name} | ${formatCount(batches.length)} | ${s(half)} | ${s(most)} | ${s(worst)} | ${peakMiB.toFixed(0)} | ${mib} |`
}

try {
  const lines = await full()
  const late: string[] = []
  for (const way of [land('**Pallet**, looking every second', ['--every', '1']), append])
    late.push(await filling(way))
  const section = [
    whereAndWhen(rounds, 'bench:stream'),
    '',
    `Apache Kafka 4.3.1 on the same cores. ${formatCount(records)} records that are there, in three partitions:`,
    '',
    '| way | records/s | s | CPU s | peak MiB | CPU s for a million |',
    '|---|---|---|---|---|---|',
    ...lines,
    '',
    `${formatCount(rate)} records a second for ${minutes} minutes, from the time that the record has at the broker until it can be asked for:`,
    '',
    '| way | batches | 50 of 100 within s | 99 of 100 | all | peak MiB | most in each tenth of the time |',
    '|---|---|---|---|---|---|---|',
    ...late,
    '',
    'Asked is 30,000 records a second, landed with guarantees, on two cores.',
  ]
  console.log(section.join('\n'))
  await writeSection('Topics of Kafka into a table, measured', section)
} finally {
  await broker.stop()
  await rm(folder, { recursive: true, force: true })
}
