/** The one place that knows the client library, and what its failures are called. */
import { Admin, Consumer, Producer } from '@platformatic/kafka'
import { Problem, withoutSecrets } from '../../shared/domain/problem.ts'
import { isTls, readyForOutside } from '../network/outside.ts'
import type { StreamAccess } from '../runs/ports/streaming.ts'

const connectMs = 10_000
const requestMs = 60_000
/** Azure closes what is idle for 240 s. */
const metadataMs = 180_000

function optionsFor({ brokers, isEncrypted, signIn }: StreamAccess) {
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
    ...(isEncrypted ? { tls: {}, tlsServerName: true } : {}),
    ...(signIn === null
      ? {}
      : {
          sasl: {
            mechanism: signIn.mechanism,
            username: signIn.user,
            password: signIn.password,
          },
        }),
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
  if (access.readOnly)
    throw new Problem({
      code: 'usage',
      what: `The connection ${access.connection} is set to read only.`,
      did: 'Nothing was written.',
      advice: 'Take another connection, or change this one where connections are set up.',
    })
  const producer = new Producer({ ...optionsFor(access), idempotent: true, acks: -1, retries: 8 })
  return within(producer, access, signal, work)
}

export function withAdmin<Result>(
  access: StreamAccess,
  signal: AbortSignal,
  work: (admin: Admin) => Promise<Result>,
): Promise<Result> {
  return within(new Admin(optionsFor(access)), access, signal, work)
}

/** Does not wait for a call under way once it is told to stop: the client ends it when it closes. */
async function within<Client extends { close(): Promise<void> }, Result>(
  client: Client,
  access: StreamAccess,
  signal: AbortSignal,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted()
  const stopped = Promise.withResolvers<never>()
  const stop = (): void => stopped.reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([work(client), stopped.promise])
  } catch (error) {
    signal.throwIfAborted()
    throw kafkaProblem(error, access)
  } finally {
    signal.removeEventListener('abort', stop)
    client.close().catch(() => {})
  }
}

/** What the library threw, as a person reads it. */
export function kafkaProblem(
  thrown: unknown,
  { connection, signIn, brokers }: StreamAccess,
): Problem {
  if (thrown instanceof Problem) return thrown
  if (!(thrown instanceof Error)) return Problem.from(thrown)
  const codes = all(thrown).map(({ code }) => code)
  const ids = all(thrown).flatMap(({ apiId }) => (apiId === undefined ? [] : [apiId]))
  const system = codes.find((code) => code !== undefined && !code.startsWith('PLT_KFK')) ?? ''
  const is = (pattern: RegExp): boolean => ids.some((id) => pattern.test(id))
  const where = brokers.join(', ')
  const detail = withoutSecrets(deepest(thrown).message)
  if (codes.includes('PLT_KFK_AUTHENTICATION') || is(/^SASL_AUTHENTICATION_FAILED/))
    return new Problem(
      {
        code: 'credential-rejected',
        what: `Kafka does not accept the user and the password of the connection ${connection}.`,
        advice: 'Check both, and the way of signing in, where connections are set up.',
        connection,
        detail,
      },
      { cause: thrown },
    )
  if (is(/AUTHORIZATION_FAILED/))
    return new Problem(
      {
        code: 'permission-denied',
        what: `The user of the connection ${connection} may not do this in Kafka.`,
        advice: 'Ask whoever looks after Kafka for the right to it.',
        connection,
        detail: ids.join(', '),
      },
      { cause: thrown },
    )
  if (isTls(system))
    return new Problem(
      {
        code: 'network',
        what: `The certificate of ${where} is not trusted by this computer.`,
        advice:
          'Ask IT to install the certificate of your company on this computer; Pallet trusts what the system trusts. Then start Pallet again.',
        connection,
        detail: system,
      },
      { cause: thrown },
    )
  if (is(/TOO_LARGE/))
    return new Problem(
      {
        code: 'usage',
        what: 'A record is larger than the topic takes.',
        advice: 'Have the topic’s “max.message.bytes” raised, or send less in one row.',
        detail: ids.join(', '),
      },
      { cause: thrown },
    )
  if (deepest(thrown).message.startsWith('Unknown topic'))
    return new Problem(
      {
        code: 'not-found',
        what: `There is no such topic at ${connection}.`,
        advice: 'Check its name; “pallet connections test” lists what is there.',
        detail,
      },
      { cause: thrown },
    )
  // A closed connection is how a broker often answers a wrong password, or bytes that are not encrypted as it expects.
  const unsure =
    system === '' && codes.includes('PLT_KFK_NETWORK')
      ? signIn === null
        ? ' If it goes on, check whether Kafka asks for TLS or for a user.'
        : ' If it goes on, check the user, the password and the encryption.'
      : ''
  if (codes.includes('PLT_KFK_NETWORK') || codes.includes('PLT_KFK_TIMEOUT') || canRetry(thrown))
    return new Problem(
      {
        code: 'network',
        what: `Kafka cannot be reached at ${where}, or does not answer.`,
        advice: `Check the addresses and the network.${unsure}`,
        connection,
        detail: system || detail,
      },
      { cause: thrown },
    )
  return new Problem(
    {
      code: 'internal',
      what: `Kafka at ${where} answered in a way that Pallet does not know.`,
      advice: 'Try again. If it happens again, send the log file to whoever looks after Pallet.',
      connection,
      detail: ids.join(', ') || detail,
    },
    { cause: thrown },
  )
}

interface Known extends Error {
  code?: string
  /** What the broker has called it. */
  apiId?: string
  canRetry?: boolean
}

/** The error with those that it was made of: a list of the attempts, and the cause of each. */
function all(error: Error): Known[] {
  const inner: unknown[] = error instanceof AggregateError ? error.errors : []
  return [error, ...[...inner, error.cause].filter((one) => one instanceof Error).flatMap(all)]
}

/** Whether the same may go well a moment later. */
export const canRetry = (error: Error): boolean => all(error).some((one) => one.canRetry === true)

const deepest = (error: Error): Error => all(error).at(-1) ?? error
