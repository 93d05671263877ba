import {
  type Connection,
  ConnectionName,
  type ConnectionSettings,
  type ConnectionTest,
  environmentName,
  needsSecret,
  sandboxName,
} from '../../shared/domain/connection.ts'
import type { Destination } from '../../shared/domain/dataset.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { plural } from '../../shared/domain/sizes.ts'
import type { BlobAccess, BlobAccounts, ReachedAccount, Sandbox } from './ports/accounts.ts'
import type { DeviceCode, SignIn, TokenSource } from './ports/signIn.ts'
import type { ConnectionRepository } from './ports/store.ts'
import type { HomePaths } from './ports/home.ts'
import type { Trigger } from './ports/triggers.ts'
import type { Vault } from './ports/vault.ts'
import type { WarehouseAccess } from './ports/warehouse.ts'

const storageScope = 'https://storage.azure.com/.default'

export interface ConnectionParts {
  connections: ConnectionRepository
  vault: Vault
  sandbox: Sandbox
  accounts: BlobAccounts
  signIn: SignIn
  /** The process environment, of which two variables make a connection. */
  environment: Readonly<Record<string, string | undefined>>
  /** Who can be told that data has landed, by kind of connection. */
  triggers: Readonly<Record<string, (secret: string) => Trigger>>
  home: HomePaths
  now: () => Date
  /** It is another one now: runs that wait for it try again. */
  onSaved: (connection: string) => void
  /** A test went well, which runs that it has refused want to hear. */
  onReached: (connection: string) => void
}

export interface SaveConnection {
  name: string
  settings: ConnectionSettings
  container: string | null
  /** Absent or empty: keep what the vault has. */
  secret?: string | undefined
}

/** Where a blob is, or shall be. */
export interface BlobPlace {
  connection: string
  container: string
  blob: string
}

/** The outside systems a run can go to, and how each is reached. */
export class Connections {
  readonly #parts: ConnectionParts

  constructor(parts: ConnectionParts) {
    this.#parts = parts
  }

  async list(): Promise<Connection[]> {
    const stored = await Promise.all(
      this.#parts.connections.list().map(async (connection): Promise<Connection> => {
        const has = needsSecret(connection.settings.kind)
          ? (await this.#parts.vault.get(connection.name)) !== null
          : null
        return {
          ...connection,
          secret: has === null ? 'none-needed' : has ? 'stored' : 'missing',
        }
      }),
    )
    return [...this.#builtin(), ...stored]
  }

  /** Where runs go that name no connection: the environment's, where there is one. */
  get fallback(): string {
    return this.#environmentString() === null ? sandboxName : environmentName
  }

