/** A Pallet in small: starts the sandbox, stores a blob, says where it is, and then waits to be killed. */
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob'
import { azuriteSandbox } from '../../../main/sandbox/azurite.ts'

const [folder = '', name = ''] = process.argv.slice(2)
const sandbox = azuriteSandbox({ folder })
const access = await sandbox.access(new AbortController().signal)
if (access.kind !== 'account-key') throw new Error('the sandbox answers with a key')
const credential = new StorageSharedKeyCredential(access.account, access.key)
const container = new BlobServiceClient(access.endpoint, credential).getContainerClient('kept')
await container.createIfNotExists()
await container.getBlockBlobClient(name).upload(name, name.length)
process.stdout.write(`${JSON.stringify({ pid: sandbox.pid, endpoint: access.endpoint })}\n`)
// Keeps the process alive; a running sandbox alone does not.
setInterval(() => {}, 60_000)
