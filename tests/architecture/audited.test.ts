/** A call that changes something for others than the caller is written down before it is done. */
import { expect, test } from 'vitest'
import { contract } from '../../shared/contract/contract.ts'
import { actWords } from '../../shared/domain/audit.ts'

/** What changes nothing for anybody but the caller, and so is not written down. */
const looksOnly = [
  'app.info',
  'app.unreadable',
  'app.log',
  'sources.open',
  'sources.announce',
  'sources.preview',
  'looks.follow',
  'looks.rows',
  'looks.find',
  'looks.effect',
  'looks.worked',
  // Every start of Pallet does it.
  'runs.resumeAll',
  'runs.chooseAgain',
  'runs.check',
  'runs.profile',
  'runs.suggest',
  'runs.similar',
  'runs.list',
  'runs.count',
  'runs.get',
  'runs.events',
  'runs.watch',
  'runs.rejects',
  'runs.harmless',
  'runs.proposeFixes',
  'runs.foreseeFix',
  'runs.foreseeUndo',
  'runs.verify',
  'runs.keptBytes',
  'datasets.list',
  'datasets.toldDoubts',
  'datasets.versions',
  'datasets.compare',
  'connections.list',
  'connections.test',
  'connections.testTold',
  'connections.testUnsaved',
  'connections.deviceCode',
  'uploads.plan',
  'streams.topics',
  'streams.groups',
  'streams.list',
  'streams.lag',
  'streams.tail',
  'streams.deadLetters',
  'streams.resetPlan',
  'streams.redrivePlan',
  'watches.list',
  'watches.due',
  'alerts.list',
  'alerts.due',
  'extracts.try',
  'insights.tables',
  'insights.setup',
  'insights.board',
  'insights.rows',
  'schedules.list',
  'schedules.due',
  'audit.list',
  'audit.verify',
  'settings.get',
  'warehouse.query',
  'warehouse.contents',
]

test('every call of the contract is written down, or changes nothing', () => {
  const calls = Object.entries(contract).flatMap(([part, names]) =>
    Object.keys(names).map((name) => `${part}.${name}`),
  )
  expect([...Object.keys(actWords), ...looksOnly].sort()).toEqual(calls.sort())
})
