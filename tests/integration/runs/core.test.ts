/** The use cases over a real database, with rooms that do what the test says. */
import { plainDestination, to } from '../../fixtures/destination.ts'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Core } from '../../../main/runs/core.ts'
import type { Rooms } from '../../../main/runs/ports/rooms.ts'
import { RunStore } from '../../../main/store/runs.ts'
import { needSentence, needsOf } from '../../../shared/domain/runs/need.ts'
import { Problem, type ProblemCode } from '../../../shared/domain/problem.ts'
import type { ChosenRecipe } from '../../../shared/domain/recipe/recipe.ts'
import type { Run, RunState } from '../../../shared/domain/runs/run.ts'
import { testFolder } from '../../fixtures/folder.ts'
import {
  scriptedCore,
  scriptedHome,
  scriptedRooms,
  send as sendTo,
  until as untilState,
} from '../../fixtures/scriptedCore.ts'
import type { ChosenDestination, Column } from '../../../shared/domain/datasets/dataset.ts'
import type { Db } from '../../../main/store/database.ts'
import type { Home } from '../../../main/store/home.ts'

const folder = testFolder()

let home: Home
let db: Db
let calls: string[]
let core: Core
let secrets: Map<string, string>
/** What the storage says of the blob, one answer a question; then what the room has uploaded. */
let etags: (string | null | Problem)[]

const goodRooms = (): Rooms => scriptedRooms(calls)
const open = (rooms: Rooms, now?: () => Date): Core =>
  scriptedCore({ home, db, rooms, secrets, etags, ...(now === undefined ? {} : { now }) })

beforeEach(() => {
  ;({ home, db } = scriptedHome(folder()))
  calls = []
  secrets = new Map()
  etags = []
})
afterEach(async () => {
  await core.close()
  db.close()
})

const send = (destination: ChosenDestination = {}): Promise<string> =>
  sendTo(core, home, 'sales', destination)
const until = (runId: string, ...states: RunState[]): Promise<Run> =>
  untilState(core, runId, ...states)

function failing(rooms: Rooms, room: keyof Rooms, problems: Problem[]): Rooms {
  const good = rooms[room] as (...args: unknown[]) => Promise<unknown>
  return {
    ...rooms,
    [room]: async (...args: unknown[]) => {
      const problem = problems.shift()
      if (problem !== undefined) throw problem
      return good(...args)
    },
  }
}

/** A room that works until it is told to stop. */
function hanging(rooms: Rooms, room: 'upload'): { rooms: Rooms; started: Promise<void> } {
  let begun: () => void
  const started = new Promise<void>((resolve) => (begun = resolve))
  let first = true
  return {
    started,
    rooms: {
      ...rooms,
      [room]: (...args: Parameters<Rooms['upload']>) => {
        if (!first) return rooms.upload(...args)
        first = false
        begun()
        return new Promise((_resolve, reject) => {
          args[1].signal.addEventListener('abort', () => reject(args[1].signal.reason as Error))
        })
      },
    },
  }
}

