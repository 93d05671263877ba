/** The sink in a process of its own: `fork` this file. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Certificate, startBlobSink } from '../fixtures/blobSink.ts'
import type { Service } from './peers.ts'

export const blockMs = 60

export interface SinkProcess extends Service {
  port: number
  /** What it has used of the cores so far. */
  cpuMs(): Promise<number>
  stop(): void
}

const here = fileURLToPath(import.meta.url)

/** @param certificate file with key and certificate, for a sink that speaks TLS */
export async function sinkProcess(certificate?: string): Promise<SinkProcess> {
  const child: ChildProcess = fork(here, certificate === undefined ? [] : [certificate])
  const [endpoint] = (await once(child, 'message')) as [string]
  return {
    endpoint,
    port: Number(new URL(endpoint).port),
    account: 'sink',
    ...(certificate === undefined ? {} : { certificate }),
    key: Buffer.alloc(64).toString('base64'),
    async cpuMs() {
      child.send('cpu')
      const [{ user, system }] = (await once(child, 'message')) as [NodeJS.CpuUsage]
      return (user + system) / 1000
    },
    stop: () => child.disconnect(),
  }
}

function certificateIn(file: string): Certificate {
  const pem = readFileSync(file, 'utf8')
  return { key: pem, cert: pem }
}

if (process.argv[1] === here) {
  const [, , pem] = process.argv
  const sink = await startBlobSink(blockMs, pem === undefined ? null : certificateIn(pem))
  process.send?.(sink.endpoint)
  process.on('message', () => process.send?.(process.cpuUsage()))
  process.once('disconnect', () => process.exit(0))
}
