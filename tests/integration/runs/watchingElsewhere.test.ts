/** Watched folders of an SFTP server and of a storage: every file is fetched once, and put away after its receipt. */
import { appendFileSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AfterDelivery, WatchInput } from '../../../shared/domain/arriving/watch.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'
import { type SftpServerOf, sftpServer, sftpUser } from '../../fixtures/sftpServer.ts'

const folder = testFolder()
const never = new AbortController().signal
let real: RealCore

beforeEach(async () => {
  real = realCore(join(folder(), 'home'), { watchPace: { stillMs: 10, everyMs: 20 } })
  const first = join(real.home.folder, 'first.csv')
  writeFileSync(first, rows(1, 5))
  await real.until(await real.send(first, { blob: null }), 'succeeded')
})
afterEach(() => real.core.close())

const rows = (from: number, to: number): string =>
  [
    'id,amount',
    ...Array.from({ length: to - from + 1 }, (_, row) => `${from + row},${row}.5`),
    '',
  ].join('\n')
const watch = (connection: string, where: string, more: Partial<WatchInput> = {}) =>
  real.core.watches.add({
    connection,
    folder: where,
    pattern: '*.csv',
    dataset: 'sales',
    after: 'leave',
    marker: null,
    expected: null,
    ...more,
  })
/** What began, once it has ended or waits; in words. */
async function due(): Promise<string[]> {
  const ids = await real.core.watches.due(never)
  const runs = await Promise.all(
    ids.map((id) => real.until(id, 'succeeded', 'failed', 'stopped', 'waiting')),
  )
  return runs.map(({ source, state }) => `${source.name} ${state}`)
}
async function count(): Promise<number> {
  const sql = 'SELECT count(*) FROM sales'
  const { rows: all } = await real.core.warehouse.query(sql, 1, AbortSignal.timeout(600_000))
  return Number(all[0]?.[0])
}

describe('of an SFTP server', () => {
  let server: SftpServerOf
  let till: string
  beforeEach(async () => {
    const root = folder()
    till = join(root, 'till')
    mkdirSync(till)
    server = await sftpServer(root)
  })
  afterEach(() => server.close())

  const put = (name: string, content: string): void => writeFileSync(join(till, name), content)
  const connect = (change: Partial<{ hostKey: string; password: string }> = {}) => {
    const { password = sftpUser.password, ...settings } = change
    return real.core.connections.save({
      name: 'shop',
      settings: {
        kind: 'sftp-password',
        host: '127.0.0.1',
        port: server.port,
        user: sftpUser.user,
        ...settings,
      },
      container: null,
      secrets: { password },
    })
  }
  const kept = async (): Promise<unknown> =>
    (await real.core.connections.list()).find(({ name }) => name === 'shop')?.settings['hostKey']

  test.each<AfterDelivery>(['move', 'delete'])(
    'every file goes once and is put away after its receipt: %s',
    async (after) => {
      await connect()
      put('monday.csv', rows(6, 15))
      put('tuesday.csv', rows(16, 25))
      put('broken.csv', 'id,amount\n1,2\nx,y\nx,y\nx,y\n')
      put('notes.txt', 'not meant')
      expect(await watch('shop', '/till', { after })).toMatchObject({ files: 3 })
      expect((await due()).toSorted()).toEqual([
        'broken.csv stopped',
        'monday.csv succeeded',
        'tuesday.csv succeeded',
      ])
      expect(await count()).toBe(25)
      expect(await due()).toEqual([])
      expect(readdirSync(till).toSorted()).toEqual(
        after === 'move' ? ['broken.csv', 'delivered', 'notes.txt'] : ['broken.csv', 'notes.txt'],
      )
      if (after === 'move')
        expect(
          readdirSync(join(till, 'delivered'))
            .map((name) => name.slice(-10))
            .toSorted(),
        ).toEqual(['monday.csv', 'uesday.csv'])
      // The same name again with other rows is another file.
      put('monday.csv', rows(26, 30))
      utimesSync(join(till, 'monday.csv'), 1, 2)
      expect(await due()).toEqual(['monday.csv succeeded'])
      expect(await count()).toBe(30)
    },
    600_000,
  )

  test('a line that is cut is taken up where it was cut; what changed since it was delivered is not deleted', async () => {
    await connect()
    put('large.csv', rows(6, 40_005))
    await watch('shop', '/till', { after: 'delete' })
    server.cutAfter(200_000)
    const before = server.signIns()
    const ids = await real.core.watches.due(never)
    for (const id of ids) await real.until(id, 'succeeded')
    expect(await count()).toBe(40_005)
    // Two looks, and the file in two parts.
    expect(server.signIns() - before).toBe(4)
    appendFileSync(join(till, 'large.csv'), '50000,1.5\n')
    await due()
    expect(readdirSync(till)).toContain('large.csv')
  }, 600_000)

  test('the key of a server is kept at its first time, and another one is refused before a password is sent', async () => {
    await connect()
    expect(await kept()).toBeUndefined()
    const tested = await real.core.connections.test('shop', never)
    expect(tested).toMatchObject({
      ok: true,
      message: `Connected. The key of the server is ${server.hostKey}.`,
    })
    expect(await kept()).toBe(server.hostKey)
    put('monday.csv', rows(6, 15))
    const { watch: added } = await watch('shop', '/till')

    const { port } = server
    await server.close()
    server = await sftpServer(join(till, '..'), port)
    expect(await due()).toEqual([])
    const trouble = (): string =>
      real.core.watches.list().find(({ id }) => id === added.id)?.trouble?.what ?? ''
    expect(trouble()).toContain('127.0.0.1 is not the server that shop was set up with')
    expect(trouble()).toContain(server.hostKey)
    expect(server.signIns()).toBe(0)
    // A person has asked whoever runs it.
    await connect({ hostKey: server.hostKey })
    expect(await due()).toEqual(['monday.csv succeeded'])
    expect(trouble()).toBe('')
    expect(await due()).toEqual([])
    expect(readdirSync(till)).toEqual(['monday.csv'])
  }, 600_000)

  test('a private key signs in as well; a wrong password, a folder that is not there and a server that is away are sentences', async () => {
    await real.core.connections.save({
      name: 'keyed',
      settings: { kind: 'sftp-key', host: '127.0.0.1', port: server.port, user: sftpUser.user },
      container: null,
      secrets: { privateKey: server.privateKey },
    })
    put('monday.csv', rows(6, 15))
    await watch('keyed', '/till')
    expect(await due()).toEqual(['monday.csv succeeded'])
    await expect(watch('keyed', '/none')).rejects.toThrow('The folder /none of keyed is not there.')
    await connect({ password: 'wrong' })
    await expect(watch('shop', '/till')).rejects.toThrow(
      '127.0.0.1 does not let till in as shop signs in.',
    )
    await connect()
    await watch('shop', '/till')
    await server.close()
    expect(await due()).toEqual([])
    expect(real.core.watches.list().map(({ trouble }) => trouble?.code)).toEqual([
      'network',
      'network',
    ])
  }, 600_000)
})

