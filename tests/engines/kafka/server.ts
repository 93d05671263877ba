/** One broker of Apache Kafka on this computer, from the jars that `build/engines.mjs` has got. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Admin } from '@platformatic/kafka'
import { certificate } from '../../fixtures/connectionStories.ts'

export interface RealKafka {
  /** Where users have to sign in: `pallet` by PLAIN, `scram` by SCRAM-SHA-256 and -512. */
  signedIn: string
  /** Nobody is asked who they are. */
  open: string
  tls: string
  certified: string
  /** As `signedIn`, over TLS. */
  password: string
  /** By OAUTHBEARER, with unsigned tokens, over TLS; signed in again each second. */
  token: string
  /** A new topic of three partitions. */
  topic(): Promise<string>
  stop(): Promise<void>
}

/** `jars`: the folder of its own. */
export async function realKafka(
  jars = process.env['PALLET_ENGINES_JARS'] ?? '',
): Promise<RealKafka> {
  if (jars === '') throw new Error('npm run test:engines -- kafka brings the broker.')
  const folder = mkdtempSync(join(tmpdir(), 'pallet-kafka-'))
  const ports = await freePorts(7)
  const [plain = 0, signedIn = 0, controller = 0, tls = 0, certified = 0, password = 0, token = 0] =
    ports
  const keys = join(folder, 'broker.pem')
  const trusted = fileURLToPath(
    new URL('../../fixtures/certificates/brokers-authority.pem', import.meta.url),
  )
  writeFileSync(keys, certificate('server.key') + certificate('brokers.pem'))
  const others = { TLS: tls, CERTIFIED: certified, PASSWORD: password, TOKEN: token }
  const listeners = Object.entries({ PLAINTEXT: plain, SASL_PLAINTEXT: signedIn, ...others })
    .map(([name, port]) => `${name}://127.0.0.1:${port}`)
    .join(',')
  const properties = join(folder, 'server.properties')
  writeFileSync(
    properties,
    `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=${listeners},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=${listeners}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT,TLS:SSL,CERTIFIED:SSL,PASSWORD:SASL_SSL,TOKEN:SASL_SSL
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
ssl.keystore.type=PEM
ssl.keystore.location=${keys}
ssl.truststore.type=PEM
ssl.truststore.location=${trusted}
listener.name.certified.ssl.client.auth=required
listener.name.password.sasl.enabled.mechanisms=PLAIN
listener.name.password.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_pallet="secret";
listener.name.token.sasl.enabled.mechanisms=OAUTHBEARER
listener.name.token.connections.max.reauth.ms=1000
listener.name.token.oauthbearer.sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";
listener.name.sasl_plaintext.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_pallet="secret";
listener.name.sasl_plaintext.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
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
  const scram = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((way) => [
    '--add-scram',
    `${way}=[name=scram,password=scrampw]`,
  ])
  tool('format', '-t', id, '-c', properties, '--ignore-formatted', ...scram)
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
    open: `127.0.0.1:${plain}`,
    tls: `127.0.0.1:${tls}`,
    certified: `127.0.0.1:${certified}`,
    password: `127.0.0.1:${password}`,
    token: `127.0.0.1:${token}`,
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
