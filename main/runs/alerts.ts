import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import {
  type Alert,
  type AlertInput,
  type AlertKind,
  alertTrouble,
  isQuiet,
} from '../../shared/domain/alert.ts'
import { type Question, questionSentence, waysToAnswer } from '../../shared/domain/runs/decision.ts'
import { onTheWall, ownZone } from '../../shared/domain/localTime.ts'
import { Problem, remedyOf } from '../../shared/domain/problem.ts'
import { type Run, needsPerson } from '../../shared/domain/runs/run.ts'
import { plural } from '../../shared/domain/sizes.ts'
import { type Stream, streamTrouble } from '../../shared/domain/streams/stream.ts'
import { type WatchNow, lateWords } from '../../shared/domain/arriving/watch.ts'
import type { RunRepository } from './ports/store.ts'
import { isOver } from './waits.ts'
import type { Schedules } from './arriving/schedules.ts'
import type { Alerted, AlertRepository, Message, Say, StoredAlert } from './ports/alerts.ts'

export interface AlertParts {
  alerts: AlertRepository
  runs: {
    list(list: { states: Run['state'][]; limit: number }): Run[]
    get(runId: string): { run: Run }
  }
  /** Deliveries of which something is unusual. */
  deliveries: Pick<RunRepository, 'unusual'>
  schedules: Pick<Schedules, 'list'>
  watches: { list(): WatchNow[] }
  streams: { list(): Stream[] }
  connections: { mustBe(name: string, role: 'alert'): void; alert(name: string): Promise<Say> }
  /** What could not be told, for the log. */
  warn: (message: string) => void
  now: () => Date
  everyMs?: number | undefined
}

/** From one look to the next. */
const usualEveryMs = 10_000
/** What comes within so long goes as one message. */
const togetherMs = 60_000
/** For so long one message is tried at a time. */
const limitMs = 120_000
/** The first wait before a message is tried again, and the longest; it doubles in between. */
const firstRetryMs = 60_000
const longestRetryMs = 60 * 60_000
/** Then the messages are given up. */
const mostAttempts = 8
const noFailure = { failures: 0, retryAt: null, trouble: null }
/** What is unusual about a delivery is news for so long. */
const newsMs = 7 * 86_400_000
/** A shop that does not answer may do so a little later. */
const tooLateMs = 15 * 60_000
/** So many things are told one by one in a message. */
const mostTold = 20

/** Something that needs a person, by a name that is the same as long as it is the same. */
interface Thing {
  name: string
  title: string
  text: string
}

/** Tells people, once each, what needs them. What is over is forgotten, so that it is told again when it comes again. */
export class Alerts {
  readonly #parts: AlertParts
  #telling: Promise<unknown> = Promise.resolve()
  readonly #closed = new AbortController()

  constructor(parts: AlertParts) {
    this.#parts = parts
  }

  list(): Alert[] {
    return this.#parts.alerts.list()
  }

  save(alert: AlertInput): void {
    const { alerts, connections, now } = this.#parts
    const { connection } = alert
    connections.mustBe(connection, 'alert')
    const at = now().toISOString()
    const before = alerts.list().find((one) => one.connection === connection)
    alerts.save(alert, at)
    if (before === undefined) return
    // Runs that had ended before somebody wanted to know of them are no news; what waits is.
    for (const kind of ['failed', 'stopped', 'rows', 'columns'] as const)
      if (!before.kinds.includes(kind))
        for (const { name } of this.#things(kind, before)) {
          if (name.startsWith('waiting ')) continue
          alerts.see(connection, name, at)
          alerts.tell(connection, [name], at)
        }
  }

