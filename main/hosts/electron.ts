/** Composition root of the desktop app: the core in Electron's main process, behind one window. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  MessageChannelMain,
  protocol,
  safeStorage,
  session,
  shell,
  utilityProcess,
} from 'electron'
import type { Logger } from 'pino'
import { Problem } from '../../shared/domain/problem.ts'
import { serveBridge } from '../electron/bridge.ts'
import { menuTemplate } from '../electron/menu.ts'
import { guardContents, guardPermissions } from '../electron/navigation.ts'
import { closeOnQuit } from '../electron/quit.ts'
import { desktopVault } from '../electron/safeStorageVault.ts'
import { registerAppScheme, serveAppScheme } from '../electron/scheme.ts'
import { forkUtility } from '../electron/utilityChild.ts'
import { startUpdates } from '../electron/updates.ts'
import { focusWindow, openWindow, windowOptions } from '../electron/window.ts'
import { createFilesHandler } from '../rpc/files.ts'
import { createStaticHandler } from '../rpc/staticFiles.ts'
import { createRpcServer } from '../rpc/wire.ts'
import { openVault } from '../vault/open.ts'
import { builtWindow } from './builtWindow.ts'
import { openCore } from './core.ts'
import { homeFolder } from './home.ts'
import { version } from './version.ts'

const folder = homeFolder(undefined, process.env)
registerAppScheme(protocol)
// Chromium's own files lie beside the data, so that two homes are two apps, each single.
try {
  const chromiumFolder = join(folder, 'window')
  mkdirSync(chromiumFolder, { recursive: true, mode: 0o700 })
  app.setPath('userData', chromiumFolder)
} catch {
  // The core, which needs the same folder, says what is wrong with it.
}
app.setAppUserModelId('app.pallet.desktop')

if (app.requestSingleInstanceLock())
  // Not awaited: Electron becomes ready only after this module has been loaded.
  start().catch((error: unknown) => {
    dialog.showErrorBox('Pallet cannot start', Problem.from(error).message)
    app.exit(1)
  })
else app.quit()

async function start(): Promise<void> {
  await app.whenReady()
  const { core, log } = await openCore({
    folder,
    version,
    environment: process.env,
    openVault: async (home, log) =>
      desktopVault(await openVault(home, log), safeStorage, home, process.platform, log),
    openUrl: (url) => shell.openExternal(url),
    sandbox: {
      fork: forkUtility(
        (...given) => utilityProcess.fork(...given),
        join(import.meta.dirname, 'utilityChannel.js'),
      ),
    },
  })
  closeOnQuit(app, () => core.close(), log)

  const rpc = createRpcServer({ core, host: 'electron', log })
  const files = createFilesHandler({ core, log })
  serveAppScheme(protocol, { files, statics: createStaticHandler(builtWindow()), log })
  guardPermissions(session.defaultSession)
  app.on('web-contents-created', (_event, contents) => guardContents(contents, shell, log))
  serveBridge({
    ipcMain,
    core,
    rpc,
    newChannel: () => new MessageChannelMain(),
    showDialog: async (options) => {
      const window = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0]
      const chosen = await (window === undefined
        ? dialog.showOpenDialog(options)
        : dialog.showOpenDialog(window, options))
      return chosen.filePaths
    },
    log,
  })
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform, app.isPackaged)))

  const showWindow = (): void => {
    const open = BrowserWindow.getAllWindows()[0]
    if (open === undefined) newWindow(log)
    else focusWindow(open)
  }
  app.on('second-instance', showWindow)
  app.on('activate', showWindow)
  app.on('window-all-closed', () => {
    // On a Mac an app without windows stays, and so do its runs.
    if (process.platform !== 'darwin') app.quit()
  })
  showWindow()
  core.runs.resumeAll()
  await startUpdates(
    process.env['PALLET_UPDATES'],
    app.isPackaged,
    async () => (await import('electron-updater')).default.autoUpdater,
    log,
  )
}

function newWindow(log: Logger): void {
  openWindow(new BrowserWindow(windowOptions(join(import.meta.dirname, 'preload.cjs'))), {
    log,
    now: Date.now,
    onHopeless: () =>
      dialog.showErrorBox(
        'Pallet’s window keeps closing',
        'The runs go on and nothing is lost. Close Pallet and start it again; if that does not help, send the log file to whoever looks after Pallet.',
      ),
  })
}
