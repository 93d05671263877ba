// Builds everything into dist/: the Node side with Rolldown, the window with Vite. What was
// built before stays until all of it is there.
import { cpSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { build } from 'vite'
import manifest from '../package.json' with { type: 'json' }
import { licences } from './licences.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const at = (path) => `${root}${path}`
const target = at('dist.new')
rmSync(target, { recursive: true, force: true })

// docs/decisions/one-bundle.md: packages are bundled, but for those that package.json names as needed at run time.
const outside = ['electron', ...Object.keys(manifest.dependencies)]
const isOutside = (id) => outside.some((name) => id === name || id.startsWith(`${name}/`))
const texts = licences()

async function bundle(input, output) {
  const bundle = await rolldown({
    input,
    platform: 'node',
    external: isOutside,
    // Azurite's telemetry; only its own command line, which nobody runs here, would start it.
    resolve: { alias: { applicationinsights: at('build/nothing.mjs') } },
    transform: { target: 'node22' },
    // Snowflake's driver asks for a native part that it goes without (docs/decisions/snowflake.md).
    checks: { eval: false },
    plugins: [texts.plugin],
  })
  await bundle.write({ dir: target, sourcemap: true, ...output })
  await bundle.close()
}

await bundle(
  {
    cli: at('main/hosts/cli.ts'),
    electron: at('main/hosts/startElectron.ts'),
    thread: at('main/workers/thread.ts'),
    queryChild: at('main/workers/queryChild.ts'),
    hashThread: at('main/upload/blocks/hashThread.ts'),
    wholeMd5Thread: at('main/upload/blocks/wholeMd5Thread.ts'),
    azurite: at('main/sandbox/child.ts'),
    utilityChannel: at('main/electron/utilityChannel.ts'),
  },
  { format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
)
await bundle({ preload: at('preload/index.ts') }, { format: 'cjs', entryFileNames: '[name].cjs' })
cpSync(at('build/icon.png'), `${target}/icon.png`)
cpSync(at('main/store/migrations'), `${target}/migrations`, { recursive: true })
await build({
  configFile: at('renderer/vite.config.ts'),
  logLevel: 'warn',
  build: { outDir: `${target}/renderer` },
  plugins: [texts.plugin],
})
writeFileSync(`${target}/licences.txt`, texts.text())
writeFileSync(`${target}/.built`, '')
rmSync(at('dist'), { recursive: true, force: true })
renameSync(target, at('dist'))
