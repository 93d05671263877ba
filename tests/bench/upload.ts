/**
 * Uploading compared: `node tests/bench/upload.ts [--mib 1024] [--rounds 5] [--delta-mib 1024] [--azcopy BINARY]`
 * (AzCopy for Linux: the npm package @azure-tools/azcopy-linux, its `dist/bin`). Every client in a process of
 * its own, the clients in turn within each round; medians. Prints tables and writes RESULTS.md beside this file.
 */
import { execFile, fork, spawn, type ChildProcess } from 'node:child_process'
import { createCipheriv, createHash } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { azuriteSandbox } from '../../main/sandbox/azurite.ts'
import { startBlobSink } from '../fixtures/blobSink.ts'
import { sasUrl } from '../fixtures/sas.ts'

const MiB = 1024 ** 2
const blockMs = 60
const here = fileURLToPath(import.meta.url)
const client = fileURLToPath(new URL('../fixtures/uploadClient.ts', import.meta.url))

interface Measured {
  ms: number
  bytesSent: number
  peakBytes: number
  cpuMs: number
}
interface Service {
  endpoint: string
  account: string
  key: string
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      mib: { type: 'string', default: '1024' },
      'delta-mib': { type: 'string', default: '1024' },
      rounds: { type: 'string', default: '5' },
      azcopy: { type: 'string' },
    },
  })
  const [load = 0] = loadavg()
  const mib = Number(values.mib)
  const rounds = Number(values.rounds)
  const folder = await mkdtemp(join(tmpdir(), 'pallet-bench-'))
  let sinkProcess: ChildProcess | null = null
  const sandbox = azuriteSandbox({ folder: join(folder, 'sandbox') })
  try {
    const file = join(folder, 'export.bin')
    writeRandom(file, 0, mib)
    sinkProcess = fork(here, ['--sink'])
    const [endpoint] = (await once(sinkProcess, 'message')) as [string]
    const key = Buffer.alloc(64).toString('base64')
    const sink: Service = { endpoint, account: 'sink', key }

    const report: string[] = []
    const clients = ['one', 'one-md5', 'sdk-8', 'sdk-16', 'sdk-32', 'ours']
    const onSink = await compare(clients, sink, file, rounds)
    report.push(`### Loopback sink, ${blockMs} ms per block, ${mib} MiB, ${rounds} rounds`, '')
    report.push(...table(onSink, mib))
    const one = median(onSink, 'one')
    const best = Math.min(...['sdk-8', 'sdk-16', 'sdk-32'].map((name) => median(onSink, name)))
    const ours = median(onSink, 'ours')
    report.push(
      '',
      `Ours against one at a time: **${(one / ours).toFixed(1)}×** (asked: 8×), with MD5 on both sides ${(median(onSink, 'one-md5') / ours).toFixed(1)}×; against \`uploadFile\` at its best: **${(best / ours).toFixed(2)}×** (asked: 1.0×; it sends no MD5).`,
      '',
    )
    console.log(report.join('\n'))

    const access = await sandbox.access(new AbortController().signal)
    if (access.kind !== 'account-key') throw new Error('the sandbox answers with a key')
    const { azcopy } = values
    const peers = azcopy === undefined ? ['ours', 'sdk-8'] : ['ours', 'sdk-8', azcopy]
    const onAzurite = await compare(peers, access, file, rounds)
    await sandbox.stop()
    report.push(`### Azurite on disk, ${mib} MiB, ${rounds} rounds`, '')
    report.push(...table(onAzurite, mib), '')
    if (azcopy === undefined) report.push('AzCopy was not given (`--azcopy`) and not measured.', '')

    const deltaMib = Number(values['delta-mib'])
    report.push(
      `### Sent again of ${deltaMib} MiB that changed`,
      '',
      '| change | sent | asked |',
      '|---|---|---|',
    )
    const base = join(folder, 'base.bin')
    writeRandom(base, 1, deltaMib)
    for (const { name, asked, change } of changes) {
      const blob = `delta-${name}`
      await run('ours', sink, blob, base)
      const changed = join(folder, 'changed.bin')
      await change(base, changed, deltaMib)
      const { bytesSent } = await run('ours', sink, blob, changed)
      const share = (100 * bytesSent) / (deltaMib * MiB)
      report.push(`| ${name} | ${share.toFixed(2)} % | ≤ ${asked} % |`)
      await rm(changed)
    }
    const text = report.join('\n')
    console.log(text)
    await writeFile(new URL('RESULTS.md', import.meta.url), `${heading(load)}\n${text}\n`)
  } finally {
    sinkProcess?.disconnect()
    await sandbox.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

const changes: {
  name: string
  asked: number
  change: (base: string, to: string, mib: number) => Promise<void>
}[] = [
  {
    name: '1 % appended',
    asked: 3,
    change: async (base, to, mib) => {
      await copyFile(base, to)
      writeRandom(to, 2, mib * 0.01, 'a')
    },
  },
  {
    name: 'first 3 % removed, 3 % appended',
    asked: 8,
    change: async (base, to, mib) => {
      await promisify(execFile)('dd', [
        `if=${base}`,
        `of=${to}`,
        'bs=1M',
        `skip=${Math.round(mib * 0.03)}`,
        'status=none',
      ])
      writeRandom(to, 3, mib * 0.03, 'a')
    },
  },
  {
    name: 'one row edited in the middle',
    asked: 2,
    change: async (base, to, mib) => {
      await copyFile(base, to)
      const fd = openSync(to, 'r+')
      writeSync(fd, 'another row;1,50', (mib * MiB) / 2)
      closeSync(fd)
    },
  },
]

async function compare(
  clients: string[],
  service: Service,
  file: string,
  rounds: number,
): Promise<Map<string, Measured[]>> {
  const results = new Map<string, Measured[]>(clients.map((name) => [name, []]))
  for (let round = 0; round < rounds; round += 1)
    for (const name of clients)
      results.get(name)?.push(await run(name, service, `${name}-${round}`, file))
  return results
}

async function run(name: string, service: Service, blob: string, file: string): Promise<Measured> {
  const { endpoint, account, key } = service
  if (name.includes('azcopy')) return await runAzcopy(name, service, blob, file)
  const args = [client, name, endpoint, account, key, 'bench', blob, file]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return JSON.parse(stdout) as Measured
}

/** Its own files go beside the file that is sent. */
async function runAzcopy(
  binary: string,
  service: Service,
  blob: string,
  file: string,
): Promise<Measured> {
  const url = new URL(sasUrl(service, { permissions: 'rwlc', minutes: 60 }))
  url.pathname += `/bench/${basename(blob)}`
  const folder = join(file, '..', 'azcopy')
  const startedMs = performance.now()
  const child = spawn(
    binary,
    ['copy', file, url.href, '--from-to', 'LocalBlob', '--put-md5', '--block-size-mb', '4'],
    {
      stdio: 'ignore',
      env: { ...process.env, AZCOPY_LOG_LOCATION: folder, AZCOPY_JOB_PLAN_LOCATION: folder },
    },
  )
  const { pid = 0 } = child
  let peakKiB = 0
  let ticks = 0
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      peakKiB = Math.max(peakKiB, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0))
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
      ticks = Number(fields[11]) + Number(fields[12])
    } catch {
      // It has just ended.
    }
  }, 20)
  const [code] = (await once(child, 'exit')) as [number | null]
  clearInterval(timer)
  if (code !== 0) throw new Error(`AzCopy ended with ${code}`)
  const ms = performance.now() - startedMs
  return { ms, bytesSent: statSync(file).size, peakBytes: peakKiB * 1024, cpuMs: ticks * 10 }
}

