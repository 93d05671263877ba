/** The API of a shop system: how to sign in to it, and one request after the other, each with an end. */
import { setTimeout as delay } from 'node:timers/promises'
import { Problem } from '../../shared/domain/problem.ts'
import { byKind } from '../../shared/systems/kinds.ts'
import { storeApi as record } from '../../shared/systems/storeApi.ts'
import { type Answer, ask } from '../network/requests.ts'
import type { ApiAccess } from '../runs/ports/extracting.ts'
import type { OutsideSystem } from '../runs/ports/systems.ts'

const source = byKind(record, {
  'store-api': ({ name, settings: { baseUrl } }): ApiAccess => ({
    connection: name,
    baseUrl,
    signIn: { by: 'nothing' },
  }),
  'store-api-header': ({ name, settings: { baseUrl, header }, secrets: { key } }): ApiAccess => ({
    connection: name,
    baseUrl,
    signIn: { by: 'header', header, value: key },
  }),
  'store-api-query': ({ name, settings: { baseUrl, parameter }, secrets: { key } }): ApiAccess => ({
    connection: name,
    baseUrl,
    signIn: { by: 'query', parameter, value: key },
  }),
  'store-api-basic': ({ name, settings: { baseUrl, user }, secrets }): ApiAccess => ({
    connection: name,
    baseUrl,
    signIn: {
      by: 'header',
      header: 'authorization',
      value: `Basic ${Buffer.from(`${user}:${secrets.password}`).toString('base64')}`,
    },
  }),
  'store-api-oauth': ({ name, settings, secrets: { clientSecret } }): ApiAccess => ({
    connection: name,
    baseUrl: settings.baseUrl,
    signIn: {
      by: 'client',
      client: settings.client,
      secret: clientSecret,
      tokenUrl: settings.tokenUrl,
      scope: settings.scope ?? null,
    },
  }),
})

export const storeApi: OutsideSystem = {
  source,
  async test(connection, signal) {
    const api = source(connection)
    const { host } = new URL(api.baseUrl)
    const { status } = await apiSession(api, once)(api.baseUrl, signal)
    return {
      message:
        status < 400
          ? `${host} answers, and lets Pallet in.`
          : `${host} answers. Whether it lets Pallet in shows when a list is tried: there is nothing at the address of the connection itself.`,
      places: null,
    }
  },
}

export interface ApiPace {
  /** Attempts at one request. */
  attempts: number
  /** Before the second one, ms; it doubles from there. */
  pauseMs: number
  /** Whoever wants to be left alone for longer is asked by another attempt of the run, ms. */
  mostMs: number
}

export const usualPace: ApiPace = { attempts: 6, pauseMs: 500, mostMs: 5 * 60_000 }
const once: ApiPace = { ...usualPace, attempts: 1 }

export type ApiSession = (url: string, signal: AbortSignal) => Promise<Answer>

/**
 * Asks for addresses of one API, in turn: waits as long as it wants to be left alone (429, Retry-After), asks again where the line was
 * cut, and signs in anew where a token has expired. Throws `credential-rejected`, `permission-denied`, `url-refused`, `network`,
 * `server-busy`. Answers of 404 and the like are the caller's.
 */
export function apiSession(api: ApiAccess, pace = usualPace): ApiSession {
  const { connection, signIn } = api
  const { host, origin } = new URL(api.baseUrl)
  let token: string | null = null
  const signedIn = async (url: string, signal: AbortSignal): Promise<Answer> => {
    const address = new URL(url)
    // Whoever writes the next address into an answer must not have the key sent elsewhere.
    if (address.origin !== origin) throw elsewhere(host, address.host, connection)
    const headers: Record<string, string> = {}
    switch (signIn.by) {
      case 'nothing':
        break
      case 'header':
        headers[signIn.header] = signIn.value
        break
      case 'query':
        address.searchParams.set(signIn.parameter, signIn.value)
        break
      case 'client':
        token ??= await tokenOf({ connection, ...signIn }, signal)
        headers['authorization'] = `Bearer ${token}`
    }
    return await ask({ connection, method: 'GET', url: address.href, headers }, signal)
  }
  const answered = async (url: string, signal: AbortSignal): Promise<Answer> => {
    const answer = await signedIn(url, signal)
    if (answer.status !== 401 || token === null) return answer
    // It has expired in the middle.
    token = null
    return await signedIn(url, signal)
  }
  return async (url, signal) => {
    for (let attempt = 1; ; attempt += 1)
      try {
        const answer = await answered(url, signal)
        refuse(answer, host, connection)
        return answer
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof Problem) || attempt >= pace.attempts) throw error
        if (error.code !== 'network' && error.code !== 'server-busy') throw error
        const pauseMs = pace.pauseMs * 2 ** (attempt - 1)
        const waitMs = Math.max(pauseMs, error.data.retryAfterMs ?? 0)
        if (waitMs > pace.mostMs) throw error
        await delay(waitMs, undefined, { signal })
      }
  }
}

/** By the client credentials of OAuth (RFC 6749, 4.4). */
async function tokenOf(
  given: Omit<Extract<ApiAccess['signIn'], { by: 'client' }>, 'by'> & { connection: string },
  signal: AbortSignal,
): Promise<string> {
  const { connection, client, secret, tokenUrl, scope } = given
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: client,
    client_secret: secret,
    ...(scope === null ? {} : { scope }),
  }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const answer = await ask({ connection, method: 'POST', url: tokenUrl, headers, body }, signal)
  const token = (answer.body as { access_token?: unknown } | null)?.access_token
  if (answer.status === 200 && typeof token === 'string' && /^[\x21-\x7e]+$/.test(token))
    return token
  throw new Problem({
    code: 'credential-rejected',
    what: `${new URL(tokenUrl).host} gives Pallet no token.`,
    did: 'Nothing was taken.',
    advice: 'Enter the client and its secret again, as the shop system has them.',
    detail: `HTTP ${answer.status}`,
    connection,
  })
}

function refuse({ status }: Answer, host: string, connection: string): void {
  const detail = `HTTP ${status}`
  if (status === 401)
    throw new Problem({
      code: 'credential-rejected',
      what: `${host} does not accept the key of the connection ${connection}.`,
      did: 'What was taken until now is kept.',
      advice: 'Enter it again in the connection; perhaps it has expired or was replaced.',
      detail,
      connection,
    })
  if (status === 403)
    throw new Problem({
      code: 'permission-denied',
      what: `The key of the connection ${connection} may not read this at ${host}.`,
      did: 'What was taken until now is kept.',
      advice: 'Give it the right to read this list, in the shop system.',
      detail,
      connection,
    })
  if (status >= 300 && status < 400)
    throw new Problem({
      code: 'url-refused',
      what: `${host} says that this list is elsewhere; a key is not sent to another address.`,
      did: 'Nothing was taken.',
      advice: 'Enter the address in the connection as the shop system names it today.',
      detail,
      connection,
    })
  if (status === 408 || status === 425)
    throw new Problem({
      code: 'server-busy',
      what: `${host} has no time for this now.`,
      did: 'Pallet asks again in a while.',
      detail,
      connection,
    })
}

function elsewhere(host: string, other: string, connection: string): Problem {
  return new Problem({
    code: 'url-refused',
    what: `${host} names an address at ${other} for its next page.`,
    did: 'Pallet did not go there: the key of the connection is for this address alone.',
    advice:
      'Enter the address in the connection as it stands in that answer, if both are of the shop.',
    connection,
  })
}
