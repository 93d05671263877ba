/** People are told what needs them: once, together, and again when the receiver was away. Through real receivers. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { Run } from '../../../shared/domain/runs/run.ts'
import type { Stream } from '../../../shared/domain/streams/stream.ts'
import { Problem, type ProblemData } from '../../../shared/domain/problem.ts'
import type { Unusual } from '../../../shared/domain/datasets/usualRows.ts'
import type { ScheduledExtract } from '../../../main/runs/arriving/schedules.ts'
import { Alerts } from '../../../main/runs/alerts.ts'
import { openDatabase } from '../../../main/store/database.ts'
import { AlertStore } from '../../../main/store/alerts.ts'
import type { WatchNow } from '../../../shared/domain/arriving/watch.ts'
import { memoryVault } from '../../../main/vault/memory.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type MailServer, mailServer } from '../../fixtures/mailServer.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'
import {
  type Receiver,
  hookSecret,
  slackReceiver,
  webhookReceiver,
} from '../../fixtures/receivers.ts'

const folder = testFolder()
const soon = (): AbortSignal => AbortSignal.timeout(600_000)
const vault = memoryVault()
const at = new Date('2026-11-22T10:00:00Z')
const later = (minutes: number): void => void at.setTime(at.getTime() + minutes * 60_000)
const receivers: { close(): Promise<void> }[] = []
let real: RealCore
let how: 'fails' | 'waits' | 'stops' = 'fails'

afterEach(async () => {
  await real.core.close()
  for (const receiver of receivers.splice(0)) await receiver.close()
})
async function here<R extends { close(): Promise<void> }>(receiver: Promise<R>): Promise<R> {
  receivers.push(await receiver)
  return await receiver
}

const problems = {
  fails: { code: 'table-mismatch', what: 'The table is another one.', advice: 'Ask for it.' },
  waits: { code: 'decision-needed', what: 'Somebody has to look.', advice: 'Look.' },
  stops: { code: 'limit-exceeded', what: 'Too many rows were held back.', advice: 'Look at them.' },
} as const
function open(home: string): void {
  real = realCore(home, {
    vault,
    now: () => new Date(at),
    alertEveryMs: 20,
    rooms: () => ({ clean: () => Promise.reject(new Problem(problems[how])) }),
  })
}
async function send(name: string, state: Run['state']): Promise<string> {
  const file = join(real.home.folder, `${name}.csv`)
  writeFileSync(file, `id\n${name}\n`)
  const runId = await real.send(file, { blob: null })
  await real.until(runId, state)
  return runId
}
const due = () => real.core.alerts.due(soon())
const texts = ({ taken }: Receiver): string[] =>
  taken.map(({ body }) => (body as { text: string }).text)
async function chatAt(url: string): Promise<void> {
  await real.core.connections.save({
    name: 'chat',
    settings: { kind: 'slack' },
    container: null,
    secrets: { address: `${url}/services/T0/B0/good` },
  })
}

test('told once over restarts, together, again when it came again, and not of what a person has ended', async () => {
  const chat = await here(slackReceiver())
  const home = folder()
  open(home)
  await chatAt(chat.url)
  await send('before', 'failed')
  later(1)
  real.core.alerts.save({ connection: 'chat', kinds: ['failed', 'stopped'], quiet: null })
  const monday = await send('monday', 'failed')
  how = 'stops'
  await send('tuesday', 'stopped')
  how = 'waits'
  await real.core.runs.cancel(await send('ended', 'waiting'))
  await due()
  await due()
  expect(chat.taken).toHaveLength(1)
  const [monday1 = '', tuesday1 = ''] = texts(chat)[0]?.split('\n\n') ?? []
  expect(monday1).toBe(
    'monday.csv of sales was not delivered. The table is another one. Ask for it. ' +
      `“pallet show ${monday}” tells more. “pallet retry ${monday}” tries again.`,
  )
  expect(tuesday1).toMatch(/^tuesday\.csv of sales was stopped\. .* “pallet rejects /)
  await real.core.close()

  open(home)
  await due()
  expect(chat.taken).toHaveLength(1)
  how = 'fails'
  later(1)
  await real.core.runs.retry(monday)
  await real.until(monday, 'failed')
  await due()
  expect(texts(chat)[1]).toMatch(/^monday\.csv of sales was not delivered\. [^\n]*$/)

  // Who is told of more from now on is not told what had ended before.
  real.core.alerts.save({ connection: 'chat', kinds: ['failed'], quiet: null })
  await due()
  real.core.alerts.save({ connection: 'chat', kinds: ['failed', 'stopped'], quiet: null })
  await due()
  expect(chat.taken).toHaveLength(2)
}, 600_000)

test('what comes within a minute is one letter, and nothing goes in quiet hours', async () => {
  const mail: MailServer = await here(mailServer())
  open(folder())
  await real.core.connections.save({
    name: 'mail',
    settings: {
      kind: 'smtp',
      host: '127.0.0.1',
      port: mail.port,
      security: 'none',
      from: 'pallet@contoso.test',
      to: 'a@contoso.test',
    },
    container: null,
  })
  const clock = (minutes: number): string =>
    new Date(at.getTime() + minutes * 60_000).toLocaleTimeString('sv-SE').slice(0, 5)
  const quiet = { from: clock(-5), until: clock(10) }
  real.core.alerts.save({ connection: 'mail', kinds: ['waiting'], quiet })
  how = 'waits'
  const first = await send('first', 'waiting')
  await due()
  later(20)
  real.core.alerts.save({ connection: 'mail', kinds: ['waiting'], quiet: null })
  await send('second', 'waiting')
  expect(mail.letters).toEqual([])
  void real.core.tellAlerts()
  await expect.poll(() => mail.letters.length, { timeout: 600_000 }).toBe(1)
  expect(mail.letters[0]).toContain('Subject: Pallet: 2 things need you')
  expect(mail.letters[0]).toContain(first)
  await send('third', 'waiting')
  await send('fourth', 'waiting')
  later(2)
  await expect.poll(() => mail.letters.length, { timeout: 600_000 }).toBe(2)
  expect(mail.letters[1]).toContain('2 things need you')
}, 600_000)

test('a receiver that is away is tried again, later and later, and not for ever; that stands in the list', async () => {
  const hook = await here(webhookReceiver())
  open(folder())
  await real.core.connections.save({
    name: 'hook',
    settings: { kind: 'webhook', url: `${hook.url}/in` },
    container: null,
    secrets: { signingSecret: hookSecret },
  })
  real.core.alerts.save({ connection: 'hook', kinds: ['failed'], quiet: null })
  how = 'fails'
  await send('monday', 'failed')
  hook.answerNext([500])
  await due()
  await due()
  const trouble = () => real.core.alerts.list()[0]
  expect(trouble()).toMatchObject({
    trouble: { code: 'server-busy' },
    retryAt: new Date(at.getTime() + 60_000).toISOString(),
  })
  later(2)
  await due()
  expect(trouble()).toMatchObject({ trouble: null, retryAt: null })
  expect(hook.taken).toMatchObject([
    {
      id: expect.stringMatching(/^alert_[0-9a-f]{32}$/),
      body: {
        type: 'pallet.alert',
        data: { subject: 'Pallet: monday.csv of sales was not delivered' },
      },
    },
  ])

  await send('tuesday', 'failed')
  hook.answerNext(...Array.from({ length: 8 }, (): [number] => [500]))
  for (let attempt = 1; attempt <= 8; attempt += 1) {
    await due()
    expect(trouble()?.trouble).not.toBeNull()
    later(60)
  }
  expect(trouble()).toMatchObject({ retryAt: null })
  await due()
  expect(hook.taken).toHaveLength(1)
  await send('wednesday', 'failed')
  await due()
  expect(hook.taken).toHaveLength(2)
  expect(trouble()?.trouble).toBeNull()
}, 600_000)

test('a run that waits and is tried once more by a start of Pallet is told once', async () => {
  open(folder())
  how = 'waits'
  await send('monday', 'waiting')
  const db = openDatabase(join(folder(), 'pallet.db'))
  let state: Run['state'] = 'waiting'
  let times = 0
  const alerts = new Alerts({
    alerts: new AlertStore(db),
    runs: {
      get: (runId) => real.core.runs.get(runId),
      list: ({ states }) =>
        states.includes(state)
          ? real.core.runs.list({ limit: 10 }).map((run) => ({ ...run, state }))
          : [],
    },
    deliveries: { unusual: () => [] },
    schedules: { list: () => [] },
    watches: { list: () => [] },
    streams: { list: () => [] },
    connections: { mustBe: () => {}, alert: async () => async () => void (times += 1) },
    warn: () => {},
    now: () => new Date(at),
  })
  alerts.save({ connection: 'chat', kinds: ['waiting'], quiet: null })
  for (state of ['waiting', 'queued', 'running', 'waiting'] as const) await alerts.due(soon())
  expect(times).toBe(1)
  for (state of ['succeeded', 'waiting'] as const) await alerts.due(soon())
  expect(times).toBe(2)
  await alerts.close()
  db.close()
}, 600_000)

test('a late file and a folder in trouble are told until they are over, and when they come again', async () => {
  open(folder())
  const said: string[] = []
  const db = openDatabase(join(folder(), 'pallet.db'))
  const watch: WatchNow = {
    id: 1,
    folder: '/till',
    pattern: '*.csv',
    dataset: 'sales',
    after: 'leave',
    marker: null,
    expected: { by: '09:00', days: ['Mon'], zone: 'Europe/Berlin' },
    createdAt: at.toISOString(),
    lastAt: null,
    trouble: null,
    late: '2026-11-23',
  }
  let watches = [watch]
  let streams: Stream[] = []
  let schedules: ScheduledExtract[] = []
  let unusual: { id: string; unusual: Unusual }[] = []
  const alerts = new Alerts({
    alerts: new AlertStore(db),
    runs: real.core.runs,
    deliveries: { unusual: () => unusual },
    schedules: { list: () => schedules },
    watches: { list: () => watches },
    streams: { list: () => streams },
    connections: {
      mustBe: () => {},
      alert: async () => async (message) => void said.push(message.text),
    },
    warn: () => {},
    now: () => new Date(at),
  })
  alerts.save({
    connection: 'chat',
    kinds: ['late', 'folder', 'stream', 'fetch', 'rows', 'columns'],
    quiet: null,
  })
  const tell = async (now: Partial<WatchNow>): Promise<number> => {
    watches = [{ ...watch, ...now }]
    await alerts.due(soon())
    return said.length
  }
  const gone = { code: 'source-missing', what: 'The folder is not there.' } as const
  const trouble = new Problem(gone).data
  expect(await tell({})).toBe(1)
  expect(said[0]).toContain(
    'No file of sales has come into /till for 2026-11-23. It was expected every Mon by 09:00 (Europe/Berlin).',
  )
  expect(said[0]).toContain('“pallet run FILE --dataset sales”')
  expect(await tell({})).toBe(1)
  expect(await tell({ late: '2026-11-30' })).toBe(2)
  expect(await tell({ late: null, trouble })).toBe(3)
  expect(said[2]).toContain('The folder is not there.')
  expect(await tell({ late: null })).toBe(3)
  expect(await tell({ late: null, trouble })).toBe(4)
  streams = [
    {
      id: 1,
      connection: 'tills',
      topic: 'sales',
      dataset: 'sales',
      destination: {},
      offsets: 1000,
      everySeconds: 60,
      start: 'begin',
      createdAt: at.toISOString(),
      isStopped: false,
      run: null,
      trouble: new Problem({ code: 'network', what: 'Nobody is there.' }).data,
    },
  ]
  expect(await tell({ late: null, trouble })).toBe(5)
  expect(said[4]).toContain('The topic sales is not landed any more')

  // A shop that does not answer is asked again; that it cannot be fetched is told a quarter of an hour later.
  const due = at.toISOString()
  const fetched = (problem: ProblemData | null): ScheduledExtract[] => [
    {
      dataset: 'orders',
      extract: {
        connection: 'shop',
        path: '/orders',
        query: {},
        records: '',
        paging: { kind: 'none' },
        key: null,
        incremental: null,
        total: null,
      },
      schedule: null,
      handledAt: due,
      trouble: problem,
      nextAt: due,
    },
  ]
  schedules = fetched(new Problem({ code: 'network', what: 'The shop does not answer.' }).data)
  expect(await tell({ late: null, trouble })).toBe(5)
  later(16)
  expect(await tell({ late: null, trouble })).toBe(6)
  expect(said[5]).toMatch(
    /^orders could not be fetched\. The shop does not answer\. .*“pallet fetch orders”/,
  )
  schedules = fetched(null)
  expect(await tell({ late: null, trouble })).toBe(6)
  schedules = fetched(new Problem({ code: 'credential-rejected', what: 'The key is wrong.' }).data)
  expect(await tell({ late: null, trouble })).toBe(7)

  how = 'fails'
  const id = await send('tuesday', 'failed')
  unusual = [
    {
      id,
      unusual: {
        rows: '1,198 clean rows; the last 8 files of a Monday had 390 to 512.',
        columns: [],
      },
    },
  ]
  expect(await tell({ late: null, trouble })).toBe(8)
  expect(said[7]).toBe(
    `tuesday.csv of sales was delivered, and is not as usual. 1,198 clean rows; the last 8 files of a Monday had 390 to 512. “pallet show ${id}” tells more. Where the file is wrong, “pallet undo ${id}” takes its rows out again.`,
  )
  expect(await tell({ late: null, trouble })).toBe(8)
  unusual = [{ id, unusual: { rows: null, columns: ['“Town” is new.'] } }]
  expect(await tell({ late: null, trouble })).toBe(9)
  await alerts.close()
  db.close()
}, 600_000)
