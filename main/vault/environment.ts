import { secretVariable } from '../../shared/domain/datasets/names.ts'
import type { Vault } from '../runs/ports/vault.ts'

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
