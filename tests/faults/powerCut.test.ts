/** Killed all at once, the built-in storage with the run: what a receipt claims is there on the next start. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob'
import { expect, test } from 'vitest'
import { azuriteSandbox } from '../../main/sandbox/azurite.ts'
import type { Receipt, RunState } from '../../shared/domain/run.ts'
import { random, writeSalesExport } from '../fixtures/exports.ts'
import { testFolder } from '../fixtures/folder.ts'

const folder = testFolder()
const seed = Number(process.env['PALLET_FAULT_SEED'] ?? 20261121)
const powerCuts = Number(process.env['PALLET_FAULT_CASES'] ?? 3)
const script = fileURLToPath(new URL('../fixtures/delivering.ts', import.meta.url))

interface Change {
  storage: number | null
  state: RunState
  receipt: Receipt
}

/** Delivers the file until `isEnough`, and kills everything in that moment. */
async function deliverUntil(
  home: string,
  file: string,
  isEnough: (change: Change, seen: number) => boolean,
): Promise<Change> {
  const delivering: ChildProcess = spawn(process.execPath, [script, home, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(delivering, 'exit')
  let seen = 0
  try {
    for await (const line of createInterface({ input: delivering.stdout ?? process.stdin })) {
      const change = JSON.parse(line) as Change
      if (change.state === 'failed') throw new Error(change.receipt.problem?.what)
      seen += 1
      if (!isEnough(change, seen)) continue
      if (change.storage !== null) process.kill(change.storage, 'SIGKILL')
      return change
    }
    throw new Error('it ended by itself')
  } finally {
    delivering.kill('SIGKILL')
    await ended
  }
}

test(
  'what was called delivered is there, byte for byte, however the power went before and after',
  async () => {
    const home = join(folder(), 'home')
    const next = random(seed)
    for (let round = 0; round < powerCuts; round += 1) {
      const file = join(folder(), `sales.csv`)
      await writeSalesExport(file, { rows: 2_000, seed: seed + round, oneDefectIn: 500 })
      const at = 1 + Math.floor(next() * 12)
      const cut = await deliverUntil(
        home,
        file,
        ({ state }, seen) => seen >= at || state === 'succeeded',
      )
      const { receipt } =
        cut.state === 'succeeded'
          ? cut
          : await deliverUntil(home, file, ({ state }) => state === 'succeeded')

      const sandbox = azuriteSandbox({ folder: join(home, 'sandbox') })
      try {
        const access = await sandbox.access(AbortSignal.timeout(600_000))
        if (access.kind !== 'account-key') throw new Error('the sandbox answers with a key')
        const upload = receipt.upload
        if (upload === null) throw new Error('a delivered run has uploaded')
        const blob = new BlobServiceClient(
          access.endpoint,
          new StorageSharedKeyCredential(access.account, access.key),
        )
          .getContainerClient(upload.container)
          .getBlobClient(upload.blob)
        const { etag } = await blob.getProperties()
        expect(etag).toBe(upload.etag)
        const bytes = await blob.downloadToBuffer()
        expect(bytes.length).toBe(upload.bytes)
        expect(bytes.toString().trimEnd().split('\n').length).toBe((receipt.rows.clean ?? 0) + 1)
      } finally {
        await sandbox.stop()
      }
    }
  },
  120_000 + powerCuts * 240_000,
)
