/**
 * Cleaning compared with the bare engine: the same canonical records, time, processor time and peak
 * memory by the number of columns. Every job in a process of its own, in turn within each round,
 * medians. Prints, and writes its section of RESULTS.md beside this file.
 *
 *     node tests/bench/clean.ts [--cells 10000000] [--rounds 3] [--columns 10,50,200,1000]
 *
 * Pallet learns the types from the file, cleans with the usual recipe and holds back what does
 * not fit; the bare engine is told the types: `COPY (SELECT TRY_CAST … FROM read_csv(all varchar))`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Column } from '../../shared/domain/dataset.ts'
import { watchMemory } from '../fixtures/memory.ts'
import { writeWideRecords } from '../fixtures/wideRecords.ts'
import { writeSection } from './results.ts'

const { values } = parseArgs({
  options: {
    cells: { type: 'string', default: '10000000' },
    rounds: { type: 'string', default: '3' },
    columns: { type: 'string', default: '10,50,200,1000' },
  },
})
/** No job may take the machine with it. */
const limitMiB = 2500
const rounds = Number(values.rounds)
const [load = 0] = loadavg()

interface Measured {
  s: number
  cpuS: number
  peakMiB: number
}

const folder = await mkdtemp(join(tmpdir(), 'pallet-bench-'))
const lines: string[] = []
try {
  for (const columns of values.columns.split(',').map(Number)) {
    const rows = Math.floor(Number(values.cells) / columns)
    const file = join(folder, 'records.csv')
    writeWideRecords(file, { columns, rows, content: 'mixed' })
    const pallet: Measured[] = []
    const bare: Measured[] = []
    for (let round = 0; round < rounds; round += 1) {
      const cleaned = await measure('../fixtures/cleanRecords.ts', [
        file,
        String(columns),
        'csv',
        folder,
      ])
      if (cleaned.output === null) throw new Error(`${columns} columns could not be cleaned`)
      pallet.push(cleaned)
      const types = (JSON.parse(cleaned.output) as { columns: Column[] }).columns
      bare.push(await measure('./bareClean.ts', [file, JSON.stringify(types), folder]))
    }
    for (const [name, runs] of [
      ['**Pallet**', pallet],
      ['bare engine', bare],
    ] as const) {
      const line = `| ${columns} × ${rows} | ${name} | ${median(runs, 's').toFixed(1)} | ${median(runs, 'cpuS').toFixed(1)} | ${median(runs, 'peakMiB').toFixed(0)} |`
      console.log(line)
      lines.push(line)
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}

const [cpu] = cpus()
await writeSection('Cleaning, measured', [
  `By \`npm run bench:clean\` on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} × ${cpu?.model.trim() ?? '?'}, ${Math.round(totalmem() / 1024 ** 3)} GiB, Node ${process.versions.node}, ${process.platform}; load average before the start ${load.toFixed(1)}. ${rounds === 1 ? 'One round' : `Medians of ${rounds} rounds`}; columns of every kind in turn, written as CSV. Pallet learns the types and runs the usual recipe; the bare engine is told the types and only casts. Processor seconds say more than seconds on a busy machine.`,
  '',
  '| columns × rows | job | s | CPU s | peak MiB |',
  '|---|---|---|---|---|',
  ...lines,
])

async function measure(
  script: string,
  parameters: string[],
): Promise<Measured & { output: string | null }> {
  const startedMs = performance.now()
  const child = spawn(
    process.execPath,
    [new URL(script, import.meta.url).pathname, ...parameters],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const memory = watchMemory(
    child.pid ?? 0,
    () => false,
    (nowMiB) => nowMiB > limitMiB && child.kill('SIGKILL'),
  )
  let cpuS = 0
  const clock = setInterval(() => (cpuS = Math.max(cpuS, cpuSeconds(child.pid ?? 0))), 50)
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  clearInterval(clock)
  return {
    s: (performance.now() - startedMs) / 1000,
    cpuS,
    peakMiB: memory.stop(),
    output: code === 0 ? text : null,
  }
}

/** Processor seconds of a process so far, its own and the system's for it; hundredths on Linux. */
function cpuSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return 0
  }
}

function median(runs: readonly Measured[], of: keyof Measured): number {
  const sorted = runs.map((run) => run[of]).toSorted((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
