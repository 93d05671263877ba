import { createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline'
import { describe, expect, it } from 'vitest'
import { signIn } from '../../../main/entra/signIn.ts'

const storage = 'https://storage.azure.com/.default'
const management = 'https://management.azure.com/.default'

/** What Microsoft Entra ID answers, as far as a sign-in needs it. */
function entra(token: (form: URLSearchParams) => { status: number; body: object }): {
  httpClient: HttpClient
  forms: URLSearchParams[]
} {
  const forms: URLSearchParams[] = []
  const authority = 'https://login.microsoftonline.com/tenant'
  return {
    forms,
    httpClient: {
      sendRequest(request) {
        const url = new URL(request.url)
        const answer = ((): { status: number; body: object } => {
          if (url.pathname.endsWith('openid-configuration'))
            return {
              status: 200,
              body: {
                issuer: `${authority}/v2.0`,
                authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
                token_endpoint: `${authority}/oauth2/v2.0/token`,
                jwks_uri: `${authority}/keys`,
              },
            }
          if (url.pathname.endsWith('/devicecode'))
            return {
              status: 200,
              body: {
                device_code: 'device',
                user_code: 'ABCD-1234',
                verification_uri: 'https://microsoft.com/devicelogin',
                expires_in: 900,
                interval: 0,
                message: 'Enter ABCD-1234',
              },
            }
          if (url.pathname.endsWith('/token')) {
            const form = new URLSearchParams(typeof request.body === 'string' ? request.body : '')
            forms.push(form)
            return token(form)
          }
          return { status: 404, body: { error: 'not_found' } }
        })()
        return Promise.resolve({
          request,
          status: answer.status,
          headers: createHttpHeaders({ 'content-type': 'application/json' }),
          bodyAsText: JSON.stringify(answer.body),
        })
      },
    },
  }
}

function granted(accessToken: string, scope = storage): { status: number; body: object } {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { aud: 'client', iss: 'issuer', oid: 'person', tid: 'tenant', sub: 'person' }
  return {
    status: 200,
    body: {
      token_type: 'Bearer',
      scope,
      expires_in: 3600,
      ext_expires_in: 3600,
      access_token: accessToken,
      refresh_token: 'refresh',
      client_info: part({ uid: 'person', utid: 'tenant' }),
      id_token: `${part({ alg: 'none' })}.${part(claims)}.`,
    },
  }
}

/** Says what it is for. */
function grantedAsAsked(form: URLSearchParams): { status: number; body: object } {
  const scope = scopeOf(form)
  return granted(`for ${scope}`, scope)
}

function scopeOf(form: URLSearchParams): string {
  const known = [storage, management]
  return known.find((scope) => form.get('scope')?.includes(scope)) ?? ''
}

const noBrowser = (): Promise<void> => Promise.reject(new Error('no browser here'))

describe('a client secret', () => {
  const settings = {
    by: 'client-secret' as const,
    tenant: 'tenant',
    client: 'client',
  }

  it('becomes a token for what it is for, asked for once by all who need it', async () => {
    const { httpClient, forms } = entra(() => granted('first'))
    const source = signIn({ openUrl: noBrowser, httpClient }).tokenSource(
      'azure',
      settings,
      's3',
      storage,
    )
    const tokens = await Promise.all([source(), source()])
    expect(tokens.map(({ token }) => token)).toEqual(['first', 'first'])
    expect((await source()).expiresOnTimestamp).toBeGreaterThan(Date.now() + 3_000_000)
    expect(forms).toHaveLength(1)
    expect(forms[0]?.get('scope')).toContain(storage)
  })

  it('gives each scope a token of its own', async () => {
    const { httpClient, forms } = entra(grantedAsAsked)
    const signer = signIn({ openUrl: noBrowser, httpClient })
    const [blobs, factories] = [storage, management].map((scope) =>
      signer.tokenSource('azure', settings, 's3', scope),
    )
    const tokens = await Promise.all([blobs?.(), factories?.(), blobs?.()])
    expect(tokens.map((token) => token?.token)).toEqual([
      `for ${storage}`,
      `for ${management}`,
      `for ${storage}`,
    ])
    expect((await factories?.())?.token).toBe(`for ${management}`)
    expect(forms.map(scopeOf)).toEqual([storage, management])
    // Forgotten, it is asked for both again.
    signer.forget('azure')
    await signer.tokenSource('azure', settings, 's4', management)()
    expect(forms.map((form) => form.get('client_secret'))).toEqual(['s3', 's3', 's4'])
  })

  it.each([
    ['AADSTS7000222: the secret is expired', 'credential-expired'],
    ['AADSTS7000215: invalid secret', 'credential-rejected'],
  ])('that is refused (%s) is told in words, without the secret', async (description, code) => {
    const { httpClient } = entra(() => ({
      status: 401,
      body: { error: 'invalid_client', error_description: description },
    }))
    const source = signIn({ openUrl: noBrowser, httpClient }).tokenSource(
      'azure',
      settings,
      's3cr3t',
      storage,
    )
    const problem = await source().catch((thrown: unknown) => thrown)
    expect(problem).toMatchObject({ data: { code } })
    expect(JSON.stringify(problem)).not.toContain('s3cr3t')
  })

  it('cannot be used without a network', async () => {
    const httpClient: HttpClient = {
      sendRequest: () =>
        Promise.reject(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })),
    }
    const source = signIn({ openUrl: noBrowser, httpClient }).tokenSource(
      'azure',
      settings,
      's',
      storage,
    )
    await expect(source()).rejects.toMatchObject({ data: { code: 'network' } })
  })
})

