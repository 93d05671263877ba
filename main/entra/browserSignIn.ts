import {
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
  type HttpClient,
} from '@azure/core-rest-pipeline'
import {
  InteractionRequiredAuthError,
  PublicClientApplication,
  type AccountInfo,
  type AuthenticationResult,
  type INetworkModule,
  type NetworkRequestOptions,
  type NetworkResponse,
} from '@azure/msal-node'
import type { AccessToken } from '../runs/ports/signIn.ts'

/** The public client of Azure's own command line: trusted in every tenant, with any port of localhost to return to. */
const clientId = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'
const requestLimitMs = 30_000

export interface BrowserSignInOptions {
  /** A tenant's id or domain; null for the one of whoever signs in. */
  tenant: string | null
  openUrl(url: string): Promise<void>
  httpClient?: HttpClient
}

export type GetToken = (scope: string, signal: AbortSignal) => Promise<AccessToken>

/**
 * Sign-in in the person's browser: authorization code with PKCE, answered to a loopback address.
 * Straight on MSAL, because the credential of the identity library opens the browser its own way only.
 * Later tokens come silently, from the refresh token in memory. Fails with MSAL's errors.
 */
export function browserSignIn(options: BrowserSignInOptions): GetToken {
  const app = new PublicClientApplication({
    auth: {
      clientId,
      authority: `https://login.microsoftonline.com/${options.tenant ?? 'organizations'}`,
    },
    system: { networkClient: networkThrough(options.httpClient ?? createDefaultHttpClient()) },
  })
  let account: AccountInfo | null = null

  async function silently(scope: string): Promise<AuthenticationResult | null> {
    if (account === null) return null
    try {
      return await app.acquireTokenSilent({ account, scopes: [scope] })
    } catch (thrown) {
      if (thrown instanceof InteractionRequiredAuthError) return null
      throw thrown
    }
  }

  async function inBrowser(scope: string, signal: AbortSignal): Promise<AuthenticationResult> {
    signal.throwIfAborted()
    let waiting: URL | null = null
    const onAbort = (): void => {
      if (waiting !== null) declineFor(waiting)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await app.acquireTokenInteractive({
        scopes: [scope],
        prompt: 'select_account',
        openBrowser: async (url) => {
          waiting = new URL(url)
          signal.throwIfAborted()
          await options.openUrl(url)
        },
        successTemplate: 'You are signed in. Close this page and go back to Pallet.',
        errorTemplate: 'The sign-in did not work. Close this page and look into Pallet.',
      })
    } catch (thrown) {
      signal.throwIfAborted()
      throw thrown
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  return async (scope, signal) => {
    const result = (await silently(scope)) ?? (await inBrowser(scope, signal))
    account = result.account
    return {
      token: result.accessToken,
      expiresOnTimestamp: result.expiresOn?.getTime() ?? Date.now(),
    }
  }
}

/** MSAL waits for the browser without an end; answering in its place closes its loopback server. */
function declineFor(authorization: URL): void {
  const back = new URL(authorization.searchParams.get('redirect_uri') ?? '')
  back.hostname = '127.0.0.1'
  const state = authorization.searchParams.get('state') ?? ''
  fetch(back, {
    method: 'POST',
    body: new URLSearchParams({ error: 'access_denied', state }),
    signal: AbortSignal.timeout(5000),
  }).catch(() => {})
}

/** MSAL's own client does not know company proxies; the pipeline of the other Azure libraries does. */
function networkThrough(httpClient: HttpClient): INetworkModule {
  const pipeline = createPipelineFromOptions({})

  async function send<T>(
    method: 'GET' | 'POST',
    url: string,
    request: NetworkRequestOptions | undefined,
  ): Promise<NetworkResponse<T>> {
    const response = await pipeline.sendRequest(
      httpClient,
      createPipelineRequest({
        url,
        method,
        headers: createHttpHeaders(request?.headers ?? {}),
        ...(request?.body === undefined ? {} : { body: request.body }),
        abortSignal: AbortSignal.timeout(requestLimitMs),
      }),
    )
    return {
      status: response.status,
      headers: response.headers.toJSON(),
      body: JSON.parse(response.bodyAsText ?? 'null') as T,
    }
  }

  return {
    sendGetRequestAsync: (url, request) => send('GET', url, request),
    sendPostRequestAsync: (url, request) => send('POST', url, request),
  }
}
