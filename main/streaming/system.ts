import { Problem } from '../../shared/domain/problem.ts'
import { plural } from '../../shared/domain/sizes.ts'
import { kafka as record } from '../../shared/systems/kafka.ts'
import { byKind } from '../../shared/systems/kinds.ts'
import type { StreamAccess, StreamSignIn, StreamTls } from '../runs/ports/streaming.ts'
import type { OutsideSystem } from '../runs/ports/systems.ts'

interface Place {
  brokers: string
  encryption: 'tls' | 'none'
  ca?: string | undefined
  readOnly: boolean
}

const addresses = (brokers: string): string[] => brokers.split(',').map((broker) => broker.trim())
const trustsThisComputer: StreamTls = { ca: null, own: null }

const accessOf = (
  connection: string,
  { brokers, encryption, ca, readOnly }: Place,
  signIn: StreamSignIn | null,
): StreamAccess => ({
  connection,
  brokers: addresses(brokers),
  tls: encryption === 'tls' ? { ...trustsThisComputer, ca: ca ?? null } : null,
  signIn,
  readOnly,
})

/** `name=value, name=value` */
const extensionsIn = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split(',')
      .map((one) => one.trim().split('='))
      .map(([name = '', ...value]) => [name, value.join('=')]),
  )

/** The host in `Endpoint=sb://NAMESPACE.servicebus.windows.net/;…`, as Azure writes it. */
function namespaceOf(connection: string, connectionString: string): string {
  const [, host] = /(?:^|;)\s*Endpoint=sb:\/\/([a-z0-9.-]+)/i.exec(connectionString) ?? []
  if (host !== undefined) return host
  throw new Problem({
    code: 'credential-rejected',
    what: `What is stored as the connection string of ${connection} is none of Event Hubs.`,
    advice: 'Copy the whole line that begins with “Endpoint=sb://” from the Azure portal.',
    connection,
  })
}

/** An access of Event Hubs: their port for the protocol of Kafka is always this one. */
const eventHubs = (
  connection: string,
  host: string,
  readOnly: boolean,
  signIn: StreamSignIn,
): StreamAccess => ({
  connection,
  brokers: [`${host}:9093`],
  tls: trustsThisComputer,
  signIn,
  readOnly,
})

const stream: (connection: Parameters<NonNullable<OutsideSystem['stream']>>[0]) => StreamAccess =
  byKind(record, {
    kafka: ({ name, settings }) => accessOf(name, settings, null),
    'kafka-password': ({ name, settings, secrets: { password } }) =>
      accessOf(name, settings, { mechanism: settings.mechanism, user: settings.user, password }),
    'kafka-certificate': ({ name, settings, secrets: { privateKey, passphrase = null } }) => ({
      connection: name,
      brokers: addresses(settings.brokers),
      tls: {
        ca: settings.ca ?? null,
        own: { certificate: settings.certificate, key: privateKey, passphrase },
      },
      signIn: null,
      readOnly: settings.readOnly,
    }),
    'kafka-oauth': ({ name, settings, secrets: { clientSecret } }) =>
      accessOf(name, settings, {
        mechanism: 'OAUTHBEARER',
        client: {
          client: settings.client,
          secret: clientSecret,
          tokenAddress: settings.tokenAddress,
          scope: settings.scope,
        },
        extensions: settings.extensions === undefined ? {} : extensionsIn(settings.extensions),
      }),
    'confluent-cloud': ({ name, settings, secrets: { apiSecret } }) =>
      accessOf(
        name,
        { ...settings, encryption: 'tls' },
        { mechanism: 'PLAIN', user: settings.apiKey, password: apiSecret },
      ),
    'event-hubs': ({ name, settings, secrets: { connectionString } }) =>
      eventHubs(name, namespaceOf(name, connectionString), settings.readOnly, {
        mechanism: 'PLAIN',
        user: '$ConnectionString',
        password: connectionString,
      }),
    'event-hubs-entra': ({ name, settings, secrets: { clientSecret } }) => {
      const { namespace, tenant, authority, client, readOnly } = settings
      return eventHubs(name, namespace, readOnly, {
        mechanism: 'OAUTHBEARER',
        client: {
          client,
          secret: clientSecret,
          tokenAddress: new URL(`/${encodeURIComponent(tenant)}/oauth2/v2.0/token`, authority).href,
          // https://learn.microsoft.com/azure/event-hubs/apache-kafka-developer-guide: the resource is the namespace.
          scope: `https://${namespace}/.default`,
        },
        extensions: {},
      })
    },
  })

export const kafka: OutsideSystem = {
  stream,
  async test(connection, signal) {
    // Loaded when it is needed: every command would pay for it.
    const { withAdmin } = await import('./client.ts')
    const topics = await withAdmin(stream(connection), signal, (admin) => admin.listTopics())
    const { readOnly } = stream(connection)
    return {
      message: `Kafka answers, and has ${plural(topics.length, 'topic')}.${readOnly ? ' Nothing is written to it by this connection.' : ''}`,
      places: { label: 'Topics', names: topics.toSorted() },
    }
  },
}
