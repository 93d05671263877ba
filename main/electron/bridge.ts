/** What the preload script may ask of main. Every message is checked for who sent it. */
import { basename, dirname } from 'node:path'
import type { IpcMain, MessageChannelMain, OpenDialogOptions, WebFrameMain } from 'electron'
import type { Logger } from 'pino'
import { z } from 'zod'
import type { OpenedFile } from '../../shared/contract/bridge.ts'
import { desktopChannels } from '../../shared/contract/desktop.ts'
import type { DesktopAnswer, DroppedFile } from '../../shared/contract/desktop.ts'
import { Problem } from '../../shared/domain/problem.ts'
import type { Core } from '../rpc/core.ts'
import { servePort } from '../rpc/wire.ts'
import type { RpcServer } from '../rpc/wire.ts'
import { isAppUrl } from './scheme.ts'

type Frame = Pick<WebFrameMain, 'url' | 'parent' | 'postMessage'>
interface FromFrame {
  readonly senderFrame: Frame | null
}

/** The app's own main frame: right origin, nobody's child, not already gone. */
export function isTrusted(event: FromFrame): event is { readonly senderFrame: Frame } {
  const frame = event.senderFrame
  return frame !== null && frame.parent === null && isAppUrl(frame.url)
}

export interface BridgeParts {
  ipcMain: Pick<IpcMain, 'on' | 'handle'>
  core: Pick<Core, 'sources'>
  rpc: RpcServer
  newChannel: () => Pick<MessageChannelMain, 'port1' | 'port2'>
  /** The native dialog; the chosen paths, none when it was closed. */
  showDialog: (options: OpenDialogOptions) => Promise<string[]>
  log: Logger
}

/** No person drops more files at once; a message with more is not from our preload. */
const DroppedFiles = z
  .array(z.object({ name: z.string(), path: z.string() }) satisfies z.ZodType<DroppedFile>)
  .max(1000)

export function serveBridge(parts: BridgeParts): void {
  const { ipcMain, core, log } = parts

  ipcMain.on(desktopChannels.connect, (event) => {
    if (!isTrusted(event)) {
      log.warn('denied a message port to a stranger')
      return
    }
    const { port1, port2 } = parts.newChannel()
    servePort(parts.rpc, port1, log)
    event.senderFrame.postMessage(desktopChannels.port, null, [port2])
  })

  function answer<T>(channel: string, act: (input: unknown) => Promise<T>): void {
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

  answer(desktopChannels.openPaths, async (input) => {
    const opened: OpenedFile[] = []
    for (const { name, path } of DroppedFiles.parse(input))
      opened.push(path === '' ? placeless(name) : await openFile(core, path, log))
    return opened
  })

  let lastFolder: string | null = null
  answer(desktopChannels.chooseFiles, async () => {
    const paths = await parts.showDialog({
      title: 'Choose exports',
      properties: ['openFile', 'multiSelections'],
      filters: [
        { name: 'Exports', extensions: ['csv', 'tsv', 'txt'] },
        { name: 'All files', extensions: ['*'] },
      ],
      // Electron no longer remembers the folder of the last dialog.
      ...(lastFolder === null ? {} : { defaultPath: lastFolder }),
    })
    const first = paths[0]
    if (first !== undefined) lastFolder = dirname(first)
    const opened: OpenedFile[] = []
    for (const path of paths) opened.push(await openFile(core, path, log))
    return opened
  })
}

/** Never rejects: one file that cannot be taken is no reason to refuse the others. */
async function openFile(
  core: Pick<Core, 'sources'>,
  path: string,
  log: Logger,
): Promise<OpenedFile> {
  try {
    return { ok: true, file: await core.sources.open(path) }
  } catch (thrown) {
    const problem = Problem.from(thrown)
    if (problem.code === 'internal') log.error({ err: thrown }, 'a file could not be opened')
    return { ok: false, name: basename(path), problem: problem.data }
  }
}

function placeless(name: string): OpenedFile {
  const problem = new Problem({
    code: 'source-missing',
    what: `“${name}” has no place on this computer, perhaps because it lies in a mail or an archive.`,
    did: 'Pallet left it out.',
    advice: 'Save it first, then drop it here.',
  })
  return { ok: false, name, problem: problem.data }
}
