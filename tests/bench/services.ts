/** The sink in a process of its own: `fork` this file. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startBlobSink } from '../fixtures/blobSink.ts'
import type { Service } from './peers.ts'

export const blockMs = 60

export interface SinkProcess extends Service {
  port: number
  /** What it has used of the cores so far. */
  cpuMs(): Promise<number>
  stop(): void
}

const here = fileURLToPath(import.meta.url)

export async function sinkProcess(): Promise<SinkProcess> {
  const child: ChildProcess = fork(here)
  const [endpoint] = (await once(child, 'message')) as [string]
  return {
    endpoint,
    port: Number(new URL(endpoint).port),
    account: 'sink',
    key: Buffer.alloc(64).toString('base64'),
    async cpuMs() {
      child.send('cpu')
      const [{ user, system }] = (await once(child, 'message')) as [NodeJS.CpuUsage]
      return (user + system) / 1000
    },
    stop: () => child.disconnect(),
  }
}

if (process.argv[1] === here) {
  const sink = await startBlobSink(blockMs)
  process.send?.(sink.endpoint)
  process.on('message', () => process.send?.(process.cpuUsage()))
  process.once('disconnect', () => process.exit(0))
}
