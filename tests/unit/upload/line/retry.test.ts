import { describe, expect, it } from 'vitest'
import {
  problemOf,
  type Credential,
  type Target,
} from '../../../../main/upload/account/problems.ts'
import { noSuchHost } from '../../../../main/upload/line/dns.ts'
import { RequestFailed, retryAfterMs, type Failure } from '../../../../main/upload/line/failure.ts'
import { persistentRequests, type Clock } from '../../../../main/upload/line/requests.ts'
import {
  answerLimitMs,
  isTransient,
  pauseMs,
  usualLimits,
} from '../../../../main/upload/line/retry.ts'
import { Problem } from '../../../../shared/domain/problem.ts'

const nowMs = Date.parse('2026-11-20T12:00:00Z')

function answer(
  status: number,
  code = '',
  more: object = {},
): Extract<Failure, { kind: 'answer' }> {
  return {
    kind: 'answer',
    status,
    code,
    retryAfterMs: null,
    serverTimeMs: nowMs,
    server: 'Windows-Azure-Blob/1.0',
    ...more,
  }
}

describe('the pause before another attempt', () => {
  it('is a random share of a limit that doubles from half a second to a minute', () => {
    const network: Failure = { kind: 'network', code: 'ECONNRESET' }
    const longest = [1, 2, 3, 8, 30].map((failures) =>
      pauseMs(failures, network, usualLimits, () => 1),
    )
    expect(longest).toEqual([500, 1000, 2000, 60_000, 60_000])
    expect(pauseMs(5, network, usualLimits, () => 0)).toBe(0)
  })

  it('is never shorter than the server asked for', () => {
    const busy = answer(503, 'ServerBusy', { retryAfterMs: 7000 })
    expect(pauseMs(1, busy, usualLimits, () => 1)).toBe(7000)
    expect(retryAfterMs('12', nowMs)).toBe(12_000)
    expect(retryAfterMs('Fri, 20 Nov 2026 12:00:30 GMT', nowMs)).toBe(30_000)
    expect(retryAfterMs('Fri, 20 Nov 2026 11:00:00 GMT', nowMs)).toBe(0)
    expect(retryAfterMs('soon', nowMs)).toBeNull()
    expect(retryAfterMs(undefined, nowMs)).toBeNull()
  })
})

describe('another attempt', () => {
  it.each([408, 429, 500, 502, 503, 504])('is made after %i', (status) => {
    expect(isTransient(answer(status))).toBe(true)
  })
  it.each([400, 401, 403, 404, 409, 412, 413, 501])('is not made after %i', (status) => {
    expect(isTransient(answer(status, 'SomeCode'))).toBe(false)
  })
  it('waits for its answer as long as what the system still holds may need', () => {
    const MiB = 1024 ** 2
    expect(answerLimitMs(0, null, 0, usualLimits)).toBe(30_000)
    // A line that has shown nothing: given up within a minute, then trusted with less and less.
    expect(answerLimitMs(8 * MiB, null, 0, usualLimits)).toBe(46_000)
    expect(answerLimitMs(8 * MiB, null, 1, usualLimits)).toBe(62_000)
    expect(answerLimitMs(8 * MiB, null, 20, usualLimits)).toBe(30_000 + 204_800)
    expect(answerLimitMs(8 * MiB, 4 * MiB, 0, usualLimits)).toBe(31_000)
  })
})

describe('patience', () => {
  function clockwork(): Clock & { nowMs: number } {
    return {
      nowMs,
      now() {
        return this.nowMs
      },
      random: () => 1,
      sleep(ms) {
        this.nowMs += ms
        return Promise.resolve()
      },
    }
  }
  const reset = (): Promise<never> =>
    Promise.reject(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))
  const signal = new AbortController().signal

  function requestsOn(clock: Clock): ReturnType<typeof persistentRequests> {
    return persistentRequests({
      host: 'shop.blob.core.windows.net',
      limits: usualLimits,
      clock,
      prepare: () => Promise.resolve(),
      onWaiting: () => {},
    })
  }

  it('ends a minute after the first failure since anything was acknowledged', async () => {
    const clock = clockwork()
    const sending = requestsOn(clock).send({ bytes: 0, signal }, reset)
    await expect(sending).rejects.toMatchObject({ failure: { code: 'ECONNRESET' } })
    expect(clock.nowMs - nowMs).toBeGreaterThan(30_000)
    expect(clock.nowMs - nowMs).toBeLessThanOrEqual(60_000)
  })

  it('is renewed by any acknowledgement', async () => {
    const clock = clockwork()
    const requests = requestsOn(clock)
    let attempts = 0
    await requests.send({ bytes: 0, signal }, async () => {
      attempts += 1
      if (attempts === 20) return
      await requests.send({ bytes: 0, signal }, () => Promise.resolve())
      await reset()
    })
    expect(clock.nowMs - nowMs).toBeGreaterThan(600_000)
  })

  it('does not wait for a server that wants more of it than there is', async () => {
    const clock = clockwork()
    const busy = new RequestFailed(answer(503, 'ServerBusy', { retryAfterMs: 120_000 }))
    const sending = requestsOn(clock).send({ bytes: 0, signal }, () => Promise.reject(busy))
    await expect(sending).rejects.toBeInstanceOf(RequestFailed)
    expect(clock.nowMs).toBe(nowMs)
  })

  it('ends at once for what no repetition heals, and for damage that repeats', async () => {
    const tries = async (failure: Failure): Promise<number> => {
      let attempts = 0
      const request = (): Promise<never> => {
        attempts += 1
        return Promise.reject(new RequestFailed(failure))
      }
      await expect(
        requestsOn(clockwork()).send({ bytes: 0, signal }, request),
      ).rejects.toBeInstanceOf(RequestFailed)
      return attempts
    }
    expect(await tries(answer(403, 'AuthenticationFailed'))).toBe(1)
    expect(await tries({ kind: 'tls', code: 'SELF_SIGNED_CERT_IN_CHAIN' })).toBe(1)
    expect(await tries(answer(400, 'Md5Mismatch'))).toBe(4)
  })
})

