import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SafeStorage } from 'electron'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { safeStorageVault } from '../../../main/electron/safeStorageVault.ts'
import { Problem } from '../../../shared/domain/problem.ts'

let home = ''
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'pallet-vault-'))
})
afterEach(() => rm(home, { recursive: true }))

type Backend = ReturnType<SafeStorage['getSelectedStorageBackend']>
/** Encrypts by XOR with its key; knows when it did not encrypt something itself. */
function encryption(key = 7, more: { available?: boolean; backend?: Backend; old?: number } = {}) {
  const twist = (data: Buffer, by: number) => Buffer.from(data.map((byte) => byte ^ by))
  return {
    isAsyncEncryptionAvailable: async () => more.available ?? true,
    getSelectedStorageBackend: () => more.backend ?? ('gnome_libsecret' as const),
    encryptStringAsync: async (text: string) => twist(Buffer.from(`ok:${text}`), key),
    decryptStringAsync: async (data: Buffer) => {
      for (const by of [key, more.old ?? key]) {
        const text = twist(data, by).toString()
        if (text.startsWith('ok:')) return { result: text.slice(3), shouldReEncrypt: by !== key }
      }
      throw new Error('decryption failed')
    },
  }
}

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
  const file = join(home, 'secrets.json')
  expect(await readFile(file, 'utf8')).not.toContain('third')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
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
  const file = join(home, 'secrets.json')
  await writeFile(file, '{"version":2}')
  const vault = await open()
  await expect(vault.set('azure', 'secret')).rejects.toThrow(file)
  await expect(vault.get('azure')).rejects.toThrow(file)
  expect(await readFile(file, 'utf8')).toBe('{"version":2}')
})

it('is no vault where the encryption is none', async () => {
  expect(await safeStorageVault(encryption(7, { available: false }), home, 'darwin')).toBeNull()
  expect(await safeStorageVault(encryption(7, { backend: 'basic_text' }), home, 'linux')).toBeNull()
  expect(await safeStorageVault(encryption(7, { backend: 'unknown' }), home, 'linux')).toBeNull()
  expect(
    await safeStorageVault(encryption(7, { backend: 'unknown' }), home, 'win32'),
  ).not.toBeNull()
})
