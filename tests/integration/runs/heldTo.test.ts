/** A run is held to its dataset as it was when it was made, whatever becomes of the dataset, and however often it is cut off. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import type { Rooms } from '../../../main/runs/ports/rooms.ts'
import type { ChosenRecipe } from '../../../shared/domain/recipe/recipe.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'

const folder = testFolder()
let real: RealCore
afterEach(async () => {
  await real.core.close()
})

test('what changes in between is not that of a run that was made; a restart does the same work, and a person’s retry the new', async () => {
  const home = join(folder(), 'home')
  /** The next run that comes to be cleaned waits there until it is told to go on, or to stop. */
  let gate: { reached: () => void; goesOn: AbortSignal } | null = null
  const rooms = (good: Rooms): Partial<Rooms> => ({
    clean: async (input, control) => {
      if (gate !== null) {
        const { reached, goesOn } = gate
        gate = null
        reached()
        const signal = AbortSignal.any([goesOn, control.signal])
        await wait(600_000, null, { signal }).catch(() => {})
      }
      return await good.clean(input, control)
    },
  })
  const heldUp = () => {
    const { promise: isThere, resolve: reached } = Promise.withResolvers<void>()
    const goOn = new AbortController()
    gate = { reached, goesOn: goOn.signal }
    return { isThere, goOn: () => goOn.abort() }
  }
  const open = (): void => {
    real = realCore(home, { rooms })
  }
  let day = 0
  const start = async (lines: string[], recipe?: ChosenRecipe): Promise<string> => {
    day += 1
    const file = join(folder(), `stock-${day}.csv`)
    writeFileSync(file, ['Sku,Town,Pieces', ...lines, ''].join('\n'))
    const { source } = await real.core.sources.open(file)
    const destination = { blob: null }
    return (await real.core.runs.start({ source, dataset: 'stock', destination, recipe })).runId
  }
  const ended = async (runId: string) => {
    const { state } = await real.until(runId, 'succeeded', 'failed', 'stopped')
    const { rows, version } = real.core.runs.get(runId).receipt
    return { state, rows, version }
  }
  const dataset = () => real.core.datasets.list().find(({ name }) => name === 'stock')
  const holdTo = (column: string, atLeast: number): void => {
    const { contract } = dataset() ?? {}
    if (contract == null) throw new Error('nothing was learnt')
    const columns = contract.columns.map((one) =>
      one.name === column ? { ...one, min: atLeast } : one,
    )
    real.core.datasets.changeRules('stock', { ...contract, maxQuarantinedShare: 0.5, columns })
  }

  open()
  expect(await ended(await start(['A1,ulm,5', 'A2,bonn,6']))).toMatchObject({ version: 1 })
  // Two in line of the same version; the first is cut off in the middle of cleaning.
  const { isThere } = heldUp()
  const upper: ChosenRecipe['steps'] = [{ kind: 'case', to: 'upper', columns: ['Town'] }]
  const cutOff = await start(['A3,ulm,7', 'A4,bonn,1'])
  const behind = await start(['A5,kiel,1', 'A6,kiel,9'])
  await isThere
  holdTo('pieces', 3)
  real.core.datasets.changeRecipe('stock', upper)
  await real.core.close()
  open()
  real.core.runs.resumeAll()
  const whole = { in: 2, clean: 2, quarantined: 0, dropped: 0, loaded: 2 }
  expect(await ended(cutOff)).toEqual({ state: 'succeeded', rows: whole, version: 1 })
  expect(await ended(behind)).toEqual({ state: 'succeeded', rows: whole, version: 1 })
  expect(real.core.runs.events(cutOff).map(({ message }) => message)).toContain(
    'Held to version 1 of stock, as it was when this run was made; what was changed since holds for later runs.',
  )
  // They have taught the dataset nothing that a person has changed since; the next run is held to that.
  expect(dataset()).toMatchObject({ recipe: upper })
  const next = await start(['A7,ulm,1', 'A8,bonn,9', 'A9,bonn,9'])
  expect(await ended(next)).toMatchObject({ rows: { clean: 2, quarantined: 1 }, version: 3 })

  // What one in line is chosen to teach, those behind it are held to, though they were made before.
  const lesson = heldUp()
  const titled: ChosenRecipe['steps'] = [{ kind: 'case', to: 'title', columns: ['Town'] }]
  const teacher = await start(['B1,ULM,9'], { steps: titled, keep: true })
  const pupil = await start(['B2,KIEL,9'])
  await lesson.isThere
  lesson.goOn()
  expect(await ended(teacher)).toMatchObject({ version: 4 })
  expect(await ended(pupil)).toMatchObject({ version: 4 })

  // A run that is stopped by a rule is tried again by a person, who has changed it.
  holdTo('pieces', 100)
  const stopped = await start(['C1,ULM,9'])
  expect(await ended(stopped)).toMatchObject({ state: 'stopped', version: 5 })
  holdTo('pieces', 1)
  await real.core.runs.retry(stopped)
  await real.until(stopped, 'succeeded')
  expect(real.core.runs.get(stopped).receipt).toMatchObject({ rows: { loaded: 1 }, version: 6 })

  // Forgotten while a run is on its way: the run still knows.
  const way = heldUp()
  const forgotten = await start(['D1,ULM,0', 'D2,ULM,2'])
  await way.isThere
  real.core.datasets.remove('stock')
  way.goOn()
  expect(await ended(forgotten)).toMatchObject({ rows: { clean: 1, quarantined: 1 } })

  const { rows } = await real.core.warehouse.query(
    'SELECT town, count(*) FROM stock GROUP BY 1 ORDER BY 1',
    10,
    AbortSignal.timeout(600_000),
  )
  expect(rows).toEqual([
    ['BONN', '2'],
    ['Kiel', '1'],
    ['Ulm', '3'],
    ['bonn', '2'],
    ['kiel', '2'],
    ['ulm', '2'],
  ])
}, 600_000)
