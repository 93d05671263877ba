/** Letters, through a real SMTP server. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { SMTPServer, SMTPServerOptions } from 'smtp-server'
import { afterEach, expect, test } from 'vitest'
import { email } from '../../../main/downstream/email.ts'
import type { Landed } from '../../../main/runs/ports/triggers.ts'
import type { OpenConnection } from '../../../shared/systems/record.ts'
import { mailServer, refusal } from '../../fixtures/mailServer.ts'
import { plainDestination, plainLineage } from '../../fixtures/destination.ts'

const certificates = fileURLToPath(new URL('../../fixtures/certificates/', import.meta.url))
const soon = (): AbortSignal => AbortSignal.timeout(120_000)
const landed: Landed = {
  runId: 'r1',
  dataset: 'Umsätze',
  destination: plainDestination,
  values: {
    file: 'Umsätze.csv',
    dataset: 'Umsätze',
    table: 'sales',
    rows: 2,
    rows_in: 3,
    rows_held: 1,
  },
  job: null,
  parameters: {},
  lineage: plainLineage,
  handOver: () => Promise.reject(new Error('Nobody asks for the records.')),
  begunAt: null,
  begin: () => {},
}

let server: SMTPServer | null = null
let letters: string[] = []
let port = 0
afterEach(async () => {
  letters = []
  const ended = server
  server = null
  if (ended !== null) await new Promise<void>((resolve) => ended.close(resolve))
})

async function start(options: SMTPServerOptions = {}): Promise<void> {
  const made = await mailServer(options)
  ;({ server, letters, port } = made)
}
const box = (
  more: object = {},
  secrets: Record<string, string> = { password: 'pw' },
): OpenConnection => ({
  name: 'mail',
  settings: {
    kind: 'smtp',
    host: '127.0.0.1',
    port,
    security: 'none',
    user: 'pallet',
    from: 'pallet@contoso.test',
    to: 'a@contoso.test, b@contoso.test',
    ...more,
  },
  secrets,
})
function told(connection: OpenConnection, signal = soon()): Promise<string> {
  const trigger = email().trigger?.(connection)
  expect(trigger?.once).toBe(true)
  if (trigger === undefined) throw new Error('It is told.')
  return trigger.tell(landed, signal)
}

test('a letter goes to everybody, in words of all languages', async () => {
  await start()
  expect(await told(box())).toBe('')
  const [letter = ''] = letters
  expect(letters).toHaveLength(1)
  expect(letter).toContain('From: pallet@contoso.test')
  expect(letter).toContain('To: a@contoso.test, b@contoso.test')
  expect(letter).toMatch(/Subject: =\?UTF-8\?/)
  expect(letter).toMatch(/2 of 3 rows delivered to table sales, 1 held/)
  const { message } = await email().test(box(), soon())
  expect(message).toBe(
    '127.0.0.1 took a test letter to a@contoso.test, b@contoso.test: look whether it is there.',
  )
})

test('who is not let in, and what is not taken, is said in words, and no password with it', async () => {
  await start()
  const wrong = await told(box({}, { password: 'secret-guess' })).catch((error: Error) => error)
  expect(wrong).toMatchObject({ code: 'credential-rejected', data: { connection: 'mail' } })
  expect(JSON.stringify(wrong)).not.toContain('secret-guess')
  expect(letters).toEqual([])
})

test.each([
  [450, 'server-busy', 'has no time'],
  [550, 'trigger-failed', 'did not take the letter'],
] as const)('a server that says %i to all of it', async (responseCode, code, said) => {
  await start({ onMailFrom: (_from, _session, answer) => answer(refusal(responseCode)) })
  await expect(told(box())).rejects.toMatchObject({ code, message: expect.stringContaining(said) })
})

test('one of two who does not get it is said', async () => {
  await start({
    onRcptTo: ({ address }, _, answer) =>
      answer(address.startsWith('b@') ? refusal(550) : undefined),
  })
  await expect(told(box())).rejects.toMatchObject({
    code: 'trigger-failed',
    message: expect.stringContaining('for everybody'),
  })
  expect(letters).toHaveLength(1)
})

test('an answer that is lost is not a reason to send it again; a server that is not there is', async () => {
  await start({
    onData: (stream) => {
      stream.resume()
      stream.on('end', () => {
        for (const { _socket: socket } of server?.connections ?? []) socket.destroy()
      })
    },
  })
  await expect(told(box())).rejects.toMatchObject({
    code: 'trigger-failed',
    message: expect.stringContaining('nobody knows whether the letter is on its way'),
  })
  await new Promise<void>((resolve) => server?.close(resolve))
  server = null
  await expect(told(box())).rejects.toMatchObject({ code: 'network' })
})

test('encryption that was asked for is never left out', async () => {
  await start()
  await expect(told(box({ security: 'starttls' }))).rejects.toMatchObject({
    code: 'trigger-failed',
  })
  expect(letters).toEqual([])
})

test('a certificate that nobody vouches for is not taken', async () => {
  const [key, cert] = ['server.key', 'server.pem'].map((name) => readFileSync(certificates + name))
  await start({ disabledCommands: [], ...(key && cert ? { key, cert } : {}) })
  await expect(told(box({ security: 'starttls' }))).rejects.toMatchObject({
    code: 'trigger-failed',
    message: expect.stringContaining('certificate'),
  })
  expect(letters).toEqual([])
})

test('waiting has an end where it is told to stop', async () => {
  const stop = new AbortController()
  const reason = new Error('enough')
  await start({ onMailFrom: () => stop.abort(reason) })
  await expect(told(box(), stop.signal)).rejects.toBe(reason)
  expect(letters).toEqual([])
})
