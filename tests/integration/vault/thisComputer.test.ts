import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { openVault } from '../../../main/vault/open.ts'

it('this computer has a keychain that works, or Pallet says that it keeps secrets in memory', async () => {
  const logged: string[] = []
  const log = pino({}, { write: (line: string) => void logged.push(line) })
  const vault = await openVault(`/nowhere/${randomUUID()}`, log)
  await vault.set('test', 'secret')
  expect(await vault.get('test')).toBe('secret')
  await vault.remove('test')
  expect(await vault.get('test')).toBeNull()
  if (vault.persistence === 'keychain') expect(logged).toEqual([])
  else expect(logged.join('')).toContain('kept in memory')
})
