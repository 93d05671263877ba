import { createServer, request, type IncomingMessage, type Server } from 'node:http'
import { once } from 'node:events'

/** What becomes of one request. */
export type Fate =
  | { kind: 'forward' }
  /** The server acts, but its answer is lost. */
  | { kind: 'lose-answer' }
  | { kind: 'answer'; status: number; headers?: Record<string, string> }

export interface Proxy {
  endpoint: string
  /** Method and query of everything that came by. */
  seen: string[]
  stop(): Promise<void>
}

export const isStageBlock = (line: string): boolean =>
  line.startsWith('PUT') && /comp=block(&|$)/.test(line)
export const isCommit = (line: string): boolean =>
  line.startsWith('PUT') && line.includes('comp=blocklist')

/** An HTTP proxy in front of `endpoint`; the signature of a request does not cover the port. */
export async function startProxy(
  endpoint: string,
  fateOf: (line: string) => Fate | Promise<Fate>,
): Promise<Proxy> {
  const target = new URL(endpoint)
  const seen: string[] = []
  const server: Server = createServer((incoming, outgoing) => {
    const line = `${incoming.method} ${incoming.url}`
    seen.push(line)
    const body = collected(incoming)
    void (async () => {
      const fate = await fateOf(line)
      const bytes = await body
      if (fate.kind === 'answer') {
        outgoing.writeHead(fate.status, { date: new Date().toUTCString(), ...fate.headers }).end()
        return
      }
      const forwarded = request({
        host: target.hostname,
        port: target.port,
        method: incoming.method,
        path: incoming.url,
        headers: incoming.headers,
      })
      forwarded.on('error', () => outgoing.destroy())
      forwarded.end(bytes)
      const [answer] = (await once(forwarded, 'response')) as [IncomingMessage]
      const answerBytes = await collected(answer)
      if (fate.kind === 'lose-answer') {
        outgoing.destroy()
        return
      }
      const { 'transfer-encoding': _chunked, ...headers } = answer.headers
      outgoing.writeHead(answer.statusCode ?? 500, headers).end(answerBytes)
    })().catch(() => outgoing.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    endpoint: `http://127.0.0.1:${address.port}${target.pathname}`,
    seen,
    async stop() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function collected(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
