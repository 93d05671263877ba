/** Node's request and response as the fetch standard's, streaming both ways with back-pressure. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** `signal` aborts when the browser goes away before the answer is complete; when `ended` does, so does the connection. */
export function toRequest(
  message: IncomingMessage,
  response: ServerResponse,
  url: URL,
  ended: AbortSignal,
): Request {
  const gone = new AbortController()
  const cut = (): void => void response.destroy()
  ended.addEventListener('abort', cut)
  response.once('close', () => {
    ended.removeEventListener('abort', cut)
    if (!response.writableFinished) gone.abort()
  })
  const headers = new Headers()
  for (const [name, value] of Object.entries(message.headers))
    for (const one of [value ?? []].flat()) headers.append(name, one)
  const method = message.method ?? 'GET'
  const hasBody = method !== 'GET' && method !== 'HEAD'
  return new Request(url, {
    method,
    headers,
    signal: gone.signal,
    ...(hasBody ? streamed(message) : {}),
  })
}

function streamed(message: IncomingMessage): RequestInit {
  const body = Readable.toWeb(message) as ReadableStream<Uint8Array>
  const init = { body, duplex: 'half' as const }
  return init
}

/** Sends the answer. A body that fails half-way ends the connection, so that nobody takes it for whole. */
export async function sendResponse(
  response: Response,
  message: IncomingMessage,
  to: ServerResponse,
): Promise<void> {
  for (const [name, value] of response.headers) to.appendHeader(name, value)
  // A body that nobody read would otherwise be taken for the next request.
  const unread = !message.complete
  if (unread) to.setHeader('Connection', 'close')
  to.writeHead(response.status)
  if (response.body === null) to.end()
  else await pipeline(response.body, to)
  if (unread) message.socket.destroySoon()
}
