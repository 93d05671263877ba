// Builds everything into dist/: the Node side with Rolldown, the window with Vite. What was
// built before stays until all of it is there.
import { cpSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
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
// DuckDB's own are 180 small files around a native library; only that stays outside.
const { '@duckdb/node-api': _, ...needed } = manifest.dependencies
const outside = ['electron', '@duckdb/node-bindings', ...Object.keys(needed)]
const isOutside = (id) => outside.some((name) => id === name || id.startsWith(`${name}/`))
const texts = licences()

/**
 * `import` of Node's http reads all that it exports, and its WebSocket loads the whole of fetch: 0.06 s of
 * processor time for each thread. Asked for by name it does not.
 */
const plainHttp = {
  name: 'plain-http',
  resolveId: (id, _importer, { kind }) =>
    /^(node:)?http$/.test(id) && kind === 'import-statement' ? '\0http' : null,
  load: (id) => {
    if (id !== '\0http') return null
    const names = Object.entries(Object.getOwnPropertyDescriptors(http))
      .filter(([, found]) => 'value' in found)
      .map(([name]) => name)
    return `const http = process.getBuiltinModule('node:http')
export default http
export const { ${names.join(', ')} } = http`
  },
}

async function bundle(input, output) {
  const bundle = await rolldown({
    input,
    platform: 'node',
    external: isOutside,
    // Azurite's telemetry; only its own command line, which nobody runs here, would start it.
    // The SSH client asks for two compiled parts to be faster, and does without (docs/decisions/sources-elsewhere.md).
    resolve: {
      alias: {
        applicationinsights: at('build/nothing.mjs'),
        'cpu-features': at('build/nothing.mjs'),
      },
    },
    transform: { target: 'node22' },
    // Snowflake's driver asks for a native part that it goes without (docs/decisions/snowflake.md).
    checks: { eval: false },
    plugins: [plainHttp, texts.plugin],
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
// Kafka's client reads it beside itself, from a folder of this name.
cpSync(at('node_modules/@platformatic/wasm-utils/dist/native.wasm'), `${target}/native.wasm`)
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
