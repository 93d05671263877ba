/** Requests to services that answer in JSON: each has an end, and what went wrong is a sentence without a secret. */
import { errorCode } from '../../shared/domain/errorCode.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { isTls, readyForOutside } from './outside.ts'

/** An answer of JSON that is longer than this is no answer to one of these requests. */
const mostBytes = 16 * 1024 * 1024
const answerMs = 30_000

export interface Request {
  /** The connection it is for, as problems name it. */
  connection: string
  method: 'GET' | 'POST'
  url: string
  headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  body?: object
}

export interface Answer {
  status: number
  /** What its body says; null where it is no JSON. */
  body: unknown
}

/**
 * Asks once and follows no redirect: what is sent with it is meant for this address. Throws `network` where no answer came,
 * `server-busy` for 429 and 5xx: of both nobody knows whether the request was heard. Any other status is the caller's.
 */
export async function ask(request: Request, signal: AbortSignal): Promise<Answer> {
  const { connection, method, url, headers, body } = request
  readyForOutside()
  const { host } = new URL(url)
  const limit = AbortSignal.timeout(answerMs)
  try {
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      signal: AbortSignal.any([signal, limit]),
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const { status } = response
    if (status === 429 || status >= 500) {
      await response.body?.cancel()
      throw new Problem({
        code: 'server-busy',
        what: `${host} has no time for this now, or met an error of its own.`,
        did: 'Pallet asks again in a while.',
        advice: 'If it stays so, ask whoever looks after that server.',
        detail: `HTTP ${status}`,
        connection,
      })
    }
    return { status, body: jsonIn(await textOf(response)) }
  } catch (thrown) {
    if (thrown instanceof Problem) throw thrown
    signal.throwIfAborted()
    throw unreached(thrown, { host, connection, isLate: limit.aborted })
  }
}

async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.length
    if (bytes > mostBytes) return ''
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function unreached(
  thrown: unknown,
  { host, connection, isLate }: { host: string; connection: string; isLate: boolean },
): Problem {
  // `fetch` says what happened in the cause only.
  const code = errorCode(thrown instanceof Error ? (thrown.cause ?? thrown) : thrown)
  const words = isLate
    ? {
        what: `${host} did not answer.`,
        advice: 'Check the network connection; a firewall or proxy may hold the traffic back.',
      }
    : isTls(code)
      ? {
          what: `The certificate of ${host} is not trusted by this computer.`,
          advice:
            'A company proxy may sit in between: ask IT to install its certificate on this computer; Pallet trusts what the system trusts. Then start Pallet again.',
        }
      : {
          what: `${host} could not be reached.`,
          advice:
            'Check the network connection of this computer, and the address in the connection.',
        }
  const did = 'Pallet asks again in a while.'
  return new Problem(
    { code: 'network', ...words, did, detail: code, connection },
    { cause: thrown },
  )
}
