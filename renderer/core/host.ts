import { createORPCClient } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import type { DesktopBridge } from '../../shared/contract/bridge.ts'
import type { PalletContract } from '../../shared/contract/contract.ts'
import { rpcPath, subprotocols } from '../../shared/contract/session.ts'
import { LastingLink, type Dial, type LineState } from './line.ts'
import { openSession } from './session.ts'
import type { Store } from './store.ts'

export type Client = ContractRouterClient<PalletContract>

/** The core as this window reaches it. */
export interface Host {
  client: Client
  line: Store<LineState>
  /** What only the desktop can do; null in a browser. */
  desktop: DesktopBridge<File> | null
}

declare global {
  interface Window {
    readonly pallet?: DesktopBridge<File>
  }
}

const dialTimeoutMs = 10_000

/** The one place that knows whether this page runs in Electron or in a browser. */
export function connectHost(): Host {
  const desktop = window.pallet ?? null
  const link = new LastingLink(desktop === null ? dialSocket(openSession()) : dialPort(desktop))
  return { client: createORPCClient(link), line: link.state, desktop }
}

/** Electron: main answers `connect()` with a message that carries one end of a message channel. */
function dialPort(desktop: DesktopBridge<File>): Dial {
  return () =>
    new Promise((resolve, reject) => {
      const finish = () => {
        clearTimeout(timer)
        window.removeEventListener('message', arrived)
      }
      const arrived = (event: MessageEvent) => {
        const port = event.ports[0]
        if (event.source !== window || event.data !== 'pallet-port' || port === undefined) return
        finish()
        const closed = new Promise<void>((done) => {
          port.addEventListener('close', () => done(), { once: true })
        })
        const link = new PortLink({ port })
        port.start()
        resolve({ link, closed })
      }
      const timer = setTimeout(() => {
        finish()
        reject(new Error('no message port arrived'))
      }, dialTimeoutMs)
      window.addEventListener('message', arrived)
      desktop.connect()
    })
}

function dialSocket(enter: () => Promise<string>): Dial {
  return async () => {
    const key = await enter()
    const url = new URL(rpcPath, window.location.href)
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
    const websocket = new WebSocket(url, subprotocols(key))
    // Text and binary frames then reach the link without a detour, and so in their order.
    websocket.binaryType = 'arraybuffer'
    const timer = setTimeout(() => websocket.close(), dialTimeoutMs)
    const closed = new Promise<void>((done) => {
      websocket.addEventListener('close', () => done(), { once: true })
    })
    const opened = new Promise<boolean>((done) => {
      websocket.addEventListener('open', () => done(true), { once: true })
      websocket.addEventListener('close', () => done(false), { once: true })
    })
    const open = await opened
    clearTimeout(timer)
    if (!open) throw new Error('the socket closed before it opened')
    return { link: new SocketLink({ websocket }), closed }
  }
}
