/** Several who are told of one run: in which order, on which condition, and what becomes of the run when one fails. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Core } from '../../../main/runs/core.ts'
import type { Landed, Trigger, TriggerState } from '../../../main/runs/ports/triggers.ts'
import type { Db } from '../../../main/store/database.ts'
import type { Home } from '../../../main/store/home.ts'
import { receiptText } from '../../../main/terminal/receipt.ts'
import type { TriggerTarget } from '../../../shared/domain/datasets/dataset.ts'
import { Problem, type ProblemCode } from '../../../shared/domain/problem.ts'
import { testFolder } from '../../fixtures/folder.ts'
import {
  type Script,
  scriptedCore,
  scriptedHome,
  scriptedRooms,
  send,
  until,
} from '../../fixtures/scriptedCore.ts'

const folder = testFolder()
let home: Home
let db: Db
let core: Core
let calls: string[]
let heard: Landed[]

beforeEach(() => {
  ;({ home, db } = scriptedHome(folder()))
  calls = []
  heard = []
})
afterEach(async () => {
  await core.close()
  db.close()
})

/** Says when it is told or asked, as the test wants it; else it has finished at once. */
function listener(answers: (TriggerState | Problem)[] = []): Trigger {
  return {
    tell: async (landed) => {
      heard.push(landed)
      const next = answers[0]
      if (next instanceof Problem) {
        answers.shift()
        throw next
      }
      return `job-${heard.length}`
    },
    ask: async () => {
      const next = answers.shift()
      if (next instanceof Problem) throw next
      return next ?? { kind: 'done' }
    },
  }
}
async function open(script: Partial<Script>): Promise<void> {
  core = scriptedCore({ home, db, rooms: scriptedRooms(calls), ...script })
  for (const name of ['flow', 'chat'])
    await core.connections.save({
      name,
      settings: { kind: 'sas-url' },
      container: null,
      secrets: { sasUrl: `https://${name}.example/?sig=x` },
    })
}
const tellBoth = (first: Partial<TriggerTarget> = {}) =>
  send(core, home, 'sales', {
    triggers: [{ connection: 'flow', ...first }, { connection: 'chat' }],
  })
const ended = (runId: string) => until(core, runId, 'succeeded', 'failed')
const settledEnd = async (runId: string) => {
  const run = await ended(runId)
  // Whoever wants to know is told when it has ended.
  await core.halt()
  return run
}
const trouble = (code: ProblemCode) => new Problem({ code, what: `It is a ${code}.` })

test('each is told in the order that was chosen, of the same account', async () => {
  await open({ trigger: listener() })
  const runId = await tellBoth()
  expect((await ended(runId)).told).toEqual([
    { connection: 'flow', name: 'job-1', done: true },
    { connection: 'chat', name: 'job-2', done: true },
  ])
  expect(heard.map(({ values }) => values)).toEqual(
    Array.from({ length: 2 }, () =>
      expect.objectContaining({
        run_id: runId,
        dataset: 'sales',
        file: 'sales.csv',
        table: 'sales',
        rows: 7,
        rows_in: 10,
        rows_held: 2,
        rows_dropped: 1,
        rows_removed: 0,
      }),
    ),
  )
})

test('what fails keeps the later ones from being told, unless it is a notice', async () => {
  await open({
    trigger: listener([
      { kind: 'failed', what: 'The job has stopped.' },
      { kind: 'failed', what: 'The job has stopped.' },
    ]),
  })
  const stopped = await ended(await tellBoth())
  expect(stopped).toMatchObject({ state: 'failed', problem: { code: 'trigger-failed' } })
  expect(heard).toHaveLength(1)

  const runId = await tellBoth({ onFailure: 'warn' })
  expect(await ended(runId)).toMatchObject({
    state: 'succeeded',
    problem: null,
    told: [
      { connection: 'flow', done: false, failed: 'The job has stopped.' },
      { connection: 'chat', done: true },
    ],
  })
  const said = receiptText(core.runs.get(runId).receipt, [])
  expect(said).toContain(
    '! 7 of 10 rows delivered, 2 held back, 1 dropped; somebody who was to be told of it was not, or failed.',
  )
  expect(said).toContain('told     flow, as job-2: The job has stopped.')
  expect(core.runs.events(runId).filter(({ level }) => level === 'warn')).toMatchObject([
    { message: 'flow was to be told, and that failed: The job has stopped.' },
  ])
})

