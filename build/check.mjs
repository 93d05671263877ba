// Lint, formatting and types of every folder: what a compiler can hold.
import { join } from 'node:path'
import { bundledNode, root, run } from './node-version.mjs'

const node = bundledNode() ?? process.execPath
const bin = (name) => join(root, 'node_modules', name)
/** @type {[name: string, args: string[]][]} */
const checks = [
  ...['shared', 'main', 'preload', 'renderer', 'tests', 'tests/tsconfig.browser.json'].map(
    (folder) => [`types of ${folder}`, [bin('typescript/bin/tsc'), '-p', folder]],
  ),
  ['lint', [bin('oxlint/bin/oxlint'), '--deny-warnings']],
  ['formatting', [bin('oxfmt/bin/oxfmt'), '--check']],
]
let failed = 0
for (const [name, args] of checks) {
  const code = await run(node, args)
  console.error(`${code === 0 ? '✔' : '✘'} ${name}`)
  if (code !== 0) failed += 1
}
process.exitCode = failed === 0 ? 0 : 1
