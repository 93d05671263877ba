/** The whole way of a till's export into storage and table, beside a script that only uploads it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { OutputFormat } from '../../shared/domain/datasets/dataset.ts'
import type { Receipt } from '../../shared/domain/runs/run.ts'
import { entry, pallet } from '../fixtures/pallet.ts'
import { type Storage, startStorage } from '../integration/upload/azurite.ts'
import { salesFile } from './files.ts'
import { type Measured, measure, median, medians } from './measuring.ts'
import { container, seedScript } from './peers.ts'

const MiB = 1024 ** 2

/**
 * Read, cleaned, uploaded into Azurite, verified there, loaded into DuckDB and counted, by the command line in a home of its own;
 * beside `seed.py`, which reads the file and uploads it. Each has an Azurite of its own, of which the processor time is
 * no part of either. Lines of RESULTS.md, printed as they come.
 */
export async function wholeJob(folder: string, rows: number, rounds: number): Promise<string[]> {
  const { file, bytes } = salesFile(folder, rows, 0)
  const seed = await seedScript()
  const lines: string[] = []
  const say = (line: string): void => {
    console.log(line)
    lines.push(line)
  }
  const seedRuns: Measured[] = []
  const runs = { parquet: [] as Whole[], csv: [] as Whole[] }
  for (let round = 0; round < rounds; round += 1) {
    if ('run' in seed)
      await onStorage(async ({ access }) => {
        const { ms, cpuMs, peakBytes } = await seed.run({ ...access, blob: 'sales.csv', file })
        seedRuns.push({ s: ms / 1000, cpuS: cpuMs / 1000, peakMiB: peakBytes / MiB })
      })
    for (const format of ['parquet', 'csv'] as const)
      await onStorage(async (storage) => {
        runs[format].push(await whole(storage, folder, file, format))
      })
  }
  await rm(file)
  const seedS = median(seedRuns, 's')
  const share = (measured: readonly Measured[]): string =>
    seedRuns.length === 0 ? '' : (median(measured, 's') / seedS).toFixed(2)
  say(`\n${rows} rows × 9 columns, ${Math.round(bytes / 1e6)} MB:\n`)
  say('| job | s | CPU s | peak MiB | s, the script = 1 |')
  say('|---|---|---|---|---|')
  if ('missing' in seed) say(`| ${seed.name} | not measured: ${seed.missing} | | | |`)
  else say(`| ${seed.name}: read, uploaded | ${medians(seedRuns)} | 1.00 |`)
  for (const [format, measured] of Object.entries(runs))
    say(
      `| **Pallet**: file → cleaned → uploaded as ${format} → loaded → verified | ${medians(measured)} | ${share(measured)} |`,
    )
  say('')
  for (const [format, measured] of Object.entries(runs)) {
    const [last] = measured.slice(-1)
    const steps = last?.steps.map(({ name, ms }) => `${name} ${((ms ?? 0) / 1000).toFixed(1)}`)
    say(`Seconds of each step, ${format}, last round: ${steps?.join(', ')}.`)
  }
  return lines
}

interface Whole extends Measured {
  steps: Receipt['steps']
}

async function whole(
  { access: { account, key, endpoint } }: Storage,
  folder: string,
  file: string,
  format: OutputFormat,
): Promise<Whole> {
  const home = await mkdtemp(join(folder, 'home-'))
  try {
    const reach = ['--kind', 'account-key', '--account', account, '--endpoint', endpoint]
    const added = await pallet(['connections', 'add', 'bench', ...reach], { home, input: key })
    if (added.code !== 0) throw new Error(added.stderr)
    const to = ['--to', 'bench', '--container', container, '--format', format]
    const start = [entry, '--home', home, '--json']
    const env = { PALLET_SECRET_BENCH: key }
    const measured = await measure(process.execPath, [...start, 'run', file, ...to], env)
    const receipt = JSON.parse(measured.output?.trim().split('\n').at(-1) ?? '{}') as Receipt
    if (receipt.state !== 'succeeded') throw new Error(`The run ended as ${receipt.state}.`)
    return { ...measured, steps: receipt.steps }
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

async function onStorage(work: (storage: Storage) => Promise<void>): Promise<void> {
  const storage = await startStorage()
  try {
    await storage.service.getContainerClient(container).create()
    await work(storage)
  } finally {
    await storage.stop()
  }
}
