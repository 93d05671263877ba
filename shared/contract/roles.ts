/** Which role each call needs; why, is in docs/decisions/roles.md. */
import { type Person, type Role, isEnough, whoMay } from '../domain/person.ts'
import { Problem } from '../domain/problem.ts'
import type { PalletContract } from './contract.ts'

export type CallName = {
  [Part in keyof PalletContract]: `${Part}.${keyof PalletContract[Part] & string}`
}[keyof PalletContract]

/** What goes beside the messages, as bytes. */
type FileName = 'files.receive' | 'files.rejects'

export const needs = {
  'files.receive': 'operator',
  'files.rejects': 'operator',

  'app.info': 'operator',
  'app.unreadable': 'operator',
  'app.log': 'admin',

  // A path names any file of the server, and an address whatever the server can reach.
  'sources.open': 'admin',
  'sources.announce': 'operator',
  'sources.preview': 'operator',

  'looks.follow': 'operator',
  'looks.rows': 'operator',
  'looks.find': 'operator',
  'looks.effect': 'operator',
  'looks.worked': 'operator',

  'drafts.find': 'operator',
  'drafts.keep': 'operator',

  'runs.start': 'operator',
  'runs.chooseAgain': 'operator',
  'runs.check': 'operator',
  'runs.profile': 'operator',
  'runs.suggest': 'operator',
  'runs.similar': 'operator',
  'runs.list': 'operator',
  'runs.count': 'operator',
  'runs.get': 'operator',
  'runs.events': 'operator',
  'runs.watch': 'operator',
  'runs.rejects': 'operator',
  'runs.harmless': 'operator',
  'runs.proposeFixes': 'steward',
  'runs.foreseeFix': 'steward',
  'runs.fixTogether': 'steward',
  'runs.undoTogether': 'steward',
  'runs.fix': 'steward',
  'runs.bringFixed': 'steward',
  'runs.sendFixed': 'steward',
  'runs.resumeAll': 'operator',
  'runs.continue': 'operator',
  'runs.pause': 'operator',
  'runs.resume': 'operator',
  'runs.goOnThere': 'operator',
  'runs.cancel': 'operator',
  'runs.retry': 'operator',
  'runs.resend': 'operator',
  'runs.answer': 'operator',
  'runs.foreseeUndo': 'steward',
  'runs.undo': 'steward',
  'runs.verify': 'operator',
  'runs.keptBytes': 'operator',
  // With it goes what was held back.
  'runs.discard': 'steward',

  'datasets.list': 'operator',
  'datasets.toldDoubts': 'operator',
  'datasets.changeRows': 'steward',
  'datasets.changeColumns': 'steward',
  'datasets.changeRules': 'steward',
  'datasets.changeRecipe': 'steward',
  'datasets.changeTold': 'steward',
  'datasets.import': 'steward',
  'datasets.versions': 'operator',
  'datasets.restore': 'steward',
  'datasets.compare': 'operator',
  'datasets.changeHeader': 'steward',
  'datasets.copy': 'steward',
  'datasets.rename': 'steward',
  'datasets.remove': 'steward',

  'connections.list': 'operator',
  'connections.save': 'admin',
  'connections.remove': 'admin',
  // The places of a connection are chosen from what its test has found.
  'connections.test': 'operator',
  'connections.testTold': 'operator',
  'connections.testUnsaved': 'admin',
  'connections.browse': 'admin',
  'connections.createContainer': 'admin',
  'connections.clearUnfinished': 'admin',
  // Whoever types the code signs the connection in as themselves.
  'connections.deviceCode': 'admin',

  // Both are given a path of the server.
  'uploads.plan': 'admin',
  'uploads.send': 'admin',

  'streams.land': 'steward',
  'streams.lag': 'operator',
  'streams.topics': 'operator',
  'streams.groups': 'operator',
  'streams.produce': 'steward',
  'streams.resetPlan': 'steward',
  // It moves what other programs read.
  'streams.resetGroup': 'admin',
  'streams.deadLetters': 'operator',
  'streams.redrivePlan': 'steward',
  'streams.redrive': 'steward',
  'streams.list': 'operator',
  'streams.start': 'steward',
  'streams.stop': 'steward',
  'streams.remove': 'steward',
  'streams.tail': 'steward',
  'streams.simulate': 'admin',

  // Both send requests of one's own making with the secret of a connection.
  'extracts.try': 'steward',
  'extracts.save': 'steward',
  'extracts.remove': 'steward',
  'extracts.fetch': 'operator',
  'schedules.list': 'operator',
  'schedules.change': 'steward',
  'schedules.due': 'admin',

  'watches.list': 'operator',
  // A folder of the server, whose files are moved or deleted.
  'watches.add': 'admin',
  'watches.remove': 'admin',
  'watches.due': 'admin',

  'alerts.list': 'operator',
  'alerts.save': 'admin',
  'alerts.remove': 'admin',
  'alerts.due': 'admin',

  'erasures.find': 'admin',
  'erasures.erase': 'admin',
  'erasures.list': 'admin',
  'audit.list': 'admin',
  'audit.verify': 'admin',

  'insights.tables': 'operator',
  'insights.setup': 'operator',
  'insights.save': 'steward',
  'insights.board': 'operator',
  'insights.topic': 'operator',
  'insights.rows': 'operator',

  'settings.get': 'operator',
  'settings.save': 'admin',

  'warehouse.query': 'steward',
  'warehouse.contents': 'operator',
  'warehouse.origin': 'steward',
  'warehouse.saved': 'steward',
  'warehouse.save': 'steward',
  'warehouse.remove': 'steward',
} as const satisfies Record<CallName | FileName, Role>
export type Guarded = keyof typeof needs

/** What of a file that is sent would be kept for the files after it: a dataset is changed by a steward. */
export const stewardsOfStart = ['columns', 'recipe', 'remember'] as const

/** The role that a call with this input needs. A call that is not in the table needs the highest. */
export function roleFor(call: string, input: unknown): Role {
  const needed: Role = isGuarded(call) ? needs[call] : 'admin'
  const keepsMore =
    call === 'runs.start' &&
    typeof input === 'object' &&
    input !== null &&
    stewardsOfStart.some((field) => ![undefined, false].includes(Reflect.get(input, field)))
  return keepsMore ? 'steward' : needed
}

/** Why a person may not do it; null: they may. */
export function refusalFor({ role }: Person, call: string, input: unknown): Problem | null {
  const needed = roleFor(call, input)
  if (isEnough(role, needed)) return null
  return new Problem({
    code: 'not-allowed',
    what: `Only ${whoMay(needed)} may do this; your role is ${role}.`,
    did: 'Nothing was changed.',
    advice: 'Ask one of them to do it, or whoever looks after Pallet for another role.',
  })
}

function isGuarded(call: string): call is Guarded {
  return Object.hasOwn(needs, call)
}
