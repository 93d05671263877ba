/** Requests to services that answer in JSON: each has an end, and what went wrong is a sentence without a secret. */
import { openAsBlob } from 'node:fs'
import { errorCode } from '../../shared/domain/errorCode.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { isTls, readyForOutside } from './outside.ts'

/** An answer of JSON that is longer than this is no answer to one of these requests. */
const mostBytes = 16 * 1024 * 1024
const answerMs = 30_000
const longestRetryAfterMs = 3600_000
/** What fails so was not sent. */
const neverHeard = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

export interface Request {
  /** The connection it is for, as problems name it. */
  connection?: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: string
  headers?: Readonly<Record<string, string>>
  /** Sent as JSON; a text is JSON already. */
  body?: object | string
  /** It has no key by which it is known when it comes again: what was perhaps heard must not be sent again. */
  once?: true
  /** A file of this computer, sent as it is instead. */
  file?: string
  /** How long the answer may take; half a minute unless said. */
  answerMs?: number
  /** How large it may be; 16 MiB unless said. */
  mostBytes?: number
}

export interface Answer {
  status: number
  /** What its body says; null where it is no JSON. */
  body: unknown
  text: string
  headers: Headers
}

/**
 * Asks once and follows no redirect: what is sent with it is meant for this address. Throws `network` where no answer came,
 * `server-busy` for 429 and 5xx: of both nobody knows whether the request was heard.
 * Of what is sent `once` both are said only where it was not; otherwise it is `trigger-failed`. Any other status is the caller's.
 */
export async function ask(request: Request, signal: AbortSignal): Promise<Answer> {
  const { connection, method, url, headers, body, file, once = false } = request
  readyForOutside()
  const { host } = new URL(url)
  const limit = AbortSignal.timeout(request.answerMs ?? answerMs)
  try {
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      signal: AbortSignal.any([signal, limit]),
      headers: {
        accept: 'application/json',
        // A line that was kept may be cut in the same moment, of which nobody knows what it means.
        ...(once ? { connection: 'close' } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      ...(file === undefined ? {} : { body: await openAsBlob(file) }),
    })
    const { status } = response
    if (status === 429 || status === 503 || (status >= 500 && !once)) {
      await response.body?.cancel()
      throw new Problem({
        code: 'server-busy',
        what: `${host} has no time for this now, or met an error of its own.`,
        did: 'Pallet asks again in a while.',
        advice: 'If it stays so, ask whoever looks after that server.',
        detail: `HTTP ${status}`,
        connection,
        ...retryAfter(response.headers.get('retry-after')),
      })
    }
    const text = await textOf(response, request.mostBytes ?? mostBytes)
    return { status, body: jsonIn(text), text, headers: response.headers }
  } catch (thrown) {
    if (thrown instanceof Problem) throw thrown
    signal.throwIfAborted()
    throw unreached(thrown, { host, connection, once, isLate: limit.aborted })
  }
}

/** `120`, or a date (RFC 9110, 10.2.3); no longer than a person would wait. */
function retryAfter(said: string | null): { retryAfterMs?: number } {
  if (said === null) return {}
  const ms = /^\d+$/.test(said) ? Number(said) * 1000 : Date.parse(said) - Date.now()
  return ms > 0 ? { retryAfterMs: Math.min(ms, longestRetryAfterMs) } : {}
}

async function textOf({ body }: Response, most: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.length
    if (bytes > most) return ''
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
  {
    host,
    connection,
    once,
    isLate,
  }: { host: string; connection: string | undefined; once: boolean; isLate: boolean },
): Problem {
  // `fetch` says what happened in the cause only.
  const code = errorCode(thrown instanceof Error ? (thrown.cause ?? thrown) : thrown)
  if (once && !neverHeard.has(code) && !isTls(code))
    return new Problem(
      {
        code: 'trigger-failed',
        what: `${host} did not answer, so that nobody knows whether it has heard Pallet.`,
        did: 'Pallet does not tell it again by itself: it might be told twice.',
        advice: 'Look there; if nothing has come, retry the run.',
        detail: code,
        connection,
      },
      { cause: thrown },
    )
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
