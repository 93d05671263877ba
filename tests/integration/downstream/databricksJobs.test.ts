/** A job of Databricks is started once and watched to its end, whatever is lost on the way. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Trigger } from '../../../main/runs/ports/triggers.ts'
import { databricks } from '../../../main/warehouse/databricks/system.ts'
import type { OpenConnection } from '../../../shared/systems/record.ts'
import { endOf, landed } from '../../fixtures/airflowStories.ts'
import { ended } from '../../fixtures/databricksJobs.ts'
import { type DatabricksServer, databricksServer, known } from '../../fixtures/databricksServer.ts'

let server: DatabricksServer
beforeEach(async () => {
  server = await databricksServer()
  const working = ['QUEUED', 'RUNNING'].map((state) => ({ state }))
  server.jobs.add(11, { name: 'Load', states: [...working, ended('SUCCESS')], tasks: ['a', 'b'] })
  server.jobs.add(12, {
    name: 'Breaks',
    states: [...working, ended('RUN_EXECUTION_ERROR', 'CLIENT_ERROR')],
    error: 'no rows in it',
    tasks: ['clean', 'report'],
  })
  server.jobs.add(13, { name: 'Load', states: [ended('SUCCESS')] })
  server.jobs.add(14, { name: 'Long', states: [{ state: 'RUNNING' }], parameters: ['day'] })
  server.jobs.add(15, {
    name: 'Odd',
    states: [{ state: 'DREAMING' }, ended('HALF_DONE', 'SUCCESS')],
  })
  server.jobs.add(16, {
    name: 'Full',
    states: [ended('MAX_CONCURRENT_RUNS_EXCEEDED', 'CLIENT_ERROR')],
    tasks: [],
  })
})
afterEach(() => server.close())
const soon = (): AbortSignal => AbortSignal.timeout(60_000)
const { warehouse, catalog, schema, volume, client } = known

const connection = (): OpenConnection => ({
  name: 'lake',
  settings: {
    kind: 'databricks-oauth',
    url: server.url,
    warehouse,
    catalog,
    schema,
    volume,
    client,
  },
  secrets: { oauthSecret: known.secret },
})

function trigger(): Trigger {
  const found = databricks.trigger?.(connection())
  if (found === undefined) throw new Error('Databricks is told.')
  return found
}

async function outcomeOf(job: string): Promise<{ doings: string[]; end: unknown }> {
  const doings: string[] = []
  const told = await trigger().tell(landed('r1', job), soon())
  return { end: await endOf(trigger(), told, (doing) => doings.push(doing)), doings }
}

test('jobs are listed, and chosen by their name, or by their id where several have it', async () => {
  const { places } = await databricks.test(connection(), soon())
  expect(places).toEqual({
    label: 'Jobs',
    names: ['Load (11)', 'Breaks', 'Load (13)', 'Long', 'Odd', 'Full'],
  })
  await expect(trigger().tell(landed('r1', 'Load'), soon())).rejects.toMatchObject({
    code: 'trigger-failed',
    message: expect.stringContaining('has 2 jobs called “Load”'),
  })
  const check = async (job: string, given: string) =>
    await trigger().check?.({ job, parameters: [given] }, soon())
  for (const [job, given, words] of [
    ['Load', 'day', 'has 2 jobs called “Load”'],
    ['Nobody (99)', 'day', 'has no job “Nobody (99)”'],
    ['Long', 'week', 'has no parameter week'],
  ] as const)
    await expect(check(job, given)).rejects.toMatchObject({
      message: expect.stringContaining(words),
    })
  expect(await check('Long', 'day')).toContain('has the job “Long”')
  expect(server.jobs.runs).toEqual([])
  for (const job of ['Load (11)', '13', 'Long']) await trigger().tell(landed('r1', job), soon())
  expect(server.jobs.runs).toMatchObject([11, 13, 14].map((jobId) => ({ jobId })))
  for (const job of ['Nobody', '99', 'long'])
    await expect(trigger().tell(landed('r1', job), soon())).rejects.toMatchObject({
      code: 'trigger-failed',
      message: expect.stringContaining(`has no job “${job}”`),
    })
})

test('one is started with parameters, watched, and its failure told with what the task said', async () => {
  expect(await outcomeOf('Load (11)')).toEqual({
    doings: [
      '“Load (11)” waits for its turn in Databricks',
      '“Load (11)” runs in Databricks, 0 of 2 tasks done: a',
    ],
    end: { kind: 'done' },
  })
  expect(server.jobs.runs[0]?.parameters).toEqual({ day: '2026-11-22' })
  expect((await outcomeOf('Breaks')).end).toMatchObject({
    kind: 'failed',
    what: '“clean” and 1 other task failed after 1 try, saying “no rows in it”.',
  })
})

test('a notebook runs once without a job, with parameters', async () => {
  server.jobs.add(17, { name: '/Shared/load', states: [{ state: 'RUNNING' }, ended('SUCCESS')] })
  const job = 'notebook:/Shared/load'
  server.fault({ match: /runs\/submit/, at: 'after', does: 'lose' })
  const tell = async (name = job): Promise<string> =>
    await trigger().tell(landed('r1', name), soon())
  await expect(tell()).rejects.toMatchObject({ code: 'network' })
  const told = await tell()
  expect(await endOf(trigger(), told)).toEqual({ kind: 'done' })
  expect(server.jobs.runs).toMatchObject([{ jobId: 17, parameters: { day: '2026-11-22' } }])
  const check = async (name: string) =>
    await trigger().check?.({ job: name, parameters: ['day'] }, soon())
  expect(await check(job)).toBe('Databricks has the notebook “/Shared/load”.')
  for (const missing of [tell, check])
    await expect(missing('notebook:/Shared/nothing')).rejects.toMatchObject({
      message: expect.stringContaining('has no notebook “/Shared/nothing”'),
    })
})

test('what failed there is run again, as often as it takes', async () => {
  const told = await trigger().tell(landed('r1', 'Breaks'), soon())
  for (const _ of [1, 2, 3]) {
    expect(await endOf(trigger(), told)).toMatchObject({
      kind: 'failed',
      parts: [
        { name: 'clean', state: 'failed', tries: 1, said: 'in line 3\nno rows in it' },
        { name: 'report', state: 'failed', tries: 1 },
      ],
    })
    await trigger().again?.(told, soon())
    expect(await trigger().ask(told, soon())).toMatchObject({ kind: 'working' })
  }
  expect(server.jobs.runs[0]?.repairs).toHaveLength(3)
})

test('what nobody knows is no success', async () => {
  expect(await outcomeOf('Odd')).toMatchObject({
    doings: ['“Odd” is “DREAMING” in Databricks'],
    end: { kind: 'failed', what: expect.stringContaining('a way that Pallet does not know') },
  })
  expect((await outcomeOf('Full')).end).toMatchObject({
    kind: 'failed',
    what: expect.stringContaining('MAX_CONCURRENT_RUNS_EXCEEDED'),
  })
  expect(await trigger().ask('Load/1', soon())).toMatchObject({
    kind: 'failed',
    what: 'Databricks has not got that run any more.',
  })
})

test('an answer that is lost starts nothing twice, nor does one run that is told of at once', async () => {
  server.fault({ match: /run-now/, at: 'after', does: 'lose' })
  await expect(trigger().tell(landed('r1', 'Long'), soon())).rejects.toMatchObject({
    code: 'network',
  })
  const told = await Promise.all([1, 2, 3].map(() => trigger().tell(landed('r1', 'Long'), soon())))
  expect(new Set(told).size).toBe(1)
  expect(server.jobs.runs).toHaveLength(1)
  await trigger().tell(landed('r2', 'Long'), soon())
  expect(server.jobs.runs).toHaveLength(2)
})

test('a token that has ended is asked for anew; a busy one is left alone for as long as it says', async () => {
  const watcher = trigger()
  const told = await watcher.tell(landed('r1', 'Long'), soon())
  server.expireTokens()
  expect(await watcher.ask(told, soon())).toMatchObject({ kind: 'working' })
  server.fault({ match: /runs\/get/, at: 'before', does: 429 })
  await expect(watcher.ask(told, soon())).rejects.toMatchObject({
    code: 'server-busy',
    data: { retryAfterMs: 7000 },
  })
})

test('it can be ended there, also twice, and is told as cancelled then', async () => {
  const told = await trigger().tell(landed('r1', 'Long'), soon())
  await trigger().cancel?.(told, soon())
  await trigger().cancel?.(told, soon())
  expect(await endOf(trigger(), told)).toMatchObject({
    kind: 'failed',
    what: 'It was cancelled in Databricks.',
  })
  await trigger().cancel?.('Long/1', soon())
})