describe('a run', () => {
  test('whose address was kept until Pallet ended says so, and asks no server with half of it', async () => {
    const locations: string[] = []
    const cut: Rooms['fetch'] = ({ location }) => {
      locations.push(location)
      return Promise.reject(new Problem({ code: 'network', what: 'Cut.' }))
    }
    core = open({ ...goodRooms(), fetch: cut })
    const { source } = await core.sources.open('https://shop.example/sales.csv?sig=secret')
    const { runId } = await core.runs.start({ source, dataset: 'sales', destination: {} })
    await until(runId, 'waiting')
    await core.close()
    expect(new Set(locations)).toEqual(new Set(['https://shop.example/sales.csv?sig=secret']))
    // A computer without a keychain.
    secrets.clear()
    core = open(goodRooms())
    await core.runs.resume(runId)
    const { state, problem } = await until(runId, 'failed', 'succeeded')
    expect({ state, code: problem?.code }).toEqual({ state: 'failed', code: 'source-unreadable' })
    expect(problem?.advice).toContain('with its whole address')
    expect(calls).toEqual([])
  })

  test('sends again what the storage has lost since, before anything is loaded', async () => {
    etags = [null]
    core = open(goodRooms())
    const run = await until(await send(), 'succeeded', 'failed')
    expect(run.state).toBe('succeeded')
    const upload = 'upload connection-string'
    expect(calls).toEqual(['fetch', 'read', 'clean', upload, upload, 'load'])
    const events = core.runs.events(run.id).map(({ message }) => message)
    expect(events.join()).toMatch(
      /does not have pallet\/sales\/[0-9-]{10}\/\S+_sales\.csv any more/,
    )
  })

  test.each([
    ['has another blob there now', '"2"', 1],
    ['does not answer now', new Problem({ code: 'network', what: 'Cut.' }), 0],
  ])('is loaded when the storage %s', async (_, answer, warnings) => {
    etags = [answer]
    core = open(goodRooms())
    const run = await until(await send(), 'succeeded', 'failed')
    expect(run.state).toBe('succeeded')
    expect(calls).toEqual(['fetch', 'read', 'clean', 'upload connection-string', 'load'])
    const warned = core.runs.events(run.id).filter(({ message }) => message.includes('somebody'))
    expect(warned.length).toBe(warnings)
  })

  test('goes down the street once and leaves a receipt that balances', async () => {
    core = open(goodRooms())
    const runId = await send()
    const run = await until(runId, 'succeeded', 'failed')
    expect(run.state).toBe('succeeded')
    expect(calls).toEqual(['fetch', 'read', 'clean', 'upload connection-string', 'load'])
    const { receipt } = core.runs.get(runId)
    expect(receipt.rows).toEqual({ in: 10, clean: 7, quarantined: 2, dropped: 1, loaded: 7 })
    expect(receipt.steps.map((step) => step.state)).toEqual([
      ...Array<string>(5).fill('done'),
      'skipped',
    ])
    expect(receipt.upload).toMatchObject({
      container: 'pallet',
      blob: expect.stringMatching(/^sales\/[0-9-]{10}\/\S+_sales\.csv$/) as unknown,
    })
    // What is done with is not kept; what was held back is.
    expect(existsSync(join(home.runFolder(runId), 'source'))).toBe(false)
    expect(core.datasets.list()[0]?.destination).toMatchObject({ warehouse: { table: 'sales' } })
  })

  test('took as long as it took, also when the clock of the computer is set back meanwhile', async () => {
    let at = Date.UTC(2026, 10, 20)
    core = open(goodRooms(), () => new Date((at -= 60_000)))
    const runId = await send()
    await until(runId, 'succeeded', 'failed')
    const { steps } = core.runs.get(runId).receipt
    expect(steps.filter(({ ms }) => ms !== null && ms < 0)).toEqual([])
  })

  test('whose account does not balance is no success', async () => {
    const rooms = goodRooms()
    core = open({
      ...rooms,
      load: async () => ({ rows: 6, tableRows: 6, removed: 0, already: false }),
    })
    const run = await until(await send(), 'succeeded', 'failed')
    expect(run.state).toBe('failed')
    expect(run.problem?.code).toBe('account-unbalanced')
    expect(run.problem?.what).toContain('7 clean rows were sent')
  })

  test.each([
    ['the reader', 'read' as const, { records: 11 }],
    ['the cleaner', 'clean' as const, { clean: 6 }],
  ])('of which %s loses a row ends before anything leaves', async (_who, room, change) => {
    const rooms = goodRooms()
    const good = rooms[room] as (...args: unknown[]) => Promise<object>
    core = open({
      ...rooms,
      [room]: async (...args: unknown[]) => ({ ...(await good(...args)), ...change }),
    })
    const run = await until(await send(), 'succeeded', 'failed')
    expect(run).toMatchObject({ state: 'failed', problem: { code: 'account-unbalanced' } })
    expect(calls).not.toContain('upload connection-string')
    expect(calls).not.toContain('load')
  })

  test('of whose rows others have taken some at once is a success, for the ledger says who', async () => {
    const rooms = goodRooms()
    core = open({
      ...rooms,
      tableTotals: async (...args) => {
        const { totals, deliveries } = await rooms.tableTotals(...args)
        const later = deliveries.map((one) => ({
          ...one,
          runId: 'of another computer',
          took: [{ runId: one.runId, rows: 2 }],
        }))
        return { totals: { ...totals, rows: 5 }, deliveries: [...deliveries, ...later] }
      },
    })
    const runId = await send()
    expect(await until(runId, 'succeeded', 'failed')).toMatchObject({ state: 'succeeded' })
    expect(core.runs.get(runId).receipt.load?.totals).toBeNull()
  })

  test('whose rows are gone from the table, and nobody knows why, is no success', async () => {
    const rooms = goodRooms()
    core = open({
      ...rooms,
      tableTotals: async (...args) => {
        const { totals, deliveries } = await rooms.tableTotals(...args)
        return { totals: { ...totals, rows: 5 }, deliveries }
      },
    })
    const { state, problem } = await until(await send(), 'succeeded', 'failed')
    expect(state).toBe('failed')
    expect(problem).toMatchObject({ code: 'account-unbalanced' })
    expect(problem?.what).toContain('has 5 rows of this run, where the ledger says 7')
  })

  test('with too many held-back rows stops before anything is uploaded', async () => {
    const rooms = goodRooms()
    core = open({
      ...rooms,
      clean: async (...args) => ({ ...(await rooms.clean(...args)), clean: 2, quarantined: 6 }),
    })
    const run = await until(await send(), 'succeeded', 'failed', 'stopped')
    expect(run.state).toBe('stopped')
    expect(run.problem?.what).toContain('7 rows of 10 records')
    expect(calls).not.toContain('upload connection-string')
  })

  test('waits for the network and tells when it tries again', async () => {
    const lost = new Problem({ code: 'network', what: 'The storage cannot be reached.' })
    core = open(failing(goodRooms(), 'upload', [lost]))
    const runId = await send()
    const waiting = await until(runId, 'waiting', 'failed', 'succeeded')
    expect(waiting.state).toBe('waiting')
    expect(Date.parse(waiting.retryAt ?? '')).toBeGreaterThan(Date.now())
    await core.runs.resume(runId)
    await until(runId, 'succeeded')
    expect(calls).toEqual(['fetch', 'read', 'clean', 'upload connection-string', 'load'])
  })

  test('that waits for the network goes on by itself', async () => {
    const lost = new Problem({ code: 'network', what: 'The storage cannot be reached.' })
    core = open(failing(goodRooms(), 'upload', [lost]))
    const runId = await send()
    const waiting = await until(runId, 'waiting')
    await until(runId, 'succeeded')
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(waiting.retryAt ?? ''))
    expect(calls).toEqual(['fetch', 'read', 'clean', 'upload connection-string', 'load'])
  })

  test('waits for a person when the credential is refused, and goes on with the new one', async () => {
    const refused = new Problem({ code: 'credential-rejected', what: 'The key was refused.' })
    core = open(failing(goodRooms(), 'upload', [refused]))
    await core.connections.save({
      name: 'azure',
      settings: { kind: 'sas-url' },
      container: 'exports',
      secrets: { sasUrl: 'https://old' },
    })
    const file = join(home.folder, 'sales.csv')
    writeFileSync(file, 'id\n1\n')
    const { source } = await core.sources.open(file)
    const { runId } = await core.runs.start({
      source,
      dataset: 'sales',
      destination: to({ connection: 'azure' }),
    })
    const waiting = await until(runId, 'waiting', 'failed')
    expect(waiting).toMatchObject({ state: 'waiting', retryAt: null })
    await core.connections.save({
      name: 'azure',
      settings: { kind: 'sas-url' },
      container: 'exports',
      secrets: { sasUrl: 'https://new' },
    })
    await until(runId, 'succeeded')
    expect(calls.at(-2)).toBe('upload sas-url')
    expect(JSON.stringify(await core.connections.list())).not.toContain('https://new')
  })

  test('paused in a step goes on without repeating the steps before', async () => {
    const slow = hanging(goodRooms(), 'upload')
    core = open(slow.rooms)
    const runId = await send()
    await slow.started
    await core.runs.pause(runId)
    expect(core.runs.get(runId).run.state).toBe('paused')
    await core.runs.resume(runId)
    await until(runId, 'succeeded')
    expect(calls).toEqual(['fetch', 'read', 'clean', 'upload connection-string', 'load'])
  })

  test('cancelled is over, can be tried again, and can be discarded', async () => {
    const slow = hanging(goodRooms(), 'upload')
    core = open(slow.rooms)
    const runId = await send()
    await slow.started
    await core.runs.cancel(runId)
    expect(core.runs.get(runId).run.state).toBe('cancelled')
    await expect(core.runs.pause(runId)).rejects.toThrow('cannot be told to pause')
    const other = await send()
    await until(other, 'succeeded')
    const discarded = core.runs.discard(runId)
    // From here on a kill leaves nothing in the spool; what is left elsewhere goes with the next start.
    expect(existsSync(home.runFolder(runId))).toBe(false)
    await discarded
    expect(core.runs.list({ limit: 10 }).map((run) => run.id)).toEqual([other])
    expect(readdirSync(home.incoming)).toEqual([])
  })

  test('cut off by the end of the process continues with the next one', async () => {
    const slow = hanging(goodRooms(), 'upload')
    core = open(slow.rooms)
    const runId = await send()
    await slow.started
    await core.close()
    core = open(goodRooms())
    expect(core.runs.resumeAll()).toEqual([runId])
    await until(runId, 'succeeded')
    expect(calls).toEqual(['fetch', 'read', 'clean', 'upload connection-string', 'load'])
  })

  test('whose spool file is gone makes it again instead of failing', async () => {
    const slow = hanging(goodRooms(), 'upload')
    core = open(slow.rooms)
    const runId = await send()
    await slow.started
    await core.close()
    await rm(home.runFolder(runId), { recursive: true })
    core = open(goodRooms())
    core.runs.resumeAll()
    await until(runId, 'succeeded')
    expect(calls.filter((call) => call === 'fetch')).toHaveLength(2)
  })

  test('whose cleaned file was damaged meanwhile makes it again before it is sent', async () => {
    const slow = hanging(goodRooms(), 'upload')
    core = open(slow.rooms)
    const runId = await send()
    await slow.started
    await core.close()
    writeFileSync(join(home.runFolder(runId), 'output.csv'), 'out')
    core = open(goodRooms())
    core.runs.resumeAll()
    await until(runId, 'succeeded')
    expect(calls.filter((call) => call === 'clean')).toHaveLength(2)
  })

  test('does not stand in the way of the next one while it waits', async () => {
    const lost = new Problem({ code: 'network', what: 'The storage cannot be reached.' })
    core = open(failing(goodRooms(), 'upload', [lost]))
    const first = await send()
    await until(first, 'waiting')
    await until(await send(), 'succeeded')
    expect(core.runs.get(first).run.state).toBe('waiting')
    expect(core.runs.list({ states: ['waiting'], limit: 10 })).toHaveLength(1)
    expect(core.runs.list({ search: 'SALES', limit: 10 })).toHaveLength(2)
    expect(core.runs.list({ search: '%', limit: 10 })).toHaveLength(0)
  })
})

