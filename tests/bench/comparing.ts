/** Clients in turn within each round, and what comes out of it. */
import { startStorage } from '../integration/upload/azurite.ts'
import type { Measured } from '../fixtures/uploadClient.ts'
import { container, type Job, type Peer } from './peers.ts'
import type { SinkProcess } from './services.ts'

const MiB = 1024 ** 2

/** What a case gets. */
export interface Bench {
  /** Emptied at the end. */
  folder: string
  sink: SinkProcess
  mib: number
  rounds: number
  kills: number
  sparseGib: number
}

/** What it finds. */
export interface Found {
  rows: { name: string; asked: string; measured: string; met: boolean }[]
  text: string[]
}

export type Results = Map<string, Measured[]>
export type Runnable = Exclude<Peer, { missing: string }>

export function present(all: Peer[]): { peers: Runnable[]; missing: string[] } {
  const peers = all.filter((peer): peer is Runnable => 'run' in peer)
  const missing = all.flatMap((peer) =>
    'missing' in peer ? [`${peer.name} was not measured: ${peer.missing}`] : [],
  )
  return { peers, missing }
}

export async function compare(
  peers: readonly Runnable[],
  rounds: number,
  run: (round: number, peer: Runnable) => Promise<Measured>,
): Promise<Results> {
  const results: Results = new Map(peers.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round += 1)
    for (const peer of peers) results.get(peer.name)?.push(await run(round, peer))
  return results
}

/** Each upload meets an Azurite of its own, whose files go afterwards. */
export async function compareOnAzurite(
  peers: readonly Runnable[],
  rounds: number,
  file: string,
): Promise<Results> {
  return await compare(peers, rounds, async (round, peer) => {
    const storage = await startStorage()
    try {
      await storage.service.getContainerClient(container).create()
      const job: Job = { ...storage.access, blob: `round-${round}`, file }
      return await peer.run(job)
    } finally {
      await storage.stop()
    }
  })
}

export function median(results: Results, name: string, of: (one: Measured) => number): number {
  return percentile((results.get(name) ?? []).map(of), 50)
}

/** The one against the other; NaN if either was not measured. */
export function ratio(
  results: Results,
  one: string,
  other: string,
  of: (m: Measured) => number,
): number {
  return median(results, one, of) / median(results, other, of)
}

export function percentile(values: number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(((sorted.length - 1) * percent) / 100 + 0.5)] ?? Number.NaN
}

export function table(results: Results, mib: number): string[] {
  const rows = [...results.keys()].map((name) => {
    const seconds = median(results, name, ({ ms }) => ms) / 1000
    const cpu = median(results, name, ({ cpuMs }) => cpuMs) / 1000
    const peak = median(results, name, ({ peakBytes }) => peakBytes) / MiB
    return `| ${name} | ${seconds.toFixed(2)} | ${Math.round(mib / seconds)} | ${cpu.toFixed(1)} | ${Math.round(peak)} |`
  })
  return ['| client | s | MiB/s | CPU s | peak MiB |', '|---|---|---|---|---|', ...rows]
}
