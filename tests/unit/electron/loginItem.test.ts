import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { desktopEntry, isLoginStart, loginItem } from '../../../main/electron/loginItem.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pallet-login-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** As the system keeps it: an entry is found only by the arguments it was made with. */
function system(more: { isPackaged?: boolean; wasOpenedAtLogin?: boolean } = {}) {
  const entries = new Set<string>()
  const settings = (openAtLogin: boolean) => ({
    openAtLogin,
    wasOpenedAtLogin: more.wasOpenedAtLogin ?? false,
    launchItems: [],
    status: 'enabled' as const,
    executableWillLaunchAtLogin: openAtLogin,
  })
  return {
    isPackaged: more.isPackaged ?? true,
    getLoginItemSettings: (asked?: { args?: string[] }) =>
      settings(entries.has(JSON.stringify(asked?.args))),
    setLoginItemSettings: (given: { openAtLogin?: boolean; args?: string[] }) => {
      const entry = JSON.stringify(given.args)
      if (given.openAtLogin === true) entries.add(entry)
      else entries.delete(entry)
    },
  }
}

const on = (platform: NodeJS.Platform, env: NodeJS.ProcessEnv = {}) => ({
  platform,
  env,
  execPath: '/opt/Pallet/pallet-desktop',
})

it.each(['win32', 'darwin', 'linux'] as const)('is switched on and off: %s', (platform) => {
  const login = loginItem(system(), on(platform), folder)
  expect(login.get()).toBe(false)
  login.set(false)
  login.set(true)
  expect(login.get()).toBe(true)
  login.set(false)
  expect(login.get()).toBe(false)
})

it('cannot be had for a checkout', () => {
  const login = loginItem(system({ isPackaged: false }), on('linux'), folder)
  login.set(true)
  expect(login.get()).toBeNull()
  expect(existsSync(join(folder, '.config'))).toBe(false)
})

it('is a desktop entry on Linux, which starts the AppImage and not what it unpacked', async () => {
  const env = {
    XDG_CONFIG_HOME: join(folder, 'settings'),
    APPIMAGE: '/x/Pallet 1.AppImage',
  }
  loginItem(system(), on('linux', env), folder).set(true)
  const text = await readFile(
    join(folder, 'settings', 'autostart', 'pallet-desktop.desktop'),
    'utf8',
  )
  expect(text).toMatch(/^\[Desktop Entry\]\nType=Application\nName=Pallet\n/)
  expect(text).toContain('\nExec="/x/Pallet 1.AppImage" --background\n')
})

it('escapes what means something in an Exec line', () => {
  expect(desktopEntry('/a"b$c\\d`e%f')).toContain('Exec="/a\\\\"b\\\\$c\\\\\\\\d\\\\`e%%f" ')
})

it('a start by the system shows no window by itself', () => {
  expect(isLoginStart(['pallet', '--background'], system(), 'linux')).toBe(true)
  expect(isLoginStart(['pallet'], system({ wasOpenedAtLogin: true }), 'win32')).toBe(false)
  expect(isLoginStart(['pallet'], system({ wasOpenedAtLogin: true }), 'darwin')).toBe(true)
})
