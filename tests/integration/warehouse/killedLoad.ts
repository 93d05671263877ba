/**
 * A process of its own that loads, and dies without warning when the load says it is at the
 * given point; with the point `holding` it keeps the warehouse open and says so instead.
 */
import { openEngine } from '../../../main/duckdb/engine.ts'
import type { DuckdbLoad } from './loading.ts'
import { runLoad } from './loading.ts'

const [point, given = '{}'] = process.argv.slice(2)
const input = JSON.parse(given) as DuckdbLoad
if (point === 'holding') {
  await openEngine(
    {
      file: input.warehouse.file,
      tempFolder: `${input.warehouse.file}.tmp`,
      access: 'read-write',
      otherFiles: 'refused',
      memoryBytes: 64 * 1024 * 1024,
    },
    new AbortController().signal,
  )
  process.stdout.write('holding\n')
  // Until the test kills it, or ends.
  process.stdin.on('end', () => process.exit()).resume()
} else {
  await runLoad(input, (doing) => {
    if (doing === point) process.kill(process.pid, 'SIGKILL')
  })
}
