/** The rows of the table, each with what is asked, and the text that shows how it came about. */
import { execFile } from 'node:child_process'
import { closeSync, openSync, truncateSync, writeSync } from 'node:fs'
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { random } from '../fixtures/exports.ts'
import { forgetDatabase, killedUpload, type KillAt, type Killed } from '../fixtures/killing.ts'
import { startLine } from '../fixtures/line.ts'
import { longCut } from '../fixtures/longCut.ts'
import { startShapedLine } from '../fixtures/shapedLine.ts'
import { startStorage } from '../integration/upload/azurite.ts'
import {
  compare,
  compareOnAzurite,
  median,
  percentile,
  present,
  ratio,
  table,
  type Bench,
  type Found,
} from './comparing.ts'
import { csvFile, randomFile, writeRandom } from './files.ts'
import { azcopy, nodeClient, seedScript } from './peers.ts'
import { blockMs } from './services.ts'
import { tls } from './tls.ts'

export type CaseName = keyof typeof cases
export const cases = { sink, tls, azurite, csv, sparse, kills, delta, line, hole, cut }

const MiB = 1024 ** 2

// ---------------------------------------------------------------- speed

async function sink({ folder, sink: service, mib, rounds }: Bench): Promise<Found> {
  const file = randomFile(folder, mib)
  const clients = ['one', 'one-md5', 'sdk-8', 'sdk-16', 'sdk-32', 'ours'] as const
  const cpuBeforeMs = await service.cpuMs()
  const results = await compare(
    clients.map((client) => nodeClient(client)),
    rounds,
    (round, peer) => peer.run({ ...service, blob: `${peer.name}-${round}`, file }),
  )
  const cpuS = ((await service.cpuMs()) - cpuBeforeMs) / 1000 / (rounds * clients.length)
  const ms = (client: (typeof clients)[number]): number =>
    median(results, nodeClient(client).name, (one) => one.ms)
  const best = Math.min(ms('sdk-8'), ms('sdk-16'), ms('sdk-32'))
  const overOne = ms('one') / ms('ours')
  const overBest = best / ms('ours')
  const name = `loopback sink, ${blockMs} ms per block, ${mib} MiB`
  return {
    rows: [
      {
        name,
        asked: '≥ 8× one at a time',
        measured: `${overOne.toFixed(1)}×; with MD5 on both sides ${(ms('one-md5') / ms('ours')).toFixed(1)}×`,
        met: overOne >= 8,
      },
      {
        name: '',
        asked: '≥ 1.0× `uploadFile` at its best',
        measured: `${overBest.toFixed(2)}× (it sends no MD5)`,
        met: overBest >= 1,
      },
    ],
    text: [
      `### Loopback sink, ${blockMs} ms per block, ${mib} MiB, ${rounds} rounds`,
      '',
      ...table(results, mib),
      '',
      `The sink itself used ${cpuS.toFixed(2)} s of the same cores per upload.`,
    ],
  }
}

async function azurite({ folder, mib, rounds }: Bench): Promise<Found> {
  const file = randomFile(folder, mib)
  const copier = await azcopy()
  const { peers, missing } = present([copier, nodeClient('ours'), nodeClient('sdk-8')])
  const results = await compareOnAzurite(peers, rounds, file)
  const ours = nodeClient('ours').name
  const faster = ratio(results, copier.name, ours, (one) => one.ms)
  const smaller = ratio(results, ours, copier.name, (one) => one.peakBytes)
  const why = missing.join('; ')
  return {
    rows: [
      {
        name: `Azurite on disk, ${mib} MiB`,
        asked: '≥ 1.0× AzCopy in throughput',
        measured: why || `${faster.toFixed(2)}×`,
        met: faster >= 1,
      },
      {
        name: '',
        asked: '≤ 1/3 of its peak memory',
        measured: why || `${smaller.toFixed(2)} of it`,
        met: smaller <= 1 / 3,
      },
    ],
    text: [
      `### Azurite on disk, ${mib} MiB, ${rounds} rounds`,
      '',
      ...table(results, mib),
      ...missing.flatMap((reason) => ['', reason]),
    ],
  }
}

