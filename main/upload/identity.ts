import { EventEmitter, on } from 'node:events'
import type { HttpClient } from '@azure/core-rest-pipeline'
import {
  ClientSecretCredential,
  DefaultAzureCredential,
  DeviceCodeCredential,
  type TokenCredential,
} from '@azure/identity'
import { Problem } from '../../shared/domain/problem.ts'
import type { ConnectionSettings } from '../../shared/domain/connection.ts'
import type { AccessToken, DeviceCode, SignIn, TokenSource } from '../runs/ports.ts'
import { browserSignIn, type GetToken } from './browserSignIn.ts'

const scope = 'https://storage.azure.com/.default'
/** A token is asked for anew this long before it ends. */
const reserveMs = 5 * 60_000
/** Device codes live 15 minutes; nobody is given longer in the browser either. */
const personLimitMs = 15 * 60_000
const machineLimitMs = 60_000

export interface SignInOptions {
  /** Shows a page in the person's browser. */
  openUrl(url: string): Promise<void>
  /** For tests. */
  httpClient?: HttpClient
}

type EntraSettings = Extract<ConnectionSettings, { kind: `entra-${string}` }>

interface SignedIn {
  source: TokenSource
  forgotten: AbortController
}

/**
 * Sign-in at Microsoft Entra ID on the main thread. Tokens and refresh tokens stay in memory, per
 * connection; several uploads that ask at once share one sign-in. A source fails with
 * `credential-missing`, `credential-rejected`, `credential-expired` or `network`.
 */
export function signIn(options: SignInOptions): SignIn {
  const signedIn = new Map<string, SignedIn>()
  const codes = deviceCodeBoard()

  function open(connection: string, settings: EntraSettings, secret: string | null): SignedIn {
    const forgotten = new AbortController()
    const getToken = getTokenFor(connection, settings, secret, options, codes)
    const limitMs = isInteractive(settings) ? personLimitMs : machineLimitMs
    let token: AccessToken | null = null
    let asking: Promise<AccessToken> | null = null

    async function ask(): Promise<AccessToken> {
      const limit = new AbortController()
      const timer = setTimeout(() => limit.abort(), limitMs)
      try {
        const signal = AbortSignal.any([forgotten.signal, limit.signal])
        const { token: text, expiresOnTimestamp } = await getToken(scope, signal)
        token = { token: text, expiresOnTimestamp }
        return token
      } catch (thrown) {
        throw signInProblem(thrown, connection, settings)
      } finally {
        clearTimeout(timer)
        if (!forgotten.signal.aborted) codes.settle(connection)
        asking = null
      }
    }

    return {
      forgotten,
      source: () => {
        if (token !== null && token.expiresOnTimestamp - Date.now() > reserveMs)
          return Promise.resolve(token)
        asking ??= ask()
        return asking
      },
    }
  }

  return {
    tokenSource(connection, settings, secret) {
      let found = signedIn.get(connection)
      if (found === undefined) {
        found = open(connection, settings, secret)
        signedIn.set(connection, found)
      }
      return found.source
    },
    forget(connection) {
      signedIn.get(connection)?.forgotten.abort()
      signedIn.delete(connection)
      codes.settle(connection)
    },
    deviceCodes: (signal) => codes.follow(signal),
  }
}

function isInteractive(settings: EntraSettings): boolean {
  return settings.kind === 'entra-browser' || settings.kind === 'entra-device-code'
}

function getTokenFor(
  connection: string,
  settings: EntraSettings,
  secret: string | null,
  options: SignInOptions,
  codes: DeviceCodeBoard,
): GetToken {
  const http = options.httpClient === undefined ? {} : { httpClient: options.httpClient }
  switch (settings.kind) {
    case 'entra-browser':
      return browserSignIn({
        tenant: settings.tenant ?? null,
        openUrl: (url) => options.openUrl(url),
        ...http,
      })
    case 'entra-device-code':
      return through(
        new DeviceCodeCredential({
          ...http,
          ...(settings.tenant === undefined ? {} : { tenantId: settings.tenant }),
          userPromptCallback: ({ verificationUri, userCode, message }) =>
            codes.publish({ connection, url: verificationUri, code: userCode, message }),
        }),
      )
    case 'entra-client-secret':
      return through(
        new ClientSecretCredential(settings.tenant, settings.client, secret ?? '', http),
      )
    case 'entra-default':
      return through(new DefaultAzureCredential(http))
  }
}

