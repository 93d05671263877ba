/**
 * Secrets in a file of the home folder, encrypted with a key that Electron keeps in the
 * keychain of the operating system.
 */
import { open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { SafeStorage } from 'electron'
import { z } from 'zod'
import { Problem } from '../../shared/domain/problem.ts'
import type { Vault } from '../runs/ports/vault.ts'

type Encryption = Pick<
  SafeStorage,
  | 'isAsyncEncryptionAvailable'
  | 'encryptStringAsync'
  | 'decryptStringAsync'
  | 'getSelectedStorageBackend'
>

/** connection name → base64 of the encrypted secret */
const Secrets = z.object({ version: z.literal(1), secrets: z.record(z.string(), z.base64()) })

/**
 * Null where the encryption would be none: not available, or Linux without a keychain,
 * where Electron encrypts with a key that everybody knows. To be called when the app is ready.
 */
export async function safeStorageVault(
  encryption: Encryption,
  home: string,
  platform: NodeJS.Platform,
): Promise<Vault | null> {
  if (!(await encryption.isAsyncEncryptionAvailable())) return null
  if (platform === 'linux') {
    const backend = encryption.getSelectedStorageBackend()
    if (backend === 'basic_text' || backend === 'unknown') return null
  }
  const file = join(home, 'secrets.json')
  let last: Promise<unknown> = Promise.resolve()
  /** One change at a time: each reads the file, so none undoes another. */
  function change(edit: (secrets: Map<string, string>) => Promise<void> | void): Promise<void> {
    const done = last.then(async () => {
      const secrets = await read(file)
      await edit(secrets)
      await write(file, secrets)
    })
    last = done.catch(() => {})
    return done
  }

  const set = (connection: string, secret: string): Promise<void> =>
    change(async (secrets) => {
      const encrypted = await encryption.encryptStringAsync(secret)
      secrets.set(connection, encrypted.toString('base64'))
    })
  return {
    persistence: 'keychain',
    set,
    async get(connection) {
      await last
      const encrypted = (await read(file)).get(connection)
      if (encrypted === undefined) return null
      const { result, shouldReEncrypt } = await decrypt(encryption, connection, encrypted)
      if (shouldReEncrypt) await set(connection, result)
      return result
    },
    remove: (connection) => change((secrets) => void secrets.delete(connection)),
  }
}

async function decrypt(
  encryption: Encryption,
  connection: string,
  encrypted: string,
): Promise<{ result: string; shouldReEncrypt: boolean }> {
  try {
    return await encryption.decryptStringAsync(Buffer.from(encrypted, 'base64'))
  } catch (thrown) {
    throw new Problem(
      {
        code: 'credential-missing',
        what: `The secret of “${connection}” cannot be read on this computer any more.`,
        did: 'Pallet kept it as it is.',
        advice: 'Enter it again under Connections.',
        detail: thrown instanceof Error ? thrown.message : String(thrown),
      },
      { cause: thrown },
    )
  }
}

async function read(file: string): Promise<Map<string, string>> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map()
    throw unreadable(file, error)
  }
  try {
    return new Map(Object.entries(Secrets.parse(JSON.parse(text)).secrets))
  } catch (error) {
    throw unreadable(file, error)
  }
}

/** Written beside itself and renamed when it is safely on the disk: a power cut leaves the old secrets. */
async function write(file: string, secrets: Map<string, string>): Promise<void> {
  const beside = `${file}.new`
  const handle = await open(beside, 'w', 0o600)
  try {
    await handle.chmod(0o600)
    await handle.writeFile(JSON.stringify({ version: 1, secrets: Object.fromEntries(secrets) }))
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(beside, file)
}

function unreadable(file: string, cause: unknown): Problem {
  return new Problem(
    {
      code: 'home-unusable',
      what: `The file ${file}, which holds the encrypted secrets, cannot be read.`,
      did: 'Pallet left it untouched.',
      advice: 'Restore it from a backup, or delete it and enter the secrets again.',
    },
    { cause },
  )
}
