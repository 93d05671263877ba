import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  BlobServiceClient,
  StorageSharedKeyCredential,
  type BlockBlobClient,
} from '@azure/storage-blob'
import { azuriteSandbox } from '../../../main/sandbox/azurite.ts'
import type { BlobAccess } from '../../../main/runs/ports/accounts.ts'

type KeyAccess = Extract<BlobAccess, { kind: 'account-key' }>

export interface Storage {
  access: KeyAccess
  credential: StorageSharedKeyCredential
  service: BlobServiceClient
  /** For the test's own files. */
  folder: string
  blob(container: string, name: string): BlockBlobClient
  stop(): Promise<void>
}

/** A real Azurite of its own, looked at past the engine under test. */
export async function startStorage(): Promise<Storage> {
  const folder = await mkdtemp(join(tmpdir(), 'pallet-upload-'))
  const sandbox = azuriteSandbox({ folder: join(folder, 'sandbox') })
  const access = await sandbox.access(new AbortController().signal)
  if (access.kind !== 'account-key') throw new Error('the sandbox answers with a key')
  const credential = new StorageSharedKeyCredential(access.account, access.key)
  const service = new BlobServiceClient(access.endpoint, credential)
  return {
    access,
    credential,
    service,
    folder,
    blob: (container, name) => service.getContainerClient(container).getBlockBlobClient(name),
    async stop() {
      await sandbox.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
