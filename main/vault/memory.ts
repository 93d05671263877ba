import type { Vault } from '../runs/ports/vault.ts'

/** Secrets for this session only: where the computer offers no safe place. */
export function memoryVault(): Vault {
  const secrets = new Map<string, string>()
  return {
    persistence: 'memory',
    get: async (connection) => secrets.get(connection) ?? null,
    set: async (connection, secret) => void secrets.set(connection, secret),
    remove: async (connection) => void secrets.delete(connection),
  }
}
