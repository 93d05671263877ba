/** The clients that are compared: how each is found, started and measured, in a process of its own. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { chmod, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { rolldown } from 'rolldown'
import { sasUrl } from '../fixtures/sas.ts'
import type { Measured } from '../fixtures/uploadClient.ts'

export interface Service {
  endpoint: string
  account: string
  key: string
  /** File with the certificate that the service proves itself with; absent: it speaks plain HTTP. */
  certificate?: string
}

/** What is sent, and whither. */
export interface Job extends Service {
  blob: string
  file: string
}

/** A client, or why it is not here. */
export type Peer =
  | { name: string; run(job: Job): Promise<Measured> }
  | { name: string; missing: string }

export const container = 'bench'
const exec = promisify(execFile)

const nodeClients = {
  one: 'one block at a time',
  'one-md5': 'one block at a time, with MD5',
  'sdk-8': '`uploadFile` × 8',
  'sdk-16': '`uploadFile` × 16',
  'sdk-32': '`uploadFile` × 32',
  ours: '**Pallet**',
  'ours-plain': 'Pallet without lanes',
}

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
/** Where packages are found from. */
const built = at('../../node_modules/.cache/pallet-bench/')
/** The same with every block hashed by `node:crypto`. */
const plain = join(built, 'plain')

/** The clients run as the app does, built: stripping types costs Node a fifth of the memory that is measured. */
export async function buildClients(): Promise<void> {
  const input = {
    uploadClient: at('../fixtures/uploadClient.ts'),
    hashThread: at('../../main/upload/blocks/hashThread.ts'),
  }
  for (const [dir, alias] of [
    [built, {}],
    [plain, { './md5Lanes.ts': at('noLanes.ts') }],
  ] as const) {
    const bundle = await rolldown({
      input,
      platform: 'node',
      external: /^[^./]/,
      resolve: { alias },
    })
    await bundle.write({ dir, format: 'esm', entryFileNames: '[name].js' })
    await bundle.close()
  }
}

/** `memory`: watched while it uploads, as it is or without the garbage that nobody has collected yet. */
export function nodeClient(
  client: keyof typeof nodeClients,
  memory: 'unwatched' | 'watched' | 'collected' = 'unwatched',
): Exclude<Peer, { missing: string }> {
  const isOurs = client === 'ours' || client === 'ours-plain'
  const script = join(client === 'ours-plain' ? plain : built, 'uploadClient.js')
  return {
    name: nodeClients[client],
    async run({ endpoint, account, key, certificate, blob, file }) {
      // As the pool limits the thread that uploads.
      const limits = isOurs ? ['--max-semi-space-size=4'] : []
      if (memory === 'collected') limits.push('--expose-gc')
      const args = [
        ...limits,
        script,
        isOurs ? 'ours' : client,
        endpoint,
        account,
        key,
        container,
        blob,
        file,
      ]
      const watched = memory === 'unwatched' ? {} : { PALLET_BENCH_MEMORY: '1' }
      const trusted = certificate === undefined ? {} : { NODE_EXTRA_CA_CERTS: certificate }
      const options = { env: { ...process.env, ...watched, ...trusted } }
      return parsed((await exec(process.execPath, args, options)).stdout)
    },
  }
}

function parsed(stdout: string): Measured {
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Measured
}

const azcopyVersion = '10.32.2'

/** AzCopy from its npm package, installed into the system's folder for temporary files at the first use. */
export async function azcopy(): Promise<Peer> {
  const name = `AzCopy ${azcopyVersion}, 4 MiB, MD5 of the whole blob`
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return { name, missing: 'its npm package for Linux runs on x64 only' }
  const folder = join(tmpdir(), `pallet-bench-azcopy-${azcopyVersion}`)
  const binary = join(folder, 'node_modules/@azure-tools/azcopy-linux/dist/bin/azcopy_linux_amd64')
  try {
    if (!existsSync(binary)) {
      await mkdir(folder, { recursive: true })
      const { npm_execpath: npm } = process.env
      const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder]
      args.push(`@azure-tools/azcopy-linux@${azcopyVersion}`)
      await (npm === undefined ? exec('npm', args) : exec(process.execPath, [npm, ...args]))
      // The package does not mark it as a program.
      await chmod(binary, 0o755)
    }
    await exec(binary, ['--version'])
    return { name, run: (job) => runAzcopy(binary, job) }
  } catch (thrown) {
    return { name, missing: firstLine(thrown) }
  }
}

/** Its own files go beside the file that is sent. */
async function runAzcopy(binary: string, job: Job): Promise<Measured> {
  const { blob, file } = job
  const url = new URL(sasUrl(job, { permissions: 'rwlc', minutes: 60 }))
  url.pathname += `/${container}/${blob}`
  const folder = join(dirname(file), 'azcopy')
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
  const bytesSent = statSync(file).size
  const peakBytes = peakKiB * 1024
  return { ms, bytesSent, peakBytes, cpuMs: ticks * 10, memoryBytes: [], quietMs: 0 }
}

const azureForPython = 'azure-storage-blob==12.31.1'

/**
 * The seed's Python script, by a Python that has pandas. What else it needs is installed beside that into the system's folder
 * for temporary files at the first use.
 */
export async function seedScript(): Promise<Peer> {
  const name = "the seed's Python script"
  const script = at('seed.py')
  const folder = join(tmpdir(), 'pallet-bench-python')
  const own = join(folder, 'bin/python')
  const has = (python: string, ...packages: string[]): Promise<boolean> =>
    exec(python, ['-c', `import ${packages.join(', ')}`]).then(
      () => true,
      () => false,
    )
  const run =
    (python: string) =>
    async ({ endpoint, account, key, blob, file }: Job): Promise<Measured> => {
      const connectionString = `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};BlobEndpoint=${endpoint};`
      const env = { ...process.env, AZURE_STORAGE_CONNECTION_STRING: connectionString }
      return parsed((await exec(python, [script, container, blob, file], { env })).stdout)
    }
  for (const python of [own, 'python3', '/usr/bin/python3'])
    if (await has(python, 'pandas', 'azure.storage.blob')) return { name, run: run(python) }
  for (const python of ['python3', '/usr/bin/python3'])
    if (await has(python, 'pandas', 'venv'))
      try {
        await exec(python, ['-m', 'venv', '--system-site-packages', folder])
        await exec(own, ['-m', 'pip', 'install', '--quiet', azureForPython])
        return { name, run: run(own) }
      } catch (thrown) {
        return { name, missing: firstLine(thrown) }
      }
  return { name, missing: 'no python3 with pandas and venv (Debian: python3-pandas, python3-venv)' }
}

function firstLine(thrown: unknown): string {
  return String(thrown instanceof Error ? thrown.message : thrown).split('\n')[0] ?? ''
}
