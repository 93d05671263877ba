import { Agent } from 'node:http'
import {
  AnonymousCredential,
  BlobServiceClient,
  StorageSharedKeyCredential,
  type StoragePipelineOptions,
} from '@azure/storage-blob'
import { Problem } from '../../../shared/domain/problem.ts'
import { readyForOutside } from '../../network/outside.ts'
import type { BlobAccess, ReadingSas, SasValidity } from '../../runs/ports/accounts.ts'
import type { FolderFile, PutAway } from '../../runs/ports/folders.ts'
import type { AccessToken, TokenSource } from '../../runs/ports/signIn.ts'
import type { BlobMove, MovedBlob } from '../../runs/ports/systems.ts'
import { answered } from '../line/failure.ts'
import { persistentRequests, systemClock, type Requests } from '../line/requests.ts'
import { usualLimits, type RetryLimits } from '../line/retry.ts'
import { clearForeignBlocks } from './foreign.ts'
import { etagIn, listBlobs, placeOf, putBlobAway } from './blobFolder.ts'
import { head } from './head.ts'
import { moveBlob } from './moveBlob.ts'
import { readingSas } from './readingSas.ts'
import { problemOf, type Credential, type Target } from './problems.ts'

/** A storage account opened with one credential. */
export interface Account {
  service: BlobServiceClient
  host: string
  credential: Credential
  /** Set when the credential opens one container only (a SAS of a container). */
  onlyContainer: string | null
  /** Gets a token if the one at hand is about to end. Waits as long as a sign-in takes. */
  prepare(signal: AbortSignal): Promise<void>
}

/** A token is renewed this long before it ends, so that it outlives the request it goes with. */
const tokenReserveMs = 5 * 60_000

/** The sandbox must not be looked for behind a company proxy; an agent of our own goes straight. */
const loopbackAgent = new Agent({ keepAlive: true })

/** Fails with `usage` when the access makes no sense; does not touch the network. */
export function openAccount(access: BlobAccess, ask: TokenSource): Account {
  switch (access.kind) {
    case 'connection-string':
      return described(fromConnectionString(access.connectionString), 'key')
    case 'account-key': {
      const url = parsed(access.endpoint, 'address of the storage account')
      if (Buffer.from(access.key, 'base64').length === 0)
        throw unusable('The account key is not base64.', 'Copy it again from the Azure portal.')
      const credential = new StorageSharedKeyCredential(access.account, access.key)
      const client = new BlobServiceClient(access.endpoint, credential, optionsFor(url))
      return described(client, 'key')
    }
    case 'sas-url':
      return fromSasUrl(access.url)
    case 'entra': {
      const url = parsed(access.endpoint, 'address of the storage account')
      if (url.protocol !== 'https:')
        throw unusable('Signing in needs an https address.', 'Correct the address.')
      const tokens = tokenCache(ask)
      const client = new BlobServiceClient(access.endpoint, tokens, optionsFor(url))
      return { ...described(client, 'entra'), prepare: (signal) => tokens.prepare(signal) }
    }
  }
}

function fromConnectionString(text: string): BlobServiceClient {
  const endpoint = /(?:^|;)\s*BlobEndpoint=([^;]+)/i.exec(text)?.[1]
  const local = endpoint !== undefined && URL.canParse(endpoint) ? new URL(endpoint) : null
  const development = /UseDevelopmentStorage=true/i.test(text)
  const url = local ?? new URL(development ? 'http://127.0.0.1' : 'https://account.invalid')
  try {
    return BlobServiceClient.fromConnectionString(text.trim(), optionsFor(url))
  } catch {
    throw unusable(
      'The connection string cannot be understood.',
      'Copy the whole line again from the Azure portal (Access keys): it starts with "DefaultEndpointsProtocol" or "BlobEndpoint".',
    )
  }
}

