/**
 * A host with nothing but a stopwatch: sends one file through the real core and prints, as
 * JSON, the receipt and how long the main thread was ever blocked.
 *   node tests/large/send.ts HOME FILE
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { openCore } from '../../main/hosts/core.ts'
import { memoryVault } from '../../main/vault/memory.ts'
import { isFinished } from '../../shared/domain/runs/run.ts'

const [folder = '', file = ''] = process.argv.slice(2)
const { core } = await openCore({
  folder,
  version: 'test',
  environment: {},
  openVault: async () => memoryVault(),
  openUrl: async () => {},
})
const { source } = await core.sources.open(file)
// One sample a millisecond; loading this program's own modules is not what is measured.
const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
const { runId } = await core.runs.start({ source, dataset: 'sales', destination: {} })
for await (const run of core.runs.watch(new AbortController().signal, 100, [runId]))
  if (isFinished(run.state) || run.state === 'waiting') break
delay.disable()
const { receipt } = core.runs.get(runId)
await core.close()
console.log(
  JSON.stringify({
    receipt,
    blockedMs: { max: delay.max / 1e6, p999: delay.percentile(99.9) / 1e6 },
  }),
)