/** Reproducible bytes that nothing can compress or find again: a cipher's key stream. */
function writeRandom(file: string, seed: number, mib: number, flags = 'w'): void {
  const key = createHash('sha256').update(String(seed)).digest()
  const stream = createCipheriv('aes-256-ctr', key, Buffer.alloc(16))
  const zeros = Buffer.alloc(MiB)
  const fd = openSync(file, flags)
  for (let left = Math.round(mib * MiB); left > 0; left -= MiB)
    writeSync(fd, stream.update(zeros.subarray(0, Math.min(left, MiB))))
  closeSync(fd)
}

function middle(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function median(results: Map<string, Measured[]>, name: string): number {
  return middle((results.get(name) ?? []).map(({ ms }) => ms))
}

const names: Record<string, string> = {
  one: 'one block at a time',
  'one-md5': 'one block at a time, with MD5',
  'sdk-8': '`uploadFile` × 8',
  'sdk-16': '`uploadFile` × 16',
  'sdk-32': '`uploadFile` × 32',
  ours: '**Pallet**',
}

function table(results: Map<string, Measured[]>, mib: number): string[] {
  const rows = [...results].map(([name, measured]) => {
    const of = (pick: (one: Measured) => number): number => middle(measured.map(pick))
    const seconds = of(({ ms }) => ms) / 1000
    const peak = of(({ peakBytes }) => peakBytes) / MiB
    return `| ${names[name] ?? 'AzCopy, 4 MiB, MD5 of the whole blob'} | ${seconds.toFixed(2)} | ${Math.round(mib / seconds)} | ${(of(({ cpuMs }) => cpuMs) / 1000).toFixed(1)} | ${Math.round(peak)} |`
  })
  return ['| client | s | MiB/s | CPU s | peak MiB |', '|---|---|---|---|---|', ...rows]
}

function heading(load: number): string {
  const [cpu] = cpus()
  return `# Uploads, measured

By \`node tests/bench/upload.ts\` on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} × ${cpu?.model.trim() ?? '?'}, ${Math.round(totalmem() / 1024 ** 3)} GiB, Node ${process.versions.node}, ${process.platform}; load average before the start ${load.toFixed(1)}. Medians; blocks of 4 MiB for all but Pallet, whose blocks average about as much.
`
}

if (process.argv[2] === '--sink') {
  const sink = await startBlobSink(blockMs)
  process.send?.(sink.endpoint)
  process.once('disconnect', () => process.exit(0))
} else {
  await main()
}
