/** Whether the system starts Pallet when the person signs in: without a window, so that runs go on. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { App } from 'electron'

/** A start that shall show no window by itself. */
export const backgroundSwitch = '--background'

export function isLoginStart(
  argv: readonly string[],
  app: Pick<App, 'getLoginItemSettings'>,
  platform: NodeJS.Platform = process.platform,
): boolean {
  if (platform === 'darwin') return app.getLoginItemSettings().wasOpenedAtLogin
  return argv.includes(backgroundSwitch)
}

export interface LoginItem {
  /** null: this Pallet was not installed, so there is nothing that the system could start. */
  get(): boolean | null
  /** Throws where the system refuses. */
  set(on: boolean): void
}

type System = Pick<NodeJS.Process, 'platform' | 'env' | 'execPath'>

export function loginItem(
  app: Pick<App, 'isPackaged' | 'getLoginItemSettings' | 'setLoginItemSettings'>,
  system: System,
  homeFolder: string,
): LoginItem {
  const { platform } = system
  if (!app.isPackaged) return { get: () => null, set: () => {} }
  if (platform === 'linux') return autostart(system, homeFolder)
  // Asked for with the same arguments that were set, else Windows does not find the entry.
  const given = platform === 'win32' ? { args: [backgroundSwitch] } : {}
  return {
    get: () => app.getLoginItemSettings(given).openAtLogin,
    set: (openAtLogin) => app.setLoginItemSettings({ openAtLogin, ...given }),
  }
}

/** Freedesktop's Autostart specification: a desktop entry in the person's own configuration. */
function autostart({ env, execPath }: System, homeFolder: string): LoginItem {
  const configuration = env['XDG_CONFIG_HOME'] ?? ''
  const folder = configuration === '' ? join(homeFolder, '.config') : configuration
  const file = join(folder, 'autostart', 'pallet-desktop.desktop')
  return {
    get: () => existsSync(file),
    set(on) {
      if (!on) return rmSync(file, { force: true })
      mkdirSync(dirname(file), { recursive: true })
      // An AppImage runs from a folder that is gone at the next start, but says where it lies.
      writeFileSync(file, desktopEntry(env['APPIMAGE'] ?? execPath))
    },
  }
}

export function desktopEntry(program: string): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Pallet',
    'Comment=Continues what was under way',
    `Exec=${quoted(program)} ${backgroundSwitch}`,
    'Terminal=false',
    '',
  ].join('\n')
}

/** Desktop Entry specification, The Exec key: quoted, reserved characters escaped, then escaped as a string; % doubled. */
function quoted(program: string): string {
  const escaped = program.replace(/(["`$\\])/g, '\\$1').replaceAll('\\', '\\\\')
  return `"${escaped.replaceAll('%', '%%')}"`
}