/** A SAS URL as the portal gives it: of the account, or of a container (then the path names it). */
function fromSasUrl(text: string): Account {
  const url = parsed(text.trim(), 'SAS URL')
  if (!url.searchParams.has('sig'))
    throw unusable(
      'The SAS URL has no signature (sig=…).',
      'Copy the whole URL, with all after the "?".',
    )
  const segments = url.pathname.split('/').filter((segment) => segment !== '')
  // Emulators put the account into the path, Azure into the host.
  const accountPath = isIpAddress(url.hostname) ? segments.splice(0, 1) : []
  if (segments.length > 1 || url.searchParams.get('sr') === 'b')
    throw unusable(
      'The SAS URL is one of a single blob.',
      'Pallet needs a SAS of the container or of the account.',
    )
  if (url.username !== '' || url.password !== '')
    throw unusable('The SAS URL carries a user name or a password.', 'Copy it again.')
  const [container] = segments.map(decodedSegment)
  const ofContainer = url.searchParams.get('sr') === 'c'
  if (ofContainer && container === undefined)
    throw unusable(
      'The SAS is one of a container, but the URL does not name it.',
      'Put the container between the address and the "?".',
    )
  url.pathname = `/${accountPath.join('/')}`
  const client = new BlobServiceClient(url.href, new AnonymousCredential(), optionsFor(url))
  const onlyContainer = ofContainer ? (container ?? null) : null
  return { ...described(client, 'key'), onlyContainer }
}

function decodedSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw unusable('The SAS URL is damaged.', 'Copy the whole URL again.')
  }
}

function described(service: BlobServiceClient, kind: 'key' | 'entra'): Account {
  const url = new URL(service.url)
  const query = url.searchParams
  const credential: Credential = query.has('sig')
    ? {
        kind: 'sas',
        startsAtMs: instantOf(query.get('st')),
        expiresAtMs: instantOf(query.get('se')),
      }
    : { kind }
  return {
    service,
    host: url.host,
    credential,
    onlyContainer: null,
    prepare: () => Promise.resolve(),
  }
}

/** The pipeline takes an agent although the storage options do not name it; see createPipelineFromOptions. */
function optionsFor(url: URL): StoragePipelineOptions & { agent?: Agent } {
  const direct = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  if (url.protocol === 'https:') readyForOutside()
  return {
    retryOptions: { maxTries: 1 },
    keepAliveOptions: { enable: true },
    userAgentOptions: { userAgentPrefix: 'Pallet' },
    ...(direct && url.protocol === 'http:' ? { agent: loopbackAgent } : {}),
  }
}

/** The SDK's requests take the token from memory; only `prepare` asks for a new one, outside of any attempt's limit. */
function tokenCache(ask: TokenSource): {
  getToken(): Promise<AccessToken>
  prepare(signal: AbortSignal): Promise<void>
} {
  let token: AccessToken | null = null
  let asking: Promise<AccessToken> | null = null

  function fresh(): Promise<AccessToken> {
    if (token !== null && token.expiresOnTimestamp - Date.now() > tokenReserveMs)
      return Promise.resolve(token)
    asking ??= ask()
      .then((answer) => (token = answer))
      .finally(() => {
        asking = null
      })
    return asking
  }

  return {
    getToken: fresh,
    async prepare(signal) {
      signal.throwIfAborted()
      const { promise: aborted, reject } = Promise.withResolvers<never>()
      const onAbort = (): void => reject(signal.reason)
      signal.addEventListener('abort', onAbort, { once: true })
      try {
        await Promise.race([fresh(), aborted])
      } finally {
        signal.removeEventListener('abort', onAbort)
      }
    },
  }
}

/** For the screens: short limits, because a person waits. */
const accountLimits: RetryLimits = { ...usualLimits, silenceMs: 15_000, patienceMs: 10_000 }
/** More than a person can choose from; also the service's own page size. */
const mostContainers = 5000