describe('a connection whose credential is refused', () => {
  const refused = (code: ProblemCode) => new Problem({ code, what: 'The key was refused.' })
  const save = (sasUrl: string) =>
    core.connections.save({
      name: 'azure',
      settings: { kind: 'sas-url' },
      container: 'exports',
      secrets: { sasUrl },
    })
  const sendTo = async (destination: Parameters<typeof to>[0] = {}) =>
    send(to({ connection: 'azure', ...destination }))
  const tries = () => calls.filter((call) => call.startsWith('upload')).length

  /** An upload that is refused until it comes with this secret; every try counts. */
  function accountOf(secret: string, code: ProblemCode = 'credential-rejected'): Rooms {
    const rooms = goodRooms()
    return {
      ...rooms,
      upload: async (input, control) => {
        const output = await rooms.upload(input, control)
        if (input.access.kind === 'sas-url' && input.access.url !== secret) throw refused(code)
        return output
      },
    }
  }
  const needs = () => needsOf(core.runs.list({ limit: 100 }))

  test('is tried once, its runs wait together, and a new credential continues them all', async () => {
    core = open(accountOf('https://new'))
    await save('https://old')
    const runIds = [await sendTo(), await sendTo(), await sendTo({ container: 'other' })]
    for (const runId of runIds) {
      const { problem, retryAt, steps } = await until(runId, 'waiting')
      expect({ code: problem?.code, retryAt }).toEqual({
        code: 'credential-rejected',
        retryAt: null,
      })
      // What needs no account is done.
      expect(steps.map(({ state }) => state).slice(2, 4)).toEqual(['done', 'waiting'])
    }
    expect(tries()).toBe(1)
    expect(needs().map(({ runs }) => runs.map(({ id }) => id))).toEqual([runIds])
    expect(needs().map(needSentence)).toEqual([
      'The connection “azure” needs a new credential; 3 runs wait for it.',
    ])
    // Other connections are none of its business.
    await until(await send(), 'succeeded')

    // One run finds out that the second credential is no better; it asks again, once.
    await save('https://also-old')
    for (const runId of runIds) await until(runId, 'running', 'queued', 'waiting')
    for (const runId of runIds) await until(runId, 'waiting')
    expect(tries()).toBe(3)
    await save('https://new')
    for (const runId of runIds) await until(runId, 'succeeded')
    expect(tries()).toBe(6)
    expect(calls.filter((call) => call === 'clean')).toHaveLength(4)
    expect(needs()).toEqual([])
    const diary = core.runs.events(runIds[2] ?? '').map(({ message }) => message)
    expect(diary).toContain(
      'Waits with the other runs for the connection azure: The key was refused.',
    )
  })

  test('for one container only stops the runs into that container', async () => {
    core = open(accountOf('https://new', 'permission-denied'))
    await save('https://old')
    const first = await sendTo()
    const same = await sendTo()
    const other = await sendTo({ container: 'other' })
    for (const runId of [first, same, other]) await until(runId, 'waiting')
    expect(tries()).toBe(2)
    expect(needs().map(needSentence)).toEqual([
      'The connection “azure” needs more rights; 3 runs wait for them.',
    ])
  })

  test('is tried again when a person goes on with one of its runs', async () => {
    const problems = [refused('clock-skew')]
    core = open(failing(goodRooms(), 'upload', problems))
    await save('https://old')
    const runIds = [await sendTo(), await sendTo()]
    for (const runId of runIds) await until(runId, 'waiting')
    await core.runs.resume(runIds[1] ?? '')
    for (const runId of runIds) await until(runId, 'succeeded')
  })

  test('is tried again when a test of it goes well', async () => {
    core = open(failing(goodRooms(), 'upload', [refused('permission-denied')]))
    await save('https://old')
    const runIds = [await sendTo(), await sendTo()]
    for (const runId of runIds) await until(runId, 'waiting')
    await core.connections.test('azure', AbortSignal.timeout(600_000))
    for (const runId of runIds) await until(runId, 'succeeded')
  })

  test('is tried again when the runs that were refused have been given up', async () => {
    core = open(failing(goodRooms(), 'upload', [refused('credential-expired')]))
    await save('https://old')
    const first = await sendTo()
    await until(first, 'waiting')
    await core.runs.cancel(first)
    await until(await sendTo(), 'succeeded')
  })

  test('is tried again by the next start, by one run', async () => {
    core = open(accountOf('https://new'))
    await save('https://old')
    const runIds = [await sendTo(), await sendTo()]
    for (const runId of runIds) await until(runId, 'waiting')
    await core.close()
    core = open(accountOf('https://new'))
    expect(core.runs.resumeAll()).toEqual(runIds)
    await until(runIds[0] ?? '', 'running')
    for (const runId of runIds) await until(runId, 'waiting')
    expect(tries()).toBe(2)
  })

  test('while the new one is saved: the run that had the old one tries again at once', async () => {
    const rooms = goodRooms()
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
    const { promise: saved, resolve: go } = Promise.withResolvers<void>()
    core = open({
      ...rooms,
      upload: async (input, control) => {
        const output = await rooms.upload(input, control)
        if (input.access.kind === 'sas-url' && input.access.url === 'https://new') return output
        ask()
        await saved
        throw refused('credential-expired')
      },
    })
    await save('https://old')
    const runId = await sendTo()
    await asked
    await save('https://new')
    go()
    expect((await until(runId, 'succeeded', 'waiting')).state).toBe('succeeded')
  })
})

