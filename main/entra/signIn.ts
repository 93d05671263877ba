import type { AccessToken, EntraSettings, SignIn, TokenSource } from '../runs/ports/signIn.ts'
import type { GetToken } from './browserSignIn.ts'
import type { SignInOptions } from './credentials.ts'
import { deviceCodeBoard } from './deviceCodes.ts'
import { signInProblem } from './problems.ts'

/** A token is asked for anew this long before it ends. */
const reserveMs = 5 * 60_000
/** Device codes live 15 minutes; nobody is given longer in the browser either. */
const personLimitMs = 15 * 60_000
const machineLimitMs = 60_000

interface SignedIn {
  source(scope: string): TokenSource
  forget(): void
}

/**
 * Sign-in at Microsoft Entra ID on the main thread. Tokens stay in memory, per connection and scope;
 * several that ask for the same at once share one answer. A connection signs in once for all its
 * scopes: the refresh token of the first brings the others. A source fails with
 * `credential-missing`, `credential-rejected`, `credential-expired` or `network`.
 */
export function signIn(options: SignInOptions): SignIn {
  const signedIn = new Map<string, SignedIn>()
  const codes = deviceCodeBoard()

  function open(connection: string, settings: EntraSettings, secret: string | null): SignedIn {
    const forgotten = new AbortController()
    let getToken: Promise<GetToken> | null = null
    const limitMs = isInteractive(settings) ? personLimitMs : machineLimitMs
    const sources = new Map<string, TokenSource>()
    /** One after the other, so that nobody is asked twice: the second finds the refresh token of the first. */
    let before: Promise<unknown> = Promise.resolve()

    async function ask(scope: string): Promise<AccessToken> {
      const limit = new AbortController()
      const timer = setTimeout(() => limit.abort(), limitMs)
      try {
        const signal = AbortSignal.any([forgotten.signal, limit.signal])
        signal.throwIfAborted()
        // The libraries for it are large, and most commands sign in nowhere.
        getToken ??= import('./credentials.ts').then(({ getTokenFor }) =>
          getTokenFor(connection, settings, secret, options, codes),
        )
        const { token, expiresOnTimestamp } = await (await getToken)(scope, signal)
        return { token, expiresOnTimestamp }
      } catch (thrown) {
        throw signInProblem(thrown, connection, settings)
      } finally {
        clearTimeout(timer)
        if (!forgotten.signal.aborted) codes.settle(connection)
      }
    }

    function sourceOf(scope: string): TokenSource {
      let token: AccessToken | null = null
      let asking: Promise<AccessToken> | null = null
      return () => {
        if (token !== null && token.expiresOnTimestamp - Date.now() > reserveMs)
          return Promise.resolve(token)
        asking ??= inTurn(() => ask(scope))
          .then((answer) => (token = answer))
          .finally(() => (asking = null))
        return asking
      }
    }

    function inTurn<T>(work: () => Promise<T>): Promise<T> {
      const turn = before.then(work)
      before = turn.catch(() => {})
      return turn
    }

    return {
      source(scope) {
        const source = sources.get(scope) ?? sourceOf(scope)
        sources.set(scope, source)
        return source
      },
      forget: () => forgotten.abort(),
    }
  }

  return {
    tokenSource(connection, settings, secret, scope) {
      const found = signedIn.get(connection) ?? open(connection, settings, secret)
      signedIn.set(connection, found)
      return found.source(scope)
    },
    forget(connection) {
      signedIn.get(connection)?.forget()
      signedIn.delete(connection)
      codes.settle(connection)
    },
    deviceCodes: (signal) => codes.follow(signal),
  }
}

function isInteractive(settings: EntraSettings): boolean {
  return settings.by === 'browser' || settings.by === 'device-code'
}
