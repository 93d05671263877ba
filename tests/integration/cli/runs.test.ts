/** The runs of a home from the command line: ended, rested, tried again, removed and found. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Run } from '../../../shared/domain/runs/run.ts'
import { writeSalesExport } from '../../fixtures/exports.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type Finished, entry, pallet, startPallet } from '../../fixtures/pallet.ts'

const folder = testFolder()
// Up to ten processes a test, each of which takes its seconds on a busy computer.

function writeSmall(name = 'sales.csv'): string {
  const file = join(folder(), name)
  writeFileSync(file, 'id,product\n1,Tea\n2,Milk\n')
  return file
}

const runsOf = async (home: string, ...args: string[]): Promise<Run[]> =>
  (await pallet(['runs', ...args], { home })).events as unknown as Run[]
const problemOf = ({ events }: Finished): unknown => events.at(-1)?.['problem']

test('a run that ended its process is ended without being started, and goes on when told', async () => {
  const home = join(folder(), 'home')
  const file = join(folder(), 'sales.csv')
  await writeSalesExport(file, { rows: 20_000, seed: 7 })
  const killed = await startPallet(['run', file], {
    home,
    onEvent: ({ event, step, state }, child) => {
      if (event === 'step' && step === 'clean' && state === 'running') child.kill('SIGKILL')
    },
  }).done
  expect(killed.signal).toBe('SIGKILL')
  const [before] = await runsOf(home)
  const runId = before?.id ?? ''
  expect(before).toMatchObject({ state: 'running' })

  const paused = await pallet(['pause', runId], { home })
  expect(paused).toMatchObject({ code: 0, events: [{ event: 'run', runId, state: 'paused' }] })
  const cancelled = await pallet(['cancel', runId.slice(0, 15), 'none', runId], { home })
  expect(cancelled.code).toBe(1)
  expect(cancelled.events).toMatchObject([
    { event: 'run', runId, state: 'cancelled' },
    { event: 'error', problem: { code: 'not-found' } },
    // Scripts may say it twice.
    { event: 'run', runId, state: 'cancelled' },
  ])
  const [after] = await runsOf(home)
  const started = (run: Run | undefined) => run?.steps.map(({ startedAt }) => startedAt)
  expect(started(after)).toEqual(started(before))
  expect(after?.steps.map(({ state }) => state)).not.toContain('running')

  const retried = await pallet(['retry', runId], { home })
  expect(retried.receipt).toMatchObject({ runId, state: 'succeeded' })
  expect(retried.code).toBe(0)
  // One that has delivered is told again where its storage has lost the blob.
  const again = () => pallet(['retry', runId], { home })
  expect(await again()).toMatchObject({ code: 0, events: [{ event: 'resent', sent: false }] })
  rmSync(join(home, 'sandbox'), { recursive: true })
  expect(await again()).toMatchObject({ code: 0, events: [{ event: 'resent', sent: true }] })
})

test('a run that would go on is discarded once that is said, with what it keeps', async () => {
  const home = join(folder(), 'home')
  const waiting = await pallet(['run', 'http://127.0.0.1:9/sales.csv'], { home })
  expect(waiting.receipt).toMatchObject({ state: 'waiting' })
  const runId = waiting.receipt?.runId ?? ''
  const asked = await pallet(['discard', runId], { home })
  expect(asked.code).toBe(2)
  expect(problemOf(asked)).toMatchObject({
    code: 'usage',
    advice: expect.stringContaining('--yes'),
  })
  // A name that is wrong removes nothing at all.
  expect((await pallet(['discard', '--yes', runId, 'none'], { home })).code).toBe(1)
  expect(existsSync(join(home, 'spool', runId))).toBe(true)

  const discarded = await pallet(['discard', '--yes', runId], { home })
  expect(discarded).toMatchObject({ code: 0, events: [{ runId, state: 'discarded' }] })
  expect(existsSync(join(home, 'spool', runId))).toBe(false)
  expect(await runsOf(home)).toEqual([])

  const done = await pallet(['audit'], { home })
  expect(done.events).toMatchObject([
    { number: 3, act: 'runs.discard', subject: runId, refused: null },
    { number: 2, act: 'runs.cancel', subject: runId, refused: null },
    { number: 1, act: 'runs.start', subject: 'sales', refused: null },
  ])
  const mark = `3:${String(done.events[0]?.['hash'])}`
  const verified = await pallet(['audit', 'verify', '--mark', mark], { home })
  expect(verified).toMatchObject({ code: 0, events: [{ last: { number: 3 }, broken: null }] })
  const other = await pallet(['audit', 'verify', '--mark', `4${mark.slice(1)}`], { home })
  expect(other).toMatchObject({ code: 1, events: [{ broken: 4 }] })
})

test.runIf(process.platform === 'linux')(
  'what cannot be had back is asked for on a terminal (needs `script`, which is one)',
  async () => {
    const home = join(folder(), 'home')
    await pallet(['run', writeSmall()], { home })
    expect((await pallet(['datasets', 'forget', 'sales'], { home })).code).toBe(2)
    const forget = async (answer: string): Promise<{ code: unknown; shown: string }> => {
      // `exec`, or a Ctrl-C also ends the shell that dash would leave in between, with its own code.
      const command = `exec '${process.execPath}' '${entry}' --home '${home}' datasets forget sales`
      const child = spawn('script', ['-qec', command, '/dev/null'], { stdio: 'pipe' })
      let shown = ''
      let asked = false
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        shown += text
        if (asked || !shown.includes('Type “yes”')) return
        asked = true
        child.stdin.write(answer)
      })
      const [code] = (await once(child, 'close')) as [unknown]
      return { code, shown }
    }
    const kept = await forget('no\n')
    expect(kept.code).toBe(1)
    expect(kept.shown).toContain('Nothing was changed.')
    const interrupted = await forget('\u0003')
    expect(interrupted.code).toBe(1)
    const gone = await forget('yes\n')
    expect(gone.code).toBe(0)
    expect((await pallet(['datasets'], { home })).events).toEqual([])
  },
)

test('runs are found by state, time and dataset', async () => {
  const home = join(folder(), 'home')
  await pallet(['run', writeSmall(), writeSmall('stores.csv')], { home })
  const [run] = await runsOf(home, 'stores', '--state', 'succeeded,failed', '--since', '1d')
  expect(run).toMatchObject({ source: { name: 'stores.csv' } })
  expect(await runsOf(home, '--state', 'cancelled')).toEqual([])
  expect(await runsOf(home, '--since', '2099-01-01')).toEqual([])
  expect(await runsOf(home, '--dataset', 'stores')).toEqual([run])
  expect(await runsOf(home, '--dataset', 'store')).toEqual([])
  const refused = await pallet(['cancel', run?.id ?? ''], { home })
  expect([refused.code, problemOf(refused)]).toMatchObject([2, { code: 'usage' }])
})

test('what cannot be meant is wrong usage, before anything is opened', async () => {
  const home = join(folder(), 'home')
  for (const args of [
    ['--state', 'lost'],
    ['--since', 'yesterday'],
  ])
    expect((await pallet(['runs', ...args], { home })).code).toBe(2)
  expect(existsSync(home)).toBe(false)
})

test('datasets are listed, shown and forgotten', async () => {
  const home = join(folder(), 'home')
  await pallet(['run', writeSmall()], { home })
  const shown = spawnSync(process.execPath, [entry, '--home', home, 'datasets', 'show', 'sales'], {
    encoding: 'utf8',
  })
  expect(shown.stdout).toMatch(/id +id +integer\b/)
  const missing = await pallet(['datasets', 'show', 'none'], { home })
  expect([missing.code, problemOf(missing)]).toMatchObject([1, { code: 'not-found' }])
  expect((await pallet(['datasets', 'forget', 'sales', '--yes'], { home })).code).toBe(0)
  expect((await pallet(['datasets'], { home })).events).toEqual([])
})