describe('of a storage', () => {
  const put = async (name: string, content: string): Promise<void> => {
    const container = await real.container()
    await container.createIfNotExists()
    await container.getBlockBlobClient(name).upload(content, Buffer.byteLength(content))
  }
  const names = async (): Promise<string[]> => {
    const found: string[] = []
    for await (const { name } of (await real.container()).listBlobsFlat({ prefix: 'in/' }))
      found.push(name)
    return found.map((name) => name.replace(/\d{8}-\d{6}-[0-9a-f]+/, 'RUN'))
  }

  test.each<AfterDelivery>(['move', 'delete'])(
    'every blob below a prefix goes once and is put away after its receipt: %s',
    async (after) => {
      await put('in/monday.csv', rows(6, 15))
      await put('in/monday.csv.done', '')
      await put('in/tuesday.csv', rows(16, 25))
      await put('in/deeper/other.csv', rows(90, 95))
      expect(await watch('sandbox', 'pallet/in/', { after, marker: '.done' })).toMatchObject({
        files: 2,
      })
      // One is not whole yet.
      expect(await due()).toEqual(['monday.csv succeeded'])
      await put('in/tuesday.csv.done', '')
      expect(await due()).toEqual(['tuesday.csv succeeded'])
      expect(await due()).toEqual([])
      expect(await count()).toBe(25)
      const away = ['in/delivered/RUN_monday.csv', 'in/delivered/RUN_tuesday.csv']
      expect((await names()).toSorted()).toEqual(
        ['in/deeper/other.csv', ...(after === 'move' ? away : [])].toSorted(),
      )
    },
    600_000,
  )

  test('a blob that is written anew is another file; what was written while its run went is not deleted', async () => {
    await put('in/monday.csv', rows(6, 15))
    await watch('sandbox', 'pallet/in', { after: 'delete' })
    const ids = await real.core.watches.due(never)
    for (const id of ids) await real.until(id, 'succeeded')
    // Of the same length, in the same second.
    await put('in/monday.csv', rows(6, 15).replace('0.5', '7.5'))
    const again = await real.core.watches.due(never)
    expect(again).toHaveLength(1)
    expect(await names()).toEqual(['in/monday.csv'])
    await expect(watch('sandbox', '/')).rejects.toThrow('begins with its container')
    await expect(watch('sandbox', 'no-such-container/in')).rejects.toThrow('no-such-container')
  }, 600_000)
})
