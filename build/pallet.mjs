#!/usr/bin/env node
// The command `pallet`: finds the right Node, then hands over to the built command line.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { onNewEnoughNode } from './node-version.mjs'

const given = process.argv.slice(2)
// An address may carry a signature; the title takes the place of the arguments in what `ps` shows.
process.title = 'pallet'

if (await onNewEnoughNode(fileURLToPath(import.meta.url), given)) {
  const cli = new URL('../dist/cli.js', import.meta.url)
  if (existsSync(cli)) {
    // DuckDB's calls each hold a thread of Node's pool; four would make file access wait.
    process.env.UV_THREADPOOL_SIZE ??= '8'
    await import(cli.href)
  } else {
    console.error('Pallet is not built yet. Run “npm run build” in the Pallet folder first.')
    process.exitCode = 1
  }
}
