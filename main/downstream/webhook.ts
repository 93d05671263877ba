/**
 * A request of Pallet's own, signed as of Standard Webhooks 1.0 (https://www.standardwebhooks.com), which libraries of many languages
 * verify. Its id is the idempotency key: one that comes again is the same event.
 */
import { createHmac } from 'node:crypto'
import { Problem } from '../../shared/domain/problem.ts'
import { webhook as record } from '../../shared/systems/webhook.ts'
import { byKind } from '../../shared/systems/kinds.ts'
import { type Answer, ask } from '../network/requests.ts'
import type { OutsideSystem } from '../runs/ports/systems.ts'

interface Receiver {
  name: string
  url: string
  signingSecret: string
}

export function webhook(): OutsideSystem {
  const receiverOf = byKind(record, {
    webhook: ({ name, settings: { url }, secrets: { signingSecret } }): Receiver => ({
      name,
      url,
      signingSecret,
    }),
  })
  return {
    async test(connection, signal) {
      const receiver = receiverOf(connection)
      const at = new Date()
      const event = { type: 'pallet.test', timestamp: at.toISOString(), data: {} }
      await send(receiver, `test_${at.getTime()}`, event, signal)
      return { message: `${new URL(receiver.url).host} took a signed test.`, places: null }
    },
    alert: (connection) => {
      const receiver = receiverOf(connection)
      return async ({ id, ...data }, signal) => {
        const timestamp = new Date().toISOString()
        await send(receiver, id, { type: 'pallet.alert', timestamp, data }, signal)
      }
    },
    trigger: (connection) => {
      const receiver = receiverOf(connection)
      return {
        tell: async ({ runId, values, parameters }, signal) => {
          const id = `${runId}_${receiver.name}`
          const data = { ...values, parameters }
          await send(receiver, id, { type: 'pallet.landed', timestamp: values.time, data }, signal)
          return ''
        },
        ask: async () => ({ kind: 'done' }),
      }
    },
  }
}

/** `v1,` and HMAC-SHA256 in base64 of what is sent. `seconds`: Unix time. */
export function signatureOf(
  { id, seconds, body }: { id: string; seconds: number; body: string },
  signingSecret: string,
): string {
  const key = Buffer.from(signingSecret.replace(/^whsec_/, ''), 'base64')
  return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`
}

async function send(
  { name, url, signingSecret }: Receiver,
  id: string,
  event: object,
  signal: AbortSignal,
): Promise<void> {
  const body = JSON.stringify(event)
  const seconds = Math.floor(Date.now() / 1000)
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signatureOf({ id, seconds, body }, signingSecret),
  }
  const answer = await ask({ connection: name, method: 'POST', url, headers, body }, signal)
  if (answer.status < 200 || answer.status > 299) throw refused(answer, new URL(url).host, name)
}

function refused({ status }: Answer, host: string, connection: string): Problem {
  const detail = `HTTP ${status}`
  switch (status) {
    case 401:
    case 403:
      return new Problem({
        code: 'credential-rejected',
        what: `${host} did not accept the signature.`,
        did: 'The run waits.',
        advice:
          'Enter the signing secret again, as the receiver has it; its clock may be wrong, too.',
        detail,
        connection,
      })
    case 404:
    case 410:
      return new Problem({
        code: 'trigger-failed',
        what: `Nobody at ${host} takes requests at this address any more.`,
        advice: 'Check the address in the connection, and retry the run.',
        detail,
        connection,
      })
    default:
      return new Problem({
        code: 'trigger-failed',
        what: `${host} did not take what Pallet tells it.`,
        advice: 'Ask whoever looks after the receiver, and retry the run.',
        detail,
        connection,
      })
  }
}
