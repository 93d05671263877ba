import { existsSync, globSync, readFileSync } from 'node:fs'
import { builtinModules, createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import manifest from '../../../package.json' with { type: 'json' }

const root = resolve(import.meta.dirname, '../../..')
const require = createRequire(import.meta.url)

/** electron-builder's own reading and judging of its configuration. */
interface BuilderConfig {
  getConfig(folder: string, file: string, overrides: object): Promise<Record<string, unknown>>
  validateConfiguration(config: object, log: { isEnabled: boolean }): Promise<void>
}
const builder = require('app-builder-lib/out/util/config/config') as BuilderConfig
const read = () => builder.getConfig(root, 'electron-builder.yml', {})
const judge = (config: object) => builder.validateConfiguration(config, { isEnabled: false })

/** Whether the tree or the build has what a file pattern of the configuration names. */
function exists(pattern: string): boolean {
  return globSync(pattern, { cwd: root }).length > 0
}

describe('electron-builder.yml', () => {
  it('satisfies the schema of the builder that will read it', async () => {
    await judge(await read())
  })

  it('would not with a slip in it', async () => {
    await expect(judge({ ...(await read()), hardenedRuntimes: true })).rejects.toThrow(
      'hardenedRuntimes',
    )
  })

  it('closes the fuses', async () => {
    expect((await read())['electronFuses']).toMatchObject({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      onlyLoadAppFromAsar: true,
      enableEmbeddedAsarIntegrityValidation: true,
      grantFileProtocolExtraPrivileges: false,
    })
  })

  it('names an installer for each system, and only files that exist', async () => {
    const config = (await read()) as {
      icon: string
      asarUnpack: string[]
      win: { target: { target: string }[] }
      mac: { target: { target: string }[]; entitlements: string; entitlementsInherit: string }
      linux: { target: { target: string }[] }
    }
    const targets = [config.win, config.mac, config.linux].map((system) =>
      system.target.map(({ target }) => target),
    )
    expect(targets).toEqual([['nsis'], ['dmg', 'zip'], ['AppImage', 'deb']])
    for (const file of [config.icon, config.mac.entitlements, config.mac.entitlementsInherit])
      expect(existsSync(join(root, file)), file).toBe(true)
    for (const pattern of config.asarUnpack)
      expect(exists(pattern.replace(/^\*\*\//, '')), pattern).toBe(true)
  })

  it('unpacks every native library of the packages that are shipped', async () => {
    const { asarUnpack } = (await read()) as { asarUnpack: string[] }
    const unpacked = asarUnpack.map((pattern) => pattern.replace(/^\*\*\//, ''))
    const covered = new Set(unpacked.flatMap((pattern) => globSync(pattern, { cwd: root })))
    const native = Object.keys(manifest.dependencies)
      .flatMap((name) => globSync(`node_modules/${name}*/**/*.{node,so,dylib,dll}`, { cwd: root }))
      .concat(globSync('node_modules/@duckdb/**/*.{node,so,dylib,dll}', { cwd: root }))
    expect(native.length).toBeGreaterThan(2)
    expect(native.filter((file) => !covered.has(file))).toEqual([])
  })

  it('has an icon large enough for every system', () => {
    const png = readFileSync(join(root, 'build/icon.png'))
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    expect(png.readUInt32BE(16)).toBeGreaterThanOrEqual(512)
    expect(png.readUInt32BE(16)).toBe(png.readUInt32BE(20))
  })
})

describe('the build it packs', () => {
  it('has all that the shell loads', () => {
    for (const file of [manifest.main, 'dist/preload.cjs', 'dist/renderer/index.html'])
      expect(existsSync(join(root, file)), `${file}: run npm run build`).toBe(true)
  })

  it('has a preload script that a sandbox can load: one file, and nothing but electron', () => {
    const preload = readFileSync(join(root, 'dist/preload.cjs'), 'utf8')
    const required = [...preload.matchAll(/\brequire\(["'`]([^"'`]+)["'`]\)/g)].map(([, id]) => id)
    expect(new Set(required)).toEqual(new Set(['electron']))
  })

  it('imports only packages that are shipped', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { dev?: boolean }>
    }
    const isShipped = (name: string) => {
      const entry = lock.packages[`node_modules/${name}`]
      return name === 'electron' || builtinModules.includes(name) || (entry && !entry.dev)
    }
    const imported = globSync('dist/*.js', { cwd: root }).flatMap((file) =>
      [
        ...readFileSync(join(root, file), 'utf8').matchAll(
          /^(?:import|export)\b[^'"\n]*?["']([^'"./][^'"]*)["'];?$/gm,
        ),
      ].map(([, id = '']) => id.replace(/^node:/, '')),
    )
    expect(imported.length).toBeGreaterThan(10)
    const packages = imported.map((id) =>
      id
        .split('/')
        .slice(0, id.startsWith('@') ? 2 : 1)
        .join('/'),
    )
    expect([...new Set(packages)].filter((name) => !isShipped(name))).toEqual([])
  })
})
