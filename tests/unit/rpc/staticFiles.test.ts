import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createStaticHandler, fileFor } from '../../../main/rpc/staticFiles.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pallet-static-'))
  await mkdir(join(folder, 'renderer', 'assets'), { recursive: true })
  await mkdir(join(folder, 'renderer-secret'))
  await writeFile(join(folder, 'renderer', 'index.html'), '<!doctype html>')
  await writeFile(join(folder, 'renderer', 'assets', 'app-1a2b.js'), 'export {}')
  await writeFile(join(folder, 'renderer-secret', 'key.txt'), 'secret')
  await writeFile(join(folder, 'key.txt'), 'secret')
})
afterAll(() => rm(folder, { recursive: true }))

const get = (path: string, method = 'GET') =>
  createStaticHandler(join(folder, 'renderer'))(
    new Request(`http://127.0.0.1:1${path}`, { method }),
  )

describe('the built window', () => {
  it('serves the page and its assets with their types', async () => {
    const page = await get('/')
    expect(page.status).toBe(200)
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.headers.get('cache-control')).toBe('no-cache')
    expect(await page.text()).toBe('<!doctype html>')
    const asset = await get('/assets/app-1a2b.js')
    expect(asset.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(asset.headers.get('cache-control')).toContain('immutable')
    expect(await asset.text()).toBe('export {}')
  })

  it('answers HEAD without a body', async () => {
    const page = await get('/', 'HEAD')
    expect(page.headers.get('content-length')).toBe('15')
    expect(await page.text()).toBe('')
  })

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('refuses %s', async (method) => {
    expect((await get('/', method)).status).toBe(405)
  })

  it.each([
    '/../key.txt',
    '/%2e%2e/key.txt',
    '/..%2fkey.txt',
    '/assets/..%2f..%2fkey.txt',
    '/..%5ckey.txt',
    '/..%2frenderer-secret/key.txt',
    '/%2fetc%2fpasswd',
    '//etc/passwd',
    '/index.html%00.js',
    '/%',
    '/assets',
    '/missing.js',
  ])('finds nothing at %s', async (path) => {
    expect((await get(path)).status).toBe(404)
  })

  it('knows a file from its folder', () => {
    expect(fileFor('/srv/app', '/a.js')).toBe('/srv/app/a.js')
    expect(fileFor('/srv/app', '/..a.js')).toBe('/srv/app/..a.js')
    expect(fileFor('/srv/app', '/../app')).toBeNull()
    expect(fileFor('/srv/app', '/../app-secret/a.js')).toBeNull()
  })
})
