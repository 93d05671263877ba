import {
  type Connection,
  ConnectionName,
  type ConnectionTest,
  type Offered,
  environmentName,
  sandboxName,
} from '../../../shared/domain/connection.ts'
import type { Destination, Place, TriggerTarget } from '../../../shared/domain/datasets/dataset.ts'
import { refuseName, wrongContainer } from '../../../shared/domain/datasets/names.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { Plan } from '../../../shared/domain/runs/run.ts'
import { filledUp } from '../../../shared/systems/entering.ts'
import { refuseOtherPlace } from '../../../shared/domain/recipe/cleanElsewhere.ts'
import {
  type KnownKind,
  asking,
  kindNamed,
  offeredFields,
  secretFields,
  vaultNames,
} from '../../../shared/systems/kinds.ts'
import type { ConnectionSettings, OpenConnection } from '../../../shared/systems/record.ts'
import { wrongTrigger } from '../../../shared/systems/telling.ts'
import { type Environment, builtinConnections, environmentString } from './builtinConnections.ts'
import {
  noEnvironment,
  noPlaceForThis,
  noSuchConnection,
  secretGone,
  unknownKind,
} from './connectionProblems.ts'
import { outcome } from './connectionTest.ts'
import type { ReachedAccount, ReadingSas } from '../ports/accounts.ts'
import type { Say } from '../ports/alerts.ts'
import type { FolderFile, PutAway, RemoteFile, RemoteFolders } from '../ports/folders.ts'
import type { DeviceCode, SignIn } from '../ports/signIn.ts'
import type { ConnectionRepository, StoredConnection } from '../ports/store.ts'
import type {
  BlobMove,
  BlobStore,
  MovedBlob,
  OutsideSystem,
  OutsideSystems,
} from '../ports/systems.ts'
import type { ApiAccess } from '../ports/extracting.ts'
import type { StreamAccess } from '../ports/streaming.ts'
import type { Trigger } from '../ports/triggers.ts'
import type { Vault } from '../ports/vault.ts'
import type { WarehouseAccess } from '../ports/warehouse.ts'

export interface ConnectionParts {
  connections: ConnectionRepository
  vault: Vault
  systems: OutsideSystems
  signIn: Pick<SignIn, 'deviceCodes'>
  /** The process environment, of which two variables make a connection. */
  environment: Environment
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
  /** By field. Absent: keep what the vault has; empty: forget it. */
  secrets?: Readonly<Record<string, string>> | undefined
}

