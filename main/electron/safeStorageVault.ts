/**
 * Secrets in a file of the home folder, encrypted with a key that Electron keeps in the
 * keychain of the operating system. They stay there only as long as Pallet cannot reach that
 * keychain itself; then `adoptSecrets` moves them, so that no home has secrets in two places.
 */
import { open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { SafeStorage } from 'electron'
import type { Logger } from 'pino'
import { z } from 'zod'
import { errorCode } from '../../shared/domain/errorCode.ts'
import { Problem } from '../../shared/domain/problem.ts'
import type { Vault } from '../runs/ports/vault.ts'

type Encryption = Pick<
  SafeStorage,
  'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync'
>

/** connection name → base64 of the encrypted secret */
const Secrets = z.object({ version: z.literal(1), secrets: z.record(z.string(), z.base64()) })

const fileIn = (home: string): string => join(home, 'secrets.json')

/**
 * The vault of the desktop: the keychain that every host shares, where it works; else Electron's own encryption
 * of a file; else memory.
 */
export async function desktopVault(
  shared: Vault,
  encryption: Encryption,
  home: string,
  platform: NodeJS.Platform,
  log: Pick<Logger, 'info' | 'warn'>,
): Promise<Vault> {
  try {
    const own =
      shared.persistence === 'keychain' ? null : await safeStorageVault(encryption, home, platform)
    if (own !== null) {
      log.info('secrets are kept in a file, encrypted by the keychain’s key')
      return own
    }
    await adoptSecrets(encryption, home, shared)
  } catch (error) {
    log.warn({ reason: Problem.from(error).message }, 'the file of encrypted secrets is left alone')
  }
  return shared
}

/**
 * Null where the encryption would be none. Chromium says that it is available wherever it runs: on a Linux
 * without a keychain it takes a key that everybody knows. What it made with that key begins with v10; the
 * desktop's name, which Electron tells as the “backend”, says nothing about it. To be called when the app is ready.
 */
export async function safeStorageVault(
  encryption: Encryption,
  home: string,
  platform: NodeJS.Platform,
): Promise<Vault | null> {
  /** The secret in base64, or null where it would be readable for everybody. */
  async function encrypt(secret: string): Promise<string | null> {
    const encrypted = await encryption.encryptStringAsync(secret)
    const isOpen = platform === 'linux' && encrypted.subarray(0, 3).toString() === 'v10'
    return isOpen ? null : encrypted.toString('base64')
  }
  if (!(await encryption.isAsyncEncryptionAvailable())) return null
  if ((await encrypt('a trial')) === null) return null
  const file = fileIn(home)
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
      const encrypted = await encrypt(secret)
      if (encrypted === null) throw unprotected(connection)
      secrets.set(connection, encrypted)
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

/**
 * Moves what the file holds into the vault that this start has, newer values over older ones. What cannot be
 * decrypted, or is not taken, stays in the file for another day.
 */
export async function adoptSecrets(
  encryption: Encryption,
  home: string,
  into: Vault,
): Promise<void> {
  const file = fileIn(home)
  const secrets = await read(file)
  if (secrets.size === 0) return
  const left = new Map(secrets)
  for (const [connection, encrypted] of secrets)
    try {
      await into.set(connection, (await decrypt(encryption, connection, encrypted)).result)
      left.delete(connection)
    } catch {
      // Said when the secret is asked for and missing.
    }
  if (left.size === 0) await rm(file)
  else if (left.size < secrets.size) await write(file, left)
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

function unprotected(connection: string): Problem {
  return new Problem({
    code: 'credential-missing',
    what: `The secret of “${connection}” cannot be kept: this computer’s keychain is not there any more.`,
    did: 'Nothing was changed.',
    advice: 'Unlock the keychain (sign in to the desktop), then start Pallet again.',
  })
}

async function read(file: string): Promise<Map<string, string>> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return new Map()
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
