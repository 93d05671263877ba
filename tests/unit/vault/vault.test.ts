import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import type { Keychain } from '../../../main/vault/keychain.ts'
import { openVault } from '../../../main/vault/open.ts'
import { Problem } from '../../../shared/domain/problem.ts'

const silent = pino({ level: 'silent' })

/** A keychain in a map; `trouble` stands in for the calls that it names. */
function fakeKeychain(trouble: { [call: string]: () => Promise<never> } = {}) {
  const stored = new Map<string, string>()
  const keychain: Keychain = (account) => ({
    getPassword: () => trouble['get']?.() ?? Promise.resolve(stored.get(account) ?? null),
    setPassword: async (secret) => {
      await trouble['set']?.()
      stored.set(account, secret)
    },
    deleteCredential: async () => stored.delete(account),
  })
  return { stored, open: async () => keychain }
}
const locked = () => Promise.reject(new Error('the collection is locked'))
const hanging = () => new Promise<never>(() => {})

describe('with a keychain', () => {
  it('keeps, hands over and removes secrets, and leaves no trace of the trial', async () => {
    const { stored, open } = fakeKeychain()
    const vault = await openVault('/home/a', silent, open)
    expect(vault.persistence).toBe('keychain')
    expect(stored.size).toBe(0)
    expect(await vault.get('azure')).toBeNull()
    await vault.set('azure', 'key')
    await vault.set('azure', 'new key')
    expect(await vault.get('azure')).toBe('new key')
    expect(await vault.get('other')).toBeNull()
    await vault.remove('azure')
    await vault.remove('azure')
    expect(await vault.get('azure')).toBeNull()
    expect(stored.size).toBe(0)
  })

  it('keeps two homes apart, and finds its own again', async () => {
    const { stored, open } = fakeKeychain()
    await (await openVault('/home/a', silent, open)).set('azure', 'of a')
    const other = await openVault('/home/b', silent, open)
    expect(await other.get('azure')).toBeNull()
    const again = await openVault('/home/b/../a', silent, open)
    expect(await again.get('azure')).toBe('of a')
    expect([...stored.keys()].join()).not.toContain('/home')
  })

  it('says in a sentence that it was locked later', async () => {
    const trouble: { [call: string]: () => Promise<never> } = {}
    const { open } = fakeKeychain(trouble)
    const vault = await openVault('/home/a', silent, open)
    trouble['set'] = locked
    const setting = vault.set('azure', 'the key itself')
    await expect(setting).rejects.toThrow(Problem)
    await expect(setting).rejects.toThrow('“azure”')
    await expect(setting).rejects.not.toThrow('the key itself')
  })
})

describe('without one', () => {
  it.each([
    ['none for this platform', () => Promise.reject(new Error('Cannot find native binding'))],
    ['one that refuses', fakeKeychain({ set: locked }).open],
    ['one that hangs', fakeKeychain({ set: hanging }).open],
    ['one that forgets', fakeKeychain({ get: async () => await locked() }).open],
  ])('%s: memory', async (_, open) => {
    const vault = await openVault('/home/a', silent, open, 20)
    expect(vault.persistence).toBe('memory')
    await vault.set('azure', 'key')
    expect(await vault.get('azure')).toBe('key')
    await vault.remove('azure')
    expect(await vault.get('azure')).toBeNull()
  })
})
