/**
 * A recipe tried on a file, in a process of its own: the core with its threads, as the window uses it, or the engine alone. Prints
 * JSON.
 *   node tests/bench/stepsJob.ts pallet|engine FILE FOLDER
 */
import { join } from 'node:path'
import { openEngine } from '../../main/duckdb/engine.ts'
import { quoteLiteral } from '../../main/duckdb/sql.ts'
import type { EffectState } from '../../shared/domain/recipe/effect.ts'
import { withIds } from '../../shared/domain/recipe/recipe.ts'
import { fitRecipe } from '../../shared/domain/recipe/recipeFit.ts'
import { realCore } from '../fixtures/realCore.ts'
import { salesColumns } from './files.ts'
import { findCases, stepCases } from './stepCases.ts'

export interface Timed {
  ms: number
  /** Of the processors, with all threads. */
  cpuMs: number
}
export interface TriedSteps {
  /** The first rows, when nothing has been started yet, and again. */
  cold: Timed
  head: Timed
  /** Until all rows can be scrolled through. */
  whole: Timed
  cases: { page: Timed; effect: Timed }[]
  /** Until the first rows in which a text stands are shown, and a page from the middle of them. */
  finds: { first: Timed; page: Timed; rows: number }[]
}

const [job, file = '', folder = ''] = process.argv.slice(2)
const never = new AbortController().signal

async function timed(work: () => Promise<unknown>): Promise<Timed> {
  const startedMs = performance.now()
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return { ms: performance.now() - startedMs, cpuMs: (user + system) / 1000 }
}

async function runPallet(): Promise<TriedSteps> {
  const { core } = realCore(join(folder, 'steps-home'))
  const { source } = await core.sources.open(file)
  const preview = () => core.sources.preview({ source, rows: 100 }, never)
  const [cold, head] = [await timed(preview), await timed(preview)]
  const end = new AbortController()
  const states = core.looks.follow({ source }, end.signal)
  const whole = await timed(async () => {
    while ((await states.next()).value?.kind === 'reading');
  })
  const place = { source, filters: [], order: null, typed: [], from: 700_000, limit: 100 }
  // The thread for it is started by whoever comes first.
  await core.looks.worked({ ...place, recipe: [], since: 0, upTo: 0, view: 'both' }, never)
  const cases: TriedSteps['cases'] = []
  for (const { steps } of stepCases) {
    const recipe = withIds(steps)
    const { fault } = fitRecipe(recipe, Object.keys(salesColumns))
    if (fault !== null) throw new Error(fault.sentence)
    const effect = await timed(async () => {
      let last: EffectState | undefined
      for await (const state of core.looks.effect({ source, recipe }, never)) last = state
      if (last?.kind !== 'known') throw new Error('The effect was not told.')
    })
    const shown = { ...place, recipe, since: 0, upTo: recipe.length, view: 'both' as const }
    cases.push({ page: await timed(() => core.looks.worked(shown, never)), effect })
  }
  const finds: TriedSteps['finds'] = []
  for (const { of, column, text } of findCases) {
    const recipe = withIds(stepCases.find(({ name }) => name === of)?.steps ?? [])
    const filters = [{ kind: 'contains' as const, column, text }]
    const asked = { ...place, filters, recipe, since: 0, upTo: recipe.length }
    let rows = 0
    const shown = (from: number): Promise<Timed> =>
      timed(async () => {
        const found = await core.looks.worked({ ...asked, from, view: 'after' }, never)
        rows = found.total
        if (found.rows.length === 0) throw new Error(`“${text}” was not found.`)
      })
    const first = await shown(0)
    finds.push({ first, page: await shown(Math.floor(rows / 2)), rows })
  }
  end.abort()
  await states.next()
  await core.close()
  return { cold, head, whole, cases, finds }
}

/** Of the file as a table of texts, which is read for each. */
async function runEngine(): Promise<Timed[]> {
  const engine = await openEngine(
    {
      file: ':memory:',
      tempFolder: join(folder, 'steps-temp'),
      access: 'read-write',
      otherFiles: 'allowed',
      memoryBytes: 1024 * 1024 * 1024,
    },
    never,
  )
  await engine.run(
    `CREATE VIEW sales AS SELECT * FROM read_csv(${quoteLiteral(file)}, all_varchar = true)`,
  )
  const answers: Timed[] = []
  for (const { select } of stepCases) {
    const from = select.includes('FROM sales') ? '' : ' FROM sales'
    answers.push(await timed(() => engine.rows(`SELECT ${select}${from}`)))
  }
  engine.close()
  return answers
}

console.log(JSON.stringify(job === 'pallet' ? await runPallet() : await runEngine()))
