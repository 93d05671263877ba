/** A file from the web, resumed where the server allows it, never taken for whole when it is not. */
import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { errorCode } from '../../shared/domain/errorCode.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { readyForOutside } from '../network/outside.ts'
import type { ProblemCode } from '../../shared/domain/problem.ts'
import type { Control } from '../runs/ports/control.ts'
import type { FetchOutput, FetchReport } from '../runs/ports/fetching.ts'
import { Spool } from '../files/spool.ts'

export interface DownloadLimits {
  /** No byte for so long ends an attempt. */
  stallMs: number
  /** Attempts in a row that bring nothing new. */
  attempts: number
  /** Attempts in all. */
  totalAttempts: number
  redirects: number
  /** Pause before the second attempt; doubles up to `maxPauseMs`. */
  pauseMs: number
  maxPauseMs: number
}

/** The address as it may be shown: a query can carry a signature, a fragment is nobody's business. */
export function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}`
}

/** One attempt failed; whether another makes sense, and what to say when none is left. */
class Setback extends Error {
  readonly problem: Problem
  readonly afterMs: number

  constructor(problem: Problem, afterMs = 0) {
    super(problem.message)
    this.problem = problem
    this.afterMs = afterMs
  }
}

/** What is known of the file from the answers so far. */
interface Known {
  /** Declared size, null when the server does not say. */
  total: number | null
  /** Strong ETag or date for `If-Range`; null: a broken download starts afresh. */
  validator: string | null
}

/**
 * Downloads into the spool. Problems: `url-not-found`, `url-refused`, `url-timeout`, `url-length-lie`, `source-truncated`,
 * `source-empty`, `network`, `server-busy`, `disk-full`, `home-unusable`, `usage`.
 */
export async function download(
  location: string,
  target: string,
  control: Control<FetchReport>,
  limits: DownloadLimits,
  resolve: Resolve = resolveAll,
): Promise<FetchOutput> {
  const url = parse(location)
  const spool = await Spool.create(target)
  try {
    const known: Known = { total: null, validator: null }
    let barren = 0
    let most = 0
    /** Where the last attempts were cut, to tell a lying server from a bad line. */
    let cutAt = -1
    let cutThere = 0
    for (let attempt = 1; ; attempt += 1) {
      try {
        await attemptDownload(url, spool, known, control, limits, resolve)
        break
      } catch (thrown) {
        control.signal.throwIfAborted()
        if (!(thrown instanceof Setback)) throw thrown
        cutThere = spool.bytes === cutAt ? cutThere + 1 : 1
        cutAt = spool.bytes
        barren = spool.bytes > most ? 0 : barren + 1
        most = Math.max(most, spool.bytes)
        if (barren >= limits.attempts || attempt >= limits.totalAttempts) {
          if (thrown.problem.code === 'source-truncated' && cutThere > 1)
            throw lengthLie(url, known.total, spool.bytes)
          throw thrown.problem
        }
        const pause = Math.min(limits.maxPauseMs, limits.pauseMs * 2 ** Math.max(0, barren - 1))
        const wait = Math.min(limits.maxPauseMs, Math.max(pause, thrown.afterMs))
        await delay(wait, undefined, { signal: control.signal })
      }
    }
    if (spool.bytes === 0)
      throw new Problem({
        code: 'source-empty',
        what: `${shownUrl(url)} is empty (0 bytes).`,
        advice: 'Export the file again.',
      })
    return await spool.finish()
  } finally {
    await spool.close()
  }
}

function parse(location: string): URL {
  const url = URL.parse(location)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw new Problem({
      code: 'usage',
      what: 'This is not an http or https address.',
      advice: 'Copy the address of the file from the browser.',
    })
  if (url.username !== '' || url.password !== '')
    throw new Problem({
      code: 'usage',
      what: `The address of ${shownUrl(url)} contains a user name or password.`,
      did: 'Pallet did not use it: such an address ends up in histories and logs.',
      advice: 'Use a link with a signature, or download the file yourself.',
    })
  return url
}

/** One request with its redirects and its body. Returns when the file is whole. */
async function attemptDownload(
  url: URL,
  spool: Spool,
  known: Known,
  control: Control<FetchReport>,
  limits: DownloadLimits,
  resolve: Resolve,
): Promise<void> {
  const stall = new AbortController()
  const signal = AbortSignal.any([control.signal, stall.signal])
  const watchdog = setTimeout(() => stall.abort(), limits.stallMs)
  let answered = false
  try {
    const resuming = spool.bytes > 0 && known.validator !== null
    if (!resuming) await spool.restart()
    const headers = new Headers({ 'accept-encoding': 'identity' })
    if (resuming && known.validator !== null) {
      headers.set('range', `bytes=${spool.bytes}-`)
      headers.set('if-range', known.validator)
    }
    const response = await request(url, headers, signal, limits.redirects, resolve)
    try {
      answered = true
      await begin(url, response, spool, known)
      for await (const chunk of response.body ?? []) {
        watchdog.refresh()
        await spool.write(chunk, known.total === null ? null : known.total - spool.bytes)
        control.report({ bytesDone: spool.bytes, bytesTotal: known.total })
        watchdog.refresh()
      }
    } finally {
      // An answer that was not read to its end would hold its connection.
      if (response.body !== null && !response.body.locked) await response.body.cancel()
    }
  } catch (thrown) {
    control.signal.throwIfAborted()
    if (thrown instanceof Problem || thrown instanceof Setback) throw thrown
    if (stall.signal.aborted)
      throw new Setback(
        new Problem({
          code: 'url-timeout',
          what: `${url.host} sent nothing for ${Math.round(limits.stallMs / 1000)} seconds.`,
          did: 'Pallet tried several times; nothing was taken from the file.',
          advice: 'Try again when the server or the network is less busy.',
        }),
      )
    throw new Setback(answered ? cut(url, known, spool.bytes) : unreachable(url, thrown))
  } finally {
    clearTimeout(watchdog)
  }
  if (known.total !== null && spool.bytes > known.total)
    throw lengthLie(url, known.total, spool.bytes)
  if (known.total !== null && spool.bytes < known.total)
    throw new Setback(cut(url, known, spool.bytes))
}

async function request(
  start: URL,
  headers: Headers,
  signal: AbortSignal,
  redirects: number,
  resolve: Resolve,
): Promise<Response> {
  readyForOutside()
  let url = start
  for (let hop = 0; ; hop += 1) {
    const response = await fetch(url, { headers, signal, redirect: 'manual' })
    const next = response.headers.get('location')
    if (![301, 302, 303, 307, 308].includes(response.status) || next === null) return response
    await response.body?.cancel()
    const to = redirectTarget(start, url, next)
    if (await leadsInside(start, to, resolve))
      throw refused(start, 'The server sends Pallet on to this computer itself.', '')
    if (hop >= redirects)
      throw refused(start, `The server sends Pallet on and on, more than ${redirects} times.`, '')
    url = to
  }
}

/** Where a redirect leads; refuses to leave the web or to give up encryption. */
export function redirectTarget(start: URL, from: URL, location: string): URL {
  const to = URL.parse(location, from.href)
  if (to === null || (to.protocol !== 'https:' && to.protocol !== 'http:'))
    throw refused(start, 'The server sends Pallet on to an address that is no web address.', '')
  if (to.username !== '' || to.password !== '')
    throw refused(start, 'The server sends Pallet on with a user name or a password.', '')
  if (from.protocol === 'https:' && to.protocol === 'http:')
    throw refused(
      start,
      `The server sends Pallet on to ${to.host} without encryption.`,
      'Pallet does not follow from https to http.',
    )
  return to
}

/** What only this computer sees: loopback, and the link where a cloud machine finds its own credentials. */
const inside = new BlockList()
inside.addSubnet('127.0.0.0', 8, 'ipv4')
inside.addSubnet('169.254.0.0', 16, 'ipv4')
inside.addSubnet('0.0.0.0', 8, 'ipv4')
inside.addAddress('::1', 'ipv6')
inside.addAddress('::', 'ipv6')
inside.addSubnet('fe80::', 10, 'ipv6')

export type Resolve = (host: string) => Promise<readonly { address: string; family: number }[]>
const resolveAll: Resolve = (host) => lookup(host, { all: true })

/**
 * Whether a server elsewhere uses a redirect to have Pallet fetch what only this computer can
 * reach. A person who types such an address may have it; a name that does not resolve fails by itself.
 */
export async function leadsInside(start: URL, to: URL, resolve: Resolve): Promise<boolean> {
  return (await isInside(to.hostname, resolve)) && !(await isInside(start.hostname, resolve))
}

async function isInside(hostname: string, resolve: Resolve): Promise<boolean> {
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const family = isIP(host)
  const addresses = family === 0 ? await resolve(host).catch(() => []) : [{ address: host, family }]
  return addresses.some(({ address, family }) =>
    inside.check(address, family === 6 ? 'ipv6' : 'ipv4'),
  )
}

/** Judges the answer's head and puts the spool where its body begins. */
async function begin(url: URL, response: Response, spool: Spool, known: Known): Promise<void> {
  const { status, headers } = response
  const length = wholeNumber(headers.get('content-length'))
  const coded = (headers.get('content-encoding') ?? 'identity').toLowerCase() !== 'identity'
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(headers.get('content-range') ?? '')
  const rangeTotal = wholeNumber(range?.[2] ?? null)

  if (status === 206) {
    const continues = Number(range?.[1]) === spool.bytes && !coded
    if (!continues || (known.total !== null && rangeTotal !== null && rangeTotal !== known.total)) {
      known.validator = null
      await spool.restart()
      throw new Setback(cut(url, known, 0))
    }
    known.total ??= rangeTotal
  } else if (status === 416 && spool.bytes > 0) {
    // The part that is missing does not exist.
    if (rangeTotal !== null && rangeTotal === spool.bytes)
      throw lengthLie(url, known.total, spool.bytes)
    known.validator = null
    throw new Setback(cut(url, known, spool.bytes))
  } else if (status === 200) {
    await spool.restart()
    // A compressed answer arrives unpacked: its declared length says nothing about what comes.
    known.total = coded ? null : length
    known.validator = coded || headers.get('accept-ranges') === 'none' ? null : validatorOf(headers)
  } else throw statusProblem(url, status, headers)
  if (known.total !== null) await spool.expect(known.total - spool.bytes)
}

/** `If-Range` takes a strong ETag, or else the date (RFC 9110, 13.1.5). */
function validatorOf(headers: Headers): string | null {
  const etag = headers.get('etag')
  if (etag !== null && !etag.startsWith('W/')) return etag
  return headers.get('last-modified')
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Number(text) : null
}

// ---------------------------------------------------------------- problems

function refused(url: URL, what: string, did: string, detail = ''): Problem {
  return new Problem({
    code: 'url-refused',
    what: `${shownUrl(url)} cannot be downloaded. ${what}`,
    did,
    advice: 'Check the address in a browser, or download the file yourself and choose it.',
    detail,
  })
}

function statusProblem(url: URL, status: number, headers: Headers): Problem | Setback {
  const shown = shownUrl(url)
  const detail = `HTTP ${status}`
  if (status === 404 || status === 410)
    return new Problem({
      code: 'url-not-found',
      what: `There is no file at ${shown}.`,
      advice: 'Check the address; perhaps the file has expired or was moved.',
      detail,
    })
  if (status === 401 || status === 403)
    return refused(url, 'The server does not allow it; perhaps the link has expired.', '', detail)
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const seconds = wholeNumber(headers.get('retry-after'))
    const problem = new Problem({
      code: 'server-busy',
      what: `${url.host} cannot deliver the file just now.`,
      did: 'Pallet tried several times and tries again later.',
      detail,
    })
    return new Setback(problem, (seconds ?? 0) * 1000)
  }
  return refused(url, 'The server answered with an error.', '', detail)
}

function cut(url: URL, { total }: Known, bytes: number): Problem {
  const of = total === null ? `${bytes} bytes` : `${bytes} of ${total} bytes`
  return new Problem({
    code: 'source-truncated',
    what: `The download of ${shownUrl(url)} was cut off after ${of}.`,
    did: 'Pallet tried several times; the incomplete file was not used.',
    advice: 'Try again, or download the file yourself and choose it.',
  })
}

function lengthLie(url: URL, total: number | null, bytes: number): Problem {
  return new Problem({
    code: 'url-length-lie',
    what: `${shownUrl(url)} announces ${total ?? 'more'} bytes, but sends ${bytes}.`,
    did: 'Pallet did not use the file, because rows may be missing from it.',
    advice:
      'Tell whoever runs the server, or download the file yourself, check that it is whole, and choose it.',
  })
}

/** No answer at all. The cause's own message may repeat the address, so only its code is told. */
function unreachable(url: URL, thrown: unknown): Problem {
  const code = causeCode(thrown)
  const say = (problem: ProblemCode, what: string, advice: string) =>
    new Problem({ code: problem, what, advice, detail: code })
  if (/CERT|SSL|TLS|SELF_SIGNED|SIGNATURE|ISSUER/.test(code))
    return say(
      'url-refused',
      `The server ${url.host} cannot prove who it is.`,
      'Ask whoever runs it for a valid certificate, or IT to install the company’s on this computer; or download the file yourself and choose it.',
    )
  if (code === 'ENOTFOUND')
    return say(
      'network',
      `There is no server named ${url.hostname}, or the network is down.`,
      'Check the address and the network.',
    )
  return say(
    'network',
    `The server ${url.host} does not answer.`,
    'Check the network and try again.',
  )
}

function causeCode(thrown: unknown): string {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; depth += 1) {
    const code = errorCode(error)
    if (code !== '') return code
    const inner: unknown =
      error instanceof AggregateError ? (error.errors[0] ?? error.cause) : error.cause
    error = inner
  }
  return ''
}
