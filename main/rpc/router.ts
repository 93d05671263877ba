import { implement } from '@orpc/server'
import type { Logger } from 'pino'
import { contract } from '../../shared/contract/contract.ts'
import type { AppInfo } from '../../shared/contract/contract.ts'
import type { Person } from '../../shared/domain/person.ts'
import type { Core } from '../runs/core.ts'
import { problemStream } from './problems.ts'
import { reported } from './reported.ts'

export interface RouterParts {
  core: Core
  host: AppInfo['host']
  log: Logger
}

/** Whose connection it is. */
export interface CallContext {
  person: Person
}

/** A call without a signal of its own cannot be cancelled. */
const never = new AbortController().signal

/** The contract over the use cases. Handlers only hand over: rules live behind `Core`. */
export function createRouter({ core, host, log }: RouterParts) {
  const os = implement(contract).$context<CallContext>()
  return os.router({
    app: {
      info: os.app.info.handler(({ context }) => ({
        version: core.app.version,
        host,
        home: core.app.home,
        vault: core.app.vault,
        person: context.person,
      })),
      unreadable: os.app.unreadable.handler(() => core.app.unreadable()),
      log: os.app.log.handler(() => core.app.log()),
    },
    sources: {
      open: os.sources.open.handler(({ input }) => core.sources.open(input.location)),
      announce: os.sources.announce.handler(({ input }) =>
        core.sources.announce(input.name, input.bytes),
      ),
      preview: os.sources.preview.handler(({ input, signal = never }) =>
        core.sources.preview(input, signal),
      ),
    },
    looks: {
      follow: os.looks.follow.handler(({ input, signal = never }) =>
        problemStream(core.looks.follow(input, signal), log, 'looks.follow'),
      ),
      rows: os.looks.rows.handler(({ input, signal = never }) => core.looks.rows(input, signal)),
      find: os.looks.find.handler(({ input, signal = never }) => core.looks.find(input, signal)),
      effect: os.looks.effect.handler(({ input, signal = never }) =>
        problemStream(core.looks.effect(input, signal), log, 'looks.effect'),
      ),
      worked: os.looks.worked.handler(({ input, signal = never }) =>
        core.looks.worked(input, signal),
      ),
    },
    drafts: {
      find: os.drafts.find.handler(({ input, context, signal = never }) =>
        core.drafts.find(input, context.person.name, signal),
      ),
      keep: os.drafts.keep.handler(({ input, context }) =>
        core.drafts.keep(input, context.person.name),
      ),
    },
    runs: {
      start: os.runs.start.handler(({ input }) => core.runs.start(input)),
      chooseAgain: os.runs.chooseAgain.handler(({ input }) => core.runs.chooseAgain(input.runId)),
      check: os.runs.check.handler(({ input, signal = never }) => core.runs.check(input, signal)),
      profile: os.runs.profile.handler(({ input, signal = never }) =>
        core.runs.profile(input, signal),
      ),
      suggest: os.runs.suggest.handler(({ input, signal = never }) =>
        core.runs.suggest(input, signal),
      ),
      similar: os.runs.similar.handler(({ input, signal = never }) =>
        core.runs.similar(input, signal),
      ),
      list: os.runs.list.handler(({ input }) => core.runs.list(input)),
      count: os.runs.count.handler(({ input }) => core.runs.count(input)),
      get: os.runs.get.handler(({ input }) => core.runs.get(input.runId)),
      events: os.runs.events.handler(({ input }) => core.runs.events(input.runId)),
      watch: os.runs.watch.handler(({ input, signal = never }) =>
        problemStream(core.runs.watch(signal, input?.intervalMs, input?.first), log, 'runs.watch'),
      ),
      rejects: os.runs.rejects.handler(({ input }) =>
        core.runs.rejects(input.runId, input.offset, input.limit, input),
      ),
      harmless: os.runs.harmless.handler(({ input }) => core.runs.harmless(input.runId)),
      proposeFixes: os.runs.proposeFixes.handler(({ input, signal = never }) =>
        core.runs.proposeFixes(input.runId, input.group, signal),
      ),
      foreseeFix: os.runs.foreseeFix.handler(({ input, signal = never }) =>
        core.runs.foreseeFix(input, signal),
      ),
      fixTogether: os.runs.fixTogether.handler(({ input, signal = never }) =>
        core.runs.fixTogether(input, input.remember, signal),
      ),
      undoTogether: os.runs.undoTogether.handler(({ input }) =>
        core.runs.undoTogether(input.runId, input),
      ),
      fix: os.runs.fix.handler(({ input, signal = never }) =>
        core.runs.fix(input.runId, input.changes, signal),
      ),
      bringFixed: os.runs.bringFixed.handler(({ input, signal = never }) =>
        core.runs.bringFixed(input.runId, input.source, signal, input.dates),
      ),
      sendFixed: os.runs.sendFixed.handler(({ input, signal = never }) =>
        core.runs.sendFixed(input.runId, signal),
      ),
      resumeAll: os.runs.resumeAll.handler(() => core.runs.resumeAll()),
      continue: os.runs.continue.handler(({ input }) => core.runs.continue(input.runId)),
      pause: os.runs.pause.handler(({ input }) => core.runs.pause(input.runId)),
      resume: os.runs.resume.handler(({ input }) => core.runs.resume(input.runId)),
      goOnThere: os.runs.goOnThere.handler(({ input }) => core.runs.goOnThere(input.runId)),
      cancel: os.runs.cancel.handler(({ input }) => core.runs.cancel(input.runId, input.there)),
      retry: os.runs.retry.handler(({ input }) => core.runs.retry(input.runId)),
      resend: os.runs.resend.handler(({ input, signal = never }) =>
        core.runs.resend(input.runId, input.source, signal),
      ),
      answer: os.runs.answer.handler(({ input }) =>
        core.runs.answer(input.runId, input.answer, input.header),
      ),
      foreseeUndo: os.runs.foreseeUndo.handler(({ input, signal = never }) =>
        core.runs.foreseeUndo(input.runId, signal),
      ),
      undo: os.runs.undo.handler(({ input, signal = never }) =>
        core.runs.undo(input.runId, signal),
      ),
      verify: os.runs.verify.handler(({ input, signal = never }) =>
        core.runs.verify(input.runId, signal),
      ),
      keptBytes: os.runs.keptBytes.handler(({ input }) => core.runs.keptBytes(input.runId)),
      discard: os.runs.discard.handler(({ input }) => core.runs.discard(input.runId)),
    },
    datasets: {
      list: os.datasets.list.handler(() => core.datasets.list()),
      toldDoubts: os.datasets.toldDoubts.handler(({ input }) =>
        core.datasets.toldDoubts(input.name),
      ),
      changeRows: os.datasets.changeRows.handler(({ input }) =>
        core.datasets.changeRows(input.name, input.rows, input.why),
      ),
      changeColumns: os.datasets.changeColumns.handler(({ input }) =>
        core.datasets.changeColumns(input.name, input.changes, input.why),
      ),
      changeRules: os.datasets.changeRules.handler(({ input }) =>
        core.datasets.changeRules(input.name, input.contract, input.why),
      ),
      changeRecipe: os.datasets.changeRecipe.handler(({ input }) =>
        core.datasets.changeRecipe(input.name, input.recipe, input.why),
      ),
      changeTold: os.datasets.changeTold.handler(({ input }) =>
        core.datasets.changeTold(input.name, input.triggers, input.why),
      ),
      import: os.datasets.import.handler(({ input }) => core.datasets.import(input, input.why)),
      versions: os.datasets.versions.handler(({ input }) => core.datasets.versions(input.name)),
      restore: os.datasets.restore.handler(({ input }) =>
        core.datasets.restore(input.name, input.version, input.why),
      ),
      compare: os.datasets.compare.handler(({ input, signal = never }) =>
        core.datasets.compare(input, signal),
      ),
      changeHeader: os.datasets.changeHeader.handler(({ input }) =>
        core.datasets.changeHeader(input.name, input.header),
      ),
      copy: os.datasets.copy.handler(({ input }) => core.datasets.copy(input.name, input.to)),
      rename: os.datasets.rename.handler(({ input }) => core.datasets.rename(input.name, input.to)),
      remove: os.datasets.remove.handler(({ input }) => core.datasets.remove(input.name)),
    },
    connections: {
      list: os.connections.list.handler(() => core.connections.list()),
      save: os.connections.save.handler(({ input }) => core.connections.save(input)),
      remove: os.connections.remove.handler(({ input }) => core.connections.remove(input.name)),
      test: os.connections.test.handler(({ input, signal = never }) =>
        core.connections.test(input.name, signal),
      ),
      testTold: os.connections.testTold.handler(({ input, signal = never }) =>
        core.connections.testTold(input, signal),
      ),
      testUnsaved: os.connections.testUnsaved.handler(({ input, signal = never }) =>
        core.connections.testUnsaved(input, signal),
      ),
      browse: os.connections.browse.handler(({ input, signal = never }) =>
        core.connections.browse(input, signal),
      ),
      createContainer: os.connections.createContainer.handler(({ input, signal = never }) =>
        core.connections.createContainer(input.name, input.container, signal),
      ),
      clearUnfinished: os.connections.clearUnfinished.handler(({ input, signal = never }) =>
        core.connections.clearUnfinished(input, signal),
      ),
      deviceCode: os.connections.deviceCode.handler(({ signal = never }) =>
        problemStream(core.connections.deviceCode(signal), log, 'connections.deviceCode'),
      ),
    },
    uploads: {
      plan: os.uploads.plan.handler(({ input, signal = never }) =>
        problemStream(
          reported(signal, (control) => core.uploads.plan(input, control)),
          log,
          'uploads.plan',
        ),
      ),
      send: os.uploads.send.handler(({ input, signal = never }) =>
        problemStream(
          reported(signal, (control) => core.uploads.send(input, control)),
          log,
          'uploads.send',
        ),
      ),
    },
    streams: {
      land: os.streams.land.handler(({ input, signal = never }) =>
        core.streams.land(input, signal),
      ),
      lag: os.streams.lag.handler(({ input, signal = never }) => core.streams.lag(input, signal)),
      topics: os.streams.topics.handler(({ input, signal = never }) =>
        core.streams.topics(input.connection, signal),
      ),
      groups: os.streams.groups.handler(({ input, signal = never }) =>
        core.streams.groups(input, signal),
      ),
      produce: os.streams.produce.handler(({ input, signal = never }) =>
        core.streams.produce(input, signal),
      ),
      resetPlan: os.streams.resetPlan.handler(({ input, signal = never }) =>
        core.streams.resetPlan(input, signal),
      ),
      resetGroup: os.streams.resetGroup.handler(({ input, signal = never }) =>
        core.streams.resetGroup(input, signal),
      ),
      deadLetters: os.streams.deadLetters.handler(({ input }) =>
        core.streams.deadLetters(input.connection, input.topic),
      ),
      redrivePlan: os.streams.redrivePlan.handler(({ input, signal = never }) =>
        core.streams.redrivePlan(input.runId, signal),
      ),
      redrive: os.streams.redrive.handler(({ input, signal = never }) =>
        core.streams.redrive(input.runId, input.most, signal),
      ),
      list: os.streams.list.handler(() => core.streams.list()),
      start: os.streams.start.handler(({ input }) => core.streams.start(input)),
      stop: os.streams.stop.handler(({ input }) => core.streams.stop(input.id)),
      remove: os.streams.remove.handler(({ input }) => core.streams.remove(input.id)),
      tail: os.streams.tail.handler(({ input, signal = never }) =>
        problemStream(core.streams.tail(input, signal), log, 'streams.tail'),
      ),
      simulate: os.streams.simulate.handler(({ input, signal = never }) =>
        problemStream(core.streams.simulate(input, signal), log, 'streams.simulate'),
      ),
    },
    extracts: {
      try: os.extracts.try.handler(({ input, signal = never }) => core.extracts.try(input, signal)),
      save: os.extracts.save.handler(({ input }) => core.extracts.save(input)),
      remove: os.extracts.remove.handler(({ input }) => core.extracts.remove(input.dataset)),
      fetch: os.extracts.fetch.handler(({ input, signal = never }) =>
        core.extracts.fetch(input, signal),
      ),
    },
    schedules: {
      list: os.schedules.list.handler(() => core.schedules.list()),
      change: os.schedules.change.handler(({ input }) =>
        core.schedules.change(input.dataset, input.schedule),
      ),
      due: os.schedules.due.handler(({ signal = never }) => core.schedules.due(signal)),
    },
    watches: {
      list: os.watches.list.handler(() => core.watches.list()),
      add: os.watches.add.handler(({ input }) => core.watches.add(input)),
      remove: os.watches.remove.handler(({ input }) => core.watches.remove(input.id)),
      due: os.watches.due.handler(({ signal = never }) => core.watches.due(signal)),
    },
    alerts: {
      list: os.alerts.list.handler(() => core.alerts.list()),
      save: os.alerts.save.handler(({ input }) => core.alerts.save(input)),
      remove: os.alerts.remove.handler(({ input }) => core.alerts.remove(input.connection)),
      due: os.alerts.due.handler(({ signal = never }) => core.alerts.due(signal)),
    },
    erasures: {
      find: os.erasures.find.handler(({ input, signal = never }) =>
        core.erasures.find(input, signal),
      ),
      erase: os.erasures.erase.handler(({ input, signal = never }) =>
        core.erasures.erase(input, signal),
      ),
      list: os.erasures.list.handler(() => core.erasures.list()),
    },
    audit: {
      list: os.audit.list.handler(({ input }) => core.audit.list(input.limit, input.before)),
      verify: os.audit.verify.handler(({ input }) => core.audit.verify(input.mark)),
    },
    insights: {
      tables: os.insights.tables.handler(() => core.insights.tables()),
      setup: os.insights.setup.handler(({ signal = never }) => core.insights.setup(signal)),
      save: os.insights.save.handler(({ input, signal = never }) =>
        core.insights.save(input, signal),
      ),
      board: os.insights.board.handler(({ input, signal = never }) =>
        core.insights.board(input.board, input.filter, signal),
      ),
      topic: os.insights.topic.handler(({ input, signal = never }) =>
        core.insights.topic(input, signal),
      ),
      rows: os.insights.rows.handler(({ input, signal = never }) =>
        core.insights.rows(input, signal),
      ),
    },
    settings: {
      get: os.settings.get.handler(() => core.settings.get()),
      save: os.settings.save.handler(({ input }) => core.settings.save(input)),
    },
    warehouse: {
      query: os.warehouse.query.handler(({ input, signal = never }) =>
        core.warehouse.query(input.sql, input.limit, signal, input.connection),
      ),
      contents: os.warehouse.contents.handler(({ input, signal = never }) =>
        core.warehouse.contents(input, signal, input.connection),
      ),
      origin: os.warehouse.origin.handler(({ input, signal = never }) =>
        core.warehouse.origin(input, signal),
      ),
      saved: os.warehouse.saved.handler(() => core.warehouse.saved()),
      save: os.warehouse.save.handler(({ input }) => core.warehouse.save(input)),
      remove: os.warehouse.remove.handler(({ input }) => core.warehouse.remove(input.name)),
    },
  })
}
