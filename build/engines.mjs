// `npm run test:engines -- airflow snowflake`: tests against an engine that is no part of the project and is got from PyPI (that of databricks is our own), with
// versions and hashes as its requirements.txt has them, or from Maven Central, with versions as its pom.xml has them (Java and Maven have to be there). What cannot be got is an error here: whoever asks means it.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { bundledNode, root, run } from './node-version.mjs'

const engines = ['airflow', 'databricks', 'kafka', 'microsoft', 'snowflake', 'spark']
const asked = process.argv.slice(2)
const unknown = asked.find((name) => !engines.includes(name))
if (unknown !== undefined) {
  console.error(`There is no engine “${unknown}”. There are: ${engines.join(', ')}.`)
  process.exit(2)
}
const chosen = asked.length === 0 ? engines : asked

let failed = false
for (const engine of chosen) {
  const python = isFrom(engine, 'requirements.txt') ? pythonOf(engine) : ''
  const jars = isFrom(engine, 'pom.xml') ? jarsOf(engine) : ''
  if (python === null || jars === null) {
    failed = true
    continue
  }
  const code = await run(
    bundledNode() ?? process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--config',
      'vitest.engines.config.ts',
      `tests/engines/${engine}`,
    ],
    { env: { ...process.env, PALLET_ENGINES_PYTHON: python, PALLET_ENGINES_JARS: jars } },
  )
  failed ||= code !== 0
}
process.exitCode = failed ? 1 : 0

/** Whether it is one that has to be got as this file says; Databricks is a server of our own. */
function isFrom(engine, file) {
  return existsSync(join(root, 'tests/engines', engine, file))
}

/** A folder of the user, named by what `file` asks for, that `get` has filled with it; null: it could not be. */
function gotFor(engine, file, from, get) {
  const wanted = join(root, 'tests/engines', engine, file)
  const version = createHash('sha256').update(readFileSync(wanted)).digest('hex').slice(0, 12)
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
  const folder = join(cache, 'pallet-engines', `${engine}-${version}`)
  const ready = join(folder, '.ready')
  if (existsSync(ready)) return folder
  console.error(`Getting the engine ${engine} from ${from} into ${folder} …`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, '..'), { recursive: true })
  const does = (command, args) => spawnSync(command, args, { stdio: 'inherit' }).status === 0
  if (!get(does, wanted, folder)) {
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
  const isWindows = process.platform === 'win32'
  const inside = isWindows ? 'Scripts/python.exe' : 'bin/python'
  const folder = gotFor(
    engine,
    'requirements.txt',
    'PyPI',
    (does, requirements, into) =>
      does(isWindows ? 'python' : 'python3', ['-m', 'venv', into]) &&
      does(join(into, inside), [
        '-m',
        'pip',
        'install',
        '--quiet',
        '--require-hashes',
        '-r',
        requirements,
      ]),
  )
  return folder && join(folder, inside)
}
