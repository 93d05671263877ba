/** Composition root of the desktop app: one window, and behind it the core in Electron's main process. */
import { homedir } from 'node:os'
import { join } from 'node:path'
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  MessageChannelMain,
  nativeImage,
  Notification,
  powerSaveBlocker,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  Tray,
  utilityProcess,
} from 'electron'
import type { Logger } from 'pino'
import { Problem } from '../../shared/domain/problem.ts'
import { serveBridge } from '../electron/bridge.ts'
import { Desktop } from '../electron/desktop.ts'
import { tellFaults } from '../electron/faults.ts'
import { isLoginStart, loginItem } from '../electron/loginItem.ts'
import { guardContents, guardPermissions } from '../electron/navigation.ts'
import { WindowNews } from '../electron/news.ts'
import { FileOpener, filesOf, openDialog, openWith, type Start } from '../electron/openFiles.ts'
import { desktopSettings, openPreferences } from '../electron/preferences.ts'
import { placeProfile } from '../electron/profile.ts'
import { closeOnQuit, commandLine, quitOnSignals } from '../electron/quit.ts'
import { desktopVault } from '../electron/safeStorageVault.ts'
import { registerAppScheme, serveAppScheme } from '../electron/scheme.ts'
import { systemProxy } from '../electron/systemProxy.ts'
import { hasTray } from '../electron/tray.ts'
import { forkUtility } from '../electron/utilityChild.ts'
import { startUpdates } from '../electron/updates.ts'
import { createFilesHandler } from '../rpc/files.ts'
import { createStaticHandler } from '../rpc/staticFiles.ts'
import { createRpcServer } from '../rpc/wire.ts'
import type { Core } from '../runs/core.ts'
import { openVault } from '../vault/open.ts'
import { builtWindow } from './builtWindow.ts'
import { checkAddressSpace } from './addressSpace.ts'
import { closeLimitMs, logsOf, openCore } from './core.ts'
import { homeFolder } from './home.ts'
import { openLastingLog } from './log.ts'
import { version } from './version.ts'

const folder = homeFolder(undefined, process.env)
registerAppScheme(protocol)
placeProfile(app, folder)
app.setAppUserModelId('app.pallet.desktop')

const given: Start = { argv: process.argv, cwd: process.cwd() }
// A Mac hands over files before the app is ready.
const opened = openWith(app, filesOf(given, app.getAppPath()))
if (app.requestSingleInstanceLock(given))
  // Not awaited: Electron becomes ready only after this module has been loaded.
  start().catch((error: unknown) => {
    dialog.showErrorBox('Pallet cannot start', Problem.from(error).message)
    app.exit(1)
  })
else app.quit()

async function start(): Promise<void> {
  const logs = logsOf(folder)
  const log = openLastingLog(logs)
  tellFaults(process, {
    log,
    showError: (title, text) => dialog.showErrorBox(title, text),
    quit: () => app.quit(),
  })
  await app.whenReady()
  quitOnSignals(process, app, log)

  // The window does not wait for the core: a keychain may ask a person before it opens.
  const { promise: core, resolve, reject } = Promise.withResolvers<Core>()
  const ended = new AbortController()
  const quitting = closeOnQuit(app, {
    close: async () => {
      ended.abort()
      await core.then(
        (opened) => opened.close(),
        () => {},
      )
    },
    log,
    limitMs: closeLimitMs,
    again: (files) => commandLine(app, process, files),
  })
  const rpc = core.then((core) => createRpcServer({ core, host: 'electron', log }))
  rpc.catch(() => {})
  serveAppScheme(protocol, {
    files: createFilesHandler({ core, log }),
    statics: createStaticHandler(builtWindow()),
    log,
  })
  guardPermissions(session.defaultSession)
  app.on('web-contents-created', (_event, contents) => guardContents(contents, shell, log))

  const preferences = openPreferences(join(folder, 'window.json'), log)
  const news = new WindowNews()
  const files = new FileOpener({
    openSource: async (path) => (await core).sources.open(path),
    showDialog: openDialog(dialog, BrowserWindow),
    remember: (path) => {
      if (process.platform !== 'linux') app.addRecentDocument(path)
    },
    log,
  })
  const desktop = new Desktop({
    shell: {
      app,
      BrowserWindow,
      dialog,
      Menu,
      nativeImage,
      Notification,
      powerSaveBlocker,
      screen,
      Tray,
    },
    platform: process.platform,
    preload: join(import.meta.dirname, 'preload.cjs'),
    icon: join(import.meta.dirname, 'icon.png'),
    hasTray: hasTray(process.platform),
    openFolder: (which) => void shell.openPath(which === 'logs' ? logs : folder),
    preferences,
    quitting,
    files,
    news,
    log,
  })
  const updates = core.then(() =>
    startUpdates({
      setting: process.env['PALLET_UPDATES'],
      isPackaged: app.isPackaged,
      load: async () => (await import('electron-updater')).default.autoUpdater,
      tell: (update) => news.tell({ kind: 'update', update }),
      later: (call, ms) => void setTimeout(call, ms).unref(),
      log,
    }),
  )
  updates.catch(() => {})
  serveBridge({
    ipcMain,
    rpc,
    files,
    news,
    log,
    newChannel: () => new MessageChannelMain(),
    restartToUpdate: async () => {
      const install = (await updates).install()
      if (install === null) return
      quitting.endWith(install)
      app.quit()
    },
    settings: desktopSettings(preferences, loginItem(app, process, homedir())),
  })
  app.setAboutPanelOptions({ applicationName: 'Pallet', applicationVersion: version })

  desktop.begin(isLoginStart(given.argv, app))
  opened.onFiles((paths) => void desktop.openFiles(paths))

  openDesktopCore(log).then(resolve, reject)
  const running = await core
  if (quitting.begun) return
  running.runs.resumeAll()
  void running.lookAfterBlobs()
  void running.watchFolders()
  void running.landStreams()
  void running.fetchOnTime()
  void running.tellAlerts()
  void running.removeOld()
  void desktop.follow(running.runs.watch(ended.signal, 500))
}

async function openDesktopCore(log: Logger): Promise<Core> {
  // Before the threads start, which read it.
  Object.assign(process.env, await systemProxy(session.defaultSession, process.env))
  checkAddressSpace()
  const { core } = await openCore({
    folder,
    version,
    log,
    environment: process.env,
    openVault: async (home, log) =>
      desktopVault(await openVault(home, log), safeStorage, home, process.platform, log),
    openUrl: (url) => shell.openExternal(url),
    fork: forkUtility(
      (...given) => utilityProcess.fork(...given),
      join(import.meta.dirname, 'utilityChannel.js'),
    ),
  })
  return core
}
