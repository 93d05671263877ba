/** How several runs share the street: lanes, rests, a destination with parts left out, and a run that ends its process. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Core } from '../../../main/runs/core.ts'
import type { Rooms } from '../../../main/runs/ports/rooms.ts'
import type { Trigger, TriggerState } from '../../../main/runs/ports/triggers.ts'
import type { Db } from '../../../main/store/database.ts'
import type { Home } from '../../../main/store/home.ts'
import { RunStore } from '../../../main/store/runs.ts'
import { exitCodes } from '../../../main/terminal/exitCodes.ts'
import { follow } from '../../../main/terminal/follow.ts'
import { openOutput } from '../../../main/terminal/output.ts'
import { receiptText } from '../../../main/terminal/receipt.ts'
import { Problem } from '../../../shared/domain/problem.ts'
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

const open = (script: Partial<Script> = {}): Core =>
  scriptedCore({ home, db, rooms: scriptedRooms(calls), ...script })

beforeEach(() => {
  ;({ home, db } = scriptedHome(folder()))
  calls = []
})
afterEach(async () => {
  await core.close()
  db.close()
})

/** A room that waits at the door until it is let in, or told to stop. */
function gate(rooms: Rooms, name: 'clean' | 'upload') {
  const arrived = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  const room = rooms[name] as (...args: unknown[]) => Promise<unknown>
  const gated = async (input: unknown, control: { signal: AbortSignal }): Promise<unknown> => {
    arrived.resolve()
    const stopped = Promise.withResolvers<never>()
    control.signal.addEventListener('abort', () => stopped.reject(control.signal.reason))
    await Promise.race([opened.promise, stopped.promise])
    return room(input, control)
  }
  return {
    rooms: { ...rooms, [name]: gated },
    arrived: arrived.promise,
    open: () => opened.resolve(),
  }
}

describe('side by side', () => {
  test('one run is cleaned and loaded while another uploads', async () => {
    const rooms = scriptedRooms(calls)
    const upload = gate(rooms, 'upload')
    // Only the first upload waits; the other run gets there after it.
    core = open({ rooms: upload.rooms })
    const first = await send(core, home, 'sales')
    await upload.arrived
    const second = await send(core, home, 'stores', { blob: null })
    expect((await until(core, second, 'succeeded', 'failed')).state).toBe('succeeded')
    expect(core.runs.get(first).run.state).toBe('running')
    upload.open()
    expect((await until(core, first, 'succeeded', 'failed')).state).toBe('succeeded')
  })

  test('while a file is sent, what its rows add up to is worked out, and once', async () => {
    const upload = gate(scriptedRooms(calls), 'upload')
    const summed = Promise.withResolvers<void>()
    const fileTotals: Rooms['fileTotals'] = (...asked) => {
      calls.push('fileTotals')
      summed.resolve()
      return upload.rooms.fileTotals(...asked)
    }
    core = open({ rooms: { ...upload.rooms, fileTotals } })
    const run = await send(core, home, 'sales')
    await upload.arrived
    await summed.promise
    upload.open()
    expect((await until(core, run, 'succeeded', 'failed')).state).toBe('succeeded')
    expect(calls.filter((call) => call === 'fileTotals')).toHaveLength(1)
  })

  test('where a file cannot be sent, what was begun meanwhile is told to stop, and done when it goes on', async () => {
    const rooms = scriptedRooms(calls)
    let isRefused = true
    const begun = Promise.withResolvers<void>()
    const upload: Rooms['upload'] = async (...sent) => {
      await begun.promise
      if (isRefused) throw new Problem({ code: 'permission-denied', what: 'Refused.' })
      return await rooms.upload(...sent)
    }
    const fileTotals: Rooms['fileTotals'] = async (asked, control) => {
      calls.push('fileTotals')
      if (isRefused) {
        const stopped = Promise.withResolvers<never>()
        control.signal.addEventListener('abort', () => stopped.reject(control.signal.reason))
        begun.resolve()
        await stopped.promise
      }
      return await rooms.fileTotals(asked, control)
    }
    core = open({ rooms: { ...rooms, upload, fileTotals } })
    const run = await send(core, home, 'sales')
    await until(core, run, 'waiting')
    isRefused = false
    await core.runs.resume(run)
    expect((await until(core, run, 'succeeded', 'failed')).state).toBe('succeeded')
    expect(calls.filter((call) => call === 'fileTotals')).toHaveLength(2)
  })

  test('two uploads never share the line; the second is in line until it is free', async () => {
    const upload = gate(scriptedRooms(calls), 'upload')
    core = open({ rooms: upload.rooms })
    const first = await send(core, home, 'sales')
    await upload.arrived
    const second = await send(core, home, 'stores')
    await until(core, second, 'running')
    const waiting = await until(core, second, 'queued')
    expect(waiting.steps.find(({ name }) => name === 'clean')?.state).toBe('done')
    expect(calls.filter((call) => call.startsWith('upload'))).toEqual([])
    upload.open()
    for (const run of [first, second])
      expect((await until(core, run, 'succeeded', 'failed')).state).toBe('succeeded')
  })

  test('runs of one dataset go one after the other: the first teaches what the next is held to', async () => {
    const clean = gate(scriptedRooms(calls), 'clean')
    core = open({ rooms: clean.rooms })
    const first = await send(core, home, 'sales')
    await clean.arrived
    const second = await send(core, home, 'sales')
    expect(core.runs.get(second).run.state).toBe('queued')
    expect(calls).toEqual(['fetch', 'read'])
    clean.open()
    for (const run of [first, second])
      expect((await until(core, run, 'succeeded', 'failed')).state).toBe('succeeded')
  })
})

