/** A pipeline of Data Factory, which knows no key: it is looked for before it is started, and watched to its end. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { dataFactory } from '../../../main/downstream/dataFactory.ts'
import { signIn } from '../../../main/entra/signIn.ts'
import type { Landed, Trigger } from '../../../main/runs/ports/triggers.ts'
import type { OutsideSystem } from '../../../main/runs/ports/systems.ts'
import type { OpenConnection } from '../../../shared/systems/record.ts'
import { endOf, landed } from '../../fixtures/airflowStories.ts'
import {
  type DataFactoryServer,
  dataFactoryServer,
  place,
} from '../../fixtures/dataFactoryServer.ts'
import { type EntraIssuer, app, entraIssuer } from '../../fixtures/entraIssuer.ts'

let issuer: EntraIssuer
let server: DataFactoryServer
let system: OutsideSystem
const working = ['Queued', 'InProgress']
const parameters = ['run_id', 'day']
beforeEach(async () => {
  issuer = entraIssuer()
  server = await dataFactoryServer(issuer, {
    copy: { states: [...working, 'Succeeded'], parameters },
    breaks: { states: [...working, 'Failed'], says: 'no rows in it', parameters },
    odd: { states: ['Pondering', 'Succeeded'], parameters },
    long: { states: ['InProgress'], parameters },
    deaf: { states: ['Succeeded'], parameters: ['day'] },
  })
  system = dataFactory(signIn({ openUrl: () => Promise.reject(), httpClient: issuer.httpClient }))
})
afterEach(() => server.close())
const soon = (): AbortSignal => AbortSignal.timeout(60_000)

const connection = (change: object = {}, secret = app.secret): OpenConnection => ({
  name: 'adf',
  settings: {
    kind: 'data-factory-app',
    ...place,
    url: server.url,
    tenant: app.tenant,
    client: app.client,
    ...change,
  },
  secrets: { clientSecret: secret },
})

function trigger(): Trigger {
  const found = system.trigger?.(connection())
  if (found === undefined) throw new Error('Data Factory is told.')
  return found
}

/** Told of the same run again and again, as the step does it. */
function teller(
  job: string,
  begunAt: string | null = null,
): { tell(): Promise<string>; begun: number } {
  const start: Landed = { ...landed('r1', job), begunAt }
  const told = {
    begun: 0,
    tell: () =>
      trigger().tell(
        {
          ...start,
          begin: (atMs) => {
            told.begun += 1
            start.begunAt = new Date(atMs).toISOString()
          },
        },
        soon(),
      ),
  }
  return told
}

test('pipelines are listed; a token is asked for this address and no other', async () => {
  const { message, places } = await system.test(connection(), soon())
  expect(message).toBe('The factory shop-factory answers, and has 5 pipelines.')
  expect(places).toEqual({
    label: 'Pipelines',
    names: ['copy', 'breaks', 'odd', 'long', 'deaf'],
  })
  expect(new Set(issuer.asked)).toEqual(new Set([`${server.url}/.default`]))
  const wrong = connection({ factory: 'nobody' })
  await expect(system.test(wrong, soon())).rejects.toMatchObject({ code: 'trigger-failed' })
})

test('a secret that is wrong is told in a sentence', async () => {
  await expect(system.test(connection({}, 'guessed'), soon())).rejects.toMatchObject({
    code: 'credential-rejected',
  })
})

test('one is started with its run’s id, watched, and its failure told with the activity', async () => {
  const doings: string[] = []
  const told = await teller('copy').tell()
  expect(await endOf(trigger(), told, (doing) => doings.push(doing))).toEqual({ kind: 'done' })
  expect(doings).toEqual([
    '“copy” waits for its turn in Data Factory',
    '“copy” runs in Data Factory, 1 of 1 activity done',
  ])
  expect(server.runs).toMatchObject([{ parameters: { run_id: 'r1', day: '2026-11-22' } }])
  expect(await endOf(trigger(), await teller('breaks').tell())).toMatchObject({
    kind: 'failed',
    what: '“copy” failed after 1 try, saying “no rows in it”.',
  })
  expect(await endOf(trigger(), await teller('odd').tell())).toEqual({ kind: 'done' })
  expect(await trigger().ask('copy/none', soon())).toMatchObject({ kind: 'failed' })
})

