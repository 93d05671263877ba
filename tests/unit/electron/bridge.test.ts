import { EventEmitter, once } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import type { MessagePort as NodePort } from 'node:worker_threads'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import type { IpcMain, IpcRenderer, MessageChannelMain, OpenDialogOptions } from 'electron'
import { pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import { isTrusted, serveBridge } from '../../../main/electron/bridge.ts'
import { WindowNews } from '../../../main/electron/news.ts'
import { FileOpener } from '../../../main/electron/openFiles.ts'
import type { Core } from '../../../main/runs/core.ts'
import { createRpcServer } from '../../../main/rpc/wire.ts'
import { createBridge } from '../../../preload/bridge.ts'
import type { DesktopNews, DesktopSettings } from '../../../shared/contract/bridge.ts'
import type { PalletContract } from '../../../shared/contract/contract.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { type Behaviour, fakeCore } from '../../fixtures/fakeCore.ts'

const ports: NodePort[] = []
afterEach(() => {
  for (const port of ports.splice(0)) port.close()
})

type Frame = { url: string; parent: object | null }
const appFrame: Frame = { url: 'app://pallet/index.html', parent: null }

/** Main and preload joined as Electron joins them; messages are cloned on the way. */
function joined(behaviour: Behaviour = {}, frame: Frame | null = appFrame, late = false) {
  const core = fakeCore(behaviour)
  const log = pino({ level: 'silent' })
  const toMain = new EventEmitter()
  const toPreload = new EventEmitter()
  const handlers = new Map<string, (event: object, input: unknown) => Promise<unknown>>()
  const senderFrame = frame && {
    ...frame,
    postMessage: (channel: string, message: unknown, transferred: NodePort[]) =>
      toPreload.emit(channel, { ports: transferred }, message),
    send: (channel: string, message: unknown) =>
      toPreload.emit(channel, {}, structuredClone(message)),
    isDestroyed: () => false,
    detached: false,
  }
  const rpc = createRpcServer({ core, host: 'electron', log })
  const { promise: opening, resolve: open } = Promise.withResolvers<typeof rpc>()
  if (!late) open(rpc)
  const news = new WindowNews()
  const done: string[] = []
  let settings: DesktopSettings = { whenClosed: 'ask', notify: true, startAtLogin: null }
  const asked: OpenDialogOptions[] = []
  const chosen: string[][] = []
  serveBridge({
    ipcMain: Object.assign(toMain, {
      handle: (channel: string, handler: (event: object, input: unknown) => Promise<unknown>) =>
        handlers.set(channel, handler),
    }) as unknown as IpcMain,
    rpc: opening,
    files: new FileOpener({
      openSource: (path) => core.sources.open(path),
      showDialog: async (options) => {
        asked.push(options)
        return chosen.shift() ?? []
      },
      remember: () => {},
      log,
    }),
    news,
    restartToUpdate: async () => void done.push('restart'),
    settings: {
      get: () => settings,
      save: (given) => (settings = given),
    },
    newChannel: () => {
      const { port1, port2 } = new MessageChannel()
      ports.push(port1, port2)
      return { port1, port2 } as unknown as MessageChannelMain
    },
    log,
  })
  const delivered = new EventEmitter()
  const bridge = createBridge({
    ipcRenderer: Object.assign(toPreload, {
      send: (channel: string) => toMain.emit(channel, { senderFrame }),
      invoke: async (channel: string, input: unknown) =>
        structuredClone(await handlers.get(channel)?.({ senderFrame }, structuredClone(input))),
    }) as unknown as IpcRenderer,
    webUtils: {
      getPathForFile: (file) => (file.name === 'made-by-script' ? '' : `/x/${file.name}`),
    },
    deliver: (port) => delivered.emit('port', port),
  })
  return { bridge, delivered, asked, chosen, news, done, openCore: () => open(rpc) }
}

const openSource: Core['sources']['open'] = async (location) => ({
  source: `id of ${location}`,
  name: location.slice(location.lastIndexOf('/') + 1),
  bytes: 7,
})

describe('the bridge', () => {
  it('hands the window a port that speaks the contract', async () => {
    const { bridge, delivered } = joined()
    const arrived = once(delivered, 'port')
    bridge.connect()
    const [port] = (await arrived) as [NodePort]
    const client: ContractRouterClient<PalletContract> = createORPCClient(new RPCLink({ port }))
    port.start()
    await expect(client.app.info()).resolves.toMatchObject({ host: 'electron' })
  })

  it('hands it over at once, though the core opens later: what is asked meanwhile is answered then', async () => {
    const { bridge, delivered, openCore } = joined({}, appFrame, true)
    const arrived = once(delivered, 'port')
    bridge.connect()
    const [port] = (await arrived) as [NodePort]
    const client: ContractRouterClient<PalletContract> = createORPCClient(new RPCLink({ port }))
    port.start()
    const info = client.app.info()
    openCore()
    await expect(info).resolves.toMatchObject({ host: 'electron' })
  })

  it('tells the page that listens what main has to say', () => {
    const { bridge, news } = joined()
    const heard: DesktopNews[] = []
    news.tell({ kind: 'run', runId: 'a' })
    bridge.listen((said) => heard.push(said))
    news.tell({ kind: 'update', update: { state: 'ready', version: '2.0.0' } })
    expect(heard).toEqual([
      { kind: 'run', runId: 'a' },
      { kind: 'update', update: { state: 'ready', version: '2.0.0' } },
    ])
  })

  it('reads and keeps the settings of the desktop, and refuses what is none', async () => {
    const { bridge } = joined()
    const wanted: DesktopSettings = { whenClosed: 'background', notify: false, startAtLogin: true }
    expect(await bridge.saveSettings(wanted)).toEqual(wanted)
    expect(await bridge.settings()).toEqual(wanted)
    const wrong = { ...wanted, whenClosed: 'dance' } as unknown as DesktopSettings
    await expect(bridge.saveSettings(wrong)).rejects.toThrow()
    expect(await bridge.settings()).toEqual(wanted)
  })

  it('restarts for an update', async () => {
    const { bridge, done } = joined()
    await bridge.restartToUpdate()
    expect(done).toEqual(['restart'])
  })

  it('turns dropped files into ids: the window sees no path', async () => {
    const { bridge } = joined({ 'sources.open': openSource })
    const files = [new File([], 'a.csv'), new File([], 'made-by-script'), new File([], 'b.csv')]
    expect(await bridge.filesForDrop(files)).toEqual([
      { ok: true, file: { source: 'id of /x/a.csv', name: 'a.csv', bytes: 7 } },
      {
        ok: false,
        name: 'made-by-script',
        problem: expect.objectContaining({ code: 'source-missing' }),
      },
      { ok: true, file: { source: 'id of /x/b.csv', name: 'b.csv', bytes: 7 } },
    ])
  })

  it('says of each file in sentences why it cannot be taken, dropped or chosen', async () => {
    const { bridge, chosen } = joined({
      'sources.open': async (location) => {
        if (location === '/x/a')
          throw new Problem({
            code: 'source-folder',
            what: '/x/a is a folder.',
            advice: 'Open it.',
          })
        return openSource(location)
      },
    })
    const refused = {
      ok: false,
      name: 'a',
      problem: {
        code: 'source-folder',
        what: '/x/a is a folder.',
        did: '',
        advice: 'Open it.',
        detail: '',
      },
    }
    const taken = { ok: true, file: { source: 'id of /x/b', name: 'b', bytes: 7 } }
    expect(await bridge.filesForDrop([new File([], 'a'), new File([], 'b')])).toEqual([
      refused,
      taken,
    ])
    chosen.push(['/x/a', '/x/b'])
    expect(await bridge.chooseFiles()).toEqual([refused, taken])
  })

  it('opens the dialog where it was closed last', async () => {
    const { bridge, asked, chosen } = joined({ 'sources.open': openSource })
    expect(await bridge.chooseFiles()).toEqual([])
    chosen.push(['/exports/may/a.csv', '/exports/may/b.csv'])
    expect((await bridge.chooseFiles()).map(({ ok }) => ok)).toEqual([true, true])
    await bridge.chooseFiles()
    expect(asked.map((options) => options.defaultPath)).toEqual([
      undefined,
      undefined,
      '/exports/may',
    ])
  })
})

describe('strangers', () => {
  const strangers: [string, Frame | null][] = [
    ['another origin', { url: 'https://evil.test/', parent: null }],
    ['another host of the scheme', { url: 'app://evil/', parent: null }],
    ['a frame inside the app', { url: 'app://pallet/', parent: {} }],
    ['a frame that is gone', null],
  ]
  it.each(strangers)('%s gets nothing', async (_, frame) => {
    const { bridge, delivered, asked, news, done } = joined({ 'sources.open': openSource }, frame)
    let got = 0
    news.tell({ kind: 'run', runId: 'a' })
    bridge.listen(() => (got += 1))
    delivered.on('port', () => (got += 1))
    bridge.connect()
    expect(got).toBe(0)
    await expect(bridge.filesForDrop([new File([], 'a.csv')])).rejects.toThrow()
    await expect(bridge.chooseFiles()).rejects.toThrow()
    await expect(bridge.restartToUpdate()).rejects.toThrow()
    await expect(bridge.settings()).rejects.toThrow()
    expect([asked, done]).toEqual([[], []])
  })

  it('the app itself is none', () => {
    expect(isTrusted({ senderFrame: { ...appFrame, parent: null, postMessage: () => {} } })).toBe(
      true,
    )
  })
})
