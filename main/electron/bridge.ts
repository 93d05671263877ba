/** What the preload script may ask of main. Every message is checked for who sent it. */
import type { IpcMain, MessageChannelMain, WebFrameMain } from 'electron'
import type { Logger } from 'pino'
import { z } from 'zod'
import { DesktopSettings } from '../../shared/contract/bridge.ts'
import { desktopChannels } from '../../shared/contract/desktop.ts'
import type { DesktopAnswer, DroppedFile } from '../../shared/contract/desktop.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { servePort } from '../rpc/wire.ts'
import type { RpcServer } from '../rpc/wire.ts'
import type { WindowNews } from './news.ts'
import type { FileOpener } from './openFiles.ts'
import { isAppUrl } from './scheme.ts'

type Frame = Pick<WebFrameMain, 'url' | 'parent' | 'postMessage'>
interface FromFrame<F extends Frame> {
  readonly senderFrame: F | null
}

/** The app's own main frame: right origin, nobody's child, not already gone. */
export function isTrusted<F extends Frame>(
  event: FromFrame<F>,
): event is { readonly senderFrame: F } {
  const frame = event.senderFrame
  return frame !== null && frame.parent === null && isAppUrl(frame.url)
}

export interface BridgeParts {
  ipcMain: Pick<IpcMain, 'on' | 'handle'>
  /** A promise, because the window is there before its core. */
  rpc: Promise<RpcServer>
  files: FileOpener
  news: WindowNews
  newChannel: () => Pick<MessageChannelMain, 'port1' | 'port2'>
  restartToUpdate: () => Promise<void>
  settings: { get: () => DesktopSettings; save: (settings: DesktopSettings) => DesktopSettings }
  log: Logger
}

/** No person drops more files at once; a message with more is not from our preload. */
const DroppedFiles = z
  .array(z.object({ name: z.string(), path: z.string() }) satisfies z.ZodType<DroppedFile>)
  .max(1000)

export function serveBridge(parts: BridgeParts): void {
  const { ipcMain, files, log } = parts

  ipcMain.on(desktopChannels.connect, (event) => {
    if (!isTrusted(event)) {
      log.warn('denied a message port to a stranger')
      return
    }
    const { port1, port2 } = parts.newChannel()
    // What the window asks until the core is there waits in the port.
    parts.rpc.then(
      (rpc) => servePort(rpc, port1, log),
      () => port1.close(),
    )
    event.senderFrame.postMessage(desktopChannels.port, null, [port2])
  })
  ipcMain.on(desktopChannels.listen, (event) => {
    if (isTrusted(event)) parts.news.listen(event.senderFrame)
    else log.warn('denied the news to a stranger')
  })

  function answer<T>(channel: string, act: (input: unknown) => Promise<T> | T): void {
    ipcMain.handle(channel, async (event, input: unknown): Promise<DesktopAnswer<T>> => {
      try {
        if (!isTrusted(event)) throw new Error('a stranger sent a message')
        return { ok: true, value: await act(input) }
      } catch (thrown) {
        const problem = Problem.from(thrown)
        if (problem.code === 'internal') log.error({ err: thrown, channel }, 'bridge call failed')
        return { ok: false, message: problem.message }
      }
    })
  }
  answer(desktopChannels.openPaths, (input) => files.open(DroppedFiles.parse(input)))
  answer(desktopChannels.chooseFiles, () => files.choose())
  answer(desktopChannels.restartToUpdate, () => parts.restartToUpdate())
  answer(desktopChannels.settings, () => parts.settings.get())
  answer(desktopChannels.saveSettings, (input) => parts.settings.save(DesktopSettings.parse(input)))
}
