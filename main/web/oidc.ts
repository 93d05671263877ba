/** Sign-in by OpenID Connect: authorization code with PKCE, at any issuer that can be discovered. */
import * as oauth from 'oauth4webapi'
import { z } from 'zod'
import { type Person, type Role, roles } from '../../shared/domain/person.ts'

/** An issuer on this computer may do without TLS; what it says never leaves it. */
const loopback = new Set(['127.0.0.1', 'localhost', '[::1]'])
/** Each request to the issuer. */
const answerMs = 10_000
/** What an issuer says of itself is asked again so often. */
const metadataMs = 3600_000
/** Clocks of two computers. */
const toleranceSeconds = 30

export interface OidcSettings {
  issuer: URL
  client: string
  /** Null: a client without a secret, which PKCE alone vouches for. */
  secret: string | null
  /** The claim that gives roles, as `roles`, `groups` or `realm_access.roles`. */
  claim: string
  /** What of that claim gives which role. */
  roles: readonly { role: Role; value: string }[]
}

/** One sign-in under way, known to the browser that began it alone. */
export interface Attempt {
  state: string
  nonce: string
  verifier: string
}

/** Nobody has given them a role. */
export class WithoutRole extends Error {}

export class Oidc {
  readonly #settings: OidcSettings
  readonly #redirect: string
  readonly #client: oauth.Client
  readonly #options
  #known: { server: oauth.AuthorizationServer; atMs: number } | null = null

  /** `redirect`: the address to which the issuer leads whoever has signed in; it is registered there. */
  constructor(settings: OidcSettings, redirect: string) {
    this.#settings = settings
    this.#redirect = redirect
    this.#client = { client_id: settings.client, [oauth.clockTolerance]: toleranceSeconds }
    const { protocol, hostname } = settings.issuer
    this.#options = {
      [oauth.allowInsecureRequests]: protocol === 'http:' && loopback.has(hostname),
      signal: () => AbortSignal.timeout(answerMs),
    }
  }

  /** A new sign-in, and where it begins. Throws what `fetch` throws, or that this is no issuer. */
  async begin(): Promise<{ attempt: Attempt; url: string }> {
    const { authorization_endpoint: endpoint } = await this.server()
    if (endpoint === undefined) throw new Error('the issuer names no place to sign in')
    const attempt = {
      state: oauth.generateRandomState(),
      nonce: oauth.generateRandomNonce(),
      verifier: oauth.generateRandomCodeVerifier(),
    }
    const url = new URL(endpoint)
    const asked = {
      response_type: 'code',
      client_id: this.#settings.client,
      redirect_uri: this.#redirect,
      scope: 'openid profile email',
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(attempt.verifier),
      code_challenge_method: 'S256',
    }
    for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value)
    return { attempt, url: url.href }
  }

  /**
   * Who has come back with this address. Throws `WithoutRole`, and an error for whatever is not as it must be: state, code, issuer, audience,
   * nonce, life or signature.
   */
  async finish(url: URL, { state, nonce, verifier }: Attempt): Promise<Person> {
    const server = await this.server()
    const given = oauth.validateAuthResponse(server, this.#client, url, state)
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      this.#client,
      this.#authentication(server),
      given,
      this.#redirect,
      verifier,
      this.#options,
    )
    const answer = await oauth.processAuthorizationCodeResponse(server, this.#client, response, {
      expectedNonce: nonce,
      requireIdToken: true,
    })
    await oauth.validateApplicationLevelSignature(server, response, this.#options)
    const claims = oauth.getValidatedIdTokenClaims(answer)
    if (claims === undefined) throw new Error('the issuer gave no ID token')
    return personOf(claims, this.#settings)
  }

  /** What the issuer says of itself. */
  async server(): Promise<oauth.AuthorizationServer> {
    if (this.#known !== null && performance.now() - this.#known.atMs < metadataMs)
      return this.#known.server
    const { issuer } = this.#settings
    const answer = await oauth.discoveryRequest(issuer, { ...this.#options, algorithm: 'oidc' })
    const server = await oauth.processDiscoveryResponse(issuer, answer)
    this.#known = { server, atMs: performance.now() }
    return server
  }

  #authentication(server: oauth.AuthorizationServer): oauth.ClientAuth {
    const { secret } = this.#settings
    if (secret === null) return oauth.None()
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    return methods.includes('client_secret_post')
      ? oauth.ClientSecretPost(secret)
      : oauth.ClientSecretBasic(secret)
  }
}

const Texts = z.union([z.string().transform((one) => [one]), z.array(z.string())]).catch([])

/** An address that nobody has looked at is what its person has typed. */
const vouchedForBy: Readonly<Record<string, string>> = { email: 'email_verified' }

/** @throws WithoutRole */
export function personOf(
  claims: Readonly<Record<string, unknown>> & { sub: string },
  settings: Pick<OidcSettings, 'claim' | 'roles'>,
): Person {
  const shown = [claims['preferred_username'], claims['email'], claims['name'], claims.sub]
  const name = plain(shown.find((one) => typeof one === 'string' && plain(one) !== '')) || 'unknown'
  const vouching = vouchedForBy[settings.claim]
  const isVouchedFor = vouching === undefined || claims[vouching] === true
  const values = isVouchedFor ? Texts.parse(claimAt(claims, settings.claim)) : []
  const given = settings.roles.filter(({ value }) => values.includes(value)).map(({ role }) => role)
  const role = roles.findLast((one) => given.includes(one))
  if (role === undefined) throw new WithoutRole(name)
  return { name, id: plain(claims.sub), role }
}

/** `realm_access.roles` is a claim of that name, or else a part of a claim. */
function claimAt(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path]
  return path
    .split('.')
    .reduce<unknown>(
      (part, key) =>
        typeof part === 'object' && part !== null && Object.hasOwn(part, key)
          ? Reflect.get(part, key)
          : undefined,
      claims,
    )
}

/** As it can stand in a list and on a terminal. */
function plain(text: unknown): string {
  return typeof text === 'string' ? text.replace(/\p{C}/gu, '').trim().slice(0, 200) : ''
}
