// `npm run test:engines -- airflow snowflake`: tests against an engine that is no part of the project (that of databricks is our own); see engine.mjs for
// how it is got. What cannot be got is an error here: whoever asks means it.
import { join } from 'node:path'
import { engineEnvironment } from './engine.mjs'
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
  const environment = engineEnvironment(engine)
  if (environment === null) {
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
    { env: { ...process.env, ...environment } },
  )
  failed ||= code !== 0
}
process.exitCode = failed ? 1 : 0
