import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BlobAccess } from '../../../../main/runs/ports/accounts.ts'
import type { AccessToken } from '../../../../main/runs/ports/signIn.ts'
import { openAccount } from '../../../../main/upload/account/accounts.ts'
import { openSource } from '../../../../main/upload/blocks/source.ts'

const noToken = (): Promise<never> => Promise.reject(new Error('no token is needed here'))
const sas = 'sv=2024-11-04&se=2030-01-01T00%3A00%3A00Z&sig=c2ln'

describe('a SAS URL', () => {
  it.each([
    [`https://shop.blob.core.windows.net/?ss=b&srt=co&${sas}`, null],
    [`https://shop.blob.core.windows.net/exports?ss=b&srt=co&${sas}`, null],
    [`https://shop.blob.core.windows.net/exports?sr=c&${sas}`, 'exports'],
    [`http://127.0.0.1:10000/shop/exports?sr=c&${sas}`, 'exports'],
  ])('opens what it is for: %s', (url, container) => {
    const account = openAccount({ kind: 'sas-url', url }, noToken)
    expect(account.onlyContainer).toBe(container)
    expect(account.credential).toMatchObject({ kind: 'sas', expiresAtMs: Date.UTC(2030, 0, 1) })
    const blob = new URL(account.service.getContainerClient('exports').getBlobClient('a').url)
    expect(blob.pathname).toMatch(/^(\/shop)?\/exports\/a$/)
    expect(blob.searchParams.get('sig')).toBe('c2ln')
  })

  it('of the kinds that cannot work is refused without showing it', () => {
    for (const url of [
      'https://shop.blob.core.windows.net/exports',
      `https://shop.blob.core.windows.net/?sr=c&${sas}`,
      `https://shop.blob.core.windows.net/exports/a.csv?sr=b&${sas}`,
      `shop.blob.core.windows.net?${sas}`,
    ]) {
      const opening = (): unknown => openAccount({ kind: 'sas-url', url }, noToken)
      expect(opening).toThrowError(expect.objectContaining({ code: 'usage' }) as Error)
      expect(opening).not.toThrowError(/c2ln/)
    }
  })
})

describe('tokens', () => {
  const access: BlobAccess = { kind: 'entra', endpoint: 'https://shop.blob.core.windows.net' }
  const { signal } = new AbortController()

  it('are asked for once by all requests, and again before they end', async () => {
    let asked = 0
    let livesMs = 60_000
    const account = openAccount(access, () => {
      asked += 1
      const token: AccessToken = { token: 't', expiresOnTimestamp: Date.now() + livesMs }
      return Promise.resolve(token)
    })
    await Promise.all([account.prepare(signal), account.prepare(signal)])
    expect(asked).toBe(1)
    livesMs = 3_600_000
    await account.prepare(signal)
    await account.prepare(signal)
    expect(asked).toBe(2)
  })

  it('are not waited for after an abort', async () => {
    const abort = new AbortController()
    const account = openAccount(access, () => new Promise<AccessToken>(() => {}))
    const preparing = account.prepare(abort.signal)
    abort.abort(new Error('closed'))
    await expect(preparing).rejects.toThrow('closed')
  })
})

describe('a file', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pallet-source-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('that is missing, or is a folder, is told by name', async () => {
    await expect(openSource(join(folder, 'a.csv'))).rejects.toMatchObject({
      data: { code: 'source-missing', what: 'a.csv is not there any more.' },
    })
    await expect(openSource(folder)).rejects.toMatchObject({ data: { code: 'source-folder' } })
  })
})
