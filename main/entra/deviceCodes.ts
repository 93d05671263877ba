import { EventEmitter, on } from 'node:events'
import type { DeviceCode } from '../runs/ports/signIn.ts'

/** Device codes that wait for their person, per connection. */
export interface DeviceCodeBoard {
  publish(code: DeviceCode): void
  /** The sign-in of this connection is over, one way or the other. */
  settle(connection: string): void
  /** Codes that still wait for their person, then new ones; ends with the signal. */
  follow(signal: AbortSignal): AsyncIterable<DeviceCode>
}

export function deviceCodeBoard(): DeviceCodeBoard {
  const waiting = new Map<string, DeviceCode>()
  const news = new EventEmitter<{ code: [DeviceCode] }>()
  news.setMaxListeners(0)
  return {
    publish(code) {
      waiting.set(code.connection, code)
      news.emit('code', code)
    },
    settle: (connection) => void waiting.delete(connection),
    async *follow(signal) {
      if (signal.aborted) return
      const coming = on(news, 'code', { signal })
      try {
        for (const code of Array.from(waiting.values())) yield code
        for await (const [code] of coming) yield code as DeviceCode
      } catch (thrown) {
        if (!signal.aborted) throw thrown
      } finally {
        await coming.return?.()
      }
    },
  }
}
