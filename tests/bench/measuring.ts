/** A job in a process of its own: how long, how much of the processors, how much memory. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { watchMemory } from '../fixtures/memory.ts'

/** No job may take the machine with it. */
const limitMiB = 12_000

export interface Measured {
  s: number
  cpuS: number
  peakMiB: number
}

/** What the process printed; null: it failed, or took too much memory. */
export async function measure(
  command: string,
  parameters: readonly string[],
  env: Record<string, string> = {},
): Promise<Measured & { output: string | null }> {
  const startedMs = performance.now()
  const child = spawn(command, parameters, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
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

const bundles = new Map<string, Promise<string>>()

/** The script runs as the app does, bundled: from its sources Node strips types first, for a second of processor time. */
export async function measureScript(script: string, parameters: readonly string[]) {
  const bundle = bundles.get(script) ?? bundled(script)
  bundles.set(script, bundle)
  return await measure(process.execPath, [await bundle, ...parameters])
}

/** The script as one file, where packages are found. */
export async function bundled(script: string): Promise<string> {
  const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
  const name = basename(script, '.ts')
  // Below the checkout, where packages are found.
  const dir = at(`../../node_modules/.cache/pallet-bench/${name}`)
  const bundle = await rolldown({ input: at(script), platform: 'node', external: /^[^./]/ })
  await bundle.write({ dir, format: 'esm', entryFileNames: '[name].js' })
  await bundle.close()
  return join(dir, `${name}.js`)
}

/** Processor seconds of a process so far and of children that it has waited for, its own and the system's for it; hundredths on Linux. */
function cpuSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100
  } catch {
    return 0
  }
}

export function median(runs: readonly Measured[], of: keyof Measured): number {
  const sorted = runs.map((run) => run[of]).toSorted((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

/** Seconds, processor seconds and MiB, as cells of a table. */
export function medians(runs: readonly Measured[]): string {
  const [s, cpuS, peak] = [median(runs, 's'), median(runs, 'cpuS'), median(runs, 'peakMiB')]
  return `${s.toFixed(1)} | ${cpuS.toFixed(1)} | ${peak.toFixed(0)}`
}

const [loadAtStart = 0] = loadavg()

export function whereAndWhen(rounds: number, script = 'bench:clean'): string {
  const [cpu] = cpus()
  return `By \`npm run ${script}\` on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} × ${cpu?.model.trim() ?? '?'}, ${Math.round(totalmem() / 1024 ** 3)} GiB, Node ${process.versions.node}, ${process.platform}; load average before the start ${loadAtStart.toFixed(1)}. ${rounds === 1 ? 'One round' : `Medians of ${rounds} rounds`}. Processor seconds say more than seconds on a busy machine.`
}
