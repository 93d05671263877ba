// Looks at what electron-builder has packed, before it makes an installer of it: a file too few is an app that
// does not start, a file too many is one that is larger than it need be, or tells more than it should.
import { spawnSync } from 'node:child_process'
import { closeSync, cpSync, existsSync, globSync, openSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** electron-builder's hook. Throws what is wrong. */
export default async function afterPack({ packager, appOutDir }) {
  const resources = packager.getResourcesDir(appOutDir)
  layCommand(resources)
  const wrong = [...wrongWith(join(resources, 'app.asar')), ...wrongCommand(resources)]
  if (wrong.length > 0) throw new Error(`Packed wrongly:\n${wrong.join('\n')}`)
}

/** What is wrong with an archive, a sentence each; none when it is as it should be. */
export function wrongWith(archive) {
  const files = filesOf(archive)
  const wrong = []
  const built = globSync('dist/**/*', { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.map') && entry.name !== '.built')
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length).replaceAll('\\', '/'))
  for (const file of ['package.json', ...built])
    if (!files.has(file)) wrong.push(`${file} is missing`)
  for (const library of ['better-sqlite3', '@duckdb/', '@napi-rs/keyring'])
    if (![...files.keys()].some((file) => isNative(file) && file.includes(library)))
      wrong.push(`the library of ${library} is missing`)
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const nameOf = (path) => /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]
  // By name: packages are packed in other folders than they are installed in.
  const shipped = new Set(
    Object.entries(packages).flatMap(([path, { dev }]) => (dev === true ? [] : [nameOf(path)])),
  )
  const development = new Set()
  for (const [file, isUnpacked] of files) {
    if (!/^(dist\/|node_modules\/|package\.json$)/.test(file) || /\.(map|ts|mts|cts)$/.test(file))
      wrong.push(`${file} has no business there`)
    if (isNative(file) && !isUnpacked) wrong.push(`${file} cannot be loaded from the archive`)
    if (isUnpacked && !existsSync(join(`${archive}.unpacked`, file)))
      wrong.push(`${file} is not beside the archive`)
    const name = nameOf(file)
    if (name !== undefined && !shipped.has(name)) development.add(name)
  }
  for (const name of development) wrong.push(`${name} is for development only`)
  return wrong
}

/**
 * The command line beside the app: a Node, what starts it, and the build once more, where the unpacked packages are in its reach
 * (docs/decisions/the-command-of-an-installation.md). As `extraResources`, the build would be missing in the archive.
 */
function layCommand(resources) {
  const inProject = (path) => join(root, path)
  const command = join(resources, 'app.asar.unpacked', 'command')
  cpSync(inProject('node_modules/node/bin'), join(resources, 'bin'), { recursive: true })
  cpSync(inProject('build/command'), join(resources, 'bin'), { recursive: true })
  for (const file of ['pallet.mjs', 'node-version.mjs'])
    cpSync(inProject(`build/${file}`), join(command, 'build', file))
  const isNeeded = (path) => !/[\\/](?:electron[^\\/]*|preload\.cjs|[^\\/]+\.map)$/.test(path)
  cpSync(inProject('dist'), join(command, 'dist'), { recursive: true, filter: isNeeded })
}

/** What is wrong with the command line beside the app; it is asked for its version. */
export function wrongCommand(resources) {
  const isWindows = process.platform === 'win32'
  const command = join(resources, 'bin', isWindows ? 'pallet.cmd' : 'pallet')
  const asked = spawnSync(isWindows ? `"${command}"` : command, ['--version'], {
    encoding: 'utf8',
    shell: isWindows,
  })
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  if (asked.stdout?.trim() === version) return []
  return [`bin/pallet does not start: ${asked.error?.message ?? asked.stderr}`]
}

const isNative = (file) => /\.(node|so|dylib|dll)(\.\d+)*$/.test(file)

/** Path in the archive → whether it lies beside it. The head of an archive is JSON, behind four lengths. */
function filesOf(archive) {
  const handle = openSync(archive)
  try {
    const lengths = Buffer.alloc(16)
    readSync(handle, lengths, 0, 16, 0)
    const head = Buffer.alloc(lengths.readUInt32LE(12))
    readSync(handle, head, 0, head.length, 16)
    const files = new Map()
    const walk = (folder, path) => {
      for (const [name, entry] of Object.entries(folder.files))
        if (entry.files === undefined) files.set(`${path}${name}`, entry.unpacked === true)
        else walk(entry, `${path}${name}/`)
    }
    walk(JSON.parse(head.toString()), '')
    return files
  } finally {
    closeSync(handle)
  }
}
