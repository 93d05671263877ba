/** What the client library throws, in words. */
import { Problem, type ProblemData, withoutSecrets } from '../../shared/domain/problem.ts'
import { isTls } from '../network/outside.ts'
import type { StreamAccess } from '../runs/ports/streaming.ts'

/** What the library says where a broker hangs up before it has let anybody in. */
const whileSigningIn = 'closed while waiting for ready'

/** What the library threw, as a person reads it. */
export function kafkaProblem(thrown: unknown, access: StreamAccess): Problem {
  if (!(thrown instanceof Error)) return Problem.from(thrown)
  // Of a token that was asked for meanwhile.
  const known = all(thrown).find((one) => one instanceof Problem)
  if (known !== undefined) return known
  const { connection, signIn, brokers } = access
  const codes = all(thrown).map(({ code }) => code)
  const ids = all(thrown).flatMap(({ apiId }) => (apiId === undefined ? [] : [apiId]))
  const system = codes.find((code) => code !== undefined && !code.startsWith('PLT_KFK')) ?? ''
  const is = (pattern: RegExp): boolean => ids.some((id) => pattern.test(id))
  const where = brokers.join(', ')
  const detail = withoutSecrets(deepest(thrown).message)
  if (is(/^UNSUPPORTED_SASL_MECHANISM/)) return otherWay(thrown, access)
  if (codes.includes('PLT_KFK_AUTHENTICATION') || is(/^SASL_AUTHENTICATION_FAILED/))
    return refused(thrown, access)
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
  const tls = tlsWords(all(thrown), system, access)
  if (tls !== null) return new Problem({ ...tls, connection, detail: system }, { cause: thrown })
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
  const mayRefuse = refusable(access)
  const hungUp = signIn === null ? 'Connection closed' : whileSigningIn
  if (
    mayRefuse !== null &&
    system === '' &&
    all(thrown).some(({ message }) => message.includes(hungUp))
  )
    return new Problem(
      {
        code: 'network',
        what: `Kafka at ${where} ended the connection while Pallet was signing in.`,
        advice: `That is how many brokers refuse ${mayRefuse}: check what is entered in the connection, and whether the port is the one for this encryption.`,
        connection,
      },
      { cause: thrown },
    )
  // A closed connection is also how a broker answers who does not sign in, or bytes that are not encrypted as it expects.
  const unsure =
    system === '' && codes.includes('PLT_KFK_NETWORK')
      ? ' If it goes on, check whether Kafka asks for TLS or for a user.'
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
  /** What it answered, of an answer that refuses. */
  response?: { mechanisms?: string[] }
  /** The certificate that was not taken. */
  cert?: { subjectaltname?: string }
}

/** The error with those that it was made of: a list of the attempts, and the cause of each. */
function all(error: Error): Known[] {
  const inner: unknown[] = error instanceof AggregateError ? error.errors : []
  return [error, ...[...inner, error.cause].filter((one) => one instanceof Error).flatMap(all)]
}

/** Whether the same may go well a moment later. */
export const canRetry = (error: Error): boolean => all(error).some((one) => one.canRetry === true)

const deepest = (error: Error): Error => all(error).at(-1) ?? error

/** What a broker may hang up on without a word; null: nothing that Pallet shows. */
function refusable({ signIn, tls }: StreamAccess): string | null {
  if (signIn !== null)
    return signIn.mechanism === 'OAUTHBEARER' ? 'a token' : 'a wrong user or password'
  return tls === null || tls.own === null ? null : 'a client certificate that they do not trust'
}

function refused(thrown: Error, { connection, signIn }: StreamAccess): Problem {
  const isToken = signIn?.mechanism === 'OAUTHBEARER'
  return new Problem(
    {
      code: 'credential-rejected',
      what: isToken
        ? `Kafka does not accept the token that the identity provider gave for the connection ${connection}.`
        : `Kafka does not accept the user and the password of the connection ${connection}.`,
      advice: isToken
        ? 'Check the scope and the extensions, and whether this client has a right at Kafka.'
        : 'Check both, and the way of signing in, where connections are set up.',
      connection,
      detail: withoutSecrets(deepest(thrown).message),
    },
    { cause: thrown },
  )
}

function otherWay(thrown: Error, { connection, signIn }: StreamAccess): Problem {
  const offered = all(thrown).flatMap(({ response }) => response?.mechanisms ?? [])
  const way = signIn?.mechanism ?? ''
  return new Problem(
    {
      code: 'credential-rejected',
      what: `Kafka does not know the way of signing in ${way}, which the connection ${connection} is set to.`,
      advice:
        offered.length === 0
          ? 'Ask whoever looks after Kafka for the right one, and choose it in the connection.'
          : `It offers ${offered.join(', ')}: choose one of them in the connection.`,
      connection,
      detail: way,
    },
    { cause: thrown },
  )
}

/** What is wrong with a certificate, or with who speaks TLS; null: nothing is. */
function tlsWords(
  errors: readonly Known[],
  code: string,
  { brokers, tls, connection }: StreamAccess,
): Pick<ProblemData, 'code' | 'what' | 'advice'> | null {
  const where = brokers.join(', ')
  const says = (text: string): boolean => errors.some(({ message }) => message.includes(text))
  if (says('Broker requires TLS'))
    return {
      code: 'network',
      what: `Kafka at ${where} speaks TLS, and the connection ${connection} is set to no encryption.`,
      advice: 'Choose TLS in the connection.',
    }
  if (says('verify the broker supports TLS') || /WRONG_VERSION_NUMBER|PACKET_LENGTH/.test(code))
    return {
      code: 'network',
      what: `Kafka at ${where} does not answer in TLS.`,
      advice:
        'Check the port: brokers have another one for TLS. Only where your company says so, choose no encryption.',
    }
  if (!isTls(code)) return null
  if (/ALERT_.*(?:CERT|UNKNOWN_CA|HANDSHAKE_FAILURE|ACCESS_DENIED)/.test(code))
    return tls === null || tls.own === null
      ? {
          code: 'credential-missing',
          what: `Kafka at ${where} lets in only who shows a client certificate, and the connection ${connection} has none.`,
          advice: 'Make it a connection with a client certificate (kind “kafka-certificate”).',
        }
      : {
          code: 'credential-rejected',
          what: `Kafka does not accept the client certificate of the connection ${connection}.`,
          advice: 'Ask whoever looks after Kafka which authority its certificates have to be from.',
        }
  if (code === 'CERT_HAS_EXPIRED')
    return {
      code: 'network',
      what: `The certificate of ${where} has expired.`,
      advice:
        'Ask whoever looks after Kafka to renew it. If it is still good, the clock of this computer is wrong.',
    }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = errors.flatMap(({ cert }) => cert?.subjectaltname ?? []).at(-1)
    return {
      code: 'network',
      what: `The certificate of ${where} is for another name${names === undefined ? '' : `: ${names}`}.`,
      advice:
        'Enter the brokers by a name that is in their certificate, and have them advertise that name.',
    }
  }
  return {
    code: 'network',
    what: `The certificate of ${where} is not trusted by ${tls?.ca === null ? 'this computer' : `the certificate authority of the connection ${connection}`}.`,
    advice:
      tls?.ca === null
        ? 'Enter the certificate authority of your company in the connection, or ask IT to install it on this computer and start Pallet again.'
        : 'Check whether it is the one that has signed the certificates of Kafka.',
  }
}
