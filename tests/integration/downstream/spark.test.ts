/** Jobs of Spark: what they are given, that each starts once, and what is believed of them. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { EventLog } from '../../../main/downstream/spark/events.ts'
import { confIn } from '../../../main/downstream/spark/way.ts'
import { spark } from '../../../main/downstream/spark/system.ts'
import type { Landed, Trigger, TriggerState } from '../../../main/runs/ports/triggers.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { OpenConnection } from '../../../shared/systems/record.ts'
import { landed } from '../../fixtures/airflowStories.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type LivyServer, eventsOf, livyServer, submitScript } from '../../fixtures/sparkStandIn.ts'

const folder = testFolder()
const soon = (): AbortSignal => AbortSignal.timeout(10_000)
/** As `landed` has it, whose reading held nothing back. */
const counted = { read: 8, delivered: 7, held: 1, at: 'file:///rows' }
const of = (job: string, more: Partial<Landed> = {}): Landed => ({
  ...landed('r1', job),
  parameters: {},
  handOver: () => Promise.resolve(8),
  ...more,
})

let livy: LivyServer | null = null
afterEach(async () => {
  await livy?.close()
  livy = null
})

function triggerOf(connection: OpenConnection): Trigger {
  const trigger = spark({ PATH: process.env['PATH'] }).trigger?.(connection)
  if (trigger === undefined) throw new Error('Spark is told.')
  return trigger
}
/** A spark-submit that ends so. */
function submitting(ends: { code?: number; result?: object } = {}) {
  const at = folder()
  const command = submitScript(at, { code: 0, result: counted, ...ends })
  const connection: OpenConnection = {
    name: 'lake',
    settings: {
      kind: 'spark-submit',
      master: 'local[2]',
      folder: join(at, 'runs'),
      command,
      conf: 'spark.executor.memory=4g\n',
    },
    secrets: {},
  }
  const starts = (): number =>
    existsSync(join(at, 'starts'))
      ? readFileSync(join(at, 'starts'), 'utf8').split('\n').length - 1
      : 0
  const own = (told: string): string => join(at, 'runs', told.slice(told.lastIndexOf('/') + 1))
  return { at, connection, starts, own }
}
/** The first state that is an end, or one that says so. */
async function stateOf(
  trigger: Trigger,
  told: string,
  is = (state: TriggerState): boolean => state.kind !== 'working',
): Promise<TriggerState> {
  const signal = soon()
  for (;;) {
    const state = await trigger.ask(told, signal)
    if (is(state)) return state
    signal.throwIfAborted()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
const problemOf = async (work: Promise<unknown>): Promise<Problem> => {
  try {
    await work
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('It has not failed.')
}

test('a script gets its parameters, and what it says of the rows comes back', async () => {
  const { at, connection, starts } = submitting({ result: { read: 3, at: 'shop.sales' } })
  const trigger = triggerOf(connection)
  const parameters = { table: 'my sales', n: 7 }
  const told = await trigger.tell(of('/jobs/load.py', { parameters }), soon())
  expect(told).toMatch(/^\/jobs\/load\.py\/pallet-r1-[0-9a-f]{8}$/)
  expect(await stateOf(trigger, told)).toEqual({
    kind: 'done',
    brought: { read: 3, delivered: null, held: null, at: 'shop.sales' },
  })
  const given = readFileSync(join(at, 'arguments'), 'utf8').trim().split('\n')
  expect(given.slice(-5)).toEqual(['/jobs/load.py', '--table', 'my sales', '--n', '7'])
  expect(given).toContain('spark.executor.memory=4g')
  expect(given).toContain('spark.pallet.run=r1')
  // Whoever is told again starts nothing.
  expect(await triggerOf(connection).tell(of('/jobs/load.py', { parameters }), soon())).toBe(told)
  expect(starts()).toBe(1)
})

test('two that tell at the same time start one job', async () => {
  const { connection, starts } = submitting()
  const all = await Promise.all(
    Array.from({ length: 6 }, () => triggerOf(connection).tell(of('recipe'), soon())),
  )
  expect(new Set(all).size).toBe(1)
  expect(await stateOf(triggerOf(connection), all[0] ?? '')).toMatchObject({ kind: 'done' })
  expect(starts()).toBe(1)
})

test('what was asked for and not started is started by whoever asks', async () => {
  const { connection, starts, own } = submitting()
  const trigger = triggerOf(connection)
  const told = await trigger.tell(of('recipe'), soon())
  await stateOf(trigger, told)
  // As a Pallet leaves it that was killed between the two.
  rmSync(join(own(told), '1'), { recursive: true })
  expect(await stateOf(trigger, told)).toMatchObject({ kind: 'done' })
  expect(starts()).toBe(2)
  // A share that is away says nothing of what was started.
  rmSync(own(told), { recursive: true })
  const begunAt = new Date().toISOString()
  const again = await problemOf(trigger.tell(of('recipe', { begunAt }), soon()))
  expect(again).toMatchObject({ code: 'network' })
  expect(await problemOf(trigger.ask(told, soon()))).toMatchObject({ code: 'network' })
  expect(starts()).toBe(2)
})

test('its progress, and its end when somebody asks for it', async () => {
  const { at, connection, own } = submitting()
  writeFileSync(join(at, 'hold'), '')
  const trigger = triggerOf(connection)
  const told = await trigger.tell(of('recipe'), soon())
  const works = await stateOf(
    trigger,
    told,
    (one) => one.kind === 'working' && one.parts?.length === 2,
  )
  expect(works).toEqual({
    kind: 'working',
    doing: 'The recipe runs in Spark, 1 of 2 jobs done: writes the rows, 1 of 3 tasks',
    parts: [
      { name: 'cleans the records', state: 'done', tries: 1 },
      { name: 'writes the rows', state: 'works', tries: 1 },
    ],
  })
  await trigger.cancel?.(told, soon())
  expect(await stateOf(trigger, told)).toMatchObject({
    kind: 'failed',
    what: 'The recipe was ended by Pallet, as somebody has asked.',
  })
  expect(readFileSync(join(own(told), '1', 'exit'), 'utf8')).toBe('143\n')
  rmSync(join(at, 'hold'))
})

test('a failure says what the log says last, and is run again when a person has it so', async () => {
  const { connection, starts, at } = submitting({ code: 1 })
  const trigger = triggerOf(connection)
  const told = await trigger.tell(of('/jobs/load.py'), soon())
  const failed = await stateOf(trigger, told)
  expect(failed).toMatchObject({
    kind: 'failed',
    what: '“load.py” failed after 1 try, saying “ValueError: no rows in it”.',
    parts: [{ state: 'failed', tries: 1, said: 'ValueError: no rows in it' }],
  })
  submitScript(at, { code: 0, result: counted })
  expect(await trigger.ask(told, soon())).toEqual(failed)
  await trigger.again?.(told, soon())
  expect(await stateOf(trigger, told)).toMatchObject({ kind: 'done' })
  expect(starts()).toBe(2)
  // What has come to a good end is not begun again.
  await trigger.again?.(told, soon())
  expect(await stateOf(trigger, told)).toMatchObject({ kind: 'done' })
  expect(starts()).toBe(2)
})

test('the recipe is done only where Spark has counted what was counted here', async () => {
  for (const [result, said] of [
    [
      { ...counted, delivered: 6 },
      'Spark says that 6 of the rows were delivered, and this computer has counted 7.',
    ],
    [{ ...counted, read: null }, 'Spark says that nothing of the rows were read'],
    [
      { problem: 'Nothing can be taken: more than 5 % of the records are held back.' },
      'Nothing can be taken',
    ],
  ] as const) {
    const { connection } = submitting({ result })
    const trigger = triggerOf(connection)
    const told = await trigger.tell(of('recipe'), soon())
    const state = await stateOf(trigger, told)
    expect(state).toMatchObject({ kind: 'failed', what: expect.stringContaining(said) })
  }
})

test('a job that was ended from outside is no success, unless the recipe has said its counts', async () => {
  const { connection, own, starts } = submitting()
  const trigger = triggerOf(connection)
  const recipe = await trigger.tell(of('recipe'), soon())
  const script = await trigger.tell(of('/jobs/load.py'), soon())
  for (const told of [recipe, script]) {
    await stateOf(trigger, told)
    // As after a power cut: the number belongs to somebody else by now.
    rmSync(join(own(told), '1', 'exit'))
    writeFileSync(join(own(told), '1', 'pid'), `${process.pid}\n`)
  }
  expect(await trigger.ask(recipe, soon())).toMatchObject({ kind: 'done' })
  expect(await trigger.ask(script, soon())).toMatchObject({
    kind: 'failed',
    what: expect.stringContaining('nobody knows how'),
  })
  rmSync(join(own(recipe), '1', 'result.json'))
  expect(await trigger.ask(recipe, soon())).toMatchObject({ kind: 'failed' })
  expect(starts()).toBe(2)
})

test('what cannot be is said before anything is started', async () => {
  const { at: folderOfAll, connection, starts } = submitting()
  const trigger = triggerOf(connection)
  const tell = (job: string, more: Partial<Landed> = {}): Promise<Problem> =>
    problemOf(trigger.tell(of(job, more), soon()))
  expect((await tell('load')).data.what).toBe('“load” is no job of Spark.')
  expect((await tell('recipe', { parameters: { day: 'x' } })).data.what).toContain(
    'no parameter day',
  )
  const unlike = new Problem({ code: 'usage', what: 'Step 1 cannot be done in Spark.' })
  const refused = await tell('recipe', { handOver: () => Promise.reject(unlike) })
  expect(refused).toMatchObject({ code: 'trigger-failed', data: { what: unlike.data.what } })
  const { settings } = connection
  const at = (more: object): Promise<Problem> =>
    problemOf(
      triggerOf({ ...connection, settings: { ...settings, ...more } }).tell(of('/a.py'), soon()),
    )
  expect((await at({ command: '/nowhere/spark-submit' })).data.what).toContain(
    '/nowhere/spark-submit',
  )
  expect((await at({ folder: join(folderOfAll, 'events', 'x') })).data.what).toContain('events/x')
  expect(starts()).toBe(0)
  for (const [line, said] of [
    ['spark.hadoop.fs.azure.account.key.x.password=1', 'may be a secret'],
    ['spark.eventLog.dir=file:///x', 'is set by Pallet'],
    ['memory=4g', 'is no setting of Spark'],
  ] as const)
    expect(() => confIn(line, 'lake'), line).toThrow(said)
  expect(confIn(' spark.a = b=c \n\n', 'lake')).toEqual({ 'spark.a': 'b=c' })
})

test('an event log of any size and in any pieces', async () => {
  const at = join(folder(), 'events')
  const log = new EventLog(at)
  expect(await log.read()).toBe(false)
  mkdirSync(at)
  const file = join(at, 'local-1.inprogress')
  const bytes = Buffer.from(`${eventsOf().join('\n')}\n${'x'.repeat(17 * 1024 * 1024)}\n`)
  let written = 0
  for (const end of [10, 300, 301, 2_000_000, bytes.length]) {
    writeFileSync(file, bytes.subarray(written, end), { flag: 'a' })
    written = end
    expect(await log.read()).toBe(true)
  }
  const end = { Event: 'SparkListenerJobEnd', 'Job ID': 1, 'Job Result': { Result: 'JobFailed' } }
  writeFileSync(file, `${JSON.stringify(end)}\n`, { flag: 'a' })
  await log.read()
  expect(log.parts()).toEqual([
    { name: 'cleans the records', state: 'done', tries: 1 },
    { name: 'writes the rows', state: 'failed', tries: 1 },
  ])
})

const atLivy = (server: LivyServer, more: object = {}): OpenConnection => ({
  name: 'livy',
  settings: { kind: 'spark-livy', url: server.url, folder: folder(), ...more },
  secrets: {},
})
async function running(
  states = ['starting', 'running', 'success'],
  result: object | null = counted,
): Promise<LivyServer> {
  livy = await livyServer({ states, result })
  return livy
}

test('Livy: a batch with a name, watched to its end', async () => {
  const server = await running()
  const trigger = triggerOf(atLivy(server, { conf: 'spark.executor.cores=2' }))
  const told = await trigger.tell(
    of('/jobs/load.jar#com.contoso.Load', { parameters: { day: 'x' } }),
    soon(),
  )
  expect(server.batches[0]).toMatchObject({
    name: `${told.slice(told.lastIndexOf('/') + 1)}-1`,
    asked: {
      file: '/jobs/load.jar',
      className: 'com.contoso.Load',
      args: ['--day', 'x'],
      conf: { 'spark.executor.cores': '2', 'spark.pallet.run': 'r1' },
    },
  })
  expect(await trigger.ask(told, soon())).toMatchObject({
    kind: 'working',
    doing: '“load.jar” runs in Spark, 1 of 2 jobs done: writes the rows, 1 of 3 tasks',
  })
  expect(await trigger.ask(told, soon())).toEqual({ kind: 'done', brought: counted })
  const { message } = await spark({}).test(atLivy(server), soon())
  expect(message).toMatch(
    /^Livy 0\.7\.1-incubating answers at 127\.0\.0\.1:\d+, and has one batch\.$/,
  )
})

test('Livy: a lost answer starts nothing twice, also when Livy has forgotten or begun anew', async () => {
  const server = await running()
  const connection = atLivy(server)
  const tell = (): Promise<string> => triggerOf(connection).tell(of('recipe'), soon())
  server.fault(/POST/, 'lose-answer')
  expect(await problemOf(tell())).toMatchObject({ code: 'network' })
  const told = await tell()
  expect(server.created()).toBe(1)
  const trigger = triggerOf(connection)
  await trigger.ask(told, soon())
  server.restart()
  // Its number is that of another batch now.
  await triggerOf(atLivy(server)).tell(of('/jobs/other.py'), soon())
  expect(await trigger.ask(told, soon())).toMatchObject({
    kind: 'failed',
    what: expect.stringContaining('Livy knows it no more'),
  })
  expect(server.created()).toBe(2)
})

test('Livy: a batch that has run and is forgotten is not started again', async () => {
  const server = await running()
  const connection = atLivy(server)
  server.fault(/POST/, 'lose-answer')
  await problemOf(triggerOf(connection).tell(of('recipe'), soon()))
  // It goes on while Pallet is away, and is gone from the list when it is back.
  const [batch] = server.batches
  for (let nth = 0; nth < 3; nth += 1) await fetch(`${server.url}/batches/${batch?.id}`)
  server.forget()
  const told = await triggerOf(connection).tell(of('recipe'), soon())
  expect(await triggerOf(connection).ask(told, soon())).toEqual({ kind: 'done', brought: counted })
  expect(server.created()).toBe(1)
})

test('Livy: a request that was not heard is sent again when that is sure', async () => {
  const server = await running()
  const connection = atLivy(server)
  server.fault(/POST/, 'lose-request')
  const tell = (): Promise<string> => triggerOf(connection).tell(of('recipe'), soon())
  expect(await problemOf(tell())).toMatchObject({ code: 'network' })
  expect(await problemOf(tell())).toMatchObject({ code: 'server-busy' })
  expect(server.created()).toBe(0)
})

test('Livy: what it refuses is said, is not left in its list, and can be tried again', async () => {
  const server = await running()
  const connection = atLivy(server)
  const refused = await problemOf(triggerOf(connection).tell(of('/etc/load.py'), soon()))
  expect(refused).toMatchObject({
    code: 'trigger-failed',
    data: { advice: expect.stringContaining('livy.file.local-dir-whitelist') },
  })
  expect(server.batches).toEqual([])
  server.fault(/POST/, [400, { msg: 'Rejected, too many sessions are being created!' }])
  expect(await problemOf(triggerOf(connection).tell(of('/a.py'), soon()))).toMatchObject({
    code: 'server-busy',
  })
  for (const [status, code] of [
    [401, 'credential-rejected'],
    [403, 'permission-denied'],
    [404, 'trigger-failed'],
  ] as const) {
    server.fault(/GET/, [status])
    expect(await problemOf(triggerOf(connection).tell(of('/a.py'), soon()))).toMatchObject({ code })
  }
  await triggerOf(connection).tell(of('/a.py'), soon())
  expect(server.created()).toBe(1)
})

test('Livy: a failure with the end of its log, an end on demand, and a state nobody knows', async () => {
  const server = await running(['running', 'napping', 'dead'], null)
  const trigger = triggerOf(atLivy(server))
  const told = await trigger.tell(of('recipe'), soon())
  expect(await trigger.ask(told, soon())).toMatchObject({
    kind: 'working',
    doing: expect.stringContaining('“napping”'),
  })
  expect(await trigger.ask(told, soon())).toMatchObject({
    kind: 'failed',
    what: '“The recipe” failed after 1 try, saying “ValueError: no rows in it”.',
  })
  const other = await trigger.tell(of('/jobs/load.py'), soon())
  await trigger.cancel?.(other, soon())
  expect(await trigger.ask(other, soon())).toMatchObject({
    kind: 'failed',
    what: '“load.py” was ended by Pallet, as somebody has asked.',
  })
})