describe('a device code', () => {
  it('reaches whoever looks, early or late, and its sign-in ends in a token', async () => {
    let granting = false
    const { httpClient } = entra(() =>
      granting
        ? granted('device token')
        : { status: 400, body: { error: 'authorization_pending', error_description: 'pending' } },
    )
    const signer = signIn({ openUrl: noBrowser, httpClient })
    const abort = new AbortController()
    const early = signer.deviceCodes(abort.signal)[Symbol.asyncIterator]().next()
    const settings = { by: 'device-code' as const, tenant: 'tenant' }
    const token = signer.tokenSource('azure', settings, null, storage)()
    const expected = {
      connection: 'azure',
      code: 'ABCD-1234',
      url: 'https://microsoft.com/devicelogin',
    }
    expect((await early).value).toMatchObject(expected)
    const late = signer.deviceCodes(abort.signal)[Symbol.asyncIterator]()
    expect((await late.next()).value).toMatchObject(expected)
    granting = true
    expect((await token).token).toBe('device token')
    const after = late.next()
    abort.abort()
    expect((await after).done).toBe(true)
  })
})

it('with a device code is asked for once, for all scopes that are wanted meanwhile', async () => {
  const { httpClient, forms } = entra(grantedAsAsked)
  const signer = signIn({ openUrl: noBrowser, httpClient })
  const settings = { by: 'device-code' as const, tenant: 'tenant' }
  const tokens = await Promise.all(
    [storage, management].map((scope) => signer.tokenSource('azure', settings, null, scope)()),
  )
  expect(tokens.map(({ token }) => token)).toEqual([`for ${storage}`, `for ${management}`])
  expect(forms.map((form) => form.get('grant_type'))).toEqual(['device_code', 'refresh_token'])
})

/** Signs in on every page that is opened. */
function personAtBrowser(): { openUrl: (text: string) => Promise<void>; opened: URL[] } {
  const opened: URL[] = []
  return {
    opened,
    async openUrl(text) {
      const url = new URL(text)
      opened.push(url)
      const back = url.searchParams.get('redirect_uri') ?? ''
      const state = url.searchParams.get('state') ?? ''
      await fetch(back.replace('localhost', '127.0.0.1'), {
        method: 'POST',
        body: new URLSearchParams({ code: 'the code', state }),
      })
    },
  }
}

describe('the browser', () => {
  const settings = { by: 'browser' as const, tenant: 'tenant' }

  it('signs in with PKCE, and only once', async () => {
    const { httpClient, forms } = entra(() => granted('browser token'))
    const { openUrl, opened } = personAtBrowser()
    const signer = signIn({ httpClient, openUrl })
    const source = signer.tokenSource('azure', settings, null, storage)
    expect((await source()).token).toBe('browser token')
    expect((await signer.tokenSource('azure', settings, null, storage)()).token).toBe(
      'browser token',
    )
    expect(opened).toHaveLength(1)
    expect(opened[0]?.searchParams.get('code_challenge_method')).toBe('S256')
    expect(forms[0]?.get('code')).toBe('the code')
    expect(forms[0]?.get('code_verifier')).toBeTruthy()
  })

  it('is opened once for all scopes: the refresh token brings the others', async () => {
    const { httpClient, forms } = entra(grantedAsAsked)
    const { openUrl, opened } = personAtBrowser()
    const signer = signIn({ httpClient, openUrl })
    const tokens = await Promise.all(
      [storage, management].map((scope) => signer.tokenSource('azure', settings, null, scope)()),
    )
    expect(tokens.map(({ token }) => token)).toEqual([`for ${storage}`, `for ${management}`])
    expect(opened).toHaveLength(1)
    expect(forms.map((form) => form.get('grant_type'))).toEqual([
      'authorization_code',
      'refresh_token',
    ])
  })

  it('is not waited for, by any scope, when the connection is removed', async () => {
    const { httpClient } = entra(() => granted('never'))
    const { promise: shown, resolve } = Promise.withResolvers<URL>()
    const signer = signIn({
      httpClient,
      openUrl: (url) => Promise.resolve(resolve(new URL(url))),
    })
    const tokens = Promise.allSettled(
      [storage, management].map((scope) => signer.tokenSource('azure', settings, null, scope)()),
    )
    const url = await shown
    signer.forget('azure')
    const refused = { status: 'rejected', reason: { data: { code: 'credential-missing' } } }
    expect(await tokens).toMatchObject([refused, refused])
    // Its loopback server is gone as well.
    const back = (url.searchParams.get('redirect_uri') ?? '').replace('localhost', '127.0.0.1')
    await expect(fetch(back)).rejects.toThrow()
  })
})