describe('a destination', () => {
  test('without a blob loads, and the receipt says so', async () => {
    core = open()
    const runId = await send(core, home, 'sales', { blob: null })
    await until(core, runId, 'succeeded', 'failed')
    const { run, receipt } = core.runs.get(runId)
    expect(receipt).toMatchObject({ state: 'succeeded', upload: null, load: { rows: 7 } })
    expect(run.steps.find(({ name }) => name === 'upload')?.state).toBe('skipped')
    expect(calls).toEqual(['fetch', 'read', 'clean', 'load'])
    // The next file of the dataset goes the same way.
    expect(core.datasets.list()[0]?.destination).toMatchObject({ blob: null })
  })

  test('without a table uploads, and its account balances without a warehouse', async () => {
    core = open()
    const runId = await send(core, home, 'sales', { warehouse: null })
    await until(core, runId, 'succeeded', 'failed')
    const { receipt } = core.runs.get(runId)
    expect(receipt).toMatchObject({ state: 'succeeded', load: null, upload: { bytes: 6 } })
    expect(receipt.rows).toEqual({ in: 10, clean: 7, quarantined: 2, dropped: 1, loaded: null })
    const text = receiptText(receipt, [])
    expect(text).toContain('7 of 10 rows delivered')
    expect(text).toMatch(/table +none was asked for/)
    expect(calls).toEqual(['fetch', 'read', 'clean', 'upload connection-string'])
  })

  test('without a table asks all the same where the rows are not as many as usual', async () => {
    core = open()
    core.datasets.changeRows('sales', { atLeast: 8 })
    const runId = await send(core, home, 'sales', { warehouse: null })
    const { question } = await until(core, runId, 'waiting', 'succeeded')
    expect(question).toEqual({ kind: 'unusual', rows: 7, usual: { atLeast: 8 } })
    expect(calls).toEqual(['fetch', 'read', 'clean'])
    await core.runs.answer(runId, 'load')
    expect((await until(core, runId, 'succeeded')).state).toBe('succeeded')
    expect(calls.at(-1)).toBe('upload connection-string')
  })

  test('without either is refused before anything is done', async () => {
    core = open()
    await expect(send(core, home, 'sales', { blob: null, warehouse: null })).rejects.toMatchObject({
      data: { code: 'usage' },
    })
    await expect(
      send(core, home, 'sales', { triggers: [{ connection: 'nobody' }] }),
    ).rejects.toMatchObject({ data: { code: 'not-found' } })
    expect(core.runs.list({ limit: 10 })).toEqual([])
  })
})

