/** Webhooks and messages: what arrives, and that nothing arrives twice, whatever is lost on the way. */
import { afterEach, expect, test } from 'vitest'
import { slack, teams } from '../../../main/downstream/messages.ts'
import { signatureOf, webhook } from '../../../main/downstream/webhook.ts'
import type { OutsideSystem } from '../../../main/runs/ports/systems.ts'
import type { Landed } from '../../../main/runs/ports/triggers.ts'
import type { OpenConnection } from '../../../shared/systems/record.ts'
import { plainDestination, plainLineage } from '../../fixtures/destination.ts'
import {
  type Receiver,
  hookSecret,
  slackReceiver,
  teamsReceiver,
  webhookReceiver,
} from '../../fixtures/receivers.ts'

let receiver: Receiver
afterEach(() => receiver.close())
const soon = (): AbortSignal => AbortSignal.timeout(60_000)

const landed: Landed = {
  runId: 'r1',
  dataset: 'sales',
  destination: plainDestination,
  values: {
    run_id: 'r1',
    dataset: 'sales',
    file: '<!channel> [a](http://x) & *b*.csv',
    time: '2026-11-22T08:30:00.000Z',
    table: 'sales',
    rows: 10_482,
    rows_in: 10_494,
    rows_held: 12,
    rows_dropped: 0,
    rows_removed: 0,
  },
  job: null,
  parameters: { day: '2026-11-22', n: 7 },
  lineage: plainLineage,
  handOver: () => Promise.reject(new Error('Nobody asks for the records.')),
  begunAt: null,
  begin: () => {},
}
const words =
  '[a](http://x) & *b*.csv: 10,482 of 10,494 rows delivered to table sales, 12 held back.'
const told = (system: OutsideSystem, connection: OpenConnection) => {
  const trigger = system.trigger?.(connection)
  if (trigger === undefined) throw new Error('It is told.')
  return trigger
}
const hook = (signingSecret = hookSecret): OpenConnection => ({
  name: 'hook',
  settings: { kind: 'webhook', url: `${receiver.url}/pallet` },
  secrets: { signingSecret },
})
const channel = (kind: string, path: string): OpenConnection => ({
  name: 'chat',
  settings: { kind },
  secrets: { address: `${receiver.url}${path}` },
})
const good = {
  slack: '/services/T0/B0/good',
  teams: '/workflows/1/triggers/manual/paths/invoke?sig=good',
}

test('the signature is that of the published example', async () => {
  receiver = await webhookReceiver()
  const example = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    seconds: 1614265330,
    body: '{"test": 2432232314}',
  }
  expect(signatureOf(example, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')).toBe(
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  )
})

test('a webhook arrives signed, with the account and the parameters; the same again is the same', async () => {
  receiver = await webhookReceiver()
  const trigger = told(webhook(), hook())
  receiver.loseNextAnswer()
  await expect(trigger.tell(landed, soon())).rejects.toMatchObject({ code: 'network' })
  expect(await trigger.tell(landed, soon())).toBe('')
  expect(await trigger.ask('', soon())).toEqual({ kind: 'done' })
  const event = {
    id: 'r1_hook',
    body: {
      type: 'pallet.landed',
      timestamp: '2026-11-22T08:30:00.000Z',
      data: { ...landed.values, parameters: { day: '2026-11-22', n: 7 } },
    },
  }
  expect(receiver.taken).toEqual([event, event])
  expect(await webhook().test(hook(), soon())).toEqual({
    message: `${new URL(receiver.url).host} took a signed test.`,
    places: null,
  })
  expect(receiver.taken[2]).toMatchObject({ body: { type: 'pallet.test' } })
})

test('what a receiver of webhooks says is told in words', async () => {
  receiver = await webhookReceiver()
  const other = `whsec_${Buffer.alloc(32, 8).toString('base64')}`
  await expect(told(webhook(), hook(other)).tell(landed, soon())).rejects.toMatchObject({
    code: 'credential-rejected',
    data: { connection: 'hook' },
  })
  expect(receiver.taken).toEqual([])
  const trigger = told(webhook(), hook())
  receiver.answerNext([429, { 'retry-after': '90' }], [503], [404], [410], [302, { location: '/' }])
  await expect(trigger.tell(landed, soon())).rejects.toMatchObject({
    data: { code: 'server-busy', retryAfterMs: 90_000 },
  })
  const busy = await trigger.tell(landed, soon()).catch((error: unknown) => error)
  expect(busy).toMatchObject({ code: 'server-busy' })
  for (const said of ['Nobody at', 'Nobody at', 'did not take'])
    await expect(trigger.tell(landed, soon())).rejects.toMatchObject({
      code: 'trigger-failed',
      message: expect.stringContaining(said),
    })
  const stop = new AbortController()
  stop.abort()
  await expect(trigger.tell(landed, stop.signal)).rejects.toBe(stop.signal.reason)
})