test.each(['credential-rejected', 'permission-denied', 'trigger-failed', 'not-found'] as const)(
  'a %s of somebody whose failure is a notice holds nobody up',
  async (code) => {
    await open({ trigger: listener([trouble(code)]) })
    expect(await ended(await tellBoth({ onFailure: 'warn' }))).toMatchObject({
      state: 'succeeded',
      told: [{ failed: `It is a ${code}.` }, { done: true }],
    })
  },
)

test('an error that nobody foresaw is never a notice', async () => {
  await open({ trigger: { ...listener(), tell: () => Promise.reject(new TypeError('x')) } })
  expect(await ended(await tellBoth({ onFailure: 'warn' }))).toMatchObject({
    state: 'failed',
    problem: { code: 'internal' },
  })
})

test('who cannot be reached is tried for an hour, then given up where that is a notice', async () => {
  const at = new Date('2026-11-21T10:00:00Z')
  let wake = (): void => {}
  const later = (call: () => void): NodeJS.Timeout => {
    wake = call
    return setTimeout(() => {}, 0)
  }
  await open({
    trigger: listener([trouble('network'), trouble('server-busy'), trouble('network')]),
    now: () => at,
    later,
  })
  const runId = await tellBoth({ onFailure: 'warn' })
  await until(core, runId, 'waiting', 'failed')
  at.setUTCMinutes(59)
  wake()
  expect(await until(core, runId, 'waiting', 'succeeded', 'failed')).toMatchObject({
    problem: { code: 'server-busy' },
  })
  at.setUTCHours(11, 1)
  wake()
  expect(await ended(runId)).toMatchObject({
    state: 'succeeded',
    told: [{ connection: 'flow', name: '', failed: 'It is a network.' }, { done: true }],
  })
})

test('with no row changed, only those are told who always are', async () => {
  const rooms = scriptedRooms(calls)
  await open({
    trigger: listener(),
    rooms: {
      ...rooms,
      clean: async (...args) => ({
        ...(await rooms.clean(...args)),
        clean: 0,
        dropped: [{ rule: 'd', rows: 8 }],
      }),
      load: async () => ({ rows: 0, tableRows: 5, removed: 0, already: false }),
    },
  })
  const run = await ended(await tellBoth({ when: 'changed' }))
  expect(run).toMatchObject({
    state: 'succeeded',
    told: [
      { connection: 'flow', unchanged: true, done: false },
      { connection: 'chat', done: true },
    ],
  })
  expect(heard).toHaveLength(1)
})

test('rows that only went out have changed, too', async () => {
  const rooms = scriptedRooms(calls)
  await open({
    trigger: listener(),
    rooms: {
      ...rooms,
      clean: async (...args) => ({
        ...(await rooms.clean(...args)),
        clean: 0,
        dropped: [{ rule: 'd', rows: 8 }],
      }),
      load: async () => ({ rows: 0, tableRows: 0, removed: 4, already: false }),
    },
  })
  expect((await ended(await tellBoth({ when: 'changed' }))).told).toMatchObject([
    { done: true },
    { done: true },
  ])
})