describe('at the same moment', () => {
  /** An upload that reports, and that needs a while to stop after it was told to. */
  function slowToStop(rooms: Rooms): { rooms: Rooms; started: Promise<void>; stop: () => void } {
    const { promise: started, resolve: begin } = Promise.withResolvers<void>()
    const { promise: stopped, resolve: stop } = Promise.withResolvers<void>()
    let first = true
    return {
      started,
      stop,
      rooms: {
        ...rooms,
        upload: async (input, control) => {
          if (!first) return rooms.upload(input, control)
          first = false
          control.report({ bytesDone: 4, bytesTotal: 6, bytesSent: 4, phase: 'staging' })
          begin()
          await stopped
          control.signal.throwIfAborted()
          return rooms.upload(input, control)
        },
      },
    }
  }

  test('cancelled and closed: it does not come back with the next start', async () => {
    const slow = slowToStop(goodRooms())
    core = open(slow.rooms)
    const runId = await send()
    await slow.started
    const cancelled = core.runs.cancel(runId)
    const closed = core.close()
    slow.stop()
    await Promise.all([cancelled, closed])
    core = open(goodRooms())
    expect(core.runs.get(runId).run.state).toBe('cancelled')
    expect(core.runs.resumeAll()).toEqual([])
  })

  test('cancelled and paused: it is over', async () => {
    const slow = slowToStop(goodRooms())
    core = open(slow.rooms)
    const runId = await send()
    await slow.started
    const both = Promise.all([core.runs.cancel(runId), core.runs.pause(runId)])
    slow.stop()
    await both
    expect(core.runs.get(runId).run.state).toBe('cancelled')
  })

  test('paused while its last step ends: it has succeeded', async () => {
    const load = Promise.withResolvers<void>()
    const rooms: Rooms = {
      ...goodRooms(),
      load: async () => {
        load.resolve()
        await new Promise<void>((resolve) => setImmediate(resolve))
        return { rows: 7, tableRows: 7, removed: 0, already: false }
      },
    }
    core = open(rooms)
    const runId = await send()
    await load.promise
    await core.runs.pause(runId)
    const { state } = core.runs.get(runId).run
    expect(['succeeded', 'paused']).toContain(state)
    if (state === 'paused') await core.runs.resume(runId)
    await until(runId, 'succeeded')
  })

  test('cancelled while it waits in line: it never starts', async () => {
    const slow = slowToStop(goodRooms())
    core = open(slow.rooms)
    const first = await send()
    const second = await send()
    await slow.started
    await core.runs.cancel(second)
    slow.stop()
    await until(first, 'succeeded')
    expect(core.runs.get(second).run.state).toBe('cancelled')
    expect(calls.filter((call) => call === 'fetch')).toHaveLength(1)
  })

  test('discarded in one window and retried in another: it is gone, and the next one runs', async () => {
    const slow = hanging(goodRooms(), 'upload')
    core = open(slow.rooms)
    const runId = await send()
    await slow.started
    await core.runs.cancel(runId)
    const discarded = core.runs.discard(runId)
    await expect(core.runs.retry(runId)).rejects.toMatchObject({ data: { code: 'not-found' } })
    await discarded
    expect(existsSync(home.runFolder(runId))).toBe(false)
    await until(await send(), 'succeeded')
  })
})

