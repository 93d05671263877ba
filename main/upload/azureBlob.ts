import { sandboxName } from '../../shared/domain/connection.ts'
import { plural } from '../../shared/domain/sizes.ts'
import { azureBlob as record } from '../../shared/systems/azureBlob.ts'
import { byKind } from '../../shared/systems/kinds.ts'
import type { OpenConnection } from '../../shared/systems/record.ts'
import type { BlobAccess, ReachedAccount, Sandbox } from '../runs/ports/accounts.ts'
import type { EntraSettings, SignIn } from '../runs/ports/signIn.ts'
import type { OutsideSystem } from '../runs/ports/systems.ts'

const scope = 'https://storage.azure.com/.default'

/** Loaded when a connection is first reached: the storage SDK is large, and few commands need it. */
const blobAccounts = async () => (await import('./account/accounts.ts')).blobAccounts

/** Storage accounts of Azure. */
export function azureBlob(signIn: SignIn): OutsideSystem {
  const byToken = (
    name: string,
    endpoint: string,
    settings: EntraSettings,
    secret: string | null = null,
  ): Reached => ({
    access: { kind: 'entra', endpoint },
    token: signIn.tokenSource(name, settings, secret, scope),
  })
  const reach: (connection: OpenConnection) => Reached = byKind(record, {
    'connection-string': ({ secrets: { connectionString } }) =>
      withoutToken({ kind: 'connection-string', connectionString }),
    'account-key': ({ settings: { account, endpoint }, secrets: { accountKey: key } }) =>
      withoutToken({ kind: 'account-key', account, key, endpoint }),
    'sas-url': ({ secrets: { sasUrl: url } }) => withoutToken({ kind: 'sas-url', url }),
    'entra-browser': ({ name, settings: { endpoint, tenant } }) =>
      byToken(name, endpoint, { by: 'browser', tenant }),
    'entra-device-code': ({ name, settings: { endpoint, tenant } }) =>
      byToken(name, endpoint, { by: 'device-code', tenant }),
    'entra-client-secret': ({ name, settings: { endpoint, tenant, client }, secrets }) =>
      byToken(name, endpoint, { by: 'client-secret', tenant, client }, secrets.clientSecret),
    'entra-default': ({ name, settings: { endpoint } }) =>
      byToken(name, endpoint, { by: 'default' }),
  })
  return {
    ...blobStorage(async (connection) => {
      const reached = reach(connection)
      // Azure answers for what it has confirmed.
      const address = (await blobAccounts()).addressOf(reached.access)
      return { ...reached, address, keep: async () => {} }
    }),
    forget: (connection) => signIn.forget(connection),
  }
}

/** The built-in storage, which speaks as Azure does. It listens elsewhere at every start, so its name is its address. */
export function sandboxStorage(sandbox: Sandbox): OutsideSystem {
  return blobStorage(async (_, signal) => {
    const access = await sandbox.access(signal)
    return {
      ...withoutToken(access),
      address: sandboxName,
      keep: (until) => sandbox.save(access, until),
    }
  })
}

type Reached = Pick<ReachedAccount, 'access' | 'token'>

function withoutToken(access: BlobAccess): Reached {
  return { access, token: () => Promise.reject(new Error('This access works without tokens.')) }
}

function blobStorage(
  reach: (
    connection: OpenConnection,
    signal: AbortSignal,
  ) => Promise<Omit<ReachedAccount, 'validity'>>,
): OutsideSystem {
  return {
    async test(connection, signal) {
      const { access, token } = await reach(connection, signal)
      const names = await (await blobAccounts()).listContainers(access, token, signal)
      return {
        message: `Connected. ${plural(names.length, 'container')} can be seen.`,
        places: { label: 'Containers', names },
      }
    },
    files: {
      async list(connection, folder, isWanted, signal) {
        const { access, token } = await reach(connection, signal)
        return await (await blobAccounts()).listBlobs(access, folder, isWanted, token, signal)
      },
      async putAway(connection, file, how, signal) {
        const { access, token, keep } = await reach(connection, signal)
        const isAway = await (await blobAccounts()).putBlobAway(access, file, how, token, signal)
        await keep(signal)
        return isAway
      },
      async file(connection, folder, taken, signal) {
        const { etagIn, placeOf } = await import('./account/blobFolder.ts')
        const { container, prefix } = placeOf(folder)
        const reached = await reach(connection, signal)
        return {
          kind: 'blob',
          account: { ...reached, validity: (await blobAccounts()).validity(reached.access) },
          container,
          blob: `${prefix}${taken.name}`,
          etag: etagIn(taken),
        }
      },
    },
    blobs: {
      async account(connection, signal) {
        const reached = await reach(connection, signal)
        return { ...reached, validity: (await blobAccounts()).validity(reached.access) }
      },
      async createContainer(connection, container, signal) {
        const { access, token } = await reach(connection, signal)
        await (await blobAccounts()).createContainer(access, container, token, signal)
      },
      async etagOf(connection, container, blob, signal) {
        const { access, token } = await reach(connection, signal)
        return await (await blobAccounts()).etagOf(access, container, blob, token, signal)
      },
      async readingSas(connection, container, signal) {
        const { access, token } = await reach(connection, signal)
        return await (await blobAccounts()).readingSas(access, container, token, signal)
      },
      async moveBlob(connection, container, move, signal) {
        const { access, token, keep } = await reach(connection, signal)
        const moved = await (await blobAccounts()).moveBlob(access, container, move, token, signal)
        await keep(signal)
        return moved
      },
      async clearUnfinished(connection, container, blob, signal) {
        const { access, token } = await reach(connection, signal)
        await (await blobAccounts()).clearUnfinished(access, container, blob, token, signal)
      },
    },
  }
}
