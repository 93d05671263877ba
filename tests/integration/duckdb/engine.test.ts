import { watch, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openEngine } from '../../../main/duckdb/engine.ts'
import type { Engine } from '../../../main/duckdb/engine.ts'
import { engineProblem } from '../../../main/duckdb/problem.ts'
import { inTurn } from '../../../main/duckdb/turns.ts'
import { testFolder } from '../../fixtures/folder.ts'

const folder = testFolder()
const opened: Engine[] = []
afterEach(() => {
  for (const engine of opened.splice(0)) engine.close()
})

async function openIn(home: string, signal = new AbortController().signal): Promise<Engine> {
  const engine = await openEngine(
    {
      file: join(home, 'test.duckdb'),
      tempFolder: join(home, 'temp'),
      access: 'read-write',
      otherFiles: 'allowed',
      memoryBytes: 64 * 1024 * 1024,
    },
    signal,
  )
  opened.push(engine)
  return engine
}

describe('an engine', () => {
  it('interrupts a statement that is running, and can go on', async () => {
    const home = folder()
    const abort = new AbortController()
    const engine = await openIn(home, abort.signal)
    const target = join(home, 'endless.csv')
    const watcher = watch(home)
    try {
      const seen = once(watcher, 'change')
      const running = engine.run(`COPY (SELECT * FROM range(1000000000000)) TO '${target}'`)
      const outcome = running.catch((error: unknown) => error)
      await seen
      const reason = new Error('enough')
      abort.abort(reason)
      expect(await outcome).toBe(reason)
    } finally {
      watcher.close()
    }
    expect((await engine.connection.run('SELECT 1')).columnCount).toBe(1)
  })

  it('tells how far a statement is', async () => {
    const home = folder()
    const abort = new AbortController()
    const engine = await openIn(home, abort.signal)
    await engine.run('CREATE TABLE many AS SELECT * FROM range(30000000)')
    const between = new Error('in between')
    const running = engine.runTold(`COPY many TO '${join(home, 'many.csv')}'`, (share) => {
      if (share > 0 && share < 1) abort.abort(between)
    })
    await expect(running).rejects.toBe(between)
  })

  it('downloads nothing and lets no statement change its settings', async () => {
    const engine = await openIn(folder())
    const settings = await engine.rows(
      "SELECT name, value FROM duckdb_settings() WHERE name IN ('autoinstall_known_extensions', 'autoload_known_extensions', 'threads') ORDER BY name",
    )
    expect(settings).toEqual([
      ['autoinstall_known_extensions', 'false'],
      ['autoload_known_extensions', 'false'],
      ['threads', '2'],
    ])
    await expect(engine.run('SET threads = 8')).rejects.toThrow(/locked/)
  })

  it('stays within its memory by using the disk', async () => {
    const engine = await openIn(folder())
    await engine.run(
      "CREATE TABLE big AS SELECT i, md5(i::VARCHAR) || repeat('x', 40) AS t FROM range(1500000) r(i)",
    )
    const [row] = await engine.rows('SELECT count(*) FROM (FROM big ORDER BY t DESC OFFSET 5)')
    expect(row).toEqual([1_499_995n])
  })
})

it('a file that is no database is said to be unusable', async () => {
  const home = folder()
  writeFileSync(join(home, 'test.duckdb'), 'not a database'.repeat(10_000))
  const thrown: unknown = await openIn(home).catch((error: unknown) => error)
  expect(engineProblem(thrown, 'opening', 'test.duckdb').code).toBe('home-unusable')
})

describe('turns', () => {
  it('are taken in the order of asking, whatever became of those before', async () => {
    const { signal } = new AbortController()
    const abort = new AbortController()
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    const seen: string[] = []
    const first = inTurn('x', signal, async () => {
      await gate
      seen.push('first')
      throw new Error('failed')
    })
    const second = inTurn('x', abort.signal, async () => seen.push('second'))
    const third = inTurn('x', signal, async () => seen.push('third'))
    const other = inTurn('y', signal, async () => seen.push('other'))
    await other
    abort.abort(new Error('enough'))
    await expect(second).rejects.toThrow('enough')
    expect(seen).toEqual(['other'])
    open()
    await expect(first).rejects.toThrow('failed')
    await third
    expect(seen).toEqual(['other', 'first', 'third'])
  })
})
