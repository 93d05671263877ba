// `npm run package`: builds, packs and makes the installers of this system, into release/. For trying out it signs
// as nobody; `npm run package -- --release` refuses to make one that is not signed. What follows goes to
// electron-builder as it is (`-- --dir`: no installer, only the folder).
import { join } from 'node:path'
import { bundledNode, root, run } from './node-version.mjs'

const node = bundledNode() ?? process.execPath
const given = process.argv.slice(2)
const isRelease = given.includes('--release')
const rest = given.filter((argument) => argument !== '--release')

// A name that never resolves: who tries an installer out gets no updates.
const updates = process.env.PALLET_UPDATES_FROM ?? (isRelease ? null : 'https://updates.invalid/')
if (updates === null) {
  console.error(
    'A release asks for updates: set PALLET_UPDATES_FROM to the address of their folder.',
  )
  process.exit(2)
}

/** A Mac with an Apple chip starts nothing that is not signed, if only by `-`, which is nobody. */
const signing = isRelease ? ['-c.forceCodeSigning=true'] : ['-c.mac.identity=-']
const built = await run(node, [join(root, 'build', 'build.mjs')])
process.exitCode =
  built === 0
    ? await run(
        node,
        [
          join(root, 'node_modules', 'electron-builder', 'cli.js'),
          '--publish=never',
          ...signing,
          ...rest,
        ],
        { cwd: root, env: { ...process.env, PALLET_UPDATES_FROM: updates } },
      )
    : built
