import { spawnSync } from 'node:child_process'
import {
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { builtinModules, createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openable } from '../../../main/electron/openFiles.ts'
import manifest from '../../../package.json' with { type: 'json' }
import { testFolder } from '../../fixtures/folder.ts'

const root = resolve(import.meta.dirname, '../../..')
const require = createRequire(import.meta.url)

/** electron-builder's own reading and judging of its configuration. */
interface BuilderConfig {
  getConfig(folder: string, file: string, overrides: object): Promise<Record<string, unknown>>
  validateConfiguration(config: object, log: { isEnabled: boolean }): Promise<void>
}
const builder = require('app-builder-lib/out/util/config/config') as BuilderConfig
const { wrongWith } = (await import(pathToFileURL(join(root, 'build/packed.mjs')).href)) as {
  wrongWith: (archive: string) => string[]
}
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

  it('puts the command on the PATH of Debian, from where the package has it', async () => {
    const { deb } = (await read()) as { deb: { fpm: string[] } }
    expect(deb.fpm).toEqual(['build/deb/pallet=/usr/bin/pallet'])
    const script = readFileSync(join(root, 'build/deb/pallet'), 'utf8')
    expect(script).toContain(`exec /opt/${manifest.productName}/resources/bin/pallet "$@"`)
    for (const file of ['build/deb/pallet', 'build/command/pallet'])
      expect(statSync(join(root, file)).mode & 0o111, file).toBe(0o111)
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

  it('names what goes in once: a list of one system that only leaves out begins with everything', async () => {
    const config = (await read()) as Record<string, { files?: unknown } | undefined>
    for (const system of ['win', 'mac', 'linux']) expect(config[system]?.files).toBeUndefined()
  })

  it('has what Electron, the menu of the desktop and Debian read in package.json only', async () => {
    const { linux } = (await read()) as { linux: { executableName: string } }
    expect(manifest).toMatchObject({
      productName: 'Pallet',
      desktopName: `${linux.executableName}.desktop`,
      author: { email: expect.stringContaining('@') },
    })
    expect(URL.parse(manifest.homepage)?.protocol).toBe('https:')
  })

  it('offers Pallet for the files that it opens, on every system', async () => {
    const { mac, linux } = (await read()) as Record<
      'mac' | 'linux',
      { fileAssociations: { ext: string; rank: string }[] }
    >
    for (const system of [mac, linux]) {
      expect(system.fileAssociations.map(({ ext }) => ext)).toEqual([...openable])
      expect(new Set(system.fileAssociations.map(({ rank }) => rank))).toEqual(
        new Set(['Alternate']),
      )
    }
    const installer = readFileSync(join(root, 'build/installer.nsh'), 'utf8')
    for (const macro of ['palletFor', 'palletNotFor'])
      expect(
        [...installer.matchAll(/!insertmacro (\w+) "(\w+)"/g)]
          .filter(([, name]) => name === macro)
          .map(([, , ext]) => ext),
      ).toEqual([...openable])
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
    // Asked for by a package only where a proxy wants it; it is on no computer that did not bring it along.
    const optional = ['kerberos']
    const statement = /^(?:import|export)\b[^'"\n]*?["']([^'"./][^'"]*)["'];?$/gm
    const call = /\bimport\(["']([^'"./][^'"]*)["']\)/g
    const imported = globSync('dist/*.js', { cwd: root }).flatMap((file) => {
      const code = readFileSync(join(root, file), 'utf8')
      return [...code.matchAll(statement), ...code.matchAll(call)]
        .map(([, id = '']) => id.replace(/^node:/, ''))
        .filter((id) => !optional.includes(id))
    })
    expect(imported).toEqual(expect.arrayContaining(['better-sqlite3', '@napi-rs/keyring', 'open']))
    const packages = imported.map((id) =>
      id
        .split('/')
        .slice(0, id.startsWith('@') ? 2 : 1)
        .join('/'),
    )
    expect([...new Set(packages)].filter((name) => !isShipped(name))).toEqual([])
  })

  it('gives the licences of all the packages that are in it', () => {
    const licences = readFileSync(join(root, 'dist/licences.txt'), 'utf8')
    const bundled = globSync('dist/*.js.map', { cwd: root }).flatMap((file) => {
      const { sources } = JSON.parse(readFileSync(join(root, file), 'utf8')) as {
        sources: string[]
      }
      return sources.flatMap(
        (source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? [],
      )
    })
    // The window is bundled, too, without maps.
    const packages = [...new Set([...bundled, 'react', '@fluentui/react-button'])]
    expect(packages).toEqual(expect.arrayContaining(['zod', 'azurite', '@azure/storage-blob']))
    expect(packages.filter((name) => !licences.includes(`\n${name} `))).toEqual([])
    // Azurite's telemetry, which would be five sixths of it.
    expect(packages.filter((name) => /applicationinsights|opentelemetry/.test(name))).toEqual([])
  })
})

/** An archive with these files and nothing in them; what lies beside it is there. */
function archiveOf(folder: string, files: Record<string, { unpacked: boolean }>): string {
  const root: { files: Record<string, object> } = { files: {} }
  const archive = join(folder, 'app.asar')
  for (const [path, { unpacked }] of Object.entries(files)) {
    const names = path.split('/')
    const name = names.pop() ?? ''
    let place = root
    for (const part of names)
      place = (place.files[part] ??= { files: {} }) as { files: Record<string, object> }
    place.files[name] = { size: 0, ...(unpacked ? { unpacked } : { offset: '0' }) }
    if (!unpacked) continue
    mkdirSync(join(`${archive}.unpacked`, ...names), { recursive: true })
    writeFileSync(join(`${archive}.unpacked`, path), '')
  }
  const head = Buffer.from(JSON.stringify(root))
  const lengths = Buffer.alloc(16)
  for (const [at, length] of [4, head.length + 8, head.length + 4, head.length].entries())
    lengths.writeUInt32LE(length, at * 4)
  writeFileSync(archive, Buffer.concat([lengths, head]))
  return archive
}

describe('what was packed', () => {
  const newFolder = testFolder()
  const built = globSync('dist/**/*.*', { cwd: root }).filter((file) => !file.endsWith('.map'))
  const whole = {
    ...Object.fromEntries(['package.json', ...built].map((file) => [file, { unpacked: false }])),
    'node_modules/better-sqlite3/prebuilds/a.node': { unpacked: true },
    'node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so': { unpacked: true },
    'node_modules/@napi-rs/keyring-linux-x64-gnu/keyring.node': { unpacked: true },
    'node_modules/open/index.js': { unpacked: false },
  }

  it('is right when it is whole', () => {
    expect(wrongWith(archiveOf(newFolder(), whole))).toEqual([])
  })

  it('is wrong with a file too few, too many or in the wrong place', () => {
    const { 'node_modules/@napi-rs/keyring-linux-x64-gnu/keyring.node': _, ...rest } = whole
    const wrong = archiveOf(newFolder(), {
      ...rest,
      'tests/unit/a.test.ts': { unpacked: false },
      'node_modules/vitest/index.js': { unpacked: false },
      'node_modules/@duckdb/node-bindings-linux-x64/duckdb.node': { unpacked: false },
    })
    rmSync(`${wrong}.unpacked/node_modules/better-sqlite3`, { recursive: true })
    expect(wrongWith(wrong).toSorted()).toEqual([
      'node_modules/@duckdb/node-bindings-linux-x64/duckdb.node cannot be loaded from the archive',
      'node_modules/better-sqlite3/prebuilds/a.node is not beside the archive',
      'tests/unit/a.test.ts has no business there',
      'the library of @napi-rs/keyring is missing',
      'vitest is for development only',
    ])
    const [first = ''] = built
    const { [first]: __, ...without } = whole as Record<string, { unpacked: boolean }>
    expect(wrongWith(archiveOf(newFolder(), without))).toEqual([`${first} is missing`])
  })
})

// Linux's Electron is one folder of plain files, which a stand-in can be.
describe.runIf(process.platform === 'linux')('the folder that installers are made of', () => {
  const newFolder = testFolder()

  it('is packed by the real builder, with everything checked and the fuses turned', () => {
    const electron = join(newFolder(), 'electron')
    const output = newFolder()
    mkdirSync(join(electron, 'resources'), { recursive: true })
    mkdirSync(join(electron, 'locales'))
    writeFileSync(join(electron, 'version'), manifest.devDependencies.electron)
    for (const file of ['chrome-sandbox', 'LICENSE', 'locales/en-US.pak'])
      writeFileSync(join(electron, file), '')
    // Where the fuses lie: a mark, the version of the wire, how many there are, each on ('1').
    const mark = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
    writeFileSync(join(electron, 'electron'), `${mark}\x01\x08${'1'.repeat(8)}`, { mode: 0o755 })
    const cli = join(root, 'node_modules/electron-builder/cli.js')
    const packed = spawnSync(
      process.execPath,
      [cli, '--dir', '--publish=never', `-c.electronDist=${electron}`].concat(
        `-c.directories.output=${output}`,
      ),
      {
        cwd: root,
        env: { ...process.env, PALLET_UPDATES_FROM: 'https://updates.invalid/' },
        encoding: 'utf8',
      },
    )
    expect(packed.status, packed.stdout + packed.stderr).toBe(0)
    const app = join(output, 'linux-unpacked')
    const fuses = readFileSync(join(app, 'pallet-desktop'), 'latin1').slice(mark.length + 2)
    // run as Node, (cookies), NODE_OPTIONS, --inspect, integrity, from the archive only, (snapshot), file://
    expect(fuses).toBe('01001110')
    expect(readFileSync(join(app, 'resources/app-update.yml'), 'utf8')).toContain(
      'url: https://updates.invalid/',
    )

    // The command line: linked from elsewhere, without a Node on the PATH, with everything it needs.
    const link = join(newFolder(), 'pallet')
    symlinkSync(join(app, 'resources/bin/pallet'), link)
    const home = newFolder()
    const command = (...given: string[]) =>
      spawnSync(link, ['--home', home, ...given], {
        env: { PATH: '/usr/bin:/bin', HOME: home },
        encoding: 'utf8',
      })
    writeFileSync(join(home, 'sales.csv'), 'sku,price\nA1,1.50\nA2,2.25\n')
    const sent = command('run', join(home, 'sales.csv'))
    expect(sent.stdout + sent.stderr).toContain('2 of 2 rows delivered')
    expect(command('query', 'select sum(price) from sales').stdout).toContain('3.75')
  })
})
