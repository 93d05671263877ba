/**
 * The first script of a utility process: gives the script named by its last argument the channel
 * that `child_process.fork` would have given it (`process.send`, `message`, `connected`, `disconnect`).
 * The argument before it is the parent's process id.
 */
import { pathToFileURL } from 'node:url'
import type { MessageEvent, ParentPort } from 'electron'
import { errorCode } from '../../shared/domain/errorCode.ts'

const parent: ParentPort = process.parentPort
const [parentId, entry] = process.argv.slice(-2)
if (entry === undefined) throw new Error('no script to run')

const watchEveryMs = 1_000

Object.defineProperty(process, 'connected', { value: true, configurable: true })
process.send = (message: unknown, ...rest: unknown[]) => {
  parent.postMessage(message)
  const sent = rest.at(-1)
  if (typeof sent === 'function') sent(null)
  return true
}
// The port does not tell that its other end is gone. Chromium ends the process then; where it does not,
// nobody else would, and what the script holds would stay locked for the next start.
const watch = setInterval(() => {
  if (isThere(Number(parentId))) return
  clearInterval(watch)
  Object.defineProperty(process, 'connected', { value: false })
  process.emit('disconnect')
}, watchEveryMs)
watch.unref()

await import(pathToFileURL(entry).href)
// Messages queue until there is a listener, so none is lost while the script loads.
parent.on('message', (event: MessageEvent) => process.emit('message', event.data, undefined))

function isThere(processId: number): boolean {
  try {
    return process.kill(processId, 0)
  } catch (error) {
    // Alive, and somebody else's.
    return errorCode(error) === 'EPERM'
  }
}
