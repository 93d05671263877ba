// What `npm start` has to know of Electron: whether its binary is here or can be had, and whether its
// sandbox can start.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root, run } from './node-version.mjs'

const folder = join(root, 'node_modules', 'electron')
const require = createRequire(join(folder, 'package.json'))

/** Since Electron 42 its path is written here once the binary has been downloaded. */
const pathFile = join(folder, 'path.txt')

/** The program; null while it has not been downloaded. */
export function electronBinary() {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : null
  if (override) return join(override, name ?? 'electron')
  return name === null ? null : join(folder, 'dist', name)
}

/** Downloads it, which may take minutes, and says how far it is. Whether it is there afterwards. */
export async function downloadElectron(node, say = progressOn(process.stderr)) {
  try {
    say('Downloading Electron, which makes the window (once) …')
    // Electron's own installer says nothing for half a minute; it finds in the cache what is fetched here.
    const { downloadArtifact } = await import(pathToFileURL(require.resolve('@electron/get')).href)
    await downloadArtifact({
      version: require('electron/package.json').version,
      artifactName: 'electron',
      platform: process.platform,
      arch: process.arch,
      cacheRoot: process.env.electron_config_cache,
      checksums: require('electron/checksums.json'),
      downloadOptions: {
        quiet: true,
        getProgressCallback: async (progress) => say(downloadText(progress)),
      },
    })
    say('Unpacking Electron …')
    await run(node, [join(folder, 'install.js')], { stdio: 'ignore' })
  } catch (error) {
    say(`Electron could not be downloaded: ${error.message}`)
  }
  say(null)
  return electronBinary() !== null
}

/** `Downloading Electron: 43 of 118 MB` */
export function downloadText({ transferred, total }) {
  const megabytes = (bytes) => Math.round(bytes / 1_000_000)
  return total === null
    ? `Downloading Electron: ${megabytes(transferred)} MB`
    : `Downloading Electron: ${megabytes(transferred)} of ${megabytes(total)} MB`
}

/** One line that changes in a terminal; in a file only what is not the same line again. null ends it. */
export function progressOn(stream) {
  let last = ''
  let isOpen = false
  return (text) => {
    if (text === null) {
      if (isOpen) stream.write('\n')
      isOpen = false
    } else if (text !== last && stream.isTTY) {
      stream.write(`\r${text.padEnd(last.length)}`)
      isOpen = true
    } else if (!text.startsWith('Downloading Electron: ')) stream.write(`${text}\n`)
    last = text ?? ''
  }
}

/** Chromium gives up with one of these signals. */
const refusals = [128 + 5, 128 + 6]

/**
 * Why Chromium ended before Pallet began, in sentences; null where it did not. Ubuntu since 23.10 lets
 * only programs with an AppArmor profile make a sandbox, and a checkout has none. `--no-sandbox` is no
 * way out: the window would run without the wall that keeps a web page from the computer.
 */
export function sandboxRefusal(code, system = thisSystem()) {
  if (system.platform !== 'linux' || !refusals.includes(code)) return null
  if (system.hasSuidHelper || !system.restricts) return null
  return (
    'Chromium could not start its sandbox: this Linux keeps programs from making one unless it knows them. ' +
    'The installed Pallet is known; to make a checkout known, run\n' +
    `  sudo chown root:root ${system.helper} && sudo chmod 4755 ${system.helper}`
  )
}

function thisSystem() {
  const helper = join(folder, 'dist', 'chrome-sandbox')
  const says = (path, value) => {
    try {
      return readFileSync(path, 'utf8').trim() === value
    } catch {
      return false
    }
  }
  const stat = existsSync(helper) ? statSync(helper) : null
  return {
    platform: process.platform,
    helper,
    hasSuidHelper: stat !== null && stat.uid === 0 && (stat.mode & 0o4755) === 0o4755,
    restricts:
      says('/proc/sys/kernel/apparmor_restrict_unprivileged_userns', '1') ||
      says('/proc/sys/kernel/unprivileged_userns_clone', '0') ||
      says('/proc/sys/user/max_user_namespaces', '0'),
  }
}