  remove(connection: string): void {
    if (this.#parts.alerts.remove(connection)) return
    throw new Problem({
      code: 'not-found',
      what: `${connection} is told of nothing that needs a person.`,
      did: 'Nothing was changed.',
      advice: '“pallet alerts” lists who is told, and of what.',
    })
  }

  /** Tells what there is to tell now, without waiting for more. What fails stands in the list. */
  async due(signal: AbortSignal): Promise<void> {
    await this.#tellAll(0, signal)
  }

  /** Tells again and again, until it is closed. Never fails. */
  async begin(): Promise<void> {
    const { signal } = this.#closed
    while (!signal.aborted) {
      await this.#tellAll(togetherMs, signal).catch((error: unknown) => {
        if (!signal.aborted) this.#parts.warn(Problem.from(error).message)
      })
      const restMs = this.#parts.everyMs ?? usualEveryMs
      await delay(restMs, undefined, { signal }).catch(() => {})
    }
  }

  /** Ends what tells, and waits for it. */
  async close(): Promise<void> {
    this.#closed.abort()
    await this.#telling.catch(() => {})
  }

  /** One after the other, whoever asks for it. */
  #tellAll(waitMs: number, asked: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([asked, this.#closed.signal])
    const telling = this.#telling
      .catch(() => {})
      .then(async () => {
        const alerts = this.#parts.alerts.list()
        await Promise.all(alerts.map((alert) => this.#tellOne(alert, waitMs, signal)))
      })
    this.#telling = telling
    return telling
  }

  async #tellOne(alert: StoredAlert, waitMs: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const { alerts, now } = this.#parts
    const { connection, quiet, retryAt } = alert
    const at = now()
    const untold = this.#untold(alert, at.toISOString())
    const [oldest] = untold
    if (oldest === undefined) {
      // What it was to be told is over.
      if (retryAt !== null) alerts.changeFailure(connection, noFailure)
      return
    }
    if (!isOver(Date.parse(oldest.seenAt), waitMs, at.getTime())) return
    const leftMs = retryAt === null ? 0 : Date.parse(retryAt) - at.getTime()
    // More is left only by a clock that was set back.
    if (leftMs > 0 && leftMs <= longestRetryMs) return
    if (quiet !== null && isQuiet(quiet, onTheWall(at, ownZone()).time)) return
    const things = untold.map(({ thing }) => thing)
    const message = messageOf(connection, untold)
    try {
      const say = await this.#parts.connections.alert(connection)
      await say(message, AbortSignal.any([signal, AbortSignal.timeout(limitMs)]))
    } catch (error) {
      signal.throwIfAborted()
      return this.#failed(alert, things, Problem.from(error), at)
    }
    alerts.tell(connection, things, now().toISOString())
    alerts.changeFailure(connection, noFailure)
  }

  /** What is to be told now, the oldest first; what is new is known from now on, and what is over no more. */
  #untold(alert: StoredAlert, at: string): (Alerted & Thing)[] {
    const { alerts } = this.#parts
    const { connection } = alert
    const things = new Map(
      alert.kinds.flatMap((kind) => this.#things(kind, alert).map((make) => [make.name, make])),
    )
    const known = new Map(alerts.alerted(connection).map((one) => [one.thing, one]))
    // A start of Pallet tries what waits for a person once more: whether that is over is seen when the attempt is.
    const tried = this.#parts.runs.list({ states: ['queued', 'running'], limit: 1000 })
    const isTried = (thing: string): boolean =>
      tried.some(({ id }) => thing.startsWith(`waiting ${id} `))
    for (const thing of known.keys())
      if (!things.has(thing) && !isTried(thing)) alerts.forget(connection, thing)
    const untold = [...things.values()].flatMap(({ name, thing }) => {
      const seen = known.get(name)
      if (seen === undefined) alerts.see(connection, name, at)
      const alerted = seen ?? { thing: name, seenAt: at, toldAt: null }
      return alerted.toldAt === null ? [{ ...alerted, ...thing() }] : []
    })
    return untold.toSorted((a, b) => (a.seenAt < b.seenAt ? -1 : a.seenAt > b.seenAt ? 1 : 0))
  }

  /** What there is of a kind; its words are made only for what is to be told. */
  #things(
    kind: AlertKind,
    { createdAt, kinds }: StoredAlert,
  ): { name: string; thing: () => Thing }[] {
    const { alerts, deliveries, now, runs, schedules, streams, watches } = this.#parts
    const named = (name: string, words: () => Omit<Thing, 'name'>) => ({
      name,
      thing: () => ({ name, ...words() }),
    })
    switch (kind) {
      case 'failed':
      case 'stopped':
        return alerts
          .ended(kind, createdAt)
          .map(({ id, finishedAt }) =>
            named(`${kind} ${id} ${finishedAt}`, () => endedWords(id, runs)),
          )
      case 'waiting':
        return this.#waiting().map((run) => named(waitingName(run), () => waitingWords(run)))
      case 'rows':
      case 'columns': {
        const since = new Date(now().getTime() - newsMs).toISOString()
        const unusual = deliveries
          .unusual(since > createdAt ? since : createdAt)
          .map(({ id, unusual: { rows, columns } }) => ({
            id,
            said: kind === 'columns' ? columns : rows === null ? [] : [rows],
          }))
          .filter(({ said }) => said.length > 0)
          .map(({ id, said }) => named(`${kind} ${id}`, () => unusualWords(runs.get(id).run, said)))
        // Whoever is told of everything that waits hears of these already.
        const asked = kinds.includes('waiting')
          ? []
          : this.#waiting().filter(
              ({ question }) => question !== null && askedOf[kind].includes(question.kind),
            )
        return [...unusual, ...asked.map((run) => named(waitingName(run), () => waitingWords(run)))]
      }
      case 'fetch':
        return schedules.list().flatMap(({ dataset, trouble, nextAt }) => {
          if (trouble === null) return []
          const isPassing =
            remedyOf(trouble.code) === 'retry' &&
            (nextAt === null || now().getTime() - Date.parse(nextAt) < tooLateMs)
          if (isPassing) return []
          return [
            named(`fetch ${dataset} ${trouble.code}`, () => ({
              title: `${dataset} could not be fetched`,
              text: `${problemWords(trouble)} “pallet fetch ${dataset}” fetches it now; “pallet schedule” shows when it is fetched by itself.`,
            })),
          ]
        })
      case 'late':
        return watches
          .list()
          .filter(({ late }) => late !== null)
          .map((watch) =>
            named(`late ${watch.id} ${watch.late}`, () => ({
              title: `A file of ${watch.dataset} is late`,
              text: `${lateWords(watch)} By hand: “pallet run FILE --dataset ${watch.dataset}”.`,
            })),
          )
      case 'stream':
        return streams.list().flatMap((stream) =>
          stream.trouble === null
            ? []
            : [
                named(`stream ${stream.id} ${stream.trouble.code}`, () => ({
                  title: `The topic ${stream.topic} is not landed any more`,
                  text: streamTrouble(stream),
                })),
              ],
        )
      case 'folder':
        return watches.list().flatMap(({ id, trouble }) =>
          trouble === null
            ? []
            : [
                named(`folder ${id} ${trouble.code}`, () => ({
                  title: 'A watched folder is in trouble',
                  text: `${trouble.what} ${trouble.advice} “pallet watch list” shows how it is now.`,
                })),
              ],
        )
    }
  }

  #waiting(): Run[] {
    return this.#parts.runs.list({ states: ['waiting', 'paused'], limit: 1000 }).filter(needsPerson)
  }

  #failed(alert: StoredAlert, things: readonly string[], { data }: Problem, at: Date): void {
    const { alerts, warn } = this.#parts
    const failures = alert.failures + 1
    const isGivenUp = failures >= mostAttempts
    const waitMs = Math.max(
      Math.min(longestRetryMs, firstRetryMs * 2 ** alert.failures),
      data.retryAfterMs ?? 0,
    )
    const retryAt = isGivenUp ? null : new Date(at.getTime() + waitMs).toISOString()
    if (isGivenUp) alerts.tell(alert.connection, things, at.toISOString())
    const failure = { failures: isGivenUp ? 0 : failures, retryAt, trouble: data }
    alerts.changeFailure(alert.connection, failure)
    warn(alertTrouble({ ...alert, ...failure }))
  }
}

