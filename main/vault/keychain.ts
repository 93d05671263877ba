/** Secrets in the keychain of the operating system, one entry per home folder and connection. */
import { createHash, randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import type { AsyncEntry } from '@napi-rs/keyring'
import { Problem } from '../../shared/domain/problem.ts'
import type { Vault } from '../runs/ports/vault.ts'

export type KeychainEntry = Pick<AsyncEntry, 'getPassword' | 'setPassword' | 'deleteCredential'>
/** Opens the entry of an account; nothing is read yet. May throw where there is no keychain. */
export type Keychain = (account: string) => KeychainEntry

/** Long enough for a person to unlock the keychain. */
const callLimitMs = 60_000

/**
 * A keychain that keeps what it is given. Throws when it does not: written, read and
 * deleted once, within `limitMs`, because a keychain may be there and still refuse or hang.
 */
export async function probe(keychain: Keychain, limitMs: number): Promise<void> {
  const value = randomUUID()
  const entry = keychain(`probe-${value}`)
  await limited(limitMs, (signal) => entry.setPassword(value, signal))
  const read = await limited(limitMs, (signal) => entry.getPassword(signal))
  await limited(limitMs, (signal) => entry.deleteCredential(signal))
  if (read !== value) throw new Error('the keychain did not keep what was written')
}

export function keychainVault(keychain: Keychain, home: string): Vault {
  const account = (connection: string) => `${homeHash(home)}:${connection}`
  async function call<T>(
    connection: string,
    act: (entry: KeychainEntry, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    try {
      return await limited(callLimitMs, (signal) => act(keychain(account(connection)), signal))
    } catch (thrown) {
      throw refused(connection, thrown)
    }
  }
  return {
    persistence: 'keychain',
    get: (connection) => call(connection, (entry, signal) => entry.getPassword(signal)),
    set: (connection, secret) =>
      call(connection, (entry, signal) => entry.setPassword(secret, signal)),
    remove: async (connection) =>
      void (await call(connection, (entry, signal) => entry.deleteCredential(signal))),
  }
}

/** Two homes on one computer do not share secrets; the path itself stays out of the keychain. */
function homeHash(home: string): string {
  return createHash('sha256').update(resolve(home)).digest('hex').slice(0, 16)
}

/** Ends after `limitMs` even where the native call ignores its signal. */
async function limited<T>(limitMs: number, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    controller.abort()
    reject(new Error(`no answer within ${limitMs} ms`))
  }, limitMs)
  try {
    return await Promise.race([act(controller.signal), late])
  } finally {
    clearTimeout(timer)
  }
}

function refused(connection: string, thrown: unknown): Problem {
  return new Problem(
    {
      code: 'credential-missing',
      what: `The keychain of this computer did not hand over or keep the secret of “${connection}”.`,
      did: 'Nothing was changed.',
      advice: 'Unlock the keychain (sign in to the desktop), then try again.',
      detail: thrown instanceof Error ? thrown.message : String(thrown),
    },
    { cause: thrown },
  )
}
