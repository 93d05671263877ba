#!/usr/bin/env node
// The command `pallet`: finds the right Node, then hands over to the built command line.
import { existsSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'
import { bundledNode, onNewEnoughNode } from './node-version.mjs'

const given = process.argv.slice(2)
// An address may carry a signature; the title takes the place of the arguments in what `ps` shows.
process.title = 'pallet'

if (await onNewEnoughNode(fileURLToPath(import.meta.url), given)) {
  const cli = new URL('../dist/cli.js', import.meta.url)
  if (existsSync(cli)) {
    // DuckDB's calls each hold a thread of Node's pool; four would make file access wait.
    process.env.UV_THREADPOOL_SIZE ??= '8'
    // A checkout keeps what it has compiled where only those may write who may write its packages; threads and children
    // hear of it by the environment. An installation stays as it was signed.
    if (bundledNode() !== null) {
      process.env.NODE_COMPILE_CACHE ??= fileURLToPath(
        new URL('../node_modules/.cache/pallet-compiled', import.meta.url),
      )
      module.enableCompileCache()
    }
    await import(cli.href)
  } else {
    console.error('Pallet is not built yet. Run “npm run build” in the Pallet folder first.')
    process.exitCode = 1
  }
}
