import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { modulesIn, root } from './imports.ts'

const run = promisify(execFile)

/**
 * Loads modules in plain Node and prints who resolved `electron`. The entries are left out:
 * they act when they are loaded, and the import table has them already.
 */
const probe = `
import { registerHooks } from 'node:module'
const reached = []
registerHooks({
  resolve(specifier, context, next) {
    if (specifier === 'electron') reached.push(context.parentURL)
    return next(specifier, context)
  },
})
for (const module of JSON.parse(process.argv[1])) await import(module)
console.log(JSON.stringify(reached))
process.exit(0)
`

async function reachedFrom(modules: string[]): Promise<string[]> {
  const urls = modules.map((module) => join(root, module))
  const { stdout } = await run(
    process.execPath,
    ['--input-type=module', '-e', probe, JSON.stringify(urls)],
    { cwd: root, timeout: 600_000 },
  )
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as string[]
}

const entries = [
  'main/hosts/cli.ts',
  'main/hosts/startElectron.ts',
  'main/hosts/dev.ts',
  'main/workers/thread.ts',
  'main/upload/blocks/hashThread.ts',
  'main/upload/blocks/wholeMd5Thread.ts',
  'main/sandbox/child.ts',
]

it('nothing outside the shell reaches electron in plain Node', async () => {
  const modules = modulesIn('main').filter(
    (module) =>
      !module.startsWith('main/electron/') &&
      module !== 'main/hosts/electron.ts' &&
      !entries.includes(module),
  )
  expect(modules.length).toBeGreaterThan(50)
  expect(await reachedFrom(modules)).toEqual([])
})

it('nor do the parts of the shell that are tried in plain Node', async () => {
  const parts = modulesIn('main/electron').filter((module) => !module.endsWith('utilityChannel.ts'))
  expect(await reachedFrom([...parts, 'preload/bridge.ts'])).toEqual([])
})

it('and the probe sees it when something does', async () => {
  const reached = await reachedFrom(['tests/architecture/reachesElectron.mjs'])
  expect(reached.map((url) => url.split('/').at(-1))).toEqual(['reachesElectron.mjs'])
})
