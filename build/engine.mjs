// Gets an engine that is no part of the project, for tests/engines: from PyPI, with versions and hashes as its requirements.txt has them, or from
// Maven Central, with versions as its pom.xml has them (Java and Maven have to be there). Every wait has an end.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './node-version.mjs'

const limitMs = { get: 15 * 60_000, reach: 120_000 }
const isWindows = process.platform === 'win32'

/** What the tests of an engine are told of where it is; null: it could not be got, which has been said. */
export function engineEnvironment(engine) {
  const python = isFrom(engine, 'requirements.txt') ? pythonOf(engine) : ''
  const jars = isFrom(engine, 'pom.xml') ? jarsOf(engine) : ''
  // The job that lands a topic in Spark needs a broker, too.
  const kafka = engine === 'spark' ? jarsOf('kafka') : ''
  if (python === null || jars === null || kafka === null) return null
  return {
    PALLET_ENGINES_PYTHON: python,
    PALLET_ENGINES_JARS: jars,
    PALLET_ENGINES_KAFKA: kafka,
  }
}

/** Whether the first package of an engine comes from PyPI now, or the engine is here already. */
export function isReachable(engine) {
  if (existsSync(join(folderOf(engine, 'requirements.txt'), '.ready'))) return true
  const requirements = readFileSync(wanted(engine, 'requirements.txt'), 'utf8')
  const [first] = /^[\w.-]+==[\w.]+/m.exec(requirements) ?? []
  const folder = mkdtempSync(join(tmpdir(), 'pallet-reach-'))
  const does = (command, args) =>
    spawnSync(command, args, { stdio: 'ignore', timeout: limitMs.reach }).status === 0
  const pip = ['-m', 'pip', 'download', '--no-deps', '--no-cache-dir', '--retries', '1']
  try {
    return (
      makesPython(does, folder) &&
      does(inside(folder), [...pip, '--timeout', '15', '--dest', folder, first])
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Whether it is one that has to be got as this file says; Databricks is a server of our own. */
const isFrom = (engine, file) => existsSync(wanted(engine, file))
const wanted = (engine, file) => join(root, 'tests/engines', engine, file)

/** A folder of the user, named by what `file` asks for. */
function folderOf(engine, file) {
  const asked = readFileSync(wanted(engine, file))
  const version = createHash('sha256').update(asked).digest('hex').slice(0, 12)
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
  return join(cache, 'pallet-engines', `${engine}-${version}`)
}

/** The folder, which `get` has filled with what the file asks for; null: it could not be. */
function gotFor(engine, file, from, get) {
  const folder = folderOf(engine, file)
  const ready = join(folder, '.ready')
  if (existsSync(ready)) return folder
  console.error(`Getting the engine ${engine} from ${from} into ${folder} …`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, '..'), { recursive: true })
  const does = (command, args) =>
    spawnSync(command, args, { stdio: 'inherit', timeout: limitMs.get }).status === 0
  if (!get(does, wanted(engine, file), folder)) {
    console.error(`The engine ${engine} could not be got, so nothing was tested with it.`)
    return null
  }
  mkdirSync(`${ready}.new`)
  renameSync(`${ready}.new`, ready)
  return folder
}

/** The folder with the jars of the engine. */
function jarsOf(engine) {
  return gotFor(engine, 'pom.xml', 'Maven Central', (does, pom, folder) => {
    const to = [`-DoutputDirectory=${folder}`, '-DincludeScope=runtime']
    return does('mvn', ['-q', '-f', pom, 'dependency:copy-dependencies', ...to])
  })
}

/** The Python that has the engine. */
function pythonOf(engine) {
  const install = ['-m', 'pip', 'install', '--quiet', '--require-hashes', '-r']
  const folder = gotFor(
    engine,
    'requirements.txt',
    'PyPI',
    (does, requirements, into) =>
      makesPython(does, into) && does(inside(into), [...install, requirements]),
  )
  return folder && inside(folder)
}

const inside = (folder) => join(folder, isWindows ? 'Scripts/python.exe' : 'bin/python')
const makesPython = (does, folder) => does(isWindows ? 'python' : 'python3', ['-m', 'venv', folder])
