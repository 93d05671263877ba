/** The icon by which a Pallet without a window can be found. It is there only while it is needed. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Menu, MenuItemConstructorOptions, Tray } from 'electron'
import { underWayText } from './runNotices.ts'

type Icon = Pick<Tray, 'on' | 'setToolTip' | 'setContextMenu' | 'destroy' | 'isDestroyed'>

export interface TrayParts {
  makeTray: () => Icon
  buildMenu: (template: MenuItemConstructorOptions[]) => Menu
  show: () => void
  quit: () => void
}

export class TrayIcon {
  readonly #parts: TrayParts
  #icon: Icon | null = null
  #underWay = 0

  constructor(parts: TrayParts) {
    this.#parts = parts
  }

  show(): void {
    if (this.#icon !== null) return
    this.#icon = this.#parts.makeTray()
    // Many Linux desktops show the menu instead; it has the same as its first entry.
    this.#icon.on('click', () => this.#parts.show())
    this.#draw()
  }

  hide(): void {
    if (this.#icon !== null && !this.#icon.isDestroyed()) this.#icon.destroy()
    this.#icon = null
  }

  setUnderWay(count: number): void {
    this.#underWay = count
    this.#draw()
  }

  #draw(): void {
    if (this.#icon === null || this.#icon.isDestroyed()) return
    const text = underWayText(this.#underWay)
    this.#icon.setToolTip(`Pallet: ${text}`)
    this.#icon.setContextMenu(
      this.#parts.buildMenu([
        { label: 'Open Pallet', click: () => this.#parts.show() },
        { label: text, enabled: false },
        { type: 'separator' },
        { label: 'Quit', click: () => this.#parts.quit() },
      ]),
    )
  }
}

type Ask = (program: string, args: string[]) => Promise<{ stdout: string }>

/** The desktop answers at once or never. */
const askLimitMs = 2000
const askSystem: Ask = (program, args) =>
  promisify(execFile)(program, args, { timeout: askLimitMs })

/**
 * Whether this desktop shows tray icons. Electron does not tell: on a Linux without the watcher (plain
 * GNOME) a tray is made and never seen, and a hidden window would be lost with it.
 */
export async function hasTray(platform: NodeJS.Platform, ask: Ask = askSystem): Promise<boolean> {
  if (platform !== 'linux') return true
  const bus = 'org.freedesktop.DBus'
  try {
    const { stdout } = await ask('gdbus', [
      'call',
      '--session',
      `--dest=${bus}`,
      '--object-path=/org/freedesktop/DBus',
      `--method=${bus}.NameHasOwner`,
      'org.kde.StatusNotifierWatcher',
    ])
    return stdout.trim() === '(true,)'
  } catch {
    return false
  }
}