describe('a run that rests', () => {
  test.each(['paused', 'waiting'] as const)('%s keeps how far it had come', async (state) => {
    const rooms = goodRooms()
    const { promise: started, resolve: begin } = Promise.withResolvers<void>()
    core = open({
      ...rooms,
      upload: async (_input, control) => {
        control.report({ bytesDone: 4, bytesTotal: 6, bytesSent: 4, phase: 'staging' })
        begin()
        if (state === 'waiting') throw new Problem({ code: 'network', what: 'No line.' })
        return new Promise((_resolve, reject) => {
          control.signal.addEventListener('abort', () => reject(control.signal.reason as Error))
        })
      },
    })
    const runId = await send()
    await started
    if (state === 'paused') await core.runs.pause(runId)
    const run = await until(runId, state)
    expect(run.steps.find((step) => step.name === 'upload')).toMatchObject({
      state: 'waiting',
      progress: { bytesDone: 4, bytesTotal: 6, bytesPerSecond: null, secondsLeft: null },
    })
  })
})

describe('a list of runs that cannot be written', () => {
  test('is told to whoever watches, ends nothing, and the next start goes on', async () => {
    const rooms = goodRooms()
    core = open({
      ...rooms,
      upload: async (...args) => {
        db.pragma('query_only = ON')
        return rooms.upload(...args)
      },
    })
    const runId = await send()
    await expect(until(runId, 'succeeded', 'failed', 'waiting')).rejects.toBeInstanceOf(Problem)
    await core.close()
    db.pragma('query_only = OFF')
    core = open(goodRooms())
    expect(core.runs.resumeAll()).toEqual([runId])
    await until(runId, 'succeeded')
  })

  test('because its disk is full makes the run wait', () => {
    core = open(goodRooms())
    const runs = new RunStore(db)
    const pages = Number(db.pragma('page_count', { simple: true }))
    db.pragma(`max_page_count = ${pages}`)
    runs.create({
      id: 'r',
      dataset: 'sales',
      plan: {
        source: { kind: 'file', path: '/s', name: 's', bytes: null, sha256: null },
        location: '/s',
        destination: plainDestination,
        reading: null,
        columns: null,
      },
      at: '2026-11-20T00:00:00.000Z',
    })
    const message = 'x'.repeat(100_000)
    let thrown: unknown = null
    try {
      runs.log('r', { at: '', level: 'info', message })
    } catch (error) {
      thrown = error
    }
    expect(Problem.from(thrown).code).toBe('disk-full')
  })
})

