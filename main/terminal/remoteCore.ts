import type { ContractRouterClient } from '@orpc/contract'
import type { AppInfo, PalletContract, UploadReport } from '../../shared/contract/contract.ts'
import { environmentName } from '../../shared/domain/connection.ts'
import { Problem } from '../../shared/domain/problem.ts'
import type { UploadFileControl } from '../runs/uploads/uploads.ts'
import { heard } from './heard.ts'
import type { CommandCore } from './session.ts'

/** What goes beside the messages of the contract. */
export interface RemoteFiles {
  put(path: string, body: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>
  get(path: string): Promise<ReadableStream<Uint8Array>>
}

/**
 * The use cases of the Pallet that holds the home.
 * @param hasAccount whether this command was given an account of its own by its environment
 */
export function remoteCore(
  client: ContractRouterClient<PalletContract>,
  files: RemoteFiles,
  info: AppInfo,
  hasAccount: boolean,
): CommandCore {
  const { sources, runs, connections, uploads, settings } = client
  /** Without a word the file would go elsewhere than the same command takes it when nobody holds the home. */
  const sameAccount = async (isNamed: boolean): Promise<void> => {
    if (!hasAccount || isNamed) return
    if ((await connections.list()).some(({ name }) => name === environmentName)) return
    throw new Problem({
      code: 'usage',
      what: 'This command was given a storage account by AZURE_STORAGE_CONNECTION_STRING, and the Pallet that is open was not.',
      did: 'Nothing was sent.',
      advice: 'Close the Pallet that is open, or say with --to where the file goes.',
    })
  }
  const told = async <T>(
    stream: Promise<AsyncIterator<UploadReport, T, void>>,
    { report, warn }: UploadFileControl & { warn?: (message: string) => void },
  ): Promise<T> => {
    return await heard(await stream, (told) => {
      if (told.kind === 'progress') report(told.progress)
      else warn?.(told.message)
    })
  }
  return {
    app: { vault: info.vault, unreadable: () => client.app.unreadable() },
    sources: {
      open: (location) => sources.open({ location }),
      announce: (name, bytes) => sources.announce({ name, bytes }),
      receive: (source, body, signal) =>
        files.put(`/files/${encodeURIComponent(source)}`, body, signal),
      preview: (input, signal) => sources.preview(input, { signal }),
    },
    runs: {
      start: async (input) => {
        const { blob } = input.destination
        await sameAccount(blob === null || blob?.connection !== undefined)
        return await runs.start(input)
      },
      check: (input, signal) => runs.check(input, { signal }),
      profile: (input, signal) => runs.profile(input, { signal }),
      suggest: (input, signal) => runs.suggest(input, { signal }),
      similar: (input, signal) => runs.similar(input, { signal }),
      list: (filter) => runs.list(filter),
      get: async (runId) => await runs.get({ runId }),
      events: (runId) => runs.events({ runId }),
      watch: (signal, intervalMs, first) =>
        runs.watch({ intervalMs, first: first === undefined ? undefined : [...first] }, { signal }),
      rejects: (runId, offset, limit, which) => runs.rejects({ runId, offset, limit, ...which }),
      harmless: (runId) => runs.harmless({ runId }),
      proposeFixes: (runId, group, signal) => runs.proposeFixes({ runId, group }, { signal }),
      foreseeFix: (input, signal) => runs.foreseeFix(input, { signal }),
      fixTogether: (input, remember, signal) =>
        runs.fixTogether({ ...input, remember }, { signal }),
      undoTogether: (runId, fixed) => runs.undoTogether({ runId, ...fixed }),
      fix: (runId, changes, signal) => runs.fix({ runId, changes: [...changes] }, { signal }),
      bringFixed: (runId, source, signal, dates) =>
        runs.bringFixed({ runId, source, dates }, { signal }),
      sendFixed: (runId, signal) => runs.sendFixed({ runId }, { signal }),
      rejectsFile: (runId, format) => files.get(`/rejects/${encodeURIComponent(runId)}.${format}`),
      resumeAll: () => runs.resumeAll(),
      continue: (runId) => runs.continue({ runId }),
      pause: (runId) => runs.pause({ runId }),
      resume: (runId) => runs.resume({ runId }),
      goOnThere: (runId) => runs.goOnThere({ runId }),
      cancel: (runId, there) => runs.cancel({ runId, there }),
      retry: (runId) => runs.retry({ runId }),
      resend: (runId, source, signal) => runs.resend({ runId, source }, { signal }),
      answer: (runId, answer, header) => runs.answer({ runId, answer, header }),
      foreseeUndo: (runId, signal) => runs.foreseeUndo({ runId }, { signal }),
      undo: (runId, signal) => runs.undo({ runId }, { signal }),
      verify: (runId, signal) => runs.verify({ runId }, { signal }),
      keptBytes: (runId) => runs.keptBytes({ runId }),
      discard: (runId) => runs.discard({ runId }),
    },
    datasets: {
      list: () => client.datasets.list(),
      changeRows: (name, rows, why) => client.datasets.changeRows({ name, rows, why }),
      changeColumns: (name, changes, why) =>
        client.datasets.changeColumns({ name, changes: [...changes], why }),
      changeRules: (name, rules, why) =>
        client.datasets.changeRules({ name, contract: rules, why }),
      changeRecipe: (name, recipe, why) => client.datasets.changeRecipe({ name, recipe, why }),
      changeTold: (name, triggers, why) =>
        client.datasets.changeTold({ name, triggers: [...triggers], why }),
      import: (file, why) => client.datasets.import({ ...file, why }),
      versions: (name) => client.datasets.versions({ name }),
      restore: (name, version, why) => client.datasets.restore({ name, version, why }),
      compare: (input, signal) => client.datasets.compare(input, { signal }),
      changeHeader: (name, header) => client.datasets.changeHeader({ name, header }),
      copy: (name, to) => client.datasets.copy({ name, to }),
      rename: (name, to) => client.datasets.rename({ name, to }),
      remove: (name) => client.datasets.remove({ name }),
    },
    connections: {
      list: () => connections.list(),
      save: (input) => connections.save(input),
      remove: (name) => connections.remove({ name }),
      test: (name, signal) => connections.test({ name }, { signal }),
      testTold: (target, signal) => connections.testTold(target, { signal }),
      browse: (input, signal) => connections.browse(input, { signal }),
      createContainer: (name, container, signal) =>
        connections.createContainer({ name, container }, { signal }),
      clearUnfinished: (input, signal) => connections.clearUnfinished(input, { signal }),
      deviceCode: (signal) => connections.deviceCode(undefined, { signal }),
    },
    extracts: {
      try: (extract, signal) => client.extracts.try(extract, { signal }),
      save: (input) => client.extracts.save(input),
      remove: (dataset) => client.extracts.remove({ dataset }),
      fetch: (input, signal) => client.extracts.fetch(input, { signal }),
    },
    schedules: {
      list: () => client.schedules.list(),
      change: (dataset, schedule) => client.schedules.change({ dataset, schedule }),
      due: (signal) => client.schedules.due(undefined, { signal }),
    },
    watches: {
      list: () => client.watches.list(),
      add: (input) => client.watches.add(input),
      remove: (id) => client.watches.remove({ id }),
      due: (signal) => client.watches.due(undefined, { signal }),
    },
    alerts: {
      list: () => client.alerts.list(),
      save: (input) => client.alerts.save(input),
      remove: (connection) => client.alerts.remove({ connection }),
      due: (signal) => client.alerts.due(undefined, { signal }),
    },
    erasures: {
      find: (input, signal) => client.erasures.find(input, { signal }),
      erase: (input, signal) => client.erasures.erase(input, { signal }),
      list: () => client.erasures.list(),
    },
    audit: {
      list: (limit, before) => client.audit.list({ limit, before }),
      verify: (mark) => client.audit.verify({ mark }),
    },
    insights: {
      tables: () => client.insights.tables(),
      setup: (signal) => client.insights.setup(undefined, { signal }),
      save: (tables, signal) => client.insights.save(tables, { signal }),
      board: (board, filter, signal) => client.insights.board({ board, filter }, { signal }),
      topic: (input, signal) => client.insights.topic(input, { signal }),
      rows: (filter, signal) => client.insights.rows(filter, { signal }),
    },
    settings: { get: () => settings.get(), save: (input) => settings.save(input) },
    warehouse: {
      query: (sql, limit, signal, connection) =>
        client.warehouse.query({ sql, limit, connection }, { signal }),
      contents: (asked, signal, connection) =>
        client.warehouse.contents({ ...asked, connection }, { signal }),
      origin: (input, signal) => client.warehouse.origin(input, { signal }),
      saved: () => client.warehouse.saved(),
      save: (query) => client.warehouse.save(query),
      remove: (name) => client.warehouse.remove({ name }),
    },
    uploads: {
      plan: async (input, control) => {
        await sameAccount(input.connection !== undefined)
        return await told(uploads.plan(input, { signal: control.signal }), control)
      },
      send: async (input, control) => {
        await sameAccount(input.connection !== undefined)
        return await told(uploads.send(input, { signal: control.signal }), control)
      },
    },
    streams: {
      land: (input, signal) => client.streams.land(input, { signal }),
      lag: (input, signal) => client.streams.lag(input, { signal }),
      topics: (connection, signal) => client.streams.topics({ connection }, { signal }),
      groups: (input, signal) => client.streams.groups(input, { signal }),
      produce: (input, signal) => client.streams.produce(input, { signal }),
      resetPlan: (input, signal) => client.streams.resetPlan(input, { signal }),
      resetGroup: (input, signal) => client.streams.resetGroup(input, { signal }),
      deadLetters: (connection, topic) => client.streams.deadLetters({ connection, topic }),
      redrivePlan: (runId, signal) => client.streams.redrivePlan({ runId }, { signal }),
      redrive: (runId, most, signal) => client.streams.redrive({ runId, most }, { signal }),
      list: () => client.streams.list(),
      start: (input) => client.streams.start(input),
      stop: (id) => client.streams.stop({ id }),
      remove: (id) => client.streams.remove({ id }),
      tail: (input, signal) => client.streams.tail(input, { signal }),
      simulate: (input, signal) => client.streams.simulate(input, { signal }),
    },
    halt: async () => {},
  }
}
