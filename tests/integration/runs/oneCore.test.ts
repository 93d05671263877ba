/** The same job through the command line's code and through the contract: the same account. */
import { to } from '../../fixtures/destination.ts'
import { MessageChannel } from 'node:worker_threads'
import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import { afterEach, expect, test } from 'vitest'
import { createRpcServer, servePort } from '../../../main/rpc/wire.ts'
import { runCommand } from '../../../main/terminal/commands/run.ts'
import { openOutput } from '../../../main/terminal/output.ts'
import type { PalletContract } from '../../../shared/contract/contract.ts'
import type { Receipt } from '../../../shared/domain/runs/run.ts'
import { writeSalesExport } from '../../fixtures/exports.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'

const folder = testFolder()
const open: RealCore[] = []
afterEach(async () => {
  for (const { core } of open.splice(0)) await core.close()
})

/** What must not depend on who asked: everything but names, times and the mark of the blob. */
function account(receipt: Receipt | null | undefined): unknown {
  if (receipt === null || receipt === undefined) return null
  const { source, state, dataset, rows, droppedBy, upload, load, steps, problem } = receipt
  return {
    state,
    dataset,
    rows,
    droppedBy,
    problem,
    sha256: source.sha256,
    upload: { ...upload, etag: '' },
    load: { ...load, warehouse: '' },
    steps: steps.map((step) => [step.name, step.state]),
  }
}

const chosen = {
  container: 'kasse',
  blob: 'umsatz/heute.csv.gz',
  format: 'csv.gz',
  table: 'umsatz',
  meaning: { kind: 'append' },
} as const

test('the terminal and the window leave the same account', async () => {
  const file = join(folder(), 'sales.csv')
  await writeSalesExport(file, { rows: 2000, seed: 7, oneDefectIn: 50 })

  const byTerminal = realCore(folder())
  open.push(byTerminal)
  const printed: string[] = []
  const output = openOutput(true, {
    out: { write: (text: string) => void printed.push(text) },
    err: process.stderr,
  })
  const { core } = byTerminal
  const signal = AbortSignal.timeout(600_000)
  const code = await runCommand(
    { core, elsewhere: false, output, json: true, signal, unheard: signal },
    [file],
    {
      dataset: 'sales',
      ...chosen,
      meaning: 'append',
    },
  )
  expect(code).toBe(0)

  const byWindow = realCore(folder())
  open.push(byWindow)
  const { port1, port2 } = new MessageChannel()
  servePort(
    createRpcServer({ core: byWindow.core, host: 'web', log: byWindow.log }),
    port1,
    byWindow.log,
  )
  const client: ContractRouterClient<PalletContract> = createORPCClient(
    new RPCLink({ port: port2 }),
  )
  port2.start()
  const { source } = await client.sources.open({ location: file })
  const { runId } = await client.runs.start({
    source,
    dataset: 'sales',
    destination: to(chosen),
  })
  await byWindow.until(runId, 'succeeded', 'failed')
  const { receipt } = await client.runs.get({ runId })
  port2.close()

  const last = JSON.parse(printed.at(-1) ?? 'null') as Receipt
  expect(receipt?.state).toBe('succeeded')
  expect(account(last)).toEqual(account(receipt))
  const destinations = open.map(({ core }) => core.runs.list({ limit: 1 })[0]?.destination)
  expect(destinations[0]).toMatchObject(to({ connection: 'sandbox', ...chosen }))
  expect(destinations[1]).toEqual(destinations[0])
})
