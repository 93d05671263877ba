// `npm run test:engines -- airflow snowflake`: tests against an engine that is no part of the project and is got from PyPI (that of databricks is our own), with
// versions and hashes as its requirements.txt has them. What cannot be got is an error here: whoever asks means it.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { bundledNode, root, run } from './node-version.mjs'

const engines = ['airflow', 'databricks', 'snowflake']
const asked = process.argv.slice(2)
const unknown = asked.find((name) => !engines.includes(name))
if (unknown !== undefined) {
  console.error(`There is no engine “${unknown}”. There are: ${engines.join(', ')}.`)
  process.exit(2)
}
const chosen = asked.length === 0 ? engines : asked

let failed = false
for (const engine of chosen) {
  const python = hasPython(engine) ? pythonOf(engine) : ''
  if (python === null) {
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
    { env: { ...process.env, PALLET_ENGINES_PYTHON: python } },
  )
  failed ||= code !== 0
}
process.exitCode = failed ? 1 : 0

/** Whether it is one that has to be got; Databricks is a server of our own. */
function hasPython(engine) {
  return existsSync(join(root, 'tests/engines', engine, 'requirements.txt'))
}

/** The Python that has the engine, in a folder of the user named by what is in it; null: it could not be made. */
function pythonOf(engine) {
  const requirements = join(root, 'tests/engines', engine, 'requirements.txt')
  const version = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12)
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
  const folder = join(cache, 'pallet-engines', `${engine}-${version}`)
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
  const ready = join(folder, '.ready')
  if (existsSync(ready)) return python
  console.error(`Getting the engine ${engine} from PyPI into ${folder} …`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, '..'), { recursive: true })
  const get = (command, args) => spawnSync(command, args, { stdio: 'inherit' }).status === 0
  const isGot =
    get(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'venv', folder]) &&
    get(python, ['-m', 'pip', 'install', '--quiet', '--require-hashes', '-r', requirements])
  if (!isGot) {
    console.error(`The engine ${engine} could not be got, so nothing was tested with it.`)
    return null
  }
  mkdirSync(`${ready}.new`)
  renameSync(`${ready}.new`, ready)
  return python
}
