import type { IpcRenderer, WebUtils } from 'electron'
import type {
  DesktopBridge,
  DesktopNews,
  DesktopSettings,
  OpenedFile,
} from '../shared/contract/bridge.ts'
import { desktopChannels } from '../shared/contract/desktop.ts'
import type { DesktopAnswer, DroppedFile } from '../shared/contract/desktop.ts'

export interface BridgeParts {
  ipcRenderer: Pick<IpcRenderer, 'send' | 'on' | 'invoke'>
  webUtils: Pick<WebUtils, 'getPathForFile'>
  /** Hands the port to the page. */
  deliver: (port: MessagePort) => void
}

/** Calls reject with an `Error` whose message is the problem's sentence. No Electron object leaves. */
export function createBridge({ ipcRenderer, webUtils, deliver }: BridgeParts): DesktopBridge<File> {
  ipcRenderer.on(desktopChannels.port, (event) => {
    const port = event.ports[0]
    if (port !== undefined) deliver(port)
  })
  let listener: ((news: DesktopNews) => void) | null = null
  ipcRenderer.on(desktopChannels.news, (_event, news: DesktopNews) => listener?.(news))
  async function ask<T>(channel: string, input?: unknown): Promise<T> {
    const answer: DesktopAnswer<T> = await ipcRenderer.invoke(channel, input)
    if (answer.ok) return answer.value
    throw new Error(answer.message)
  }
  return {
    connect: () => ipcRenderer.send(desktopChannels.connect),
    filesForDrop: (files) =>
      ask<OpenedFile[]>(
        desktopChannels.openPaths,
        files.map((file): DroppedFile => ({
          name: file.name,
          path: webUtils.getPathForFile(file),
        })),
      ),
    chooseFiles: () => ask<OpenedFile[]>(desktopChannels.chooseFiles),
    listen: (next) => {
      listener = next
      ipcRenderer.send(desktopChannels.listen)
    },
    restartToUpdate: () => ask<void>(desktopChannels.restartToUpdate),
    settings: () => ask<DesktopSettings>(desktopChannels.settings),
    saveSettings: (settings) => ask<DesktopSettings>(desktopChannels.saveSettings, settings),
  }
}
