/** The few messages between the preload script and Electron's main process, in one map. */
export const desktopChannels = {
  /** preload → main: a window wants a message port. */
  connect: 'pallet:connect',
  /** main → preload: the port, as the message's only one. */
  port: 'pallet:port',
  /** preload → main, answered: names and paths of dropped files; the path is '' for a file without one. */
  openPaths: 'pallet:open-paths',
  /** preload → main, answered: the files chosen in the native dialog. */
  chooseFiles: 'pallet:choose-files',
  /** preload → main: the page listens. */
  listen: 'pallet:listen',
  /** main → preload: a `DesktopNews`. */
  news: 'pallet:news',
  /** preload → main, answered. */
  restartToUpdate: 'pallet:restart-to-update',
  settings: 'pallet:settings',
  saveSettings: 'pallet:save-settings',
} as const

/** A dropped file as preload names it to main. */
export interface DroppedFile {
  name: string
  path: string
}

/** An answer over IPC, where it failed as a sentence: Electron garbles what is thrown across. */
export type DesktopAnswer<T> = { ok: true; value: T } | { ok: false; message: string }
