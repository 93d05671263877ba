// Pallet needs Node 22.12 or newer: on Node 20 its database module crashes the whole
// process instead of throwing. This file itself runs on Node 20, to say so or to help.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** The Node that comes with the checkout; null before it is installed. */
export function bundledNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const path = fileURLToPath(new URL(`../node_modules/node/bin/${name}`, import.meta.url))
  return existsSync(path) ? path : null
}

export function isNewEnough(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 12)
}

/** Runs `node script ...args` and answers with its exit code; signals go through to it. */
export function run(node, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, { stdio: 'inherit', cwd: root, ...options })
    const forward = (signal) => child.kill(signal)
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of signals) process.on(signal, forward)
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      for (const name of signals) process.off(name, forward)
      resolve(code ?? 128 + (constants.signals[signal] ?? 0))
    })
  })
}

/**
 * True when this process may go on. Otherwise the script has been run to its end by the
 * checkout's own Node, or a sentence has been printed, and the exit code is set.
 */
export async function onNewEnoughNode(script, args) {
  if (isNewEnough()) {
    endWithParent()
    return true
  }
  const node = bundledNode()
  if (node === null) {
    console.error(
      `Pallet needs Node 22.12 or newer; this is ${process.versions.node}. ` +
        'Run “npm run demo” once in the Pallet folder: it brings its own.',
    )
    process.exitCode = 1
    return false
  }
  process.exitCode = await run(node, [script, ...args], {
    cwd: process.cwd(),
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  return false
}

/** Started by the older Node above: when that one is killed, this one ends too, in good order. */
function endWithParent() {
  if (!process.connected) return
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  // Only a line to hear by: it must not keep this process alive.
  process.channel?.unref()
}
