/** The one window and all that belongs to it: its place, its icon in the tray, its news, what runs show outside it. */
import type * as Electron from 'electron'
import type { Logger } from 'pino'
import type { Run } from '../../shared/domain/runs/run.ts'
import { guardClosing } from './closing.ts'
import { RunFollower } from './followRuns.ts'
import { menuTemplate } from './menu.ts'
import type { WindowNews } from './news.ts'
import { type FileOpener, filesOf, Start } from './openFiles.ts'
import type { PreferencesFile } from './preferences.ts'
import type { Quitting } from './quit.ts'
import { TrayIcon } from './tray.ts'
import { type Appearance, focusWindow, openWindow, windowOptions } from './window.ts'
import { followPlace } from './windowBounds.ts'

/** What of Electron the window and its surroundings are made of. */
export type Shell = Pick<
  typeof Electron,
  | 'app'
  | 'BrowserWindow'
  | 'dialog'
  | 'Menu'
  | 'nativeImage'
  | 'Notification'
  | 'powerSaveBlocker'
  | 'screen'
  | 'Tray'
>

export interface DesktopParts {
  shell: Shell
  platform: NodeJS.Platform
  preload: string
  icon: string
  preferences: PreferencesFile
  quitting: Quitting
  files: FileOpener
  news: WindowNews
  /** Whether this desktop shows tray icons; the window does not wait for the answer. */
  hasTray: Promise<boolean>
  /** Shows a folder of Pallet in the file manager. */
  openFolder: (folder: 'logs' | 'data') => void
  log: Logger
}

export class Desktop {
  readonly #parts: DesktopParts
  readonly #runs: RunFollower
  readonly #tray: TrayIcon
  #hasTray = false
  /** How the window will appear when it has been drawn; null: it has. */
  #drawing: Appearance | null = null

  constructor(parts: DesktopParts) {
    const { shell, preferences } = parts
    this.#parts = parts
    void parts.hasTray.then((answer) => {
      this.#hasTray = answer
    })
    this.#tray = new TrayIcon({
      // The icon is drawn for the dock; a tray has no room for more than this.
      makeTray: () =>
        new shell.Tray(
          shell.nativeImage.createFromPath(parts.icon).resize({ width: 32, height: 32 }),
        ),
      buildMenu: (template) => shell.Menu.buildFromTemplate(template),
      show: () => this.show(),
      quit: () => shell.app.quit(),
    })
    this.#runs = new RunFollower({
      powerSaveBlocker: shell.powerSaveBlocker,
      window: () => this.#window,
      notification: ({ title, body }) =>
        shell.Notification.isSupported() ? new shell.Notification({ title, body }) : null,
      wantsNotices: () => preferences.get().notify,
      open: (runId) => {
        this.show()
        parts.news.tell({ kind: 'run', runId })
      },
      onUnderWay: (count) => this.#tray.setUnderWay(count),
      log: parts.log,
    })
  }

  get #window(): Electron.BrowserWindow | null {
    return this.#parts.shell.BrowserWindow.getAllWindows()[0] ?? null
  }

  /** Opens the window, and answers from now on to what the system says. */
  begin(outOfSight: boolean): void {
    const { app, Menu } = this.#parts.shell
    Menu.setApplicationMenu(
      Menu.buildFromTemplate(
        menuTemplate({
          platform: this.#parts.platform,
          isPackaged: app.isPackaged,
          openFiles: () => void this.#chooseFiles(),
          openFolder: this.#parts.openFolder,
          about: () => app.showAboutPanel(),
        }),
      ),
    )
    app.on('second-instance', (_event, _argv, _cwd, given) => {
      const start = Start.safeParse(given)
      void this.openFiles(start.success ? filesOf(start.data, app.getAppPath()) : [])
    })
    app.on('activate', () => this.show())
    app.on('window-all-closed', () => {
      // On a Mac an app without windows stays, and so do its runs.
      if (this.#parts.platform !== 'darwin') app.quit()
    })
    if (outOfSight) void this.#startOutOfSight()
    else this.show()
  }

  /** Opens the window, or brings it to the front. */
  show(): void {
    if (this.#parts.quitting.begun) return this.#parts.quitting.beginAgain([])
    const open = this.#window
    if (open !== null && this.#drawing === null) return focusWindow(open)
    const isMaximized = this.#parts.preferences.get().window?.maximized === true
    const appearance = isMaximized ? 'maximized' : 'shown'
    if (open === null) this.#open(appearance)
    else this.#drawing = appearance
  }

  /** Starts out of sight, as at login: in the tray, or minimised where there is none. */
  async #startOutOfSight(): Promise<void> {
    // On a Mac the icon in the dock opens it.
    if (this.#parts.platform === 'darwin') return
    const hasTray = await this.#parts.hasTray
    if (this.#window !== null || this.#parts.quitting.begun) return
    if (hasTray) this.#tray.show()
    this.#open(hasTray ? 'hidden' : 'minimized')
  }

  /** Files of the file manager, the icon or another start: the window comes to the front with them. */
  async openFiles(paths: readonly string[]): Promise<void> {
    if (this.#parts.quitting.begun) return this.#parts.quitting.beginAgain(paths)
    this.show()
    if (paths.length > 0) this.#tellOpened(await this.#parts.files.openPaths(paths))
  }

  /** File, Open… */
  async #chooseFiles(): Promise<void> {
    this.show()
    this.#tellOpened(await this.#parts.files.choose())
  }

  follow(runs: AsyncIterable<Run>): Promise<void> {
    return this.#runs.follow(runs)
  }

  #tellOpened(files: Awaited<ReturnType<FileOpener['openPaths']>>): void {
    if (files.length > 0) this.#parts.news.tell({ kind: 'opened', files })
  }

  #open(appearance: Appearance): void {
    const { shell, preferences, platform, quitting, log } = this.#parts
    const displays = shell.screen.getAllDisplays()
    const window = new shell.BrowserWindow(
      windowOptions(this.#parts, preferences.get().window, displays),
    )
    followPlace(window, (place) => preferences.change({ window: place }))
    guardClosing(window, {
      now: () => ({
        platform,
        quitting: quitting.begun,
        underWay: this.#runs.board.underWay,
        whenClosed: preferences.get().whenClosed,
        hasTray: this.#hasTray,
      }),
      ask: (over, options) => shell.dialog.showMessageBox(over, options),
      remember: (whenClosed) => preferences.change({ whenClosed }),
      toTray: () => this.#tray.show(),
      quit: () => shell.app.quit(),
      log,
    })
    window.on('show', () => this.#tray.hide())
    this.#drawing = appearance
    openWindow(window, {
      as: () => {
        const as = this.#drawing ?? appearance
        this.#drawing = null
        return as
      },
      log,
      now: Date.now,
      onHopeless: () =>
        shell.dialog.showErrorBox(
          'Pallet’s window keeps closing',
          'The runs go on and nothing is lost. Close Pallet and start it again; if that does not help, send the log file to whoever looks after Pallet.',
        ),
    })
    this.#runs.draw(true)
  }
}
