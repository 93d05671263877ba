import type { Vault } from '../runs/ports.ts'

/** The variable that brings a connection's secret to a computer without a keychain, or to a container. */
export function secretVariable(connection: string): string {
  return `PALLET_SECRET_${connection.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`
}

/** A vault whose secrets the process environment may bring; it goes before what is stored. */
export function withEnvironment(
  vault: Vault,
  environment: Readonly<Record<string, string | undefined>>,
): Vault {
  return {
    persistence: vault.persistence,
    get: async (connection) =>
      environment[secretVariable(connection)] ?? (await vault.get(connection)),
    set: (connection, secret) => vault.set(connection, secret),
    remove: (connection) => vault.remove(connection),
  }
}