/** A quarter of the usual size: pandas holds all of it several times over. */
async function csv({ folder, mib: usualMib, rounds }: Bench): Promise<Found> {
  const mib = Math.ceil(usualMib / 4)
  const file = csvFile(folder, mib)
  const script = await seedScript()
  const { peers, missing } = present([script, nodeClient('one'), nodeClient('ours')])
  const results = await compareOnAzurite(peers, rounds, file)
  const ours = nodeClient('ours').name
  const faster = ratio(results, script.name, ours, (one) => one.ms)
  const smaller = ratio(results, script.name, ours, (one) => one.peakBytes)
  return {
    rows: [
      {
        name: `CSV of ${mib} MiB into Azurite on disk`,
        asked: "the seed's script, for comparison",
        measured:
          missing.join('; ') ||
          `${faster.toFixed(1)}× its speed, ${(1 / smaller).toFixed(2)} of its peak memory`,
        met: missing.length === 0,
      },
    ],
    text: [
      `### CSV of ${mib} MiB into Azurite on disk, ${rounds} rounds`,
      '',
      ...table(results, mib),
      '',
      'The script reads the file into a table and writes it as CSV again before the first byte is sent; the others send the file as it is.',
      ...missing.flatMap((reason) => ['', reason]),
    ],
  }
}

// ---------------------------------------------------------------- memory

async function sparse({ folder, sink: service, sparseGib }: Bench): Promise<Found> {
  const file = join(folder, 'sparse.bin')
  closeSync(openSync(file, 'w'))
  truncateSync(file, sparseGib * 1024 * MiB)
  const job = { ...service, file }
  const { ms, peakBytes, memoryBytes } = await nodeClient('ours', 'watched').run({
    ...job,
    blob: 'sparse',
  })
  const collected = await nodeClient('ours', 'collected').run({ ...job, blob: 'sparse again' })
  await rm(file)
  const mibAt = (of: number[], percent: number): string => ((of[percent] ?? 0) / MiB).toFixed(0)
  const tenths = (of: number[]): string =>
    Array.from({ length: 11 }, (_, tenth) => mibAt(of, tenth * 10)).join(', ')
  const highest = (from: number, to: number): number =>
    Math.max(...collected.memoryBytes.slice(from, to + 1))
  const peak = peakBytes / MiB
  return {
    rows: [
      {
        name: `${sparseGib} GiB sparse file into the sink`,
        asked: 'memory ≤ 200 MiB',
        measured: `peak ${peak.toFixed(0)} MiB of the whole process`,
        met: peak <= 200,
      },
      {
        name: '',
        asked: 'no growth over the last 90 %',
        measured: `${mibAt(collected.memoryBytes, 10)} MiB at 10 %, ${mibAt(collected.memoryBytes, 100)} at the end, garbage collected before each look; ${mibAt(memoryBytes, 10)} and ${mibAt(memoryBytes, 99)} without`,
        met: highest(90, 100) <= highest(10, 20) * 1.02,
      },
    ],
    text: [
      `### ${sparseGib} GiB sparse file into the sink, twice`,
      '',
      `In ${(ms / 1000).toFixed(0)} s, ${Math.round((sparseGib * 1024) / (ms / 1000))} MiB/s. Resident memory when 0, 10, 20 … 100 % had been acknowledged: ${tenths(memoryBytes)} MiB (of which about 90 for Node and the SDK). That holds garbage V8 has not thought worth collecting yet; the same with a collection forced at each percent: ${tenths(collected.memoryBytes)} MiB. The file is all zeros, so it also shows blocks of the largest size, and that thousands of equal blocks are told apart: the blob was committed and its block list verified.`,
    ],
  }
}

// ---------------------------------------------------------------- kills

