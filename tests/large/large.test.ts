/** 300 MB, and 500 MB by name (`npm run test:large`): memory stays bounded, the account balances. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Receipt } from '../../shared/domain/runs/run.ts'
import { writeSalesExport } from '../fixtures/exports.ts'
import { testFolder } from '../fixtures/folder.ts'
import { watchMemory } from '../fixtures/memory.ts'

const folder = testFolder()
/** Less than the peak of a run that would keep the bytes of its file: 600 to 700 MiB, and the file. */
const { rows, mostMiB } =
  process.env['PALLET_LARGE'] === 'long'
    ? { rows: 5_000_000, mostMiB: 1000 }
    : { rows: 3_000_000, mostMiB: 900 }

test(`an export of ${rows} rows takes less than ${mostMiB} MiB`, async () => {
  const file = join(folder(), 'sales.csv')
  const truth = await writeSalesExport(file, { rows, seed: 5, oneDefectIn: 1000 })
  expect(truth.bytes).toBeGreaterThan(rows * 98)
  const script = new URL('./send.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [script, join(folder(), 'home'), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const memory = watchMemory(child.pid ?? 0, (command) => command.includes('sandbox/child'))
  const idle = idleProcess()
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  await once(child, 'close')
  const peakMiB = memory.stop()
  const idleMs = await idle.stop()
  const { receipt, blockedMs } = JSON.parse(text) as {
    receipt: Receipt
    blockedMs: { max: number; p999: number }
  }
  console.log(
    `peak ${Math.round(peakMiB)} MiB; main thread blocked at most ${blockedMs.max.toFixed(1)} ms ` +
      `(an idle process beside it: ${idleMs.toFixed(1)} ms); ` +
      receipt.steps
        .map((step) => `${step.name} ${((step.ms ?? 0) / 1000).toFixed(1)} s`)
        .join(', '),
  )
  expect(receipt).toMatchObject({
    state: 'succeeded',
    rows: {
      in: truth.records,
      clean: truth.clean,
      quarantined: truth.held,
      dropped: truth.dropped,
      loaded: truth.clean,
    },
  })
  expect(peakMiB).toBeLessThan(mostMiB)
}, 600_000)

/** A process that only waits: how long the machine itself kept it from running, in the same minutes. */
function idleProcess(): { stop: () => Promise<number> } {
  const child = spawn(
    process.execPath,
    [
      '-e',
      `const delay = require('node:perf_hooks').monitorEventLoopDelay({ resolution: 1 })
       delay.enable()
       process.stdin.resume().once('end', () => console.log(delay.max / 1e6))`,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  return {
    stop: async () => {
      child.stdin.end()
      let text = ''
      for await (const chunk of child.stdout.setEncoding('utf8')) text += String(chunk)
      return Number(text)
    },
  }
}