describe('whoever is told', () => {
  /** A made-up orchestrator: knows its runs by name, and answers what the test says, one answer a question. */
  function orchestrator(answers: TriggerState[]): Trigger {
    const told = new Map<string, string>()
    return {
      tell: async ({ runId, values }) => {
        calls.push(`told of ${values.rows}`)
        const name = told.get(runId) ?? `job-${told.size + 1}`
        told.set(runId, name)
        return name
      },
      ask: async (name) => {
        calls.push(`asked for ${name}`)
        return answers.shift() ?? { kind: 'done' }
      },
    }
  }
  const working: TriggerState = {
    kind: 'working',
    doing: 'Waiting for job-1',
  }
  const destination = { triggers: [{ connection: 'flow' }] }
  const save = () =>
    core.connections.save({
      name: 'flow',
      settings: { kind: 'sas-url' },
      container: null,
      secrets: { sasUrl: 'https://flow.example/?sig=x' },
    })

  test('for hours: the run rests, others go on, and a restart in between neither tells again nor hurries', async () => {
    const timers: { call: () => void; ms: number }[] = []
    const later = (call: () => void, ms: number): NodeJS.Timeout => {
      timers.push({ call, ms })
      return setTimeout(() => {}, 0)
    }
    const at = new Date('2026-11-21T10:00:00Z')
    const secrets = new Map<string, string>()
    const trigger = orchestrator([working, working])
    core = open({ trigger, later, now: () => at, secrets })
    await save()
    const runId = await send(core, home, 'sales', destination)
    const resting = await until(core, runId, 'waiting', 'failed')
    expect(resting).toMatchObject({
      state: 'waiting',
      problem: null,
      retryAt: '2026-11-21T10:00:05.000Z',
      rows: { loaded: 7 },
    })
    expect(resting.steps.at(-1)).toMatchObject({
      state: 'waiting',
      progress: { doing: 'Waiting for job-1' },
    })
    const other = await send(core, home, 'stores')
    expect((await until(core, other, 'succeeded', 'failed')).state).toBe('succeeded')

    // The process ends and another one starts two seconds later: the rest goes on.
    await core.close()
    timers.length = 0
    at.setUTCSeconds(2)
    core = open({ trigger, later, now: () => at, secrets })
    core.runs.resumeAll()
    expect(core.runs.get(runId).run).toMatchObject({ state: 'waiting', problem: null })
    expect(core.runs.get(runId).run.steps.at(-1)?.progress?.doing).toBe('Waiting for job-1')
    expect(timers.map(({ ms }) => ms)).toEqual([3_000])
    expect(core.runs.get(runId).receipt.told).toEqual([
      { connection: 'flow', name: 'job-1', done: false },
    ])
    // Whoever works for long is asked less and less often.
    at.setUTCMinutes(30)
    timers[0]?.call()
    expect(await until(core, runId, 'waiting', 'failed')).toMatchObject({
      retryAt: '2026-11-21T10:31:02.000Z',
    })
    at.setUTCHours(12)
    timers.at(-1)?.call()
    expect((await until(core, runId, 'succeeded', 'failed')).state).toBe('succeeded')
    expect(receiptText(core.runs.get(runId).receipt, [])).toContain(
      'told     flow: job-1 has finished',
    )
    expect(calls.filter((call) => /told|asked/.test(call))).toEqual([
      'told of 7',
      'asked for job-1',
      'asked for job-1',
      'asked for job-1',
    ])
  })

  test('a clock that was set back keeps nobody waiting for longer than was meant', async () => {
    const timers: { call: () => void; ms: number }[] = []
    const later = (call: () => void, ms: number): NodeJS.Timeout => {
      timers.push({ call, ms })
      return setTimeout(() => {}, 0)
    }
    const at = new Date('2026-11-21T10:00:00Z')
    const secrets = new Map<string, string>()
    const trigger = orchestrator([working])
    core = open({ trigger, later, now: () => at, secrets })
    await save()
    const runId = await send(core, home, 'sales', destination)
    await until(core, runId, 'waiting', 'failed')
    await core.close()
    timers.length = 0
    // Somebody mends the clock, which was days ahead.
    at.setUTCDate(18)
    core = open({ trigger, later, now: () => at, secrets })
    core.runs.resumeAll()
    expect(timers.map(({ ms }) => ms)).toEqual([3_600_000])
    timers[0]?.call()
    expect((await until(core, runId, 'succeeded', 'failed')).state).toBe('succeeded')
  })

  test('for a moment: a command that sent the run waits for the end with it', async () => {
    core = open({ trigger: orchestrator([working]), later: (call) => setTimeout(call, 10) })
    await save()
    const runId = await send(core, home, 'sales', destination)
    let said = ''
    const write = (text: string): boolean => {
      said += text
      return true
    }
    const output = openOutput(false, { out: { write }, err: { write } as never })
    expect(await follow(core, output, runId, new AbortController().signal)).toBe(
      exitCodes.succeeded,
    )
    expect(said).toContain('flow: job-1 has finished')
    expect(calls.filter((call) => call.startsWith('asked'))).toHaveLength(2)
  })

  test('a run that rests can be cancelled, and tried again without telling twice', async () => {
    core = open({ trigger: orchestrator([working]) })
    await save()
    const runId = await send(core, home, 'sales', destination)
    await until(core, runId, 'waiting', 'failed')
    await core.runs.cancel(runId)
    const { run } = core.runs.get(runId)
    expect(run.state).toBe('cancelled')
    expect(run.steps.at(-1)?.state).toBe('pending')
    await core.runs.retry(runId)
    expect((await until(core, runId, 'succeeded', 'failed')).state).toBe('succeeded')
    expect(calls.filter((call) => call.startsWith('told'))).toHaveLength(1)
  })

  test('that is told to stop while it is asked stays stopped, also when it answers in good order', async () => {
    const asked = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<TriggerState>()
    const deaf: Trigger = {
      tell: async () => 'job-1',
      ask: () => {
        asked.resolve()
        return answer.promise
      },
    }
    core = open({ trigger: deaf })
    await save()
    const runId = await send(core, home, 'sales', destination)
    await asked.promise
    const cancelled = core.runs.cancel(runId)
    answer.resolve(working)
    await cancelled
    expect(core.runs.get(runId).run.state).toBe('cancelled')
  })

  test('and fails: the run fails with its name, and a retry only asks again', async () => {
    const trigger = orchestrator([{ kind: 'failed', what: 'The job has stopped.' }])
    core = open({ trigger })
    await save()
    const runId = await send(core, home, 'sales', destination)
    const failed = await until(core, runId, 'succeeded', 'failed')
    expect(failed.problem).toMatchObject({ code: 'trigger-failed', connection: 'flow' })
    await core.runs.retry(runId)
    expect((await until(core, runId, 'succeeded')).rows.loaded).toBe(7)
    expect(calls.filter((call) => call.startsWith('told'))).toHaveLength(1)
    expect(calls.filter((call) => call === 'load')).toHaveLength(1)
  })
})

