/** The built window: files under one folder, read only, never outside it. */
import { Readable } from 'node:stream'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { extname, isAbsolute, join, relative, resolve, sep } from 'node:path'

export type StaticHandler = (request: Request) => Promise<Response>

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}

/** Serves GET and HEAD; 404 for what is not there, 405 for every other method. */
export function createStaticHandler(root: string): StaticHandler {
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return new Response(null, { status: 405, headers: { Allow: 'GET, HEAD' } })
    const file = fileFor(root, new URL(request.url).pathname)
    const found = file === null ? null : await stat(file).catch(() => null)
    if (file === null || found === null || !found.isFile())
      return new Response('Pallet has nothing at this address.', {
        status: 404,
        headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' },
      })
    const headers = {
      'Content-Type': types[extname(file)] ?? 'application/octet-stream',
      'Content-Length': String(found.size),
      // Vite puts a hash of the content into every name under assets/.
      'Cache-Control': relative(root, file).startsWith(`assets${sep}`)
        ? 'private, max-age=31536000, immutable'
        : 'no-cache',
    }
    if (request.method === 'HEAD') return new Response(null, { headers })
    return new Response(Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>, {
      headers,
    })
  }
}

/** The file a path names; null when it is malformed or lies outside `root`. `/` is the page itself. */
export function fileFor(root: string, pathname: string): string | null {
  let path: string
  try {
    path = decodeURIComponent(pathname)
  } catch {
    return null
  }
  if (path.includes('\0')) return null
  const file = resolve(join(root, path === '/' ? 'index.html' : path))
  const inside = relative(root, file)
  if (inside === '' || isAbsolute(inside) || inside.split(sep)[0] === '..') return null
  return file
}
