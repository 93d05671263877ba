/**
 * Records of a topic by the plain client, without guarantees, or from standard input; in a process of its own.
 *   node tests/bench/streamJob.ts consume|append BROKER TOPIC COUNT FILE.duckdb
 *   kcat -f '{"p":%p,"o":%o,"t":%T,"k":"%k","v":%s}\n' … | node tests/bench/streamJob.ts pipe FILE.duckdb
 */
import { DuckDBInstance, DuckDBTimestampValue } from '@duckdb/node-api'
import { Consumer } from '@platformatic/kafka'

const [job = '', ...given] = process.argv.slice(2)
const lineage =
  'kafka_partition INTEGER, kafka_offset BIGINT, kafka_time TIMESTAMP, kafka_key VARCHAR'
const own =
  'id BIGINT, product VARCHAR, quantity INTEGER, price DECIMAL(18, 2), sales_time TIMESTAMP'
/** What is appended can be asked for once it is flushed. */
const flushMs = 1000
const flushRows = 50_000

interface Sale {
  id: number
  product: string
  quantity: number
  price: number
  sales_time: string
}

/** Takes rows until all are there; says each time that more can be asked for. */
async function consumed(isAppended: boolean): Promise<void> {
  const [broker = '', topic = '', count = '', file = ''] = given
  const consumer = new Consumer({
    clientId: 'bench',
    groupId: `bench-${process.pid}`,
    bootstrapBrokers: [broker],
    autocommit: true,
  })
  const instance = await DuckDBInstance.create(isAppended ? file : ':memory:')
  const connection = await instance.connect()
  await connection.run(`CREATE TABLE sales (_pallet_run VARCHAR, ${lineage}, ${own})`)
  const appender = await connection.createAppender('sales')
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest' })
  let rows = 0
  let batch = 0
  let flushed = 0
  let flushedMs = performance.now()
  const flush = (): void => {
    if (isAppended) appender.flushSync()
    console.log(JSON.stringify({ event: 'flushed', runId: String(batch), rows }))
    batch += 1
    flushed = rows
    flushedMs = performance.now()
  }
  const clock = setInterval(() => rows > flushed && flush(), flushMs)
  for await (const { partition, offset, timestamp, key, value } of stream) {
    if (isAppended) {
      const sale = JSON.parse(value.toString()) as Sale
      appender.appendVarchar(String(batch))
      appender.appendInteger(partition)
      appender.appendBigInt(offset)
      appender.appendTimestamp(new DuckDBTimestampValue(timestamp * 1000n))
      appender.appendVarchar(key.toString())
      appender.appendBigInt(BigInt(sale.id))
      appender.appendVarchar(sale.product)
      appender.appendInteger(sale.quantity)
      appender.appendDouble(sale.price)
      const soldMs = BigInt(Date.parse(sale.sales_time))
      appender.appendTimestamp(new DuckDBTimestampValue(soldMs * 1000n))
      appender.endRow()
    }
    rows += 1
    if (rows === Number(count)) break
    if (rows - flushed >= flushRows || performance.now() - flushedMs >= flushMs) flush()
  }
  clearInterval(clock)
  flush()
  appender.closeSync()
  connection.closeSync()
  instance.closeSync()
  await consumer.close(true)
}

async function piped(): Promise<void> {
  const [file = ''] = given
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  await connection.run(
    `CREATE TABLE sales AS SELECT p AS kafka_partition, o AS kafka_offset, make_timestamp(t * 1000) AS kafka_time, k AS kafka_key, v.*
     FROM read_json('/dev/stdin', format = 'newline_delimited',
       columns = {p: 'INTEGER', o: 'BIGINT', t: 'BIGINT', k: 'VARCHAR', v: 'STRUCT(${own})'})`,
  )
  connection.closeSync()
  instance.closeSync()
}

await (job === 'pipe' ? piped() : consumed(job === 'append'))
process.exit(0)