describe('a host that cannot be found', () => {
  const notFound = (hostname: string): Error =>
    Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND', hostname })
  const { signal } = new AbortController()

  it('is missing only where other names are found', async () => {
    const knows = (host: string): Promise<unknown> =>
      host === 'login.microsoftonline.com' ? Promise.resolve() : Promise.reject(notFound(host))
    const offline = (host: string): Promise<unknown> => Promise.reject(notFound(host))
    expect(await noSuchHost('no.blob.core.windows.net', signal, knows)).toBe(true)
    expect(await noSuchHost('no.blob.core.windows.net', signal, offline)).toBe(false)
    expect(await noSuchHost('login.microsoftonline.com', signal, knows)).toBe(false)
  })
})

describe('a refusal is told apart', () => {
  const key: Credential = { kind: 'key' }
  const entra: Credential = { kind: 'entra' }
  const sas = (expiresAtMs: number): Credential => ({ kind: 'sas', startsAtMs: null, expiresAtMs })
  const auth = answer(403, 'AuthenticationFailed')
  const skewed = answer(403, 'AuthenticationFailed', { serverTimeMs: nowMs + 3_600_000 })

  it.each<[string, Failure, Credential, string]>([
    ['a wrong key', auth, key, 'credential-rejected'],
    ['a key with a wrong clock', skewed, key, 'clock-skew'],
    ['an expired SAS', auth, sas(nowMs - 1), 'credential-expired'],
    ['a SAS expired by the server’s clock', skewed, sas(nowMs + 60_000), 'credential-expired'],
    ['a wrong SAS', auth, sas(nowMs + 60_000), 'credential-rejected'],
    ['an expired token', answer(401, 'InvalidAuthenticationInfo'), entra, 'credential-rejected'],
    ['a missing role', answer(403, 'AuthorizationPermissionMismatch'), entra, 'permission-denied'],
    ['a firewall', answer(403, 'AuthorizationFailure'), key, 'permission-denied'],
    ['no container', answer(404, 'ContainerNotFound'), key, 'container-missing'],
    ['a lease', answer(412, 'LeaseIdMissing'), key, 'blob-leased'],
    ['a policy', answer(409, 'BlobImmutableDueToPolicy'), key, 'blob-immutable'],
    ['the archive', answer(409, 'BlobArchived'), key, 'blob-immutable'],
    ['a page blob', answer(409, 'InvalidBlobType'), key, 'blob-wrong-type'],
    ['foreign blocks', answer(400, 'InvalidBlobOrBlock'), key, 'blob-foreign-blocks'],
    ['a busy server', answer(503, 'ServerBusy'), key, 'server-busy'],
    ['a proxy', answer(407), key, 'network'],
    ['a cable', { kind: 'network', code: 'ECONNRESET' }, key, 'network'],
    ['silence', { kind: 'timeout', limitMs: 30_000 }, key, 'network'],
    ['no such account', { kind: 'no-such-host' }, key, 'account-missing'],
  ])('as %s', (_, failure, credential, code) => {
    const target: Target = {
      host: 'shop.blob',
      account: 'shop',
      container: 'exports',
      blob: 'a.csv',
      credential,
    }
    const problem = problemOf(new RequestFailed(failure), target, nowMs)
    if (!(problem instanceof Problem)) throw new Error('no problem')
    expect(problem.code).toBe(code)
    expect(problem.message).toContain('shop.blob')
    if (code === 'clock-skew') {
      expect(problem.data.what).toContain('2026-11-20 12:00:00 UTC')
      expect(problem.data.what).toContain('2026-11-20 13:00:00 UTC')
    }
  })

  it.each<[string, Failure, string]>([
    [
      'a host that nobody knows',
      { kind: 'no-such-host' },
      'There is no storage account “shop” at shop.blob. Nothing was sent. Correct the account name in the connection; the Azure portal lists yours under Storage accounts. (ENOTFOUND)',
    ],
    [
      'a host that nobody knows, where no other one is known either',
      { kind: 'network', code: 'ENOTFOUND' },
      'shop.blob could not be reached. What was sent before is kept; Pallet continues from there. Check the network connection of this computer, and the account name “shop” in the connection: nobody knows this address here. (ENOTFOUND)',
    ],
    [
      'the key of another account',
      auth,
      'shop.blob did not accept the key of the account “shop”. The run waits. What was sent before is kept; Pallet continues from there. Copy the key again from the Azure portal (Access keys) into the connection, and check that it is of this account. (HTTP 403 AuthenticationFailed)',
    ],
    [
      'an account that is not there',
      answer(404, 'ResourceNotFound'),
      'There is no storage account “shop” at shop.blob. Nothing was sent. Correct the account name in the connection; the Azure portal lists yours under Storage accounts. (HTTP 404 ResourceNotFound)',
    ],
  ])('a wrong account is named, with what to do: %s', (_, failure, said) => {
    const target = { host: 'shop.blob', account: 'shop', container: '', blob: '', credential: key }
    const problem = problemOf(new RequestFailed(failure), target, nowMs)
    expect(problem).toMatchObject({ message: said })
    const custom = problemOf(new RequestFailed(failure), { ...target, account: '' }, nowMs)
    expect(custom).toMatchObject({ message: said.replaceAll(' “shop”', '') })
  })
})
