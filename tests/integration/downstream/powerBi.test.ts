/** A refresh of Power BI, which knows no key: within its limits, not while another is under way, and never twice. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { powerBi } from '../../../main/downstream/powerBi.ts'
import { signIn } from '../../../main/entra/signIn.ts'
import type { Landed, Trigger } from '../../../main/runs/ports/triggers.ts'
import type { OutsideSystem } from '../../../main/runs/ports/systems.ts'
import type { OpenConnection } from '../../../shared/systems/record.ts'
import { wrongTrigger } from '../../../shared/systems/telling.ts'
import { endOf, landed } from '../../fixtures/airflowStories.ts'
import { plainDestination } from '../../fixtures/destination.ts'
import { type EntraIssuer, app, entraIssuer } from '../../fixtures/entraIssuer.ts'
import { type PowerBiServer, powerBiServer } from '../../fixtures/powerBiServer.ts'

let issuer: EntraIssuer
let server: PowerBiServer
let system: OutsideSystem
beforeEach(async () => {
  issuer = entraIssuer()
  server = await powerBiServer(issuer, {
    Sales: { states: ['Unknown', 'Completed'] },
    Breaks: { states: ['Unknown', 'Failed'], says: 'ModelRefreshFailed_CredentialsNotSpecified' },
    Long: { states: ['Unknown'] },
    Odd: { states: ['Pondering', 'Completed'] },
  })
  system = powerBi(signIn({ openUrl: () => Promise.reject(), httpClient: issuer.httpClient }))
})
afterEach(() => server.close())
const soon = (): AbortSignal => AbortSignal.timeout(60_000)

const connection = (): OpenConnection => ({
  name: 'bi',
  settings: { kind: 'power-bi-app', url: server.url, tenant: app.tenant, client: app.client },
  secrets: { clientSecret: app.secret },
})
function trigger(): Trigger {
  const found = system.trigger?.(connection())
  if (found === undefined) throw new Error('Power BI is told.')
  return found
}
const tell = (job: string, more: Partial<Landed> = {}): Promise<string> =>
  trigger().tell({ ...landed('r1', job), parameters: {}, ...more }, soon())
const enhanced = { parameters: { type: 'Full', maxParallelism: '2', tables: 'Sales, Stores' } }

test('models are listed with their workspaces; tokens are for Power BI', async () => {
  const { message, places } = await system.test(connection(), soon())
  expect(message).toBe('Power BI answers, and shows 8 semantic models in 2 workspaces.')
  expect(places?.names.slice(0, 2)).toEqual(['Shared / Sales', 'Shared / Breaks'])
  expect(new Set(issuer.asked)).toEqual(
    new Set(['https://analysis.windows.net/powerbi/api/.default']),
  )
})

test('a plain refresh is started and watched; its failure is told in what Power BI says', async () => {
  expect(await endOf(trigger(), await tell('Shared / Sales'))).toEqual({ kind: 'done' })
  expect(server.refreshes).toMatchObject([{ body: { notifyOption: 'NoNotification' } }])
  expect(await endOf(trigger(), await tell('Shared / Breaks'))).toEqual({
    kind: 'failed',
    what: 'The refresh failed, saying “ModelRefreshFailed_CredentialsNotSpecified”.',
  })
  const doings: string[] = []
  const odd = await tell('Shared / Odd')
  expect(await endOf(trigger(), odd, (doing) => doings.push(doing))).toEqual({ kind: 'done' })
  expect(doings).toEqual(['The refresh of “Shared / Odd” is “Pondering” in Power BI'])
})

test('an enhanced one says whom to write to of nobody, shows its tables, and can be ended', async () => {
  const told = await tell('Premium / Long', enhanced)
  expect(server.refreshes[0]?.body).toEqual({
    type: 'Full',
    maxParallelism: 2,
    objects: [{ table: 'Sales' }, { table: 'Stores' }],
  })
  expect(await trigger().ask(told, soon())).toEqual({
    kind: 'working',
    doing: 'Power BI refreshes “Premium / Long”, 1 of 2 tables done',
  })
  await trigger().cancel?.(told, soon())
  expect(await trigger().ask(told, soon())).toEqual({
    kind: 'failed',
    what: 'The refresh was cancelled in Power BI.',
  })
  await expect(tell('Shared / Sales', enhanced)).rejects.toMatchObject({
    message: expect.stringContaining('needs Premium capacity'),
  })
  const plain = await tell('Shared / Long')
  await expect(trigger().cancel?.(plain, soon())).rejects.toMatchObject({
    message: expect.stringContaining('enhanced refresh only'),
  })
})

test('parameters that cannot go together are refused before anything is sent', () => {
  const wrong = (parameters: Record<string, string>) =>
    wrongTrigger(
      0,
      { ...plainDestination, triggers: [{ connection: 'bi', job: 'A / B', parameters }] },
      'power-bi-app',
    )
  expect(wrong({ notifyOption: 'MailOnFailure' })).toBeNull()
  expect(wrong({ type: 'Full', tables: 'Sales' })).toBeNull()
  expect(wrong({ type: 'Full', notifyOption: 'MailOnFailure' })).toContain('for a plain refresh')
  expect(wrong({ day: '{date}' })).toContain('has no parameter “day”')
})

test('an answer that is lost starts no second refresh', async () => {
  server.fault(/POST .*refreshes/, 'lose-answer')
  let begunAt: string | null = null
  const begin = (atMs: number): void => void (begunAt = new Date(atMs).toISOString())
  await expect(tell('Shared / Long', { begin })).rejects.toMatchObject({ code: 'network' })
  expect(begunAt).not.toBeNull()
  const told = await tell('Shared / Long', { begunAt })
  expect(server.refreshes).toHaveLength(1)
  expect(told).toBe(`Shared / Long/${server.refreshes[0]?.requestId}`)
})

test('one that was not heard is started only when that is sure', async () => {
  server.fault(/POST .*refreshes/, 'lose-request')
  await expect(tell('Shared / Sales')).rejects.toMatchObject({ code: 'network' })
  const now = { begunAt: new Date().toISOString() }
  await expect(tell('Shared / Sales', now)).rejects.toMatchObject({ code: 'server-busy' })
  expect(server.refreshes).toEqual([])
  const before = { begunAt: new Date(Date.now() - 300_000).toISOString() }
  await tell('Shared / Sales', before)
  expect(server.refreshes).toHaveLength(1)
})

test('another that is under way is waited for, and the ninth of a day until one more is allowed', async () => {
  server.another('Long', 5, 'Unknown')
  await expect(tell('Premium / Long')).rejects.toMatchObject({
    code: 'server-busy',
    message: expect.stringContaining('may have begun before the rows were there'),
  })
  for (let nth = 1; nth <= 8; nth += 1) server.another('Sales', nth * 170, 'Completed')
  await expect(tell('Shared / Sales')).rejects.toMatchObject({
    code: 'server-busy',
    message: expect.stringContaining('was refreshed 8 times in 24 hours'),
    data: { retryAfterMs: 3_600_000 },
  })
  await tell('Premium / Sales')
  expect(server.refreshes.filter(({ refreshType }) => refreshType === 'ViaApi')).toHaveLength(1)
})

test('what is not there is said', async () => {
  const check = async (job: string) => await trigger().check?.({ job, parameters: [] }, soon())
  for (const [job, words] of [
    ['Nowhere / Sales', 'shows no workspace “Nowhere”'],
    ['Shared / Nothing', 'has no semantic model “Nothing”'],
  ] as const)
    for (const asked of [() => tell(job), () => check(job)])
      await expect(asked()).rejects.toMatchObject({
        code: 'trigger-failed',
        message: expect.stringContaining(words),
      })
  expect(await check('Shared / Sales')).toContain('has the semantic model “Shared / Sales”')
})
