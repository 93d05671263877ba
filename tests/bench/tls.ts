/**
 * What the MD5 lanes are worth where it counts, over TLS: the same upload with them and with `node:crypto`
 * alone, in turn. docs/decisions/md5-lanes.md goes by it.
 */
import { startShapedLine } from '../fixtures/shapedLine.ts'
import type { Measured } from '../fixtures/uploadClient.ts'
import {
  compare,
  median,
  percentile,
  table,
  type Bench,
  type Found,
  type Results,
} from './comparing.ts'
import { randomFile } from './files.ts'
import { nodeClient } from './peers.ts'
import { selfSigned } from '../fixtures/selfSigned.ts'
import { sinkProcess } from './services.ts'

/** An office's line. */
const officeLine = { bytesPerSecond: 100_000_000 / 8, roundTripMs: 20, queueMs: 100 }
const clients = [nodeClient('ours'), nodeClient('ours-plain')] as const
const [lanes, plain] = clients

export async function tls({ folder, mib, rounds }: Bench): Promise<Found> {
  const sink = await sinkProcess(await selfSigned(folder))
  const shaped = await startShapedLine(sink.port, officeLine)
  const near = { ...sink, endpoint: sink.endpoint.replace(/:\d+/, `:${shaped.port}`) }
  const send = async (service: typeof sink, sentMib: number, times: number): Promise<Results> => {
    const file = randomFile(folder, sentMib)
    return await compare(clients, times, (round, peer) =>
      peer.run({ ...service, blob: `${peer.name}-${sentMib}-${round}`, file }),
    )
  }
  try {
    const results = await send(sink, mib, rounds)
    const lineMib = Math.ceil(mib / 2)
    const onLine = await send(near, lineMib, Math.ceil(rounds / 2))
    return {
      rows: [
        compared(`TLS sink, ${mib} MiB`, results, mib),
        compared(`TLS sink through 100 Mbit/s, ${lineMib} MiB`, onLine, lineMib),
      ],
      text: [
        `### TLS, with MD5 in lanes and by \`node:crypto\` alone, ${rounds} rounds in turn`,
        '',
        `To the sink at once, ${mib} MiB:`,
        '',
        ...table(results, mib),
        '',
        `Through a line of 100 Mbit/s, ${lineMib} MiB:`,
        '',
        ...table(onLine, lineMib),
      ],
    }
  } finally {
    await shaped.close()
    sink.stop()
  }
}

/** What both spent, and what the one saved over the other in the middle of all rounds. */
function compared(name: string, results: Results, mib: number): Found['rows'][number] {
  const perGib = (peer: string): string =>
    (((median(results, peer, ({ cpuMs }) => cpuMs) / 1000) * 1024) / mib).toFixed(2)
  const [withLanes = [], without = []] = clients.map((peer) => results.get(peer.name) ?? [])
  const middle = (of: (one: Measured) => number): number =>
    percentile(
      withLanes.flatMap((one, round) => {
        const other = without[round]
        return other === undefined ? [] : [of(one) / of(other)]
      }),
      50,
    )
  const saved = 1 - middle(({ cpuMs }) => cpuMs)
  const faster = 1 / middle(({ ms }) => ms)
  return {
    name,
    asked: 'the lanes save ≥ 10 % of the CPU time',
    measured: `${(100 * saved).toFixed(0)} %: ${perGib(lanes.name)} s per GiB with them, ${perGib(plain.name)} without; ${faster.toFixed(2)}× as fast`,
    met: saved >= 0.1,
  }
}