function messageOf(connection: string, things: readonly Thing[]): Message {
  const [first] = things
  const more = things.length - mostTold
  const names = JSON.stringify([connection, ...things.map(({ name }) => name).toSorted()])
  return {
    id: `alert_${createHash('sha256').update(names).digest('hex').slice(0, 32)}`,
    subject: `Pallet: ${things.length === 1 ? (first?.title ?? '') : `${plural(things.length, 'thing')} need you`}`,
    text: [
      ...things.slice(0, mostTold).map(({ title, text }) => `${title}. ${text}`),
      ...(more > 0
        ? [
            `And ${plural(more, 'more thing')}: “pallet runs --state failed,stopped,waiting” and “pallet watch list” show all.`,
          ]
        : []),
    ].join('\n\n'),
  }
}

function endedWords(id: string, runs: AlertParts['runs']): Omit<Thing, 'name'> {
  let run: Run
  try {
    ;({ run } = runs.get(id))
  } catch (error) {
    // One that cannot be read keeps nobody from hearing of the others.
    return { title: `The run ${id} was not delivered`, text: Problem.from(error).message }
  }
  const { dataset, source, state, problem } = run
  const look =
    state === 'stopped'
      ? `“pallet rejects ${id}” shows the rows that were held back.`
      : `“pallet show ${id}” tells more.`
  return {
    title: `${source.name} of ${dataset} was ${state === 'stopped' ? 'stopped' : 'not delivered'}`,
    text: `${problemWords(problem)} ${look} “pallet retry ${id}” tries again.`.trim(),
  }
}

/** Questions that are about the same. */
const askedOf: Readonly<Record<'rows' | 'columns', readonly Question['kind'][]>> = {
  rows: ['unusual', 'shrink'],
  columns: ['header', 'new-columns'],
}

function unusualWords({ id, dataset, source }: Run, said: readonly string[]): Omit<Thing, 'name'> {
  return {
    title: `${source.name} of ${dataset} was delivered, and is not as usual`,
    text: `${said.join(' ')} “pallet show ${id}” tells more. Where the file is wrong, “pallet undo ${id}” takes its rows out again.`,
  }
}

const waitingName = ({ id, question, problem }: Run): string =>
  `waiting ${id} ${question?.kind ?? problem?.code ?? ''}`

function waitingWords({ id, dataset, source, question, problem }: Run): Omit<Thing, 'name'> {
  return {
    title: `${source.name} of ${dataset} waits for you`,
    text:
      question === null
        ? `${problemWords(problem)} Then “pallet resume ${id}” goes on.`.trim()
        : [questionSentence(question), ...waysToAnswer(id, question)].join('\n'),
  }
}

const problemWords = (problem: Run['problem']): string =>
  problem === null ? '' : [problem.what, problem.advice].filter((part) => part !== '').join(' ')