async function kills({ folder, kills: wanted }: Bench): Promise<Found> {
  const storage = await startStorage()
  try {
    await storage.service.getContainerClient('kills').create()
    const home = join(folder, 'killed-home')
    const file = randomFile(folder, 64)
    const content = await readFile(file)
    const next = random(20261120)
    const whole = (blob: string): Parameters<typeof killedUpload>[1] => ({
      home,
      file,
      container: 'kills',
      blob,
    })
    // Undisturbed, to know from how many requests and how long a time to choose.
    let firstAtMs = 0
    let lastAtMs = 0
    const calm = await killedUpload(storage, whole('calm'), () => {
      firstAtMs ||= performance.now()
      lastAtMs = performance.now()
      return null
    })
    const done: Killed[] = []
    const phases = new Map<string, number>()
    let broken = 0
    for (let index = 0; index < wanted; index += 1) {
      const blob = `killed-${index}`
      const meanwhile = index % 4 < 2 ? {} : { meanwhile: () => forgetDatabase(home) }
      const kill = async (share: number): Promise<Killed> => {
        const killAt: KillAt =
          index % 2 === 0
            ? atRequest(1 + Math.floor(share * calm.requests))
            : atTime(share * (lastAtMs - firstAtMs))
        const killed = await killedUpload(storage, { ...whole(blob), ...meanwhile }, killAt)
        if (killed.killed) return killed
        // It was done before its time came.
        await storage.blob('kills', blob).delete()
        return await kill(share / 2)
      }
      const killed = await kill(next())
      done.push(killed)
      phases.set(killed.phase, (phases.get(killed.phase) ?? 0) + 1)
      const same = content.equals(await storage.blob('kills', blob).downloadToBuffer())
      if (!same || killed.second.code !== 0 || killed.sentAgainBytes > killed.inFlightBytes)
        broken += 1
      await storage.blob('kills', blob).delete()
    }
    const mean = (of: (one: Killed) => number): string =>
      (done.reduce((sum, one) => sum + of(one), 0) / done.length / MiB).toFixed(1)
    const most = (of: (one: Killed) => number): string =>
      (Math.max(...done.map(of)) / MiB).toFixed(1)
    return {
      rows: [
        {
          name: `SIGKILL at ${wanted} random points`,
          asked: 'sent again ≤ blocks in flight, every time; with `pallet.db` deleted too',
          measured: `${wanted - broken} of ${wanted}, ${Math.floor(wanted / 2)} of them without the database`,
          met: broken === 0,
        },
      ],
      text: [
        `### SIGKILL at ${wanted} random points of \`pallet upload\`, 64 MiB into Azurite`,
        '',
        `Half at a random request, half at a random moment: ${[...phases].map(([phase, count]) => `${count} while ${phase}`).join(', ')}. In flight at the kill: ${mean((one) => one.inFlightBytes)} MiB on average, ${most((one) => one.inFlightBytes)} at most; sent again: ${mean((one) => one.sentAgainBytes)} MiB on average, ${most((one) => one.sentAgainBytes)} at most. Every blob was compared byte for byte.`,
      ],
    }
  } finally {
    await storage.stop()
  }
}

function atRequest(number: number): KillAt {
  return (_line, seen, kill) => {
    if (seen.length === number) kill()
    return null
  }
}

function atTime(ms: number): KillAt {
  return (_line, seen, kill) => {
    if (seen.length === 1) setTimeout(kill, ms)
    return null
  }
}

// ---------------------------------------------------------------- delta

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
      const skip = `skip=${Math.round(mib * 0.03)}`
      await promisify(execFile)('dd', [`if=${base}`, `of=${to}`, 'bs=1M', skip, 'status=none'])
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

async function delta({ folder, sink: service, mib }: Bench): Promise<Found> {
  const base = randomFile(folder, mib)
  const rows: Found['rows'] = []
  for (const { name, asked, change } of changes) {
    const blob = `delta-${name}`
    await nodeClient('ours').run({ ...service, blob, file: base })
    const changed = join(folder, 'changed.bin')
    await change(base, changed, mib)
    const { bytesSent } = await nodeClient('ours').run({ ...service, blob, file: changed })
    await rm(changed)
    const share = (100 * bytesSent) / (mib * MiB)
    rows.push({
      name: `${mib} MiB, then ${name}`,
      asked: `≤ ${asked} % sent`,
      measured: `${share.toFixed(2)} %`,
      met: share <= asked,
    })
  }
  return { rows, text: [] }
}

// ---------------------------------------------------------------- the line

const shopLine = { bytesPerSecond: 20_000_000 / 8, roundTripMs: 80, queueMs: 200 }
const pingEveryMs = 250

