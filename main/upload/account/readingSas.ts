import {
  type BlobServiceClient,
  ContainerSASPermissions,
  SASProtocol,
  StorageSharedKeyCredential,
  generateBlobSASQueryParameters,
} from '@azure/storage-blob'
import { Problem } from '../../../shared/domain/problem.ts'
import type { ReadingSas } from '../../runs/ports/accounts.ts'
import type { Requests } from '../line/requests.ts'
import type { Credential } from './problems.ts'

const validMs = 3600_000
/** Clocks that are wrong by less than this do not matter. */
const earlierMs = 15 * 60_000

/**
 * What reads and lists the container for an hour, and does nothing else. A SAS that Pallet was given can make no other,
 * so it is handed on as it is.
 */
export async function readingSas(
  { service, credential }: { service: BlobServiceClient; credential: Credential },
  container: string,
  requests: Requests,
  signal: AbortSignal,
): Promise<ReadingSas> {
  const { searchParams, search, protocol } = new URL(service.url)
  if (credential.kind === 'sas') {
    const may = searchParams.get('sp') ?? ''
    // One that names a stored policy has no letters; what it may is only known there.
    if (searchParams.has('si') || (may.includes('r') && may.includes('l')))
      return { token: search.slice(1), expiresAtMs: credential.expiresAtMs }
    throw new Problem({
      code: 'permission-denied',
      what: `The SAS of this storage may not read and list ${container}, so the warehouse cannot fetch the blob with it.`,
      did: 'Pallet handed it to nobody.',
      advice:
        'Save a SAS with the permissions read and list in the connection of the storage, or let the warehouse be sent the files.',
    })
  }
  const now = Date.now()
  const startsOn = new Date(now - earlierMs)
  const expiresOn = new Date(now + validMs)
  const values = {
    containerName: container,
    permissions: ContainerSASPermissions.parse('rl'),
    startsOn,
    expiresOn,
    ...(protocol === 'https:' ? { protocol: SASProtocol.Https } : {}),
  }
  const shared = service.credential
  const query =
    shared instanceof StorageSharedKeyCredential
      ? generateBlobSASQueryParameters(values, shared)
      : generateBlobSASQueryParameters(
          values,
          await requests.send({ bytes: 0, signal }, (abortSignal) =>
            service.getUserDelegationKey(startsOn, expiresOn, { abortSignal }),
          ),
          service.accountName,
        )
  return { token: query.toString(), expiresAtMs: expiresOn.getTime() }
}
