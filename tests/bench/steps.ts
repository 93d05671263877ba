/** A recipe tried on a file before it is sent, beside the engine that is asked the same in its own words. */
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { salesFile } from './files.ts'
import { measure } from './measuring.ts'
import { findCases, stepCases } from './stepCases.ts'
import type { Timed, TriedSteps } from './stepsJob.ts'

const script = fileURLToPath(new URL('stepsJob.ts', import.meta.url))

/** Lines of RESULTS.md, printed as they come. The medians of each figure. */
export async function steps(folder: string, rows: number, rounds: number): Promise<string[]> {
  const { file, bytes } = salesFile(folder, rows, 0)
  const pallet: TriedSteps[] = []
  const engine: Timed[][] = []
  const run = async (job: string): Promise<unknown> => {
    // From its sources, as the threads of the core are where nothing is built.
    const { output } = await measure(process.execPath, [script, job, file, folder])
    if (output === null) throw new Error(`${job} could not try the steps`)
    return JSON.parse(output)
  }
  for (let round = 0; round < rounds; round += 1) {
    pallet.push((await run('pallet')) as TriedSteps)
    engine.push((await run('engine')) as Timed[])
  }
  await rm(file)
  const told = (of: (tried: TriedSteps) => Timed | undefined): string =>
    `${middle(pallet, (one) => of(one)?.ms).toFixed(0)} | ${middle(pallet, (one) => of(one)?.cpuMs).toFixed(0)}`
  const lines = [
    `${rows} rows × 9 columns, ${Math.round(bytes / 1e6)} MB; the core and its threads in one process, as behind the window. A page is 100 rows from the middle of the file as the steps leave them; the effect is counted over all rows. The engine reads the file each time, Pallet the records that it has read.`,
    '',
    '| | ms | CPU ms |',
    '|---|---|---|',
    `| the first rows, nothing started yet | ${told(({ cold }) => cold)} |`,
    `| the first rows | ${told(({ head }) => head)} |`,
    `| every row read and indexed | ${told(({ whole }) => whole)} |`,
    '',
    '| steps | page, ms | CPU ms | effect, ms | CPU ms | engine, ms | CPU ms | CPU, engine = 1 |',
    '|---|---|---|---|---|---|---|---|',
    ...stepCases.map(({ name }, nth) => {
      const cpuMs = middle(engine, (one) => one[nth]?.cpuMs)
      const ratio = middle(pallet, ({ cases }) => cases[nth]?.effect.cpuMs) / cpuMs
      return `| ${name} | ${told(({ cases }) => cases[nth]?.page)} | ${told(({ cases }) => cases[nth]?.effect)} | ${middle(engine, (one) => one[nth]?.ms).toFixed(0)} | ${cpuMs.toFixed(0)} | ${ratio.toFixed(2)} |`
    }),
    '',
    'A text that is looked for among the cells that steps leave; the first page needs a look at all rows, the others do not.',
    '',
    '| steps | looked for | rows | first page, ms | CPU ms | page, ms | CPU ms |',
    '|---|---|---|---|---|---|---|',
    ...findCases.map(({ of, column, text }, nth) => {
      const rows = middle(pallet, ({ finds }) => finds[nth]?.rows)
      return `| ${of} | “${text}” in ${column ?? 'any column'} | ${rows} | ${told(({ finds }) => finds[nth]?.first)} | ${told(({ finds }) => finds[nth]?.page)} |`
    }),
  ]
  console.log(lines.join('\n'))
  return lines
}

function middle<One>(runs: readonly One[], of: (one: One) => number | undefined): number {
  const sorted = runs.map((one) => of(one) ?? Number.NaN).toSorted((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
