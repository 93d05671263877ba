/** Airflow is told once and watched to the end, whatever is lost on the way. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { airflow } from '../../../main/downstream/airflow.ts'
import { type AirflowServer, airflowServer } from '../../fixtures/airflowServer.ts'
import {
  connectionTo,
  endOf,
  landed,
  tellStories,
  triggerAt,
} from '../../fixtures/airflowStories.ts'

const working = ['queued', 'running', 'running']
let server: AirflowServer
beforeEach(async () => {
  server = await airflowServer(
    {
      ok: { states: [...working, 'success'] },
      breaks: { states: [...working, 'failed'], says: 'no rows in it' },
      sleeps: { isPaused: true, states: ['queued', 'success'] },
      broken: { isBroken: true, states: [] },
      odd: { states: ['paused-by-moonlight', 'success'] },
    },
    { assets: ['pallet_sales'] },
  )
})
afterEach(() => server.close())
const soon = (): AbortSignal => AbortSignal.timeout(60_000)

test('a DAG is started, watched, and its failure told', async () => {
  await tellStories(server)
  expect(server.started()['ok/pallet__r1']).toMatchObject({
    run_id: 'r1',
    dataset: 'sales',
    rows: 7,
    prefix: expect.any(String),
    table: expect.any(String),
  })
})

test('whether a DAG could be started is asked, and nothing is started', async () => {
  const check = async (job: string) =>
    await triggerAt(connectionTo(server)).check?.({ job, parameters: ['day'] }, soon())
  expect(await check('ok')).toBe('Airflow has the DAG “ok”, and it is switched on.')
  for (const [job, words] of [
    ['nothing', 'has no DAG “nothing”'],
    ['sleeps', 'is paused in Airflow'],
    ['broken', 'cannot read the file of the DAG “broken”'],
  ] as const)
    await expect(check(job)).rejects.toMatchObject({ message: expect.stringContaining(words) })
  expect(server.started()).toEqual({})
})

test('an answer that is lost starts nothing twice', async () => {
  const trigger = triggerAt(connectionTo(server))
  server.loseNextAnswer()
  await expect(trigger.tell(landed('r1', 'ok'), soon())).rejects.toMatchObject({ code: 'network' })
  expect(Object.keys(server.started())).toEqual(['ok/pallet__r1'])
  expect(await trigger.tell(landed('r1', 'ok'), soon())).toBe('ok/pallet__r1')
  expect(Object.keys(server.started())).toEqual(['ok/pallet__r1'])
})

test('a token that has expired is asked for anew, once; a busy server is asked again later', async () => {
  const trigger = triggerAt(connectionTo(server))
  const told = await trigger.tell(landed('r1', 'ok'), soon())
  server.expireTokens()
  expect(await trigger.ask(told, soon())).toMatchObject({ kind: 'working' })
  for (const status of [429, 503]) {
    server.failNext(status)
    await expect(trigger.ask(told, soon())).rejects.toMatchObject({ code: 'server-busy' })
  }
  server.failNext(401, 401)
  await expect(trigger.ask(told, soon())).rejects.toMatchObject({ code: 'credential-rejected' })
  server.failNext(302)
  await expect(trigger.ask(told, soon())).rejects.toMatchObject({
    code: 'trigger-failed',
    message: expect.stringContaining('does not answer as Airflow 3 does'),
  })
})

test('an address where something else answers is told in a sentence', async () => {
  const settings = { kind: 'airflow-token', url: server.url }
  server.failNext(200)
  await expect(
    airflow().test({ name: 'flow', settings, secrets: { token: 'x' } }, soon()),
  ).rejects.toMatchObject({
    code: 'trigger-failed',
    message: expect.stringContaining('does not answer as Airflow 3 does'),
  })
})

test('a state that nobody knows is no end, and a run that was deleted is no success', async () => {
  const trigger = triggerAt(connectionTo(server))
  const doings: string[] = []
  const told = await trigger.tell(landed('r1', 'odd'), soon())
  expect(await endOf(trigger, told, (doing) => doings.push(doing))).toEqual({ kind: 'done' })
  expect(doings).toEqual(['“odd” is “paused-by-moonlight” in Airflow'])
  server.forgetRuns()
  expect(await trigger.ask(told, soon())).toMatchObject({ kind: 'failed' })
})

test('waiting has an end where it is told to stop', async () => {
  const trigger = triggerAt(connectionTo(server))
  const stop = new AbortController()
  stop.abort()
  await expect(trigger.tell(landed('r1', 'ok'), stop.signal)).rejects.toBe(stop.signal.reason)
  expect(server.started()).toEqual({})
})
