/**
 * From a file to clean output, from a file into storage and table, trying a recipe, and cleaning by the number of
 * columns, beside the bare engine and other programs. Every job in a process of its own, in turn within each round, medians. Prints, and writes its sections
 * of RESULTS.md beside this file.
 *
 *     npm run bench:clean [-- --only file,job,steps,columns] [--rounds 3] [--rows 5000000] [--step-rows 1000000] [--cells 10000000] [--columns 10,50,200,1000]
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Column } from '../../shared/domain/datasets/dataset.ts'
import { writeWideRecords } from '../fixtures/wideRecords.ts'
import { fromFile } from './fromFile.ts'
import { type Measured, measureScript, medians, whereAndWhen } from './measuring.ts'
import { writeSection } from './results.ts'
import { steps } from './steps.ts'
import { wholeJob } from './wholeJob.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rows: { type: 'string', default: '5000000' },
    'step-rows': { type: 'string', default: '1000000' },
    cells: { type: 'string', default: '10000000' },
    rounds: { type: 'string', default: '3' },
    columns: { type: 'string', default: '10,50,200,1000' },
  },
})
const parts = values.only?.split(',') ?? ['file', 'job', 'steps', 'columns']
const [rounds, rows] = [Number(values.rounds), Number(values.rows)]
const folder = await mkdtemp(join(tmpdir(), 'pallet-bench-'))
try {
  if (parts.includes('file')) {
    const lines = await fromFile(folder, rows, rounds)
    const title = `From a file of ${rows / 1e6} million rows to clean output, measured`
    await writeSection(title, [whereAndWhen(rounds), '', ...lines])
  }
  if (parts.includes('job')) {
    const lines = await wholeJob(folder, rows, rounds)
    const title = `The whole job of ${rows / 1e6} million rows beside a script that uploads, measured`
    await writeSection(title, [whereAndWhen(rounds), '', ...lines])
  }
  if (parts.includes('steps')) {
    const lines = await steps(folder, Number(values['step-rows']), rounds)
    await writeSection('Steps tried on a file, measured', [whereAndWhen(rounds), '', ...lines])
  }
  if (parts.includes('columns')) {
    const lines = await byColumns()
    await writeSection('Cleaning, measured', [
      `${whereAndWhen(rounds)} Columns of every kind in turn, written as CSV. Pallet learns the types and runs the usual recipe; the bare engine is told the types and only casts.`,
      '',
      '| columns × rows | job | s | CPU s | peak MiB |',
      '|---|---|---|---|---|',
      ...lines,
    ])
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}

/**
 * The same canonical records for both. Pallet learns the types, cleans with the usual recipe and holds back what does not fit;
 * the bare engine is told the types: `COPY (SELECT TRY_CAST … FROM read_csv(all varchar))`.
 */
async function byColumns(): Promise<string[]> {
  const lines: string[] = []
  for (const columns of values.columns.split(',').map(Number)) {
    const rows = Math.floor(Number(values.cells) / columns)
    const file = join(folder, 'records.csv')
    writeWideRecords(file, { columns, rows, content: 'mixed' })
    const pallet: Measured[] = []
    const bare: Measured[] = []
    for (let round = 0; round < rounds; round += 1) {
      const parameters = [file, String(columns), 'csv', folder]
      const cleaned = await measureScript('../fixtures/cleanRecords.ts', parameters)
      if (cleaned.output === null) throw new Error(`${columns} columns could not be cleaned`)
      pallet.push(cleaned)
      const types = (JSON.parse(cleaned.output) as { columns: Column[] }).columns
      bare.push(await measureScript('./bareClean.ts', [file, JSON.stringify(types), folder]))
    }
    for (const [name, runs] of [
      ['**Pallet**', pallet],
      ['bare engine', bare],
    ] as const) {
      const line = `| ${columns} × ${rows} | ${name} | ${medians(runs)} |`
      console.log(line)
      lines.push(line)
    }
  }
  return lines
}
