/** How Pallet shows a broker who it is, and knows who the broker is. */
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { type SecureContext, createSecureContext } from 'node:tls'
import type { SASLOptions } from '@platformatic/kafka'
import { Problem } from '../../shared/domain/problem.ts'
import { tokenOf } from '../network/clientToken.ts'
import type { StreamSignIn, StreamTls } from '../runs/ports/streaming.ts'

const tokenMs = 30_000
/** A token that its provider says no time of. */
const usualSeconds = 300

export function saslOf(signIn: StreamSignIn): SASLOptions {
  if (signIn.mechanism !== 'OAUTHBEARER') {
    const { mechanism, user, password } = signIn
    return { mechanism, username: user, password }
  }
  const { mechanism, client, extensions } = signIn
  return {
    mechanism,
    // Asked before each connection, and again by the brokers’ clock while one is open (KIP-368).
    token: () => bearer(client),
    oauthBearerExtensions: extensions,
  }
}

type Client = Extract<StreamSignIn, { mechanism: 'OAUTHBEARER' }>['client']

interface Bearer {
  asked: ReturnType<typeof tokenOf>
  /** Until when it is given out again, ms since 1970. */
  goodUntilMs: number
}

/** By whom they are for; in memory only. */
const bearers = new Map<string, Bearer>()

/** A token that has at least a fifth of its time left; several that ask at once share one. Fails with a `Problem`. */
async function bearer(client: Client): Promise<string> {
  const key = JSON.stringify(client)
  const known = bearers.get(key)
  if (known !== undefined && Date.now() < known.goodUntilMs) return (await known.asked).token
  const asked = tokenOf(client, 'Kafka', AbortSignal.timeout(tokenMs))
  const made: Bearer = { asked, goodUntilMs: Date.now() + tokenMs }
  bearers.set(key, made)
  try {
    const { token, seconds = usualSeconds } = await asked
    made.goodUntilMs = Date.now() + seconds * 800
    return token
  } catch (error) {
    bearers.delete(key)
    throw error
  }
}

/** What is trusted, and what Pallet shows of itself. Fails with a `Problem` where it is no certificate or no key. */
export function secureContextOf({ ca, own }: StreamTls, connection: string): SecureContext {
  if (ca !== null) certificateOf(ca, 'certificate authority', connection)
  if (own !== null) checkOwn(own, connection)
  return createSecureContext({
    ...(ca === null ? {} : { ca }),
    ...(own === null
      ? {}
      : {
          cert: own.certificate,
          key: own.key,
          ...(own.passphrase === null ? {} : { passphrase: own.passphrase }),
        }),
  })
}

function checkOwn(own: NonNullable<StreamTls['own']>, connection: string): void {
  const certificate = certificateOf(own.certificate, 'client certificate', connection)
  let fits = false
  try {
    const { key, passphrase } = own
    fits = certificate.checkPrivateKey(createPrivateKey({ key, passphrase: passphrase ?? '' }))
  } catch {
    throw wrong(
      connection,
      'What is stored as the private key is none, or its passphrase is another one.',
      'Enter the key again, in PEM, with its passphrase.',
    )
  }
  if (!fits)
    throw wrong(
      connection,
      'The private key is not that of the client certificate.',
      'Enter both again, as they were made together.',
    )
  if (certificate.validToDate.getTime() < Date.now())
    throw new Problem({
      code: 'credential-expired',
      what: `The client certificate of the connection ${connection} has expired.`,
      advice: 'Have a new one made, and enter it with its key.',
      connection,
      detail: certificate.validTo,
    })
}

function certificateOf(pem: string, label: string, connection: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch {
    throw wrong(
      connection,
      `What is entered as the ${label} is no certificate in PEM.`,
      'Copy the whole text, from “-----BEGIN CERTIFICATE-----” to “-----END CERTIFICATE-----”.',
    )
  }
}

const wrong = (connection: string, what: string, advice: string): Problem =>
  new Problem({
    code: 'credential-rejected',
    what: `The connection ${connection} is not complete. ${what}`,
    advice,
    connection,
  })
