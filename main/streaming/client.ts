/** What the client library is told; what its failures are called is in problems.ts. */
import { isIP } from 'node:net'
import { Admin, type Connection, Consumer, Producer } from '@platformatic/kafka'
import { Problem } from '../../shared/domain/problem.ts'
import { readyForOutside } from '../network/outside.ts'
import type { StreamAccess } from '../runs/ports/streaming.ts'
import { kafkaProblem } from './problems.ts'
import { saslOf, secureContextOf } from './signIn.ts'

const connectMs = 10_000
const requestMs = 60_000
/** Azure closes what is idle for 240 s. */
const metadataMs = 180_000

function optionsFor(access: StreamAccess) {
  const { brokers, tls, signIn } = access
  readyForOutside()
  return {
    clientId: 'pallet',
    bootstrapBrokers: [...brokers],
    connectTimeout: connectMs,
    requestTimeout: requestMs,
    metadataMaxAge: metadataMs,
    autocreateTopics: false,
    retries: 2,
    retryDelay: 500,
    ...(tls === null
      ? {}
      : {
          tls: { secureContext: secureContextOf(tls, access.connection) },
          // An address is no name that could be asked for (RFC 6066, 3).
          tlsServerName: !brokers.some((broker) => isIP(broker.replace(/:\d+$/, '')) !== 0),
        }),
    ...(signIn === null ? {} : { sasl: saslOf(signIn) }),
  }
}

/** Reads without a group: where it stands is known by whoever reads. */
export function withConsumer<Result>(
  access: StreamAccess,
  signal: AbortSignal,
  work: (consumer: Consumer) => Promise<Result>,
): Promise<Result> {
  const consumer = new Consumer({
    ...optionsFor(access),
    groupId: 'pallet',
    // What a transaction has not committed is nobody's.
    isolationLevel: 1,
  })
  return within(consumer, access, signal, work)
}

/** Writes to one partition a call: a call for several does not survive that one of them moves to another broker. */
export function withProducer<Result>(
  access: StreamAccess,
  signal: AbortSignal,
  work: (producer: Producer) => Promise<Result>,
): Promise<Result> {
  refuseReadOnly(access)
  const producer = new Producer({ ...optionsFor(access), idempotent: true, acks: -1, retries: 8 })
  return within(producer, access, signal, work)
}

/** Asks, and changes nothing: what does calls `refuseReadOnly` before. */
export function withAdmin<Result>(
  access: StreamAccess,
  signal: AbortSignal,
  work: (admin: Admin) => Promise<Result>,
): Promise<Result> {
  return within(new Admin(optionsFor(access)), access, signal, work)
}

/** Does not wait for a call under way once it is told to stop: the client ends it when it closes. */
async function within<Client extends Admin | Consumer | Producer, Result>(
  client: Client,
  access: StreamAccess,
  signal: AbortSignal,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted()
  // Why a broker hangs up on a connection that was open already, of which the library says only that it is closed.
  const broken: Error[] = []
  client.on('client:broker:connect', ({ connection }: { connection: Connection }) => {
    connection.on('error', (error) => void broken.push(error))
  })
  const stopped = Promise.withResolvers<never>()
  const stop = (): void => stopped.reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([work(client), stopped.promise])
  } catch (error) {
    signal.throwIfAborted()
    throw kafkaProblem(broken.length === 0 ? error : new AggregateError([error, ...broken]), access)
  } finally {
    signal.removeEventListener('abort', stop)
    client.close().catch(() => {})
  }
}

export function refuseReadOnly({ readOnly, connection }: StreamAccess): void {
  if (!readOnly) return
  throw new Problem({
    code: 'usage',
    what: `The connection ${connection} is set to read only.`,
    did: 'Nothing was written.',
    advice: 'Take another connection, or change this one where connections are set up.',
  })
}
