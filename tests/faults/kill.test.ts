/** Killed anywhere, it continues: SIGKILL inside each step, then the next start. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { stepNames } from '../../shared/domain/run.ts'
import { type Truth, random, writeSalesExport } from '../fixtures/exports.ts'
import { testFolder } from '../fixtures/folder.ts'
import { pallet, startPallet } from '../fixtures/pallet.ts'

const folder = testFolder()
const seed = Number(process.env['PALLET_FAULT_SEED'] ?? 20261120)
const randomKills = Number(process.env['PALLET_FAULT_CASES'] ?? 3)

async function expectDelivered(home: string, truth: Truth, code: number | null): Promise<void> {
  expect(code).toBe(0)
  const { events } = await pallet(
    ['query', 'SELECT count(*) AS n, count(DISTINCT beleg_nr) AS d, sum(menge) AS q FROM sales'],
    { home },
  )
  expect(events).toEqual([
    { n: String(truth.clean), d: String(truth.clean), q: String(truth.quantity) },
  ])
}

test('a run that has ended its process twice in one step rests, says so, and ends by a word', async () => {
  const home = join(folder(), 'home')
  const file = join(folder(), 'sales.csv')
  await writeSalesExport(file, { rows: 2000, seed, oneDefectIn: 500 })
  for (const args of [['run', file], ['resume']]) {
    const killed = await startPallet(args, {
      home,
      onEvent: (event, child) => {
        if (event['step'] === 'clean' && event['state'] === 'running') child.kill('SIGKILL')
      },
    }).done
    expect(killed.signal).toBe('SIGKILL')
  }
  const rests = await pallet(['resume'], { home })
  expect(rests.code).toBe(4)
  expect(rests.events.filter(({ event }) => event === 'step')).toEqual([])
  expect(rests.stderr).toContain('rests. Pallet has ended 2 times')
  const [run] = (await pallet(['runs'], { home })).events
  expect(run).toMatchObject({ state: 'paused', problem: { code: 'crashed-before' } })
  expect((await pallet(['cancel', String(run?.['id'])], { home })).code).toBe(0)
  expect((await pallet(['resume'], { home })).code).toBe(0)
}, 600_000)

describe('a run that is killed', () => {
  test.each(stepNames.filter((name) => name !== 'trigger'))(
    'in the step %s is finished by the next start, with every row once',
    async (step) => {
      const home = join(folder(), 'home')
      const file = join(folder(), 'sales.csv')
      const truth = await writeSalesExport(file, { rows: 20_000, seed, oneDefectIn: 500 })
      const killed = await startPallet(['run', file], {
        home,
        onEvent: (event, child) => {
          if (event.event === 'step' && event['step'] === step && event['state'] === 'running')
            child.kill('SIGKILL')
        },
      }).done
      expect(killed.signal).toBe('SIGKILL')
      const resumed = await pallet(['resume'], { home })
      expect(resumed.receipt).toMatchObject({
        state: 'succeeded',
        rows: {
          in: truth.records,
          clean: truth.clean,
          quarantined: truth.held,
          dropped: truth.dropped,
          loaded: truth.clean,
        },
      })
      await expectDelivered(home, truth, resumed.code)
    },
    120_000,
  )

  test(
    'again and again at random moments still arrives once',
    async () => {
      const home = join(folder(), 'home')
      const file = join(folder(), 'sales.csv')
      const truth = await writeSalesExport(file, { rows: 60_000, seed, oneDefectIn: 500 })
      const next = random(seed)
      let args = ['run', file]
      for (let kill = 0; kill < randomKills; kill += 1) {
        // Counted in events, not in time, so that a slow machine is killed at the same places.
        const at = 1 + Math.floor(next() * 25)
        const started = startPallet(args, {
          home,
          onEvent: (_event, child) => {
            if (started.events.length >= at) child.kill('SIGKILL')
          },
        })
        await started.done
        args = ['resume']
      }
      let { code } = await pallet(['resume'], { home })
      // Killed twice in one step it rests, and goes on when a person names it.
      const [run] = (await pallet(['runs', '--state', 'paused'], { home })).events
      if (run !== undefined) {
        expect(code).toBe(4)
        code = (await pallet(['resume', String(run['id'])], { home })).code
      }
      await expectDelivered(home, truth, code)
    },
    120_000 + randomKills * 30_000,
  )
})
