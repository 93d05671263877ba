import { Problem } from '../../shared/domain/problem.ts'
import { plural } from '../../shared/domain/sizes.ts'
import { kafka as record } from '../../shared/systems/kafka.ts'
import { byKind } from '../../shared/systems/kinds.ts'
import type { StreamAccess } from '../runs/ports/streaming.ts'
import type { OutsideSystem } from '../runs/ports/systems.ts'

type Place = { brokers: string; encryption: 'tls' | 'none'; readOnly: boolean }

const accessOf = (
  connection: string,
  { brokers, encryption, readOnly }: Place,
  signIn: StreamAccess['signIn'],
): StreamAccess => ({
  connection,
  brokers: brokers.split(',').map((broker) => broker.trim()),
  isEncrypted: encryption === 'tls',
  signIn,
  readOnly,
})

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

const stream: (connection: Parameters<NonNullable<OutsideSystem['stream']>>[0]) => StreamAccess =
  byKind(record, {
    kafka: ({ name, settings }) => accessOf(name, settings, null),
    'kafka-password': ({ name, settings, secrets: { password } }) =>
      accessOf(name, settings, { mechanism: settings.mechanism, user: settings.user, password }),
    'event-hubs': ({ name, settings, secrets: { connectionString } }) => ({
      connection: name,
      brokers: [`${namespaceOf(name, connectionString)}:9093`],
      isEncrypted: true,
      signIn: {
        mechanism: 'PLAIN' as const,
        user: '$ConnectionString',
        password: connectionString,
      },
      readOnly: settings.readOnly,
    }),
  })

export const kafka: OutsideSystem = {
  stream,
  async test(connection, signal) {
    // Loaded when it is needed: every command would pay for it.
    const { withAdmin } = await import('./client.ts')
    const topics = await withAdmin(stream(connection), signal, (admin) => admin.listTopics())
    return {
      message: `Kafka answers, and has ${plural(topics.length, 'topic')}.`,
      places: { label: 'Topics', names: topics.toSorted() },
    }
  },
}
