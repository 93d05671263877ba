// Starts the desktop host in plain Node with a stand-in for Electron, uses it as a window
// would, and prints what happened as one line of JSON.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'

const standIn = new URL('../../fixtures/standInElectron.mjs', import.meta.url).href
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: standIn, shortCircuit: true } : next(specifier, context),
})
const electron = await import(standIn)
const { app, BrowserWindow, done, handlers, ipcMain, protocolHandlers, script } = electron
const [file, mode] = process.argv.slice(2)
script.singleInstance = mode !== 'second'
process.argv = ['pallet', '/opt/pallet', '--a-switch', ...(mode === 'first' ? [file] : [])]

const loaded = once(app, 'loaded')
const exited = once(app, 'exited')
await import('../../../main/hosts/startElectron.ts')

const seen = {}
if (mode === 'first') {
  const [window] = await loaded
  seen.sealed =
    window.options.webPreferences.sandbox && window.options.webPreferences.contextIsolation
  window.emit('ready-to-show')
  seen.threads = process.env.UV_THREADPOOL_SIZE
  app.emit('second-instance')

  const page = await protocolHandlers.get('app')(new Request('app://pallet/'))
  seen.page = [page.status, (await page.text()).includes('<div id="root">')]
  seen.policy = page.headers.get('content-security-policy')

  const told = Promise.withResolvers()
  const arrived = Promise.withResolvers()
  const senderFrame = {
    url: 'app://pallet/',
    parent: null,
    postMessage: (_channel, _message, [port]) => arrived.resolve(port),
    send: (_channel, news) => told.resolve(news),
    isDestroyed: () => false,
    detached: false,
  }
  ipcMain.emit('pallet:connect', { senderFrame })
  const port = await arrived.promise
  const client = createORPCClient(new RPCLink({ port }))
  port.start()
  seen.info = await client.app.info()
  ipcMain.emit('pallet:listen', { senderFrame })
  const news = await told.promise
  seen.opened = [news.kind, news.files[0].file.name]
  const [chosen] = (
    await handlers.get('pallet:open-paths')({ senderFrame }, [{ name: 'sales.csv', path: file }])
  ).value
  seen.chosen = [chosen.file.name, chosen.file.bytes]
  seen.preview = (await client.sources.preview({ source: chosen.file.source, rows: 5 })).rows.length
  const { stdout } = await promisify(execFile)(process.execPath, [
    fileURLToPath(new URL('../../../build/pallet.mjs', import.meta.url)),
    '--json',
    'connections',
    'list',
  ])
  seen.command = JSON.parse(stdout.split('\n')[0]).name
  // Again while it closes: no window, but a new beginning with the file.
  app.quit()
  app.emit('second-instance', {}, [], '/', { argv: ['pallet', file], cwd: '/' })
  seen.windows = BrowserWindow.getAllWindows().length
  await exited
} else if (mode === 'broken') await exited

console.log(JSON.stringify({ seen, done }))
process.exit(0)