async function line({ folder, sink: service }: Bench): Promise<Found> {
  const shaped = await startShapedLine(service.port, shopLine)
  const near = { ...service, endpoint: service.endpoint.replace(/:\d+/, `:${shaped.port}`) }
  const idle = await pings(shaped.port, new Promise((resolve) => setTimeout(resolve, 5000)))
  const idleMs = percentile(idle, 50)
  const measured: string[] = []
  const met: boolean[] = []
  const lines: string[] = []
  for (const [client, mib] of [
    ['ours', 160],
    ['sdk-8', 40],
  ] as const) {
    const file = randomFile(folder, mib)
    const peer = nodeClient(client)
    const sending = peer.run({ ...near, blob: `line-${client}`, file })
    const during = await pings(shaped.port, sending)
    const { ms } = await sending
    const used = (mib * MiB) / (ms / 1000) / shopLine.bytesPerSecond
    const at = (percent: number): string => percentile(during, percent).toFixed(0)
    lines.push(
      `| ${peer.name} | ${mib} | ${(100 * used).toFixed(1)} % | ${idleMs.toFixed(0)} | ${at(50)} | ${at(90)} | ${at(95)} | ${at(100)} |`,
    )
    if (client !== 'ours') continue
    measured.push(`${(100 * used).toFixed(1)} %`)
    met.push(used >= 0.95)
    const factor = percentile(during, 95) / idleMs
    measured.push(
      `${(percentile(during, 50) / idleMs).toFixed(2)}× in the middle, ${factor.toFixed(2)}× for 95 of 100`,
    )
    met.push(factor < 2)
  }
  await shaped.close()
  return {
    rows: [
      {
        name: 'line of 20 Mbit/s with 80 ms round trip',
        asked: '≥ 95 % of the line',
        measured: measured[0] ?? '',
        met: met[0] ?? false,
      },
      {
        name: '',
        asked: 'ping through the same line under 2×',
        measured: measured[1] ?? '',
        met: met[1] ?? false,
      },
    ],
    text: [
      `### Line of 20 Mbit/s, 80 ms round trip, a router's queue of ${shopLine.queueMs} ms, once`,
      '',
      '| client | MiB | of the line | ping idle, ms | during: 50 of 100 | 90 | 95 | longest |',
      '|---|---|---|---|---|---|---|---|',
      ...lines,
      '',
      `A ping is a HEAD request on a connection of its own, every ${pingEveryMs} ms. The longest ones are those beside the first block, from which Pallet learns how fast the line is.`,
    ],
  }
}

/** Tiny requests through the line, in milliseconds, until `end`. */
async function pings(port: number, end: Promise<unknown>): Promise<number[]> {
  const agent = new Agent({ keepAlive: true })
  const taken: Promise<number>[] = []
  const ping = (): Promise<number> =>
    new Promise((resolve, reject) => {
      const startedMs = performance.now()
      const options = { host: '127.0.0.1', port, agent, method: 'HEAD', path: '/sink/ping/ping' }
      request(options, (answer) => {
        answer.resume().once('end', () => resolve(performance.now() - startedMs))
      })
        .once('error', reject)
        .end()
    })
  // The first opens the connection, which takes a round trip of its own.
  await ping()
  const timer = setInterval(() => taken.push(ping()), pingEveryMs)
  await end
  clearInterval(timer)
  const all = await Promise.all(taken)
  agent.destroy()
  return all
}

async function hole({ folder, sink: service }: Bench): Promise<Found> {
  const mib = 256
  const file = randomFile(folder, mib)
  const through = await startLine(service.port)
  const near = { ...service, endpoint: service.endpoint.replace(/:\d+/, `:${through.port}`) }
  const sending = nodeClient('ours').run({ ...near, blob: 'hole', file })
  let frozen = false
  const timer = setInterval(() => {
    if (frozen || through.begun.size < 20) return
    frozen = true
    through.freeze()
  }, 2)
  const { ms, quietMs } = await sending
  clearInterval(timer)
  await through.close()
  return {
    rows: [
      {
        name: 'black-holed sockets, the usual limits',
        asked: 'recovers by itself within 60 s',
        measured: frozen
          ? `${(quietMs / 1000).toFixed(1)} s without an acknowledgement`
          : 'too fast to be hit',
        met: frozen && quietMs <= 60_000,
      },
    ],
    text: [
      `### Black hole`,
      '',
      `In the middle of ${mib} MiB all open connections stop moving and stay open; new ones work. The upload ended whole after ${(ms / 1000).toFixed(1)} s.`,
    ],
  }
}

async function cut({ folder }: Bench): Promise<Found> {
  const storage = await startStorage()
  try {
    await storage.service.getContainerClient('cut').create()
    await mkdir(join(folder, 'cut'))
    const speed = 100
    const { real, waits, noticedMs, sentTwice } = await longCut(storage, {
      folder: join(folder, 'cut'),
      container: 'cut',
      blob: 'cut.csv',
      minutes: 10,
      speed,
    })
    await real.core.close()
    return {
      rows: [
        {
          name: `ten-minute cut, by a clock that runs ${speed} times as fast`,
          asked: 'goes on by itself within 60 s; no person needed',
          measured: `tried again ${(noticedMs / 1000).toFixed(0)} s after the line was back; ${waits} waits, ${sentTwice.length} blocks sent twice`,
          met: noticedMs <= 60_000 && sentTwice.length === 0,
        },
      ],
      text: [],
    }
  } finally {
    await storage.stop()
  }
}