function through(credential: TokenCredential): GetToken {
  return async (asked, abortSignal) => {
    const token = await credential.getToken(asked, { abortSignal })
    if (token === null) throw new Error('no token')
    return token
  }
}

// ---------------------------------------------------------------- device codes

interface DeviceCodeBoard {
  publish(code: DeviceCode): void
  /** The sign-in of this connection is over, one way or the other. */
  settle(connection: string): void
  /** Codes that still wait for their person, then new ones; ends with the signal. */
  follow(signal: AbortSignal): AsyncIterable<DeviceCode>
}

function deviceCodeBoard(): DeviceCodeBoard {
  const waiting = new Map<string, DeviceCode>()
  const news = new EventEmitter<{ code: [DeviceCode] }>()
  news.setMaxListeners(0)
  return {
    publish(code) {
      waiting.set(code.connection, code)
      news.emit('code', code)
    },
    settle: (connection) => void waiting.delete(connection),
    async *follow(signal) {
      if (signal.aborted) return
      const coming = on(news, 'code', { signal })
      try {
        for (const code of Array.from(waiting.values())) yield code
        for await (const [code] of coming) yield code as DeviceCode
      } catch (thrown) {
        if (!signal.aborted) throw thrown
      } finally {
        await coming.return?.()
      }
    },
  }
}

// ---------------------------------------------------------------- errors

/** What went wrong, in words. Only the error code is kept of MSAL's text. */
function signInProblem(thrown: unknown, connection: string, settings: EntraSettings): Problem {
  const did = 'What was sent before is kept; Pallet continues after the sign-in.'
  const { name, message, code } = described(thrown)
  const aadsts = /AADSTS\d+/.exec(message)?.[0] ?? ''
  const detail = aadsts === '' ? code : aadsts
  if (name === 'AbortError' || code === 'access_denied')
    return new Problem({
      code: 'credential-missing',
      what: `The sign-in for the connection ${connection} was not finished.`,
      did,
      advice: 'Start it again with "Test" in Connections, and finish it within 15 minutes.',
      detail,
    })
  if (aadsts === 'AADSTS7000222')
    return new Problem({
      code: 'credential-expired',
      what: `The client secret of the connection ${connection} has expired.`,
      did,
      advice: 'Create a new one in Entra ID (App registrations) and put it into the connection.',
      detail,
    })
  if (aadsts !== '')
    return new Problem({
      code: 'credential-rejected',
      what: `Microsoft Entra ID refused the sign-in for the connection ${connection}.`,
      did,
      advice: 'Check tenant, client and secret, or ask the administrator with the code given here.',
      detail,
    })
  if (isNetwork(thrown))
    return new Problem({
      code: 'network',
      what: 'login.microsoftonline.com could not be reached for the sign-in.',
      did,
      advice: 'Check the network connection of this computer.',
      detail,
    })
  if (settings.kind === 'entra-default')
    return new Problem({
      code: 'credential-missing',
      what: `This computer has no sign-in of its own that the connection ${connection} could use.`,
      did,
      advice: 'Run "az login", or set AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET.',
      detail,
    })
  return new Problem({
    code: 'credential-rejected',
    what: `The sign-in for the connection ${connection} did not work.`,
    did,
    advice: 'Check the tenant and try "Test" in Connections.',
    detail: detail === '' ? name : detail,
  })
}

function described(thrown: unknown): { name: string; message: string; code: string } {
  if (!(thrown instanceof Error)) return { name: 'unknown error', message: '', code: '' }
  const fields = thrown as Error & { code?: unknown; errorCode?: unknown }
  const code = [fields.errorCode, fields.code].find((value) => typeof value === 'string')
  return { name: thrown.name, message: thrown.message, code: typeof code === 'string' ? code : '' }
}

/** MSAL wraps what the connection died of, sometimes twice. */
function isNetwork(thrown: unknown): boolean {
  const codes =
    /^(ENOTFOUND|EAI_AGAIN|ECONN\w+|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|REQUEST_SEND_ERROR|network_error|endpoints_resolution_error|openid_config_error)$/
  let at: unknown = thrown
  for (let depth = 0; depth < 5 && at instanceof Error; depth += 1) {
    const { code, message } = described(at)
    if (codes.test(code) || /endpoints_resolution_error|network_error/.test(message)) return true
    at = at.cause
  }
  return false
}
