import { implement } from '@orpc/server'
import type { Logger } from 'pino'
import { contract } from '../../shared/contract/contract.ts'
import type { AppInfo } from '../../shared/contract/contract.ts'
import type { Core } from './core.ts'
import { problemStream } from './problems.ts'

export interface RouterParts {
  core: Core
  host: AppInfo['host']
  log: Logger
}

/** A call without a signal of its own cannot be cancelled. */
const never = new AbortController().signal

/** The contract over the use cases. Handlers only hand over: rules live behind `Core`. */
export function createRouter({ core, host, log }: RouterParts) {
  const os = implement(contract)
  return os.router({
    app: {
      info: os.app.info.handler(() => ({
        version: core.version,
        host,
        home: core.home,
        vault: core.vault,
      })),
    },
    sources: {
      open: os.sources.open.handler(({ input }) => core.openSource(input.location)),
      announce: os.sources.announce.handler(({ input }) =>
        core.announceSource(input.name, input.bytes),
      ),
      preview: os.sources.preview.handler(({ input, signal = never }) =>
        core.preview(input, signal),
      ),
    },
    runs: {
      start: os.runs.start.handler(({ input }) => core.startRun(input)),
      list: os.runs.list.handler(({ input }) => core.listRuns(input)),
      get: os.runs.get.handler(({ input }) => core.getRun(input.runId)),
      events: os.runs.events.handler(({ input }) => core.runEvents(input.runId)),
      watch: os.runs.watch.handler(({ signal = never }) =>
        problemStream(core.watchRuns(signal), log, 'runs.watch'),
      ),
      rejects: os.runs.rejects.handler(({ input }) =>
        core.rejects(input.runId, input.offset, input.limit),
      ),
      pause: os.runs.pause.handler(({ input }) => core.pause(input.runId)),
      resume: os.runs.resume.handler(({ input }) => core.resume(input.runId)),
      cancel: os.runs.cancel.handler(({ input }) => core.cancel(input.runId)),
      retry: os.runs.retry.handler(({ input }) => core.retry(input.runId)),
      discard: os.runs.discard.handler(({ input }) => core.discard(input.runId)),
    },
    datasets: {
      list: os.datasets.list.handler(() => core.listDatasets()),
      remove: os.datasets.remove.handler(({ input }) => core.removeDataset(input.name)),
    },
    connections: {
      list: os.connections.list.handler(() => core.listConnections()),
      save: os.connections.save.handler(({ input }) => core.saveConnection(input)),
      remove: os.connections.remove.handler(({ input }) => core.removeConnection(input.name)),
      test: os.connections.test.handler(({ input, signal = never }) =>
        core.testConnection(input.name, signal),
      ),
      createContainer: os.connections.createContainer.handler(({ input, signal = never }) =>
        core.createContainer(input.name, input.container, signal),
      ),
      clearUnfinished: os.connections.clearUnfinished.handler(({ input, signal = never }) =>
        core.clearUnfinished(input, signal),
      ),
      deviceCode: os.connections.deviceCode.handler(({ signal = never }) =>
        problemStream(core.deviceCodes(signal), log, 'connections.deviceCode'),
      ),
    },
    settings: {
      get: os.settings.get.handler(() => core.settings()),
      save: os.settings.save.handler(({ input }) => core.saveSettings(input)),
    },
    warehouse: {
      query: os.warehouse.query.handler(({ input, signal = never }) =>
        core.query(input.sql, input.limit, signal),
      ),
    },
  })
}
