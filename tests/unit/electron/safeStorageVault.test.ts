import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  adoptSecrets,
  desktopVault,
  safeStorageVault,
} from '../../../main/electron/safeStorageVault.ts'
import { memoryVault } from '../../../main/vault/memory.ts'
import type { Vault } from '../../../main/runs/ports/vault.ts'
import { Problem } from '../../../shared/domain/problem.ts'

let home = ''
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'pallet-vault-'))
})
afterEach(() => rm(home, { recursive: true }))

/** Encrypts by XOR with its key, behind Chromium's tag; knows when it did not encrypt something itself. */
function encryption(key = 7, more: { available?: boolean; tag?: () => string; old?: number } = {}) {
  const twist = (data: Buffer, by: number) => Buffer.from(data.map((byte) => byte ^ by))
  const tag = more.tag ?? (() => 'v11')
  return {
    isAsyncEncryptionAvailable: async () => more.available ?? true,
    encryptStringAsync: async (text: string) =>
      Buffer.concat([Buffer.from(tag()), twist(Buffer.from(`ok:${text}`), key)]),
    decryptStringAsync: async (data: Buffer) => {
      for (const by of [key, more.old ?? key]) {
        const text = twist(data.subarray(3), by).toString()
        if (text.startsWith('ok:')) return { result: text.slice(3), shouldReEncrypt: by !== key }
      }
      throw new Error('decryption failed')
    },
  }
}
const file = () => join(home, 'secrets.json')
const silent = pino({ level: 'silent' })
const keychain = (): Vault => ({ ...memoryVault(), persistence: 'keychain' })

async function open(...given: Parameters<typeof encryption>) {
  const vault = await safeStorageVault(encryption(...given), home, 'linux')
  if (vault === null) throw new Error('no vault')
  return vault
}

it('keeps secrets over a restart, encrypted, for the owner only', async () => {
  const vault = await open()
  expect(vault.persistence).toBe('keychain')
  expect(await vault.get('azure')).toBeNull()
  await Promise.all([vault.set('azure', 'first'), vault.set('backup', 'second')])
  await vault.set('azure', 'third')
  const again = await open()
  expect(await again.get('azure')).toBe('third')
  expect(await again.get('backup')).toBe('second')
  expect(await readFile(file(), 'utf8')).not.toContain('third')
  expect((await stat(file())).mode & 0o777).toBe(0o600)
  expect(await readdir(home)).toEqual(['secrets.json'])
  await again.remove('azure')
  expect(await again.get('azure')).toBeNull()
  expect(await again.get('backup')).toBe('second')
})

it('writes a secret anew when its key has been replaced', async () => {
  await (await open(7)).set('azure', 'secret')
  expect(await (await open(9, { old: 7 })).get('azure')).toBe('secret')
  expect(await (await open(9)).get('azure')).toBe('secret')
})

it('says what to do when a secret cannot be read any more', async () => {
  await (await open(7)).set('azure', 'secret')
  const reading = (await open(9)).get('azure')
  await expect(reading).rejects.toThrow(Problem)
  await expect(reading).rejects.toThrow('Enter it again')
})

it('does not overwrite a file that it cannot read', async () => {
  await writeFile(file(), '{"version":2}')
  const vault = await open()
  await expect(vault.set('azure', 'secret')).rejects.toThrow(file())
  await expect(vault.get('azure')).rejects.toThrow(file())
  expect(await readFile(file(), 'utf8')).toBe('{"version":2}')
})

it('is no vault where the encryption is none: a Linux without a keychain says that it is available', async () => {
  expect(await safeStorageVault(encryption(7, { available: false }), home, 'darwin')).toBeNull()
  const open = encryption(7, { tag: () => 'v10' })
  expect(await safeStorageVault(open, home, 'linux')).toBeNull()
  // Elsewhere that tag stands for the keychain's key.
  expect(await safeStorageVault(open, home, 'win32')).not.toBeNull()
  expect(await safeStorageVault(open, home, 'darwin')).not.toBeNull()
})

it('keeps nothing that everybody could read when the keychain goes away later', async () => {
  let tag = 'v11'
  const vault = await open(7, { tag: () => tag })
  await vault.set('azure', 'first')
  tag = 'v10'
  await expect(vault.set('azure', 'second')).rejects.toThrow('Unlock the keychain')
  expect(await vault.get('azure')).toBe('first')
})

it('on the desktop: the shared keychain, else the file, else memory', async () => {
  const shared = keychain()
  const none = memoryVault()
  const readable = encryption(7, { tag: () => 'v10' })
  expect(await desktopVault(shared, encryption(), home, 'linux', silent)).toBe(shared)
  const own = await desktopVault(none, encryption(), home, 'linux', silent)
  expect(own.persistence).toBe('keychain')
  expect(own).not.toBe(none)
  expect(await desktopVault(none, readable, home, 'linux', silent)).toBe(none)
  await writeFile(file(), 'torn')
  expect(await desktopVault(shared, encryption(), home, 'linux', silent)).toBe(shared)
  expect(await readFile(file(), 'utf8')).toBe('torn')
})

it('a keychain that was away at one start gets what was entered meanwhile; nothing stays in two places', async () => {
  const shared = keychain()
  await shared.set('azure', 'old')
  const meanwhile = await desktopVault(memoryVault(), encryption(), home, 'linux', silent)
  await meanwhile.set('azure', 'new')
  await meanwhile.set('backup', 'other')
  const again = await desktopVault(shared, encryption(), home, 'linux', silent)
  expect(await again.get('azure')).toBe('new')
  expect(await again.get('backup')).toBe('other')
  expect(await readdir(home)).toEqual([])
})

it('what cannot be moved stays where it is', async () => {
  const vault = await open(7)
  await vault.set('azure', 'secret')
  await (await open(9)).set('backup', 'other')
  const shared = keychain()
  await adoptSecrets(encryption(9), home, shared)
  expect(await shared.get('backup')).toBe('other')
  expect(await shared.get('azure')).toBeNull()
  expect(await (await open(7)).get('azure')).toBe('secret')
  const refusing = { ...keychain(), set: () => Promise.reject(new Error('locked')) }
  await adoptSecrets(encryption(7), home, refusing)
  expect(await (await open(7)).get('azure')).toBe('secret')
})