describe('a source', () => {
  test('dropped in the browser arrives in pieces and becomes the run’s own', async () => {
    core = open(goodRooms())
    const { source } = core.sources.announce('../../etc/sales.csv', 6)
    await core.sources.receive(
      source,
      (async function* () {
        yield Buffer.from('abc')
        yield Buffer.from('def')
      })(),
      AbortSignal.timeout(600_000),
    )
    const { runId } = await core.runs.start({ source, dataset: 'sales', destination: {} })
    const run = await until(runId, 'succeeded')
    expect(run.source).toMatchObject({ name: 'sales.csv', path: 'sales.csv' })
    expect(readdirSync(home.incoming)).toEqual([])
  })

  test('that was received is the run’s as soon as it is in the list, whenever the process ends', async () => {
    core = open(failing(goodRooms(), 'fetch', [new Problem({ code: 'network', what: 'Cut.' })]))
    const { source } = core.sources.announce('sales.csv', null)
    const bytes = (async function* () {
      yield Buffer.from('id')
    })()
    await core.sources.receive(source, bytes, AbortSignal.timeout(600_000))
    db.exec(`CREATE TRIGGER full BEFORE INSERT ON run BEGIN SELECT raise(ABORT, 'no room'); END`)
    const start = () => core.runs.start({ source, dataset: 'sales', destination: {} })
    await expect(start()).rejects.toThrow()
    expect(readdirSync(home.spool)).toEqual([])
    // It can be sent once there is room; the next start leaves it alone, and goes on.
    db.exec('DROP TRIGGER full')
    const { runId } = await start()
    await until(runId, 'waiting')
    await core.close()
    core = open(goodRooms())
    writeFileSync(join(home.incoming, 'of-nobody'), '')
    await core.sources.clear()
    expect(readdirSync(home.incoming)).toHaveLength(1)
    await core.runs.resume(runId)
    expect((await until(runId, 'succeeded', 'failed')).problem).toBe(null)
    expect(readdirSync(home.incoming)).toEqual([])
  })

  test('of a run that was stopped can be chosen again with what was chosen, also once the run is gone', async () => {
    const tooMany = new Problem({ code: 'limit-exceeded', what: 'Too many.' })
    core = open(failing(goodRooms(), 'clean', [tooMany, tooMany]))
    const { source } = core.sources.announce('sales.csv', null)
    const limit = AbortSignal.timeout(600_000)
    const bytes = Readable.from([Buffer.from('id\n1\n')])
    await core.sources.receive(source, bytes, limit)
    const columns: Column[] = [{ name: 'id', label: 'id', type: 'integer' }]
    const recipe: ChosenRecipe = { steps: [{ kind: 'trim', columns: ['id'] }], keep: false }
    const stopped = async (from: string) => {
      const chosen = { dataset: 'sales', columns, recipe, destination: {} }
      const { runId } = await core.runs.start({ source: from, ...chosen })
      await until(runId, 'stopped')
      return runId
    }
    const first = await stopped(source)
    const again = await core.runs.chooseAgain(first)
    expect(again).toMatchObject({ name: 'sales.csv', bytes: 6, reading: null, columns, recipe })
    expect(await core.sources.whole(again.source, limit)).toMatch(/incoming/)
    await core.runs.discard(first)
    const runId = await stopped(again.source)
    rmSync(join(home.runFolder(runId), 'source'))
    await expect(core.runs.chooseAgain(runId)).rejects.toMatchObject({
      data: { code: 'source-missing' },
    })

    // A file that lies here is the one that is there now.
    const file = join(home.folder, 'till.csv')
    writeFileSync(file, 'id\n')
    const opened = await core.sources.open(file)
    const { runId: second } = await core.runs.start({
      source: opened.source,
      dataset: 'till',
      destination: {},
    })
    await until(second, 'succeeded')
    writeFileSync(file, 'id\n1\n')
    expect(await core.runs.chooseAgain(second)).toMatchObject({ name: 'till.csv', bytes: 5 })
  })

  test.runIf(process.platform !== 'win32')(
    'that is a device or a pipe (which Windows has not) is not opened',
    async () => {
      core = open(goodRooms())
      const pipe = join(home.folder, 'sales.csv')
      spawnSync('mkfifo', [pipe])
      for (const path of ['/dev/zero', pipe])
        await expect(core.sources.open(path)).rejects.toMatchObject({
          data: { code: 'source-unreadable' },
        })
      // A file that became a pipe after it was chosen would hold the preview for ever.
      await rm(pipe)
      writeFileSync(pipe, 'id\n')
      const { source } = await core.sources.open(pipe)
      await rm(pipe)
      spawnSync('mkfifo', [pipe])
      await expect(
        core.sources.preview({ source, rows: 5 }, AbortSignal.timeout(600_000)),
      ).rejects.toMatchObject({ data: { code: 'source-unreadable' } })
    },
  )

  test('whose address is badly encoded has a name all the same', async () => {
    core = open(goodRooms())
    expect((await core.sources.open('http://127.0.0.1:9/100%.csv')).name).toBe('100%.csv')
  })

  test('longer or shorter than announced is refused and nothing is kept', async () => {
    core = open(goodRooms())
    for (const text of ['abc', 'abcdefghi']) {
      const { source } = core.sources.announce('sales.csv', 6)
      const body = (async function* () {
        yield Buffer.from(text)
      })()
      await expect(
        core.sources.receive(source, body, AbortSignal.timeout(600_000)),
      ).rejects.toMatchObject({ data: { code: 'source-truncated' } })
      expect(existsSync(join(home.incoming, source))).toBe(false)
    }
  })

  test('the query of an address goes to the vault, never to the database', async () => {
    const rooms = goodRooms()
    const asked: string[] = []
    core = open({
      ...rooms,
      fetch: async (input, control) => {
        asked.push(input.location)
        return rooms.fetch(input, control)
      },
    })
    const { source } = await core.sources.open('https://shop.example/sales.csv?sig=geheim')
    const { runId } = await core.runs.start({ source, dataset: 'sales', destination: {} })
    const run = await until(runId, 'succeeded')
    expect(run.source.path).toBe('https://shop.example/sales.csv')
    expect(asked.at(-1)).toBe('https://shop.example/sales.csv?sig=geheim')
    const stored = JSON.stringify(db.prepare('SELECT * FROM run').all())
    expect(stored).toContain('shop.example')
    expect(stored).not.toContain('geheim')
    expect(secrets.size).toBe(0)
  })
})