test('who is told is changed for files to come, by whom and why; a run under way does not take it back', async () => {
  const gate = Promise.withResolvers<void>()
  const rooms = scriptedRooms(calls)
  let times = 0
  await open({
    trigger: listener(),
    rooms: {
      ...rooms,
      load: async (...args) => {
        times += 1
        if (times > 1) await gate.promise
        return await rooms.load(...args)
      },
    },
  })
  await ended(await tellBoth())
  const runId = await tellBoth()
  const told = () => core.datasets.list()[0]?.destination?.triggers
  core.datasets.changeTold('sales', [{ connection: 'chat', onFailure: 'warn' }], 'flow has moved')
  // The same once more is no change.
  core.datasets.changeTold('sales', [{ connection: 'chat', onFailure: 'warn' }])
  gate.resolve()
  expect((await ended(runId)).told).toMatchObject([{ connection: 'flow' }, { connection: 'chat' }])
  expect(told()).toEqual([{ connection: 'chat', onFailure: 'warn' }])
  expect(core.datasets.versions('sales')).toMatchObject([
    {
      version: 2,
      who: expect.any(String),
      what: 'Told when the data has landed: chat, whose failure is a notice.',
      why: 'flow has moved',
    },
    { version: 1 },
  ])
  expect((await ended(await send(core, home, 'sales', {}))).told).toMatchObject([
    { connection: 'chat' },
  ])
  for (const [name, triggers, words] of [
    ['nothing', [], 'There is no dataset nothing.'],
    ['sales', [{ connection: 'nobody' }], 'nobody'],
    ['sales', [{ connection: 'chat' }, { connection: 'chat' }], 'is told already, further up'],
  ] as const)
    expect(() => core.datasets.changeTold(name, triggers)).toThrow(words)
  expect(told()).toEqual([{ connection: 'chat', onFailure: 'warn' }])
})

test('who has no key to know a message by is told once, also when Pallet is stopped meanwhile', async () => {
  const begun = Promise.withResolvers<void>()
  const once = (tell: Trigger['tell']): Trigger => ({ ...listener(), once: true, tell })
  const secrets = new Map<string, string>()
  const hangs: Trigger['tell'] = (_, signal) => {
    begun.resolve()
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('stopped')))
    })
  }
  await open({ trigger: once(hangs), secrets })
  const triggers = [{ connection: 'chat' }]
  const runId = await send(core, home, 'sales', { triggers })
  await begun.promise
  await core.close()

  let times = 0
  const counts: Trigger['tell'] = async () => `message ${(times += 1)}`
  await open({ trigger: once(counts), secrets })
  core.runs.resumeAll()
  const unsure = await ended(runId)
  expect(unsure).toMatchObject({ state: 'failed', problem: { code: 'trigger-failed' } })
  expect(unsure.problem?.what).toContain('nobody knows whether it was heard')
  expect(times).toBe(0)
  // A person who has looked says so.
  await core.runs.retry(runId)
  expect((await until(core, runId, 'succeeded')).told).toMatchObject([{ name: 'message 1' }])
})

test('a busy one is left alone for as long as it has said', async () => {
  const waits: number[] = []
  const later = (_: () => void, ms: number): NodeJS.Timeout => {
    waits.push(ms)
    return setTimeout(() => {}, 0)
  }
  const busy = new Problem({ code: 'server-busy', what: 'It is busy.', retryAfterMs: 900_000 })
  await open({ trigger: listener([busy]), later })
  await until(core, await tellBoth(), 'waiting', 'failed')
  expect(waits).toEqual([900_000])
})

test('who wants to know is told of a run that has not delivered, and holds nobody up', async () => {
  const told: string[] = []
  const ended: Trigger['ended'] = async ({ why, outputs }) => {
    told.push(`${outputs.map(({ name }) => name).join()}: ${why}`)
    throw trouble('network')
  }
  const rooms = scriptedRooms(calls)
  await open({
    trigger: { ...listener(), ended },
    rooms: { ...rooms, load: () => Promise.reject(trouble('table-mismatch')) },
  })
  const runId = await send(core, home, 'sales', { triggers: [{ connection: 'flow' }] })
  expect(await settledEnd(runId)).toMatchObject({ state: 'failed', told: [] })
  expect(told).toEqual([expect.stringContaining('sales: It is a table-mismatch.')])
  const warned = core.runs.events(runId).filter(({ level }) => level === 'warn')
  expect(warned).toMatchObject([
    { message: 'flow could not be told that the run has not delivered: It is a network.' },
  ])
})
