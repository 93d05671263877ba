// Finds a Chromium for the browser tests: on this computer, from Debian's packages, or Playwright's own.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'

const candidates = {
  linux: [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/usr/bin/google-chrome-stable',
    '/snap/bin/chromium',
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: ['ProgramFiles', 'ProgramFiles(x86)', 'LocalAppData'].map(
    (name) => `${process.env[name] ?? ''}\\Google\\Chrome\\Application\\chrome.exe`,
  ),
}

/** Answers with where it is and how it was found; null when there is none and none could be installed. */
export function findChromium() {
  const chosen = process.env.PALLET_CHROMIUM
  if (chosen !== undefined && existsSync(chosen))
    return { path: chosen, how: 'from PALLET_CHROMIUM' }
  const here = (candidates[process.platform] ?? []).find((path) => existsSync(path))
  if (here !== undefined) return { path: here, how: 'already on this computer' }
  if (process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.error('No Chromium found; installing Debian’s package …')
    const apt = (...args) =>
      spawnSync('apt-get', args, {
        stdio: 'ignore',
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      }).status === 0
    if (apt('update') && apt('install', '-y', '--no-install-recommends', 'chromium'))
      return { path: '/usr/bin/chromium', how: 'Debian’s package, installed now' }
  }
  console.error('No Chromium found; trying Playwright’s own download …')
  const require = createRequire(import.meta.url)
  const cli = require.resolve('@playwright/test/cli')
  spawnSync(process.execPath, [cli, 'install', 'chromium'], { stdio: 'ignore', timeout: 300_000 })
  const { chromium } = require('@playwright/test')
  const path = chromium.executablePath()
  return existsSync(path) ? { path, how: 'Playwright’s download' } : null
}
