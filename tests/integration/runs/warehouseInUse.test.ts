/** The warehouse's file while another program has it open: the run waits, and goes on. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testFolder } from '../../fixtures/folder.ts'
import { realCore } from '../../fixtures/realCore.ts'

const folder = testFolder()

/** Opens a DuckDB file, says so, and holds it until it is killed. */
const holder = `import { DuckDBInstance } from '@duckdb/node-api'
const instance = await DuckDBInstance.create(process.argv.at(-1))
await instance.connect()
console.log('open')
setInterval(() => instance, 1000)`

test('a run waits while another program has the warehouse open, and loads when it is free', async () => {
  const real = realCore(join(folder(), 'home'))
  const program = spawn(
    process.execPath,
    ['--input-type=module', '-e', holder, '--', real.home.warehouse],
    { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const gone = once(program, 'exit')
  try {
    await once(program.stdout, 'data')
    const file = join(folder(), 'sales.csv')
    writeFileSync(file, 'id,product\n1,Tea\n2,Milk\n')
    const runId = await real.send(file, { blob: null })
    const waiting = await real.until(runId, 'waiting', 'failed', 'succeeded')
    expect(waiting).toMatchObject({ state: 'waiting', problem: { code: 'warehouse-in-use' } })
    expect(waiting.retryAt).not.toBeNull()

    program.kill('SIGKILL')
    await gone
    await real.core.runs.resume(runId)
    const done = await real.until(runId, 'failed', 'succeeded')
    expect(done).toMatchObject({ state: 'succeeded', rows: { in: 2, loaded: 2 } })
  } finally {
    program.kill('SIGKILL')
    await gone
    await real.core.close()
  }
})