test('a date says as well when a busy server wants to be asked again, and neither waits for ever', async () => {
  receiver = await webhookReceiver()
  const trigger = told(webhook(), hook())
  const inTwoMinutes = new Date(Date.now() + 120_000).toUTCString()
  const waits: number[] = []
  for (const said of [inTwoMinutes, '999999', 'soon', '-5', '0']) {
    receiver.answerNext([429, { 'retry-after': said }])
    const busy = await trigger.tell(landed, soon()).catch((error: { data: object }) => error.data)
    waits.push((busy as { retryAfterMs?: number }).retryAfterMs ?? 0)
  }
  expect(waits[0]).toBeGreaterThan(0)
  expect(waits[0]).toBeLessThanOrEqual(120_000)
  expect(waits.slice(1)).toEqual([3600_000, 0, 0, 0])
})

test('Slack gets one short message, in which nothing is a mark of its own', async () => {
  receiver = await slackReceiver()
  expect(await told(slack(), channel('slack', good.slack)).tell(landed, soon())).toBe('')
  expect(receiver.taken[0]?.body).toMatchObject({
    text: `&lt;!channel&gt; ${words.replace(' & ', ' &amp; ')}`,
  })
  await expect(
    told(slack(), channel('slack', '/services/T0/B0/gone')).tell(landed, soon()),
  ).rejects.toMatchObject({ data: { code: 'credential-rejected', detail: 'HTTP 404, no_service' } })
})

test('Teams gets the same as a card without Markdown', async () => {
  receiver = await teamsReceiver()
  await told(teams(), channel('teams', good.teams)).tell(landed, soon())
  expect(JSON.stringify(receiver.taken[0]?.body)).toContain(`"text":"<!channel> ${words}"`)
  await expect(
    told(teams(), channel('teams', `${good.teams}!`)).tell(landed, soon()),
  ).rejects.toMatchObject({ code: 'credential-rejected' })
})

test.each([
  ['slack', slack, slackReceiver],
  ['teams', teams, teamsReceiver],
] as const)(
  '%s is told once: what may have been heard is not said again, what was not is',
  async (kind, system, start) => {
    receiver = await start()
    const trigger = told(system(), channel(kind, good[kind]))
    expect(trigger.once).toBe(true)
    receiver.loseNextAnswer()
    await expect(trigger.tell(landed, soon())).rejects.toMatchObject({
      code: 'trigger-failed',
      message: expect.stringContaining('nobody knows whether it has heard'),
    })
    receiver.answerNext([429, { 'retry-after': '30' }], [503], [502], [400])
    await expect(trigger.tell(landed, soon())).rejects.toMatchObject({
      data: { code: 'server-busy', retryAfterMs: 30_000 },
    })
    for (const code of ['server-busy', 'trigger-failed', 'trigger-failed'])
      await expect(trigger.tell(landed, soon())).rejects.toMatchObject({ code })
    const found = await system().test(channel(kind, good[kind]), soon())
    expect(found.message).toContain('took a test message')
    expect(receiver.taken).toHaveLength(2)
    await receiver.close()
    await expect(trigger.tell(landed, soon())).rejects.toMatchObject({ code: 'network' })
  },
)

test('no address of a channel stands in what is said of it', async () => {
  receiver = await slackReceiver()
  const trigger = told(slack(), channel('slack', '/services/T0/B0/secret'))
  receiver.answerNext([404], [429], [500])
  for (let attempt = 0; attempt < 4; attempt += 1) {
    const problem = await trigger.tell(landed, soon()).catch((error: Error) => error.message)
    expect(problem).toMatch(/\w+/)
    expect(problem).not.toContain('secret')
  }
})
