/**
 * Uploading compared and proven: every row of the table in one run, every client in a process of its
 * own, clients in turn within each round, medians. Prints, and writes its section of RESULTS.md beside this file.
 *
 *     node tests/bench/upload.ts [--mib 1024] [--rounds 5] [--kills 50] [--sparse-gib 20] [--only sink,line]
 *
 * With `--only` it prints and writes nothing. AzCopy is installed at the first use, into the system's
 * folder for temporary files; a peer that cannot be had is named with the reason.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { cases, type CaseName } from './cases.ts'
import type { Found } from './comparing.ts'
import { buildClients } from './peers.ts'
import { writeSection } from './results.ts'
import { sinkProcess } from './services.ts'

const { values } = parseArgs({
  options: {
    mib: { type: 'string', default: '1024' },
    rounds: { type: 'string', default: '5' },
    kills: { type: 'string', default: '50' },
    'sparse-gib': { type: 'string', default: '20' },
    only: { type: 'string' },
  },
})
const [load = 0] = loadavg()
const names = (values.only?.split(',') ?? Object.keys(cases)) as CaseName[]
for (const name of names)
  if (!(name in cases)) throw new Error(`${name} is none of ${Object.keys(cases).join(', ')}`)

const folder = await mkdtemp(join(tmpdir(), 'pallet-bench-'))
await buildClients()
const sink = await sinkProcess()
const found: Found[] = []
try {
  for (const name of names) {
    const startedMs = performance.now()
    const result = await cases[name]({
      folder,
      sink,
      mib: Number(values.mib),
      rounds: Number(values.rounds),
      kills: Number(values.kills),
      sparseGib: Number(values['sparse-gib']),
    })
    found.push(result)
    console.log([...result.rows.map(row), '', ...result.text].join('\n'))
    console.log(`(${name}: ${((performance.now() - startedMs) / 1000).toFixed(0)} s)\n`)
  }
} finally {
  sink.stop()
  await rm(folder, { recursive: true, force: true })
}

const [cpu] = cpus()
const report = [
  `By \`npm run bench:upload\` on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} × ${cpu?.model.trim() ?? '?'}, ${Math.round(totalmem() / 1024 ** 3)} GiB, Node ${process.versions.node}, ${process.platform}; load average before the start ${load.toFixed(1)}. Everything on this one computer, so clients and services share its cores. Medians; blocks of 4 MiB for all but Pallet, whose blocks average about as much.`,
  '',
  '| case | asked | measured | |',
  '|---|---|---|---|',
  ...found.flatMap(({ rows }) => rows.map(row)),
  '',
  ...found.flatMap(({ text }) => [...text, '']),
]
if (values.only === undefined) await writeSection('Uploads, measured', report)

function row({ name, asked, measured, met }: Found['rows'][number]): string {
  return `| ${name} | ${asked} | ${measured} | ${met ? 'met' : '**not met**'} |`
}