  containerOf(name: string): string | null {
    const builtin = this.#builtin().find((connection) => connection.name === name)
    return (builtin ?? this.#parts.connections.get(name))?.container ?? null
  }

  exists(name: string): boolean {
    return (
      this.#builtin().some((connection) => connection.name === name) ||
      this.#parts.connections.get(name) !== null
    )
  }

  /** Fails with `not-found` where a part of the destination is at a connection that is not there, or none of its kind. */
  mustExist({ blob, warehouse, triggers }: Destination): void {
    if (blob !== null && !this.exists(blob.connection)) throw noSuchConnection(blob.connection)
    if (warehouse !== null) this.warehouse(warehouse.connection)
    for (const { connection } of triggers) this.#mustTrigger(connection)
  }

  /** How to reach a warehouse now. */
  warehouse(name: string): WarehouseAccess {
    if (name === sandboxName) return { kind: 'duckdb', file: this.#parts.home.warehouse }
    throw noSuchConnection(name)
  }

  /** How to reach somebody who is told. */
  async trigger(name: string): Promise<Trigger> {
    const open = this.#mustTrigger(name)
    return open(await this.#secret(name))
  }

  #mustTrigger(name: string): (secret: string) => Trigger {
    const kind = this.#parts.connections.get(name)?.settings.kind
    const open = kind === undefined ? undefined : this.#parts.triggers[kind]
    if (open === undefined) throw noSuchConnection(name)
    return open
  }

  async save(input: SaveConnection): Promise<Connection> {
    this.#refuseBuiltin(input.name)
    if (!ConnectionName.safeParse(input.name).success)
      throw new Problem({
        code: 'usage',
        what: `“${input.name}” cannot be the name of a connection.`,
        did: 'Nothing was saved.',
        advice:
          'Use lower-case letters, digits and hyphens, at most 41, and a letter or digit first.',
      })
    const { connections, vault, signIn } = this.#parts
    const secret = input.secret ?? ''
    const kind = input.settings.kind
    if (needsSecret(kind) && secret === '' && (await vault.get(input.name)) === null)
      throw new Problem({
        code: 'credential-missing',
        what: `The connection ${input.name} needs its secret to be saved with it.`,
        did: 'Nothing was changed.',
        advice: 'Enter the connection string, key, SAS URL or client secret.',
      })
    connections.save(
      { name: input.name, settings: input.settings, container: input.container },
      this.#parts.now().toISOString(),
    )
    signIn.forget(input.name)
    if (!needsSecret(kind)) await vault.remove(input.name)
    else if (secret !== '') await vault.set(input.name, secret)
    const saved = (await this.list()).find((connection) => connection.name === input.name)
    if (saved === undefined) throw noSuchConnection(input.name)
    this.#parts.onSaved(input.name)
    return saved
  }

  async remove(name: string): Promise<void> {
    this.#refuseBuiltin(name)
    if (this.#parts.connections.get(name) === null) throw noSuchConnection(name)
    this.#parts.connections.remove(name)
    this.#parts.signIn.forget(name)
    await this.#parts.vault.remove(name)
  }

  async test(name: string, signal: AbortSignal): Promise<ConnectionTest> {
    try {
      const { access, token } = await this.access(name, signal)
      const containers = await this.#parts.accounts.listContainers(access, token, signal)
      this.#parts.onReached(name)
      return {
        ok: true,
        message: `Connected. ${plural(containers.length, 'container')} can be seen.`,
        containers,
      }
    } catch (error) {
      signal.throwIfAborted()
      // What Pallet did about it is said for runs; a test has none to keep.
      const { did: _, ...data } = Problem.from(error).data
      return { ok: false, message: new Problem(data).message, containers: [] }
    }
  }

  /** Device codes as sign-ins ask for them. */
  deviceCode(signal: AbortSignal): AsyncIterable<DeviceCode> {
    return this.#parts.signIn.deviceCodes(signal)
  }

  async createContainer(name: string, container: string, signal: AbortSignal): Promise<void> {
    const { access, token } = await this.access(name, signal)
    await this.#parts.accounts.createContainer(access, container, token, signal)
  }

  /** The ETag that the blob has now; null: there is no such blob. */
  async etagOf(place: BlobPlace, signal: AbortSignal): Promise<string | null> {
    const { access, token } = await this.access(place.connection, signal)
    const { container, blob } = place
    return await this.#parts.accounts.etagOf(access, container, blob, token, signal)
  }

  async clearUnfinished(place: BlobPlace, signal: AbortSignal): Promise<void> {
    const { access, token } = await this.access(place.connection, signal)
    const { container, blob } = place
    await this.#parts.accounts.clearUnfinished(access, container, blob, token, signal)
  }

  /**
   * How to reach the account now, and its address, which is no secret and stays the same as long as the
   * account does. Throws `credential-missing` when the vault does not have the secret.
   */
  async access(name: string, signal: AbortSignal): Promise<ReachedAccount> {
    const reached = await this.#access(name, signal)
    if (name !== sandboxName) {
      const address = this.#parts.accounts.addressOf(reached.access)
      return { ...reached, address, keep: async () => {} }
    }
    const { sandbox } = this.#parts
    // It listens elsewhere at every start.
    return { ...reached, address: name, keep: (until) => sandbox.save(reached.access, until) }
  }

  async #access(
    name: string,
    signal: AbortSignal,
  ): Promise<{ access: BlobAccess; token: TokenSource }> {
    const noToken: TokenSource = () =>
      Promise.reject(new Error(`The connection ${name} does not work with tokens.`))
    if (name === sandboxName)
      return { access: await this.#parts.sandbox.access(signal), token: noToken }
    if (name === environmentName) {
      const connectionString = this.#environmentString()
      if (connectionString === null)
        throw new Problem({
          code: 'credential-missing',
          what: 'The connection “environment” needs the variable AZURE_STORAGE_CONNECTION_STRING, which is not set.',
          did: 'Pallet waits; what is done is kept.',
          advice: 'Start Pallet with that variable set, or choose another connection.',
        })
      return { access: { kind: 'connection-string', connectionString }, token: noToken }
    }
    const connection = this.#parts.connections.get(name)
    if (connection === null) throw noSuchConnection(name)
    const { settings } = connection
    switch (settings.kind) {
      case 'connection-string':
        return {
          access: { kind: 'connection-string', connectionString: await this.#secret(name) },
          token: noToken,
        }
      case 'account-key':
        return {
          access: {
            kind: 'account-key',
            account: settings.account,
            key: await this.#secret(name),
            endpoint: settings.endpoint,
          },
          token: noToken,
        }
      case 'sas-url':
        return { access: { kind: 'sas-url', url: await this.#secret(name) }, token: noToken }
      case 'entra-browser':
      case 'entra-device-code':
      case 'entra-client-secret':
      case 'entra-default': {
        const secret = settings.kind === 'entra-client-secret' ? await this.#secret(name) : null
        return {
          access: { kind: 'entra', endpoint: settings.endpoint },
          token: this.#parts.signIn.tokenSource(name, settings, secret, storageScope),
        }
      }
      case 'sandbox':
      case 'environment':
        throw noSuchConnection(name)
    }
  }

  #builtin(): Connection[] {
    const since = '1970-01-01T00:00:00.000Z'
    const sandbox: Connection = {
      name: sandboxName,
      settings: { kind: 'sandbox' },
      container: null,
      secret: 'builtin',
      createdAt: since,
    }
    if (this.#environmentString() === null) return [sandbox]
    return [
      {
        name: environmentName,
        settings: { kind: 'environment' },
        container: this.#parts.environment['AZURE_STORAGE_CONTAINER']?.trim() || null,
        secret: 'builtin',
        createdAt: since,
      },
      sandbox,
    ]
  }

  #environmentString(): string | null {
    return this.#parts.environment['AZURE_STORAGE_CONNECTION_STRING']?.trim() || null
  }

  async #secret(name: string): Promise<string> {
    const secret = await this.#parts.vault.get(name)
    if (secret !== null) return secret
    throw new Problem({
      code: 'credential-missing',
      what: `The secret of the connection ${name} is not on this computer any more.`,
      did: 'Pallet waits; what is done is kept, and the run goes on once the secret is back.',
      advice: `Open the connection ${name} and enter it again.`,
    })
  }

  #refuseBuiltin(name: string): void {
    if (name !== sandboxName && name !== environmentName) return
    throw new Problem({
      code: 'usage',
      what: `The connection ${name} is built in and cannot be changed.`,
      did: 'Nothing was changed.',
      advice: 'Choose another name.',
    })
  }
}

export function noSuchConnection(name: string): Problem {
  return new Problem({
    code: 'not-found',
    what: `There is no connection named ${name}.`,
    did: 'Nothing was changed.',
    advice: 'The list of connections shows their names: pallet connections list.',
  })
}
