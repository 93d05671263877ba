import { RestError } from '@azure/storage-blob'
import { errorCode } from '../../../shared/domain/errorCode.ts'
import { isTls } from '../../network/outside.ts'

/** What became of one request that did not succeed, stripped of everything that could carry a secret. */
export type Failure =
  | {
      kind: 'answer'
      status: number
      /** The service's error code, e.g. `BlobAlreadyExists`; '' if it sent none. */
      code: string
      retryAfterMs: number | null
      /** The server's clock. */
      serverTimeMs: number | null
      server: string
    }
  /** The connection failed: `ECONNRESET`, `ENOTFOUND` … */
  | { kind: 'network'; code: string }
  /** The certificate is not trusted: no retry helps. */
  | { kind: 'tls'; code: string }
  /** No answer within the limit of one attempt. */
  | { kind: 'timeout'; limitMs: number }
  /** The name server knows no such account, though it knows others. */
  | { kind: 'no-such-host' }
  | { kind: 'unknown'; message: string }

export class RequestFailed extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(codeOf(failure))
    this.name = 'RequestFailed'
    this.failure = failure
  }
}

/** Status and code in the form a support desk asks for. */
export function codeOf(failure: Failure): string {
  switch (failure.kind) {
    case 'answer':
      return `HTTP ${failure.status} ${failure.code}`.trimEnd()
    case 'network':
    case 'tls':
      return failure.code
    case 'timeout':
      return `no answer within ${Math.round(failure.limitMs / 1000)} s`
    case 'no-such-host':
      return 'ENOTFOUND'
    case 'unknown':
      return failure.message
  }
}

/** Whether a thrown value is an answer of the service with one of these error codes. */
export function answered(thrown: unknown, ...codes: string[]): boolean {
  return (
    thrown instanceof RequestFailed &&
    thrown.failure.kind === 'answer' &&
    codes.includes(thrown.failure.code)
  )
}

/** Reads what the SDK threw. */
export function failureOf(thrown: unknown, nowMs: number): Failure {
  if (thrown instanceof RequestFailed) return thrown.failure
  if (!(thrown instanceof RestError)) {
    const code = errorCode(thrown)
    if (isTls(code)) return { kind: 'tls', code }
    if (/^E[A-Z_]+$/.test(code)) return { kind: 'network', code }
    // Not the message: it may quote what it could not parse, such as a SAS URL.
    return { kind: 'unknown', message: thrown instanceof Error ? thrown.name : 'unknown error' }
  }
  if (thrown.statusCode !== undefined && thrown.response !== undefined) {
    const headers = thrown.response.headers
    if (thrown.code === RestError.PARSE_ERROR && thrown.statusCode < 300)
      return { kind: 'network', code: RestError.PARSE_ERROR }
    return {
      kind: 'answer',
      status: thrown.statusCode,
      code: serviceCode(thrown) ?? headers.get('x-ms-error-code') ?? '',
      retryAfterMs: retryAfterMs(headers.get('retry-after'), nowMs),
      serverTimeMs: dateMs(headers.get('date')),
      server: headers.get('server') ?? '',
    }
  }
  const code = thrown.code ?? 'REQUEST_SEND_ERROR'
  return isTls(code) ? { kind: 'tls', code } : { kind: 'network', code }
}

/** `Retry-After` in seconds or as a date, in ms from now; null if absent or not understood. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  if (header === undefined || header.trim() === '') return null
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000
  const at = Date.parse(header)
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs)
}

function dateMs(header: string | undefined): number | null {
  const at = header === undefined ? Number.NaN : Date.parse(header)
  return Number.isNaN(at) ? null : at
}

/** An answer to HEAD has no body, so `code` is missing there; `details` has it from the header. */
function serviceCode(error: RestError): string | null {
  const details: unknown = error.details
  if (typeof details === 'object' && details !== null && 'errorCode' in details) {
    if (typeof details.errorCode === 'string') return details.errorCode
  }
  return error.code ?? null
}
