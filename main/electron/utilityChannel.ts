/**
 * The first script of a utility process: gives the script named by its argument the channel
 * that `child_process.fork` would have given it (`process.send`, `message`, `connected`).
 */
import { pathToFileURL } from 'node:url'
import type { MessageEvent, ParentPort } from 'electron'

const parent: ParentPort = process.parentPort
const entry = process.argv.at(-1)
if (entry === undefined) throw new Error('no script to run')

Object.defineProperty(process, 'connected', { value: true })
process.send = (message: unknown, ...rest: unknown[]) => {
  parent.postMessage(message)
  const sent = rest.at(-1)
  if (typeof sent === 'function') sent(null)
  return true
}
await import(pathToFileURL(entry).href)
// Messages queue until there is a listener, so none is lost while the script loads.
parent.on('message', (event: MessageEvent) => process.emit('message', event.data, undefined))
