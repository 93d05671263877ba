import { basename } from 'node:path'
import type { Act } from '../../shared/domain/audit.ts'
import { Problem } from '../../shared/domain/problem.ts'
import type { Core } from './core.ts'
import type { AuditRepository } from './ports/audit.ts'

type Call<A> = A extends `${infer Part extends Extract<keyof Core, string>}.${infer Name}`
  ? Name extends keyof Core[Part]
    ? Core[Part][Name]
    : never
  : never
type SubjectOf<A> =
  Call<A> extends (...args: infer Args) => unknown ? (...args: Args) => string : never

const runId = (id: string): string => id
const ofRun = (given: { runId: string }): string => given.runId
const name = (given: string): string => given
const named = (given: { name: string }): string => given.name
const toName = (from: string, to: string): string => `${from} → ${to}`
const topic = (given: { connection: string; topic: string }): string =>
  `${given.connection}/${given.topic}`

/** Names and ids alone: an entry is for others to read, and stays. */
const subjects: { [A in Act]: SubjectOf<A> } = {
  'runs.start': ({ dataset }) => dataset,
  'runs.fix': runId,
  'runs.fixTogether': ofRun,
  'runs.undoTogether': runId,
  'runs.bringFixed': runId,
  'runs.sendFixed': runId,
  'runs.continue': runId,
  'runs.pause': runId,
  'runs.resume': runId,
  'runs.goOnThere': runId,
  'runs.cancel': runId,
  'runs.retry': runId,
  'runs.resend': runId,
  'runs.answer': (id, answer) => `${id}: ${answer}`,
  'runs.undo': runId,
  'runs.discard': runId,
  'datasets.changeRows': name,
  'datasets.changeColumns': name,
  'datasets.changeRules': name,
  'datasets.changeRecipe': name,
  'datasets.changeTold': name,
  'datasets.import': named,
  'datasets.restore': (of, version) => `${of}, ${version}`,
  'datasets.changeHeader': name,
  'datasets.copy': toName,
  'datasets.rename': toName,
  'datasets.remove': name,
  'connections.save': named,
  'connections.remove': name,
  'connections.createContainer': (of, container) => `${of}: ${container}`,
  'connections.clearUnfinished': ({ connection, container, blob }) =>
    `${connection}: ${container}/${blob}`,
  'uploads.send': ({ file }) => basename(file),
  'streams.land': topic,
  'streams.start': topic,
  'streams.stop': String,
  'streams.remove': String,
  'streams.redrive': runId,
  'streams.resetGroup': (given) =>
    `${topic(given)}: ${given.group} to ${given.offsets.map(({ partition, next }) => `${partition}:${next}`).join(', ')}`,
  'streams.produce': topic,
  'streams.simulate': topic,
  'extracts.save': ({ dataset }) => dataset,
  'extracts.remove': name,
  'extracts.fetch': ({ dataset }) => dataset,
  'schedules.change': name,
  'watches.add': ({ dataset }) => dataset,
  'watches.remove': String,
  'alerts.save': ({ connection }) => connection,
  'alerts.remove': name,
  'insights.save': () => '',
  'warehouse.save': named,
  'warehouse.remove': name,
  'erasures.erase': ({ dataset, column }) => `${dataset}.${column}`,
  'settings.save': () => '',
}

/**
 * The same core, which writes down what people do through it before it is done: where that cannot be written, nothing is done. What
 * Pallet does by itself is in the list of runs.
 */
export function audited(core: Core, audit: AuditRepository, now: () => Date): Core {
  const note = (act: Act, subject: string, refused: string | null): void =>
    audit.append({ at: now().toISOString(), act, subject, refused })
  const parts = Object.entries(core).map(([part, calls]: [string, object]) => [
    part,
    typeof calls === 'object' ? withNotes(part, calls, note) : calls,
  ])
  return Object.fromEntries(parts) as Core
}

type Noting = (act: Act, subject: string, refused: string | null) => void
type AnyCall = (...args: unknown[]) => unknown

function withNotes(part: string, calls: object, note: Noting): object {
  return new Proxy(calls, {
    get: (target, key) => {
      const call: unknown = Reflect.get(target, key)
      if (typeof call !== 'function') return call
      const bound = call.bind(target) as AnyCall
      const act = `${part}.${String(key)}`
      return isAct(act) ? noted(act, bound, note) : bound
    },
  })
}

function isAct(name: string): name is Act {
  return Object.hasOwn(subjects, name)
}

function noted(act: Act, call: AnyCall, note: Noting): AnyCall {
  return (...args) => {
    const subject = (subjects[act] as (...args: unknown[]) => string)(...args)
    const refuse = (error: unknown): never => {
      note(act, subject, Problem.from(error).code)
      throw error
    }
    note(act, subject, null)
    try {
      const answer = call(...args)
      return answer instanceof Promise ? answer.catch(refuse) : answer
    } catch (error) {
      return refuse(error)
    }
  }
}
