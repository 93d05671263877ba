import type { Logger } from 'pino'
import type { Vault } from '../runs/ports/vault.ts'
import { keychainVault, probe } from './keychain.ts'
import type { Keychain } from './keychain.ts'
import { memoryVault } from './memory.ts'

/** At start nobody should wait long; a locked keychain gives a person this much time to unlock it. */
const probeLimitMs = 15_000

/** The keychain where this computer has a working one, else memory. Never throws for want of a keychain. */
export async function openVault(
  home: string,
  log: Pick<Logger, 'info'>,
  open: () => Promise<Keychain> = osKeychain,
  limitMs = probeLimitMs,
): Promise<Vault> {
  try {
    const keychain = await open()
    await probe(keychain, limitMs)
    return keychainVault(keychain, home)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    log.info({ reason }, 'no keychain: secrets are kept in memory until Pallet ends')
    return memoryVault()
  }
}

/** Loaded late, because its binary may be missing for a platform. */
async function osKeychain(): Promise<Keychain> {
  const { AsyncEntry } = await import('@napi-rs/keyring')
  // On Linux the library would fall back to the kernel's keyring, which forgets at shutdown.
  return (account) => new AsyncEntry('pallet', account, { linux: { store: 'secret-service' } })
}
