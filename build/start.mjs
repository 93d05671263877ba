// `npm start`: the desktop app where Electron is or can be had, else the same app in the browser.
import { join } from 'node:path'
import { downloadElectron, electronBinary, sandboxRefusal } from './electron.mjs'
import { bundledNode, root, run } from './node-version.mjs'

const node = bundledNode() ?? process.execPath
const args = process.argv.slice(2)

const hasDisplay =
  process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
const isRoot = process.getuid?.() === 0 && !args.includes('--no-sandbox')

const sameApp = 'so Pallet opens in the browser; it is the same app.'
const inBrowser = async (why) => {
  console.error(why)
  process.exitCode = await run(node, [join(root, 'build', 'pallet.mjs'), ...args, 'serve'])
}

if (!hasDisplay)
  await inBrowser(
    'There is no display here, so Pallet serves its window; open this address in a browser on this computer:',
  )
else if (isRoot) await inBrowser(`Electron does not run as root, ${sameApp}`)
else if (electronBinary() === null && !(await downloadElectron(node)))
  await inBrowser(`Electron could not be installed here, ${sameApp}`)
else {
  const code = await run(electronBinary(), [root, ...args])
  const refusal = sandboxRefusal(code)
  if (refusal === null) process.exitCode = code
  else await inBrowser(`${refusal}\nIt does not run without one, ${sameApp}`)
}