/** A connection that is not saved, or a saved one with other settings. */
type Unsaved = Pick<SaveConnection, 'settings' | 'secrets'> & { name: string | null }

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
        const kind = kindNamed(connection.settings.kind)
        if (kind === null) return { ...connection, secret: 'none-needed', kept: [] }
        const kept = await this.#kept(connection.name, kind)
        const missing = neededSecrets(kind).some((key) => !kept.includes(key))
        return {
          ...connection,
          secret: missing ? 'missing' : kept.length > 0 ? 'stored' : 'none-needed',
          kept,
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

  /** Fails where a part of the destination is at a connection that is not there, or that cannot be that part. */
  mustExist(destination: Destination): void {
    const { blob, warehouse, topic } = destination
    if (topic !== undefined) this.mustWrite(topic.connection)
    if (blob !== null) this.#role(blob.connection, 'blobs')
    if (warehouse !== null) this.#role(warehouse.connection, 'warehouse')
    refuseOtherPlace(destination, (name) => this.#known(name).kind.system.name)
    this.mustTell(destination, 'Nothing was sent.')
  }

  /** Fails where somebody cannot be told as is chosen. `did`: what Pallet did then. */
  mustTell(place: Place, did: string): void {
    for (const [at, { connection }] of place.triggers.entries()) {
      this.#role(connection, 'trigger', did)
      const wrong = wrongTrigger(at, place, this.#known(connection).settings.kind)
      if (wrong !== null)
        throw new Problem({
          code: 'usage',
          what: wrong,
          did,
          advice:
            'Change it where it is said who is told; on the command line by “--trigger” and the options for it.',
        })
    }
  }

  /** How to reach a warehouse now. */
  async warehouse(name: string): Promise<WarehouseAccess> {
    return this.#role(name, 'warehouse')(await this.#open(name))
  }

  /** How to reach somebody who is told. */
  async trigger(name: string): Promise<Trigger> {
    return this.#role(name, 'trigger')(await this.#open(name))
  }

  /** Refuses one that takes no messages, lists nothing, or has no topics; its secrets are not needed for that. */
  mustBe(name: string, role: 'alert' | 'files' | 'source' | 'stream' | 'warehouse'): void {
    this.#role(name, role)
  }

  /** Refuses one that has no topics, or through which nothing may be written to them. */
  mustWrite(name: string): void {
    this.#role(name, 'stream')
    if (this.#known(name).settings['readOnly'] === true)
      throw new Problem({
        code: 'usage',
        what: `The connection ${name} is set to read only.`,
        did: 'Nothing was written.',
        advice: 'Take another connection, or change this one where connections are set up.',
      })
  }

  /** How to say something to people there. */
  async alert(name: string): Promise<Say> {
    return this.#role(name, 'alert')(await this.#open(name))
  }

  /** How to reach the API that lists what is extracted. */
  async source(name: string): Promise<ApiAccess> {
    return this.#role(name, 'source')(await this.#open(name))
  }

  /** How to reach the brokers of a stream. */
  async stream(name: string): Promise<StreamAccess> {
    return this.#role(name, 'stream')(await this.#open(name))
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
    const { connections, vault } = this.#parts
    const { name, settings, container, secrets = {} } = input
    refuseName(container === null ? null : wrongContainer(container))
    const kind = kindNamed(settings.kind)
    if (kind === null) throw unknownKind(name, settings.kind)
    const kept = await this.#kept(name, kind)
    const lacks = neededSecrets(kind).find((key) => !(secrets[key] ?? kept.includes(key)))
    if (lacks !== undefined)
      throw new Problem({
        code: 'credential-missing',
        what: `The connection ${name} needs its secret to be saved with it: ${labelOf(kind, lacks)}.`,
        did: 'Nothing was changed.',
        advice: 'Enter it, and save again.',
      })
    const before = connections.get(name)
    connections.save({ name, settings, container }, this.#parts.now().toISOString())
    if (before !== null) await this.#forget(before, kind)
    for (const [key, place] of vaultNames(name, kind)) {
      const secret = secrets[key]
      if (secret === '') await vault.remove(place)
      else if (secret !== undefined) await vault.set(place, secret)
    }
    const saved = (await this.list()).find((connection) => connection.name === name)
    if (saved === undefined) throw noSuchConnection(name)
    this.#parts.onSaved(name)
    return saved
  }

  async remove(name: string): Promise<void> {
    this.#refuseBuiltin(name)
    const { connections, vault } = this.#parts
    if (connections.unreadable().some((one) => one.name === name)) {
      connections.remove(name)
      return await vault.remove(name)
    }
    const stored = connections.get(name)
    if (stored === null) throw noSuchConnection(name)
    connections.remove(name)
    await this.#forget(stored, null)
  }

  test(name: string, signal: AbortSignal): Promise<ConnectionTest> {
    return outcome(this.containerOf(name), signal, async () => {
      const found = await this.#known(name).system.test(await this.#open(name), signal)
      this.#parts.onReached(name)
      return found
    })
  }

  /** Whether what is chosen is there and could be started now, as far as can be asked; nothing is started. */
  testTold(target: TriggerTarget, signal: AbortSignal): Promise<ConnectionTest> {
    const { connection: name, job = '', parameters = {} } = target
    return outcome(null, signal, async () => {
      // What the texts of its parameters say is of a run.
      const { parameters: _, ...bare } = target
      this.mustTell({ blob: null, warehouse: null, triggers: [bare] }, '')
      const chosen = { job, parameters: Object.keys(parameters) }
      const found =
        (await (await this.trigger(name)).check?.(chosen, signal)) ??
        (await this.#known(name).system.test(await this.#open(name), signal)).message
      this.#parts.onReached(name)
      return { message: found, places: null }
    })
  }

  /** Tests a connection that is not saved; nothing of it is kept. A secret that is absent is the one of the connection `name`. */
  testUnsaved(
    { container, ...unsaved }: Unsaved & Pick<SaveConnection, 'container'>,
    signal: AbortSignal,
  ): Promise<ConnectionTest> {
    return outcome(container, signal, () =>
      this.#unsaved(
        unsaved,
        (kind) => kind,
        (system, open) => system.test(open, signal),
      ),
    )
  }

  /**
   * What could stand in a field of a connection, saved or not: of the connection `name` is what is absent. What else is offered may be left out
   * of the settings. Throws `not-found`, `usage`, `credential-missing`, and what the system says.
   */
  async browse(
    {
      field,
      name,
      settings = this.#known(name ?? '').settings,
      secrets,
    }: Omit<Unsaved, 'settings'> & { settings?: ConnectionSettings | undefined; field: string },
    signal: AbortSignal,
  ): Promise<Offered> {
    return await this.#unsaved({ name, settings, secrets }, asking, async (system, open, kind) => {
      if (system.browse === undefined || kind.fields[field]?.offered !== true)
        throw new Problem({
          code: 'usage',
          what: `${kind.system.title} offers nothing for “${field}”.`,
          did: 'Nothing was asked.',
          advice: `What can be asked for: ${offeredFields(kind).join(', ') || 'nothing'}.`,
        })
      return await system.browse(open, field, signal)
    })
  }

  /** Does something with a connection that is not saved; nothing of it is kept. */
  async #unsaved<Result>(
    { name, settings, secrets = {} }: Unsaved,
    as: (kind: KnownKind) => KnownKind,
    work: (system: OutsideSystem, open: OpenConnection, kind: KnownKind) => Promise<Result>,
  ): Promise<Result> {
    // No name that a connection can have: what is in memory for one must not answer for it.
    const tried = `${name ?? 'new'} (not saved)`
    const kind = kindNamed(settings.kind)
    const system = kind === null ? undefined : this.#parts.systems[kind.system.name]
    if (kind === null || system === undefined) throw unknownKind(tried, settings.kind)
    const stored = name === null ? {} : await this.#stored(name, kind)
    const known = { ...stored, ...secrets }
    if (neededSecrets(kind).some((key) => known[key] === undefined)) throw secretGone(name ?? tried)
    try {
      const open = {
        name: tried,
        settings: this.#complete(tried, as(kind), settings),
        secrets: known,
      }
      return await work(system, open, kind)
    } finally {
      system.forget?.(tried)
    }
  }

  /** Device codes as sign-ins ask for them. */
  deviceCode(signal: AbortSignal): AsyncIterable<DeviceCode> {
    return this.#parts.signIn.deviceCodes(signal)
  }

  async createContainer(name: string, container: string, signal: AbortSignal): Promise<void> {
    refuseName(wrongContainer(container))
    const { store, connection } = await this.#blobs(name)
    await store.createContainer(connection, container, signal)
  }

  /** The ETag that the blob has now; null: there is no such blob. */
  async etagOf(place: BlobPlace, signal: AbortSignal): Promise<string | null> {
    const { store, connection } = await this.#blobs(place.connection)
    return await store.etagOf(connection, place.container, place.blob, signal)
  }

  /** Lets somebody else read a container for an hour. */
  async readingSas(name: string, container: string, signal: AbortSignal): Promise<ReadingSas> {
    const { store, connection } = await this.#blobs(name)
    return await store.readingSas(connection, container, signal)
  }

  /** Whether it answers without a person being asked to sign in. */
  asksNobody(name: string): boolean {
    return this.#known(name).kind.elsewhere !== true
  }

  /** Gives the blob of a run another name in its container. */
  async moveBlob(
    { connection: name, container }: Omit<BlobPlace, 'blob'>,
    move: BlobMove,
    signal: AbortSignal,
  ): Promise<MovedBlob> {
    const { store, connection } = await this.#blobs(name)
    return await store.moveBlob(connection, container, move, signal)
  }

  async clearUnfinished(place: BlobPlace, signal: AbortSignal): Promise<void> {
    const { store, connection } = await this.#blobs(place.connection)
    await store.clearUnfinished(connection, place.container, place.blob, signal)
  }

  /** How to reach the account of a connection now. Throws `credential-missing` when the vault does not have a secret. */
  async account(name: string, signal: AbortSignal): Promise<ReachedAccount> {
    const { store, connection } = await this.#blobs(name)
    return await store.account(connection, signal)
  }

  /** The ordinary files in a folder of a connection, as `Folders.list`. */
  async listFiles(
    name: string,
    folder: string,
    isWanted: (name: string) => boolean,
    signal: AbortSignal,
  ): Promise<FolderFile[]> {
    return await this.#role(name, 'files').list(await this.#open(name), folder, isWanted, signal)
  }

  async putFileAway(
    name: string,
    file: Parameters<RemoteFolders['putAway']>[1],
    how: PutAway,
    signal: AbortSignal,
  ): Promise<boolean> {
    return await this.#role(name, 'files').putAway(await this.#open(name), file, how, signal)
  }

  /** How to bring a file of a connection here now. */
  async remoteFile(
    { connection, folder, ...taken }: NonNullable<Plan['from']>,
    signal: AbortSignal,
  ): Promise<RemoteFile> {
    const files = this.#role(connection, 'files')
    return await files.file(await this.#open(connection), folder, taken, signal)
  }

  async #blobs(name: string): Promise<{ store: BlobStore; connection: OpenConnection }> {
    return { store: this.#role(name, 'blobs'), connection: await this.#open(name) }
  }

  /** What a connection's system is to a run. */
  #role<Role extends 'blobs' | 'files' | 'warehouse' | 'trigger' | 'alert' | 'stream' | 'source'>(
    name: string,
    role: Role,
    did = 'Nothing was sent.',
  ): NonNullable<OutsideSystem[Role]> {
    const { system, kind } = this.#known(name)
    const found = system[role]
    if (found !== undefined) return found
    throw noPlaceForThis(name, kind.system.title, did)
  }

  #known(name: string): { settings: ConnectionSettings; kind: KnownKind; system: OutsideSystem } {
    const stored =
      this.#builtin().find((one) => one.name === name) ?? this.#parts.connections.get(name)
    if (stored === null) throw name === environmentName ? noEnvironment() : noSuchConnection(name)
    const kind = kindNamed(stored.settings.kind)
    const system = kind === null ? undefined : this.#parts.systems[kind.system.name]
    if (kind === null || system === undefined) throw unknownKind(name, stored.settings.kind)
    return { settings: stored.settings, kind, system }
  }

  /** A connection with its secrets. */
  async #open(name: string): Promise<OpenConnection> {
    const { settings, kind } = this.#known(name)
    return {
      name,
      settings: this.#complete(name, kind, settings),
      secrets: await this.#secrets(name, kind),
      learn: (setting) => this.#learn(name, setting),
    }
  }

  #learn(name: string, setting: Readonly<Record<string, string>>): void {
    const { connections, now } = this.#parts
    const stored = connections.get(name)
    if (stored === null) return
    const settings = { ...stored.settings, ...setting }
    connections.save({ ...stored, settings }, now().toISOString())
  }

  #complete(name: string, kind: KnownKind, stored: ConnectionSettings): ConnectionSettings {
    const { settings, missing } = filledUp(kind, stored)
    if (missing.length > 0)
      throw new Problem({
        code: 'usage',
        what: `The connection ${name} is not complete; it lacks: ${missing.join(', ')}.`,
        did: 'Nothing was sent.',
        advice: 'Open the connection, fill it in and save it.',
      })
    return settings
  }

  /** The secrets of a kind that the vault has for a connection. */
  async #stored(name: string, kind: KnownKind): Promise<Record<string, string>> {
    const secrets: Record<string, string> = {}
    for (const [key, place] of vaultNames(name, kind)) {
      const secret = await this.#parts.vault.get(place)
      if (secret !== null) secrets[key] = secret
    }
    return secrets
  }

  async #secrets(name: string, kind: KnownKind): Promise<Record<string, string>> {
    const text = name === environmentName ? this.#environmentString() : null
    const [only] = vaultNames(name, kind).keys()
    const secrets =
      text !== null && only !== undefined ? { [only]: text } : await this.#stored(name, kind)
    if (neededSecrets(kind).some((key) => secrets[key] === undefined)) throw secretGone(name)
    return secrets
  }

  /** Secrets of a kind that the vault has. */
  async #kept(name: string, kind: KnownKind): Promise<string[]> {
    return Object.keys(await this.#stored(name, kind))
  }

  /** What was kept for a connection and has no place in `next`, the kind it has become. */
  async #forget({ name, settings }: StoredConnection, next: KnownKind | null): Promise<void> {
    const kind = kindNamed(settings.kind)
    if (kind === null) return
    this.#parts.systems[kind.system.name]?.forget?.(name)
    const stay = new Set(next === null ? [] : vaultNames(name, next).values())
    for (const place of vaultNames(name, kind).values())
      if (!stay.has(place)) await this.#parts.vault.remove(place)
  }

  #builtin(): Connection[] {
    return builtinConnections(this.#parts.environment)
  }

  #environmentString(): string | null {
    return environmentString(this.#parts.environment)
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

function neededSecrets(kind: KnownKind): string[] {
  return secretFields(kind).flatMap(([key, { optional }]) => (optional === true ? [] : [key]))
}

function labelOf(kind: KnownKind, key: string): string {
  return kind.fields[key]?.label ?? key
}
