/** The way of a browser to its session, where people sign in: out to the issuer, back, and in the end out. */
import type { Logger } from 'pino'
import { signedInPath, signInPath } from '../../shared/contract/session.ts'
import { newSecret } from './admission.ts'
import { cookieOf, sessionCookie } from './gate.ts'
import { type Attempt, Oidc, type OidcSettings, WithoutRole } from './oidc.ts'
import { plainPage } from './refusal.ts'
import { type Later, Sessions, sessionMs } from './sessions.ts'

export interface SignInSettings {
  /** Where a proxy in front takes requests by TLS for this Pallet. */
  publicUrl: URL
  oidc: OidcSettings
  /** As of the sessions. */
  later?: Later
}

/** So long a person may take at the issuer. */
const attemptMs = 10 * 60_000
/** More than begin at once; who floods it loses their own first. */
const mostAttempts = 10_000
const attemptCookie = '__Host-pallet-sign-in'

export interface SignIn {
  sessions: Sessions
  answer(url: URL, cookies: string | undefined): Promise<Response>
}

export function createSignIn({ publicUrl, oidc, later }: SignInSettings, log: Logger): SignIn {
  const issuer = new Oidc(oidc, new URL(signedInPath, publicUrl).href)
  const sessions = new Sessions(later)
  const attempts = new Map<string, Attempt & { untilMs: number }>()

  /** What was begun, once. */
  function take(cookie: string | null): Attempt | null {
    const attempt = attempts.get(cookie ?? '')
    attempts.delete(cookie ?? '')
    return attempt !== undefined && attempt.untilMs > performance.now() ? attempt : null
  }

  async function begin(): Promise<Response> {
    const { attempt, url } = await issuer.begin()
    const cookie = newSecret()
    attempts.set(cookie, { ...attempt, untilMs: performance.now() + attemptMs })
    const [oldest] = attempts.keys()
    if (attempts.size > mostAttempts && oldest !== undefined) attempts.delete(oldest)
    return redirect(302, url, [setCookie(attemptCookie, cookie, attemptMs)])
  }

  async function finish(url: URL, cookies: string | undefined): Promise<Response> {
    const attempt = take(cookieOf(cookies, attemptCookie))
    if (attempt === null)
      return page(
        400,
        'This sign-in is over',
        'It took too long, was begun in another browser, or its address was opened a second time.',
      )
    const person = await issuer.finish(new URL(url.pathname + url.search, publicUrl), attempt)
    // Whoever was signed in here before is not any more.
    sessions.end(cookieOf(cookies, sessionCookie) ?? '')
    const cookie = sessions.begin(person)
    log.info({ name: person.name, id: person.id, role: person.role }, 'signed in')
    return redirect(303, '/', [
      setCookie(attemptCookie, '', 0),
      setCookie(sessionCookie, cookie, sessionMs),
    ])
  }

  return {
    sessions,
    async answer(url, cookies) {
      try {
        if (url.pathname === signInPath) return await begin()
        if (url.pathname === signedInPath) return await finish(url, cookies)
      } catch (error) {
        if (error instanceof WithoutRole) {
          log.warn({ name: error.message }, 'signed in without a role')
          return page(
            403,
            'You have no role in Pallet',
            `${error.message} is known to whoever you sign in with, and has been given no role here. Ask whoever looks after Pallet for one.`,
          )
        }
        log.warn(reasonOf(error), 'a sign-in failed')
        return page(
          502,
          'You were not signed in',
          `Whoever you sign in with (${oidc.issuer.host}) could not be reached, or did not vouch for you. The log of Pallet says what was wrong.`,
        )
      }
      sessions.end(cookieOf(cookies, sessionCookie) ?? '')
      return new Response(null, {
        status: 204,
        headers: { 'Set-Cookie': setCookie(sessionCookie, '', 0), 'Cache-Control': 'no-store' },
      })
    },
  }
}

/** Not the error itself: what it has met may hold tokens. */
function reasonOf(error: unknown): object {
  const { message, code, error: refusal, error_description: because, cause } = Object(error)
  return { reason: message, code, refusal, because, cause: Object(cause).message }
}

function setCookie(name: string, value: string, lifeMs: number): string {
  return `${name}=${value}; Path=/; Max-Age=${Math.floor(lifeMs / 1000)}; HttpOnly; Secure; SameSite=Lax`
}

function redirect(status: 302 | 303, to: string, cookies: readonly string[]): Response {
  const headers = new Headers({ Location: to, 'Cache-Control': 'no-store' })
  for (const cookie of cookies) headers.append('Set-Cookie', cookie)
  return new Response(null, { status, headers })
}

function page(status: number, title: string, text: string): Response {
  return new Response(plainPage(title, text, { href: signInPath, words: 'Sign in again' }), {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Set-Cookie': setCookie(attemptCookie, '', 0),
    },
  })
}