/** What the connections ask of an account. */
interface BlobAccounts {
  /** When a SAS is valid; null for any other credential. Fails with `usage` when the access makes no sense. */
  validity(access: BlobAccess): SasValidity | null
  /** Host and path of the account, without any secret. Fails with `usage` when the access makes no sense. */
  addressOf(access: BlobAccess): string
  listContainers(access: BlobAccess, ask: TokenSource, signal: AbortSignal): Promise<string[]>
  createContainer(
    access: BlobAccess,
    container: string,
    ask: TokenSource,
    signal: AbortSignal,
  ): Promise<void>
  /** The ETag that the blob has now; null: there is no such blob. */
  etagOf(
    access: BlobAccess,
    container: string,
    blob: string,
    ask: TokenSource,
    signal: AbortSignal,
  ): Promise<string | null>
  /** Lets whoever has it read the container for an hour. Fails with `permission-denied` where a SAS that Pallet was given cannot read. */
  readingSas(
    access: BlobAccess,
    container: string,
    ask: TokenSource,
    signal: AbortSignal,
  ): Promise<ReadingSas>
  /** Gives the blob of a run another name in its container. */
  moveBlob(
    access: BlobAccess,
    container: string,
    move: BlobMove,
    ask: TokenSource,
    signal: AbortSignal,
  ): Promise<MovedBlob>
  /** The blobs in a folder, `container/prefix`. */
  listBlobs(
    access: BlobAccess,
    folder: string,
    isWanted: (name: string) => boolean,
    ask: TokenSource,
    signal: AbortSignal,
  ): Promise<FolderFile[]>
  /** Deletes or moves a blob of a folder that is as it was when it was taken. */
  putBlobAway(
    access: BlobAccess,
    file: { folder: string; taken: FolderFile; marker: string | null },
    how: PutAway,
    ask: TokenSource,
    signal: AbortSignal,
  ): Promise<boolean>
  /** Drops what other programs have left unfinished under the blob's name; a blob that is there stays as it is. */
  clearUnfinished(
    access: BlobAccess,
    container: string,
    blob: string,
    ask: TokenSource,
    signal: AbortSignal,
  ): Promise<void>
}

