// `npm start`: the desktop app where Electron is or can be had, else the same app in the browser.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { bundledNode, root, run } from './node-version.mjs'

const node = bundledNode() ?? process.execPath
const args = process.argv.slice(2)
const electron = join(root, 'node_modules', 'electron')

/** Since Electron 42 this file appears once its binary has been downloaded. */
const binaryIsThere = () =>
  process.env.ELECTRON_OVERRIDE_DIST_PATH !== undefined || existsSync(join(electron, 'path.txt'))

const hasDisplay =
  process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)

if (hasDisplay && !binaryIsThere() && existsSync(join(electron, 'install.js')))
  await run(node, [join(electron, 'install.js')], { stdio: 'ignore' })

if (hasDisplay && binaryIsThere()) {
  process.exitCode = await run(node, [join(electron, 'cli.js'), root, ...args])
} else {
  console.error(
    hasDisplay
      ? 'Electron could not be installed here, so Pallet opens in the browser; it is the same app.'
      : 'There is no display here, so Pallet serves its window; open this address in a browser on this computer:',
  )
  process.exitCode = await run(node, [join(root, 'build', 'pallet.mjs'), ...args, 'serve'])
}
