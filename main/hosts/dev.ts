/**
 * Composition root for whoever works on Pallet: the browser host run from its sources, and the
 * window's sources behind the same gate, with hot reload. `npm run dev` starts it again after
 * every change of the core (`node --watch`) and gives it what must stay the same then: the port and
 * the secrets of the gate. It is in no build.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request as ask } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createServer as createVite } from 'vite'
import { createFilesHandler } from '../rpc/files.ts'
import type { StaticHandler } from '../rpc/staticFiles.ts'
import { createRpcServer } from '../rpc/wire.ts'
import { openVault } from '../vault/open.ts'
import { startWebServer } from '../web/server.ts'
import { openCore } from './core.ts'
import { version } from './version.ts'
import { readyLine } from './web.ts'

const root = join(import.meta.dirname, '../..')
const { PALLET_HOME: folder, PALLET_DEV_PORT: port, PALLET_DEV_SECRETS: secrets } = process.env
if (folder === undefined || port === undefined || secrets === undefined)
  throw new Error('Start this with “npm run dev”.')

const end = new AbortController()
// Ctrl-C, and the watcher that started this one has ended.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => end.abort())
process.once('disconnect', () => end.abort())
// Only a line to hear by: it must not keep this process alive.
process.channel?.unref()

// Vite stands behind the gate: it listens where no browser and no other user can reach it.
const own = mkdtempSync(join(tmpdir(), 'pallet-dev-'))
const socketPath =
  process.platform === 'win32'
    ? String.raw`\\.\pipe\pallet-dev-${process.pid}`
    : join(own, 'window.sock')
const inner = createServer()
const vite = await createVite({
  configFile: join(root, 'renderer/vite.config.ts'),
  configLoader: 'native',
  logLevel: 'warn',
  server: { middlewareMode: true, hmr: { server: inner } },
})
inner.on('request', vite.middlewares)
await new Promise<void>((resolve) => {
  inner.listen(socketPath, () => resolve())
})

const { core, log } = await openCore({
  folder,
  version,
  environment: process.env,
  openVault,
  openUrl: async (url) => console.log(`Open ${url}`),
})
const remaining = secrets.split(' ')
const web = await startWebServer({
  rpc: createRpcServer({ core, host: 'web', log }),
  files: createFilesHandler({ core, log }),
  statics: sources,
  log,
  port: Number(port),
  development: {
    secret: () => remaining.shift() ?? '',
    upgrade: (message, socket, head) => inner.emit('upgrade', message, socket, head),
  },
})
core.runs.resumeAll()
void core.lookAfterBlobs()
void core.watchFolders()
void core.landStreams()
void core.fetchOnTime()
void core.tellAlerts()
void core.removeOld()
console.log(readyLine(web.url))

await new Promise<void>((resolve) => {
  if (end.signal.aborted) resolve()
  end.signal.addEventListener('abort', () => resolve())
})
// First those who hold a WebSocket, for which the server would wait.
await vite.close()
await web.close()
await core.close()
inner.close()
inner.closeAllConnections()
rmSync(own, { recursive: true, force: true })

/** What Vite answers; its policy for scripts and its other headers are the gate's. */
function sources(request: Request): ReturnType<StaticHandler> {
  const { pathname, search } = new URL(request.url)
  return new Promise((resolve, reject) => {
    const asked = ask({
      socketPath,
      path: pathname + search,
      method: request.method,
      headers: Object.fromEntries(request.headers),
      signal: request.signal,
    })
    asked.once('error', reject)
    asked.once('response', (answer) => {
      const headers = new Headers()
      for (const [name, value] of Object.entries(answer.headers))
        if (!['connection', 'keep-alive', 'transfer-encoding'].includes(name))
          for (const one of [value ?? []].flat()) headers.append(name, one)
      const status = answer.statusCode ?? 500
      const hasBody = request.method !== 'HEAD' && status !== 204 && status !== 304
      if (!hasBody) answer.resume()
      const body = hasBody ? (Readable.toWeb(answer) as ReadableStream<Uint8Array>) : null
      resolve(new Response(body, { status, headers }))
    })
    asked.end()
  })
}
