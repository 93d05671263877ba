// Makes a fresh clone ready: installs what is missing and builds what is out of date.
// Runs on the system's Node, which may be 20, and therefore uses nothing but Node itself.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundledNode, root, run } from './node-version.mjs'

const stamp = join(root, 'node_modules', '.pallet-installed')
const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex')

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock || bundledNode() === null) {
  console.error('Installing what Pallet needs (once; a few minutes) …')
  const npm = process.env.npm_execpath
  // Not `npm ci`: it refuses a lock file that lacks other platforms' optional binaries, which npm
  // leaves out where the registry does not serve them. Versions still come from the lock file.
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']
  const code =
    npm === undefined
      ? await run('npm', args, { shell: process.platform === 'win32' })
      : await run(process.execPath, [npm, ...args])
  if (code !== 0) {
    console.error('The installation failed; npm says why above. Nothing else was done.')
    process.exit(1)
  }
  // Removed first: in a copy made of hard links it would be everybody's.
  rmSync(stamp, { force: true })
  writeFileSync(stamp, lock)
}

/** Time of the newest change below the given folders and files, ms since 1970. */
function newest(paths) {
  let latest = 0
  for (const path of paths) {
    if (!existsSync(path)) continue
    const info = statSync(path)
    latest = Math.max(
      latest,
      info.isDirectory() ? newest(readdirSync(path).map((name) => join(path, name))) : info.mtimeMs,
    )
  }
  return latest
}

// Whoever works on the sources runs them as they are.
if (process.argv.includes('--install-only')) process.exit(0)

const sources = ['main', 'preload', 'shared', 'renderer', 'build', 'package-lock.json']
const built = join(root, 'dist', '.built')
if (
  !existsSync(built) ||
  statSync(built).mtimeMs < newest(sources.map((name) => join(root, name)))
) {
  console.error('Building Pallet …')
  const node = bundledNode()
  if (node === null) {
    console.error('The Node that comes with Pallet was not installed; see npm’s messages above.')
    process.exit(1)
  }
  const code = await run(node, [join(root, 'build', 'build.mjs')])
  if (code !== 0) process.exit(code)
}