test('what a step has left and cannot be read any more is made again', async () => {
  const upload = gate(scriptedRooms(calls), 'upload')
  core = open({ rooms: upload.rooms })
  const runId = await send(core, home)
  await upload.arrived
  await core.runs.pause(runId)
  db.prepare(
    `UPDATE step SET checkpoint = '{"of":"tomorrow"}' WHERE run_id = ? AND name = 'clean'`,
  ).run(runId)
  upload.open()
  await core.runs.resume(runId)
  expect((await until(core, runId, 'succeeded', 'failed')).rows.clean).toBe(7)
  expect(calls.filter((call) => call === 'clean')).toHaveLength(2)
  expect(calls.filter((call) => call === 'load')).toHaveLength(1)
})

describe('a run that ends its process', () => {
  /** Ends the core in the middle of a step, and leaves the store as a kill would: as it was in the middle. */
  async function killIn(room: 'clean' | 'upload', begin: () => Promise<string>): Promise<string> {
    const held = gate(scriptedRooms(calls), room)
    core = open({ rooms: held.rooms })
    const runId = await begin()
    await held.arrived
    const runs = new RunStore(db)
    const [run, steps] = [runs.get(runId), runs.steps(runId)]
    await core.close()
    if (run === null) throw new Error('no such run')
    runs.change(runId, run, run.updatedAt)
    for (const step of steps) runs.changeStep(runId, step)
    return runId
  }
  const again = async (): Promise<string> => core.runs.resumeAll()[0] ?? 'none'

  test('goes on after the first time, and rests after the second until a person has decided', async () => {
    const runId = await killIn('clean', () => send(core, home))
    expect(await killIn('clean', again)).toBe(runId)
    core = open()
    expect(core.runs.resumeAll()).toEqual([])
    const rests = core.runs.get(runId).run
    expect(rests).toMatchObject({ state: 'paused', problem: { code: 'crashed-before' } })
    expect(calls).toEqual(['fetch', 'read'])
    await core.runs.resume(runId)
    expect((await until(core, runId, 'succeeded', 'failed')).state).toBe('succeeded')
  })

  test('a kill in another step each time is a power cut, not the run', async () => {
    const runId = await killIn('clean', () => send(core, home))
    expect(await killIn('upload', again)).toBe(runId)
    core = open()
    expect(core.runs.resumeAll()).toEqual([runId])
    expect((await until(core, runId, 'succeeded', 'failed')).state).toBe('succeeded')
  })
})
