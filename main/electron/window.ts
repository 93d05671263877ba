/** The one window. */
import type { BrowserWindow, BrowserWindowConstructorOptions, Display } from 'electron'
import type { Logger } from 'pino'
import { windowUrl } from './scheme.ts'
import { type WindowPlace, usableBounds } from './windowBounds.ts'

/** The defaults of today's Electron, stated so that no later default changes them. */
export function windowOptions(
  files: { preload: string; icon: string },
  place: WindowPlace | null,
  displays: readonly Pick<Display, 'workArea'>[],
): BrowserWindowConstructorOptions {
  const { preload, icon } = files
  const bounds = place === null ? null : usableBounds(place.bounds, displays)
  return {
    title: 'Pallet',
    icon,
    width: 1200,
    height: 800,
    ...bounds,
    minWidth: 640,
    minHeight: 480,
    show: false,
    autoHideMenuBar: true,
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  }
}

type Shown = Pick<
  BrowserWindow,
  'once' | 'show' | 'maximize' | 'minimize' | 'loadURL' | 'reload' | 'isDestroyed'
> & {
  webContents: Pick<BrowserWindow['webContents'], 'on'>
}

/** `hidden`: behind its icon in the tray, `minimized`: where there is none. */
export type Appearance = 'shown' | 'maximized' | 'minimized' | 'hidden'

/** Crashes within a minute after which reloading is no longer a remedy. */
const crashLimit = 3
const crashWindowMs = 60_000

/**
 * Loads the app and shows it when it has been drawn. A window whose process dies is loaded
 * again, because the runs live in the core and lose nothing; `onHopeless` when it keeps dying.
 */
export function openWindow(
  window: Shown,
  parts: {
    /** Asked when it has been drawn: meanwhile a person may want to see what was to be hidden. */
    as: () => Appearance
    log: Logger
    now: () => number
    onHopeless: () => void
  },
): void {
  const appear = (): void => {
    switch (parts.as()) {
      case 'shown':
        return window.show()
      case 'maximized':
        return window.maximize()
      case 'minimized':
        return window.minimize()
      case 'hidden':
    }
  }
  window.once('ready-to-show', appear)
  let crashes: number[] = []
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return
    parts.log.error({ reason, exitCode }, 'the window died')
    crashes = [...crashes.filter((at) => parts.now() - at < crashWindowMs), parts.now()]
    if (crashes.length > crashLimit) parts.onHopeless()
    else window.reload()
  })
  window.loadURL(windowUrl).catch((error: unknown) => {
    parts.log.error({ err: error }, 'the window could not be loaded')
    if (!window.isDestroyed()) window.show()
  })
}

/** Brings an open window to the front. */
export function focusWindow(
  window: Pick<BrowserWindow, 'isMinimized' | 'restore' | 'show' | 'focus'>,
): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}
