/** A till's export read, and read and cleaned, by Pallet and by other programs. */
import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { salesFile } from './files.ts'
import { type Measured, measure, measureScript, median, medians } from './measuring.ts'

const exec = promisify(execFile)
type Run = (file: string, folder: string) => Promise<Measured & { output: string | null }>
type Job = { name: string; run: Run } | { name: string; missing: string }

const job =
  (which: string): Run =>
  (file, folder) =>
    measureScript('./fileJob.ts', [which, file, folder])

const reading: Job[] = [
  { name: '**Pallet**, with lineage, written down', run: job('read') },
  { name: 'papaparse, streaming', run: job('papaparse') },
  { name: 'csv-parse, streaming', run: job('csv-parse') },
]

/** Lines of RESULTS.md, printed as they come. */
export async function fromFile(folder: string, rows: number, rounds: number): Promise<string[]> {
  const cleaning: Job[] = [
    { name: '**Pallet**: read, recipe, contract, Parquet', run: job('clean') },
    { name: 'bare engine: `COPY (SELECT casts …)` to Parquet', run: job('engine') },
    await pandas(),
    await miller(),
  ]
  const lines: string[] = []
  const say = (line: string) => {
    console.log(line)
    lines.push(line)
  }
  for (const [title, badShare] of [
    ['nothing to hold back', 0],
    ['one cell in a hundred of one column is no number', 0.01],
  ] as const) {
    const { file, bytes } = salesFile(folder, rows, badShare)
    say(`\n${rows} rows × 9 columns, ${Math.round(bytes / 1e6)} MB, ${title}:\n`)
    say('| job | s | CPU s | peak MiB | CPU, bare engine = 1 |')
    say('|---|---|---|---|---|')
    const jobs = badShare === 0 ? [...reading, ...cleaning] : cleaning.slice(0, 2)
    const measured = new Map<string, Measured[]>(jobs.map(({ name }) => [name, []]))
    for (let round = 0; round < rounds; round += 1)
      for (const one of jobs) {
        if ('missing' in one) continue
        const found = await one.run(file, folder)
        if (found.output === null) throw new Error(`${one.name} failed`)
        measured.get(one.name)?.push(found)
      }
    const bare = median(measured.get(cleaning[1]?.name ?? '') ?? [], 'cpuS')
    for (const one of jobs) {
      const runs = measured.get(one.name) ?? []
      const share = (median(runs, 'cpuS') / bare).toFixed(2)
      if ('missing' in one) say(`| ${one.name} | not measured: ${one.missing} | | | |`)
      else say(`| ${one.name} | ${medians(runs)} | ${share} |`)
    }
    await rm(file)
  }
  return lines
}

async function pandas(): Promise<Job> {
  const script = fileURLToPath(new URL('pandasClean.py', import.meta.url))
  for (const python of ['python3', '/usr/bin/python3']) {
    try {
      const { stdout } = await exec(python, [script, '--version'])
      const name = `pandas ${stdout.trim()}`
      return {
        name,
        run: (file, folder) => measure(python, [script, file, join(folder, 'pandas')]),
      }
    } catch {
      continue
    }
  }
  return { name: 'pandas', missing: 'no python3 has it (Debian: python3-pandas)' }
}

async function miller(): Promise<Job> {
  try {
    const { stdout } = await exec('mlr', ['--version'])
    const parameters = ['--icsv', '--ojson', 'clean-whitespace']
    const name = `${stdout.trim()}: blanks cleaned, types guessed, JSON`
    // It writes to its standard output only.
    const run: Run = (file) =>
      measure('sh', ['-c', `exec mlr ${parameters.join(' ')} "$0" >/dev/null; echo done`, file])
    return { name, run }
  } catch {
    return { name: 'Miller', missing: 'no mlr is here (Debian: miller)' }
  }
}