export const blobAccounts: BlobAccounts = {
  addressOf(access) {
    const noToken: TokenSource = () => Promise.reject(new Error('An address needs no token.'))
    const { host, pathname } = new URL(openAccount(access, noToken).service.url)
    return host + pathname.replace(/\/$/, '')
  },

  validity(access) {
    const { credential } = openAccount(access, () => Promise.reject(new Error('no token yet')))
    return credential.kind === 'sas' ? credential : null
  },

  /** By name. A SAS of a container answers with that container once the SAS has proved valid. */
  async listContainers(access, ask, signal) {
    const account = openAccount(access, ask)
    const requests = shortRequests(account)
    const { onlyContainer } = account
    try {
      if (onlyContainer === null) {
        const names = await requests.send({ bytes: 0, signal }, async (abortSignal) => {
          const pages = account.service.listContainers({ abortSignal })
          const { value } = await pages.byPage({ maxPageSize: mostContainers }).next()
          const page: { containerItems?: { name: string }[] } | undefined = value
          return (page?.containerItems ?? []).map((item) => item.name)
        })
        return names
      }
      await requests
        .send({ bytes: 0, signal }, async (abortSignal) => {
          const client = account.service.getContainerClient(onlyContainer)
          await client.listBlobsFlat({ abortSignal }).byPage({ maxPageSize: 1 }).next()
        })
        .catch((thrown: unknown) => {
          // Valid, but without the list permission: uploading does not need it.
          if (!answered(thrown, 'AuthorizationPermissionMismatch')) throw thrown
        })
      return [onlyContainer]
    } catch (thrown) {
      throw problemOf(thrown, targetOf(account, onlyContainer ?? '', ''), Date.now())
    }
  },

  async etagOf(access, container, name, ask, signal) {
    const account = openAccount(access, ask)
    const blob = account.service.getContainerClient(container).getBlockBlobClient(name)
    try {
      const found = await head({ blob, requests: shortRequests(account), signal })
      return found?.etag ?? null
    } catch (thrown) {
      if (answered(thrown, 'ContainerNotFound')) return null
      throw problemOf(thrown, targetOf(account, container, name), Date.now())
    }
  },

  async readingSas(access, container, ask, signal) {
    const account = openAccount(access, ask)
    try {
      return await readingSas(account, container, shortRequests(account), signal)
    } catch (thrown) {
      throw problemOf(thrown, targetOf(account, container, ''), Date.now())
    }
  },

  async moveBlob(access, container, move, ask, signal) {
    const account = openAccount(access, ask)
    const client = account.service.getContainerClient(container)
    try {
      return await moveBlob(client, move, shortRequests(account), signal)
    } catch (thrown) {
      if (answered(thrown, 'ContainerNotFound')) return 'gone'
      throw problemOf(thrown, targetOf(account, container, move.from), Date.now())
    }
  },

  async listBlobs(access, folder, isWanted, ask, signal) {
    const account = openAccount(access, ask)
    const { container, prefix } = placeOf(folder)
    const client = account.service.getContainerClient(container)
    try {
      return await listBlobs(client, prefix, isWanted, shortRequests(account), signal)
    } catch (thrown) {
      throw problemOf(thrown, targetOf(account, container, prefix), Date.now())
    }
  },

  async putBlobAway(access, { folder, taken, marker }, how, ask, signal) {
    const account = openAccount(access, ask)
    const { container, prefix } = placeOf(folder)
    const client = account.service.getContainerClient(container)
    const from = `${prefix}${taken.name}`
    const blob = { from, etag: etagIn(taken), marker: marker && `${prefix}${marker}` }
    const to = how.kind === 'move' ? { ...how, to: placeOf(how.to).prefix } : how
    try {
      return await putBlobAway(client, blob, to, shortRequests(account), signal)
    } catch (thrown) {
      throw problemOf(thrown, targetOf(account, container, from), Date.now())
    }
  },

  /** Where there are none (any more), a blob that is there is committed once more as it is. */
  async clearUnfinished(access, container, name, ask, signal) {
    const account = openAccount(access, ask)
    const target = targetOf(account, container, name)
    const requests = shortRequests(account)
    const blob = account.service.getContainerClient(container).getBlockBlobClient(name)
    try {
      const found = await head({ blob, requests, signal })
      await clearForeignBlocks(blob, found, target, requests, signal)
    } catch (thrown) {
      throw problemOf(thrown, target, Date.now())
    }
  },

  /** A container that is there already is as good as created. */
  async createContainer(access, container, ask, signal) {
    const account = openAccount(access, ask)
    try {
      await createContainer(account, shortRequests(account), container, signal)
    } catch (thrown) {
      throw problemOf(thrown, targetOf(account, container, ''), Date.now())
    }
  },
}

export async function createContainer(
  account: Account,
  requests: Requests,
  container: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await requests.send({ bytes: 0, signal }, (abortSignal) =>
      account.service.getContainerClient(container).create({ abortSignal }),
    )
  } catch (thrown) {
    if (!answered(thrown, 'ContainerAlreadyExists')) throw thrown
  }
}

export function targetOf(account: Account, container: string, blob: string): Target {
  const { host, credential, service } = account
  return { host, account: service.accountName, container, blob, credential }
}

function shortRequests(account: Account): Requests {
  return persistentRequests({
    host: hostnameOf(account),
    limits: accountLimits,
    clock: systemClock,
    prepare: (signal) => account.prepare(signal),
    onWaiting: () => {},
  })
}

export function hostnameOf(account: Account): string {
  return new URL(account.service.url).hostname
}

function parsed(text: string, name: string): URL {
  if (URL.canParse(text)) {
    const url = new URL(text)
    if (url.protocol === 'https:' || url.protocol === 'http:') return url
  }
  throw unusable(`The ${name} is not a web address.`, 'It starts with https://.')
}

function unusable(what: string, advice: string): Problem {
  return new Problem({ code: 'usage', what, did: 'Nothing was sent.', advice })
}

function instantOf(text: string | null): number | null {
  const at = text === null ? Number.NaN : Date.parse(text)
  return Number.isNaN(at) ? null : at
}

function isIpAddress(hostname: string): boolean {
  return /^[\d.]+$/.test(hostname) || hostname.startsWith('[') || hostname === 'localhost'
}