test('a start that was heard, and whose answer was lost, is found and not made again', async () => {
  server.fault(/createRun/, 'lose-answer')
  const told = teller('long')
  await expect(told.tell()).rejects.toMatchObject({ code: 'network' })
  const name = await told.tell()
  expect(await told.tell()).toBe(name)
  expect(server.runs).toHaveLength(1)
  expect(told.begun).toBe(1)
})

test('one that is listed late is waited for; one that was never heard is started when that is sure', async () => {
  server.listLate({ queries: 2, ms: 0 })
  server.fault(/createRun/, 'lose-answer')
  const told = teller('long')
  await expect(told.tell()).rejects.toMatchObject({ code: 'network' })
  for (const _ of [1, 2])
    await expect(told.tell()).rejects.toMatchObject({
      code: 'server-busy',
      message: expect.stringContaining('looks there again before it starts anything'),
    })
  await told.tell()
  expect(server.runs).toHaveLength(1)

  const long = new Date(Date.now() - 180_000).toISOString()
  await teller('copy', long).tell()
  expect(server.runs).toHaveLength(2)
})

test('what cannot be is said before anything is started', async () => {
  for (const [job, words] of [
    ['deaf', 'has no parameter run_id'],
    ['nobody', 'has no pipeline “nobody”'],
  ] as const)
    await expect(teller(job).tell()).rejects.toMatchObject({
      code: 'trigger-failed',
      message: expect.stringContaining(words),
    })
  const refused = { ...landed('r1', 'copy'), parameters: { day: 'refuse' } }
  await expect(trigger().tell(refused, soon())).rejects.toMatchObject({
    message: expect.stringContaining('The parameter is not valid.'),
  })
  const unknown = { ...landed('r1', 'copy'), parameters: { week: '1' } }
  await expect(trigger().tell(unknown, soon())).rejects.toMatchObject({
    message: expect.stringContaining('has no parameter week'),
  })
  const check = async (job: string, given: string) =>
    await trigger().check?.({ job, parameters: [given] }, soon())
  for (const [job, given, words] of [
    ['deaf', 'day', 'has no parameter run_id'],
    ['nobody', 'day', 'has no pipeline “nobody”'],
    ['copy', 'week', 'has no parameter week'],
  ] as const)
    await expect(check(job, given)).rejects.toMatchObject({
      message: expect.stringContaining(words),
    })
  expect(await check('copy', 'day')).toContain('has the pipeline “copy”')
  expect(server.runs).toEqual([])
})

test('a token that has ended in mid-wait is asked for anew; a busy one is left alone', async () => {
  const told = await teller('long').tell()
  issuer.expire()
  expect(await trigger().ask(told, soon())).toMatchObject({ kind: 'working' })
  server.fault(/pipelineruns/, [429, { error: { code: 'TooMany' } }, { 'retry-after': '9' }])
  await expect(trigger().ask(told, soon())).rejects.toMatchObject({
    code: 'server-busy',
    data: { retryAfterMs: 9000 },
  })
  server.fault(/pipelineruns/, [403, { error: { code: 'AuthorizationFailed', message: 'no' } }])
  await expect(trigger().ask(told, soon())).rejects.toMatchObject({ code: 'permission-denied' })
})

test('what failed there is run again from where it failed, and that run is watched', async () => {
  const told = await teller('breaks').tell()
  expect(await endOf(trigger(), told)).toMatchObject({ kind: 'failed' })
  await trigger().again?.(told, soon())
  expect(server.runs.map(({ isLatest }) => isLatest)).toEqual([false, true])
  expect(await trigger().ask(told, soon())).toMatchObject({ kind: 'working' })
})

test('it can be cancelled there; what somebody runs again there is what is watched', async () => {
  const told = await teller('long').tell()
  await trigger().cancel?.(told, soon())
  const what = 'It was cancelled in Data Factory.'
  expect(await endOf(trigger(), told)).toMatchObject({ kind: 'failed', what })
  const [first] = server.runs
  if (first !== undefined) server.rerun(first, ['Succeeded'])
  expect(await trigger().ask(told, soon())).toEqual({ kind: 'done' })
})
