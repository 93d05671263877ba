/** One broker of Apache Kafka on this computer, from the jars that `build/engines.mjs` has got. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Admin } from '@platformatic/kafka'

export interface RealKafka {
  /** Where users have to sign in: `pallet` by PLAIN, `scram` by SCRAM-SHA-512. */
  signedIn: string
  /** A new topic of three partitions. */
  topic(): Promise<string>
  stop(): Promise<void>
}

export async function realKafka(): Promise<RealKafka> {
  const jars = process.env['PALLET_ENGINES_JARS'] ?? ''
  if (jars === '') throw new Error('npm run test:engines -- kafka brings the broker.')
  const folder = mkdtempSync(join(tmpdir(), 'pallet-kafka-'))
  const [plain = 0, signedIn = 0, controller = 0] = await freePorts(3)
  const properties = join(folder, 'server.properties')
  writeFileSync(
    properties,
    `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=PLAINTEXT://127.0.0.1:${plain},CONTROLLER://127.0.0.1:${controller},SASL_PLAINTEXT://127.0.0.1:${signedIn}
advertised.listeners=PLAINTEXT://127.0.0.1:${plain},SASL_PLAINTEXT://127.0.0.1:${signedIn}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512
listener.name.sasl_plaintext.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_pallet="secret";
listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
log.dirs=${join(folder, 'logs')}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
`,
  )
  const tool = (...args: string[]): string =>
    execFileSync('java', ['-cp', join(jars, '*'), 'kafka.tools.StorageTool', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  const id = tool('random-uuid').trim()
  const scram = 'SCRAM-SHA-512=[name=scram,password=scrampw]'
  tool('format', '-t', id, '-c', properties, '--ignore-formatted', '--add-scram', scram)
  const memory = ['-Xms128m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
  const server = spawn('java', [...memory, '-cp', join(jars, '*'), 'kafka.Kafka', properties], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const admin = new Admin({
    clientId: 'tests',
    bootstrapBrokers: [`127.0.0.1:${plain}`],
    retries: 240,
    retryDelay: 500,
  })
  let topics = 0
  await admin.listTopics()
  return {
    signedIn: `127.0.0.1:${signedIn}`,
    topic: async () => {
      topics += 1
      await admin.createTopics({ topics: [`sales_${topics}`], partitions: 3, replicas: 1 })
      return `sales_${topics}`
    },
    stop: async () => {
      await admin.close()
      await ended(server)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function ended(server: ChildProcess): Promise<void> {
  const exit = once(server, 'exit')
  server.kill('SIGTERM')
  await exit
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => {
    const address = server.address()
    return address === null || typeof address === 'string' ? 0 : address.port
  })
  await Promise.all(servers.map(async (server) => once(server.close(), 'close')))
  return ports
}
