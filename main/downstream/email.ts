/** A letter by SMTP (RFC 5321). A mail server knows no letter when it comes again: it is sent once. */
import { z } from 'zod'
import { Problem } from '../../shared/domain/problem.ts'
import { email as record } from '../../shared/systems/email.ts'
import { byKind } from '../../shared/systems/kinds.ts'
import type { OpenConnection } from '../../shared/systems/record.ts'
import { isTls, readyForOutside } from '../network/outside.ts'
import type { OutsideSystem } from '../runs/ports/systems.ts'
import { landedWords, testWords } from './words.ts'

/** How long the server may take for one answer. */
const answerMs = 30_000

/** What the library says of a failure; `command` is the step of SMTP at which it was. */
const Failure = z.object({
  code: z.string().default(''),
  /** Of the system, where it was that. */
  originalCode: z.string().default(''),
  command: z.string().default(''),
  responseCode: z.number().catch(0),
})

export function email(): OutsideSystem {
  const boxOf = byKind(record, {
    smtp: ({ settings, secrets: { password } }) => ({ ...settings, password }),
  })
  async function send(
    connection: OpenConnection,
    letter: { subject: string; text: string },
    signal: AbortSignal,
  ): Promise<void> {
    const { host, port, security, user, password = '', from, to } = boxOf(connection)
    readyForOutside()
    const { createTransport } = await import('nodemailer')
    const transport = createTransport({
      host,
      port,
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
      ...(user === undefined ? {} : { auth: { user, pass: password } }),
      connectionTimeout: answerMs,
      greetingTimeout: answerMs,
      socketTimeout: answerMs,
      // A letter is of its text alone.
      disableFileAccess: true,
      disableUrlAccess: true,
    })
    let isSending = false
    try {
      // What fails before this is done was surely not sent.
      await orStopped(transport.verify(), signal)
      isSending = true
      const { rejected } = await transport.sendMail({ from, to, ...letter, signal })
      if (rejected.length > 0) throw partly(connection.name, host)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof Problem) throw error
      throw problemOf(error, { name: connection.name, host, isSending })
    } finally {
      transport.close()
    }
  }
  return {
    async test(connection, signal) {
      await send(connection, { subject: 'A test of Pallet', text: testWords }, signal)
      const { to, host } = boxOf(connection)
      return {
        message: `${host} took a test letter to ${to}: look whether it is there.`,
        places: null,
      }
    },
    alert:
      (connection) =>
      ({ subject, text }, signal) =>
        send(connection, { subject, text }, signal),
    trigger: (connection) => ({
      once: true,
      tell: async ({ dataset, values }, signal) => {
        const text = landedWords(values)
        await send(connection, { subject: `Pallet: ${dataset} delivered`, text }, signal)
        return ''
      },
      ask: async () => ({ kind: 'done' }),
    }),
  }
}

/** To sign in ends by the limits of the library; whoever stops it does not wait for them. */
async function orStopped<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted()
  const stopped = Promise.withResolvers<never>()
  const stop = (): void => stopped.reject(signal.reason)
  signal.addEventListener('abort', stop)
  try {
    return await Promise.race([work, stopped.promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

const partly = (connection: string, host: string): Problem =>
  new Problem({
    code: 'trigger-failed',
    what: `The mail server ${host} did not take the letter for everybody it goes to.`,
    did: 'It went to the others.',
    advice: 'Check in the connection to whom it goes.',
    connection,
  })

/** What went wrong, in words. `isSending`: the letter may have been on its way. */
function problemOf(
  cause: unknown,
  { name, host, isSending }: { name: string; host: string; isSending: boolean },
): Problem {
  const failure = Failure.safeParse(cause).data
  const { code = '', originalCode = '', command = '', responseCode = 0 } = failure ?? {}
  const detail = [originalCode, code, command, responseCode === 0 ? '' : `SMTP ${responseCode}`]
    .filter((part) => part !== '')
    .join(', ')
  const problem = (data: ConstructorParameters<typeof Problem>[0]): Problem =>
    new Problem({ ...data, detail, connection: name }, { cause })
  if (code === 'EAUTH' || responseCode === 535 || responseCode === 530)
    return problem({
      code: 'credential-rejected',
      what: `The mail server ${host} did not let Pallet sign in.`,
      did: 'No letter was sent.',
      advice: 'Check user and password in the connection.',
    })
  if (code === 'ETLS' || isTls(originalCode))
    return problem({
      code: 'trigger-failed',
      what: `The mail server ${host} cannot be spoken to in the encryption that was chosen, or its certificate is not trusted by this computer.`,
      did: 'No letter was sent.',
      advice:
        'Choose another encryption and port in the connection, or ask IT for its certificate.',
    })
  if (responseCode >= 400 && responseCode < 500)
    return problem({
      code: 'server-busy',
      what: `The mail server ${host} has no time for this now.`,
      did: 'Pallet asks again in a while.',
      advice: 'If it stays so, ask whoever looks after that server.',
    })
  if (responseCode >= 500)
    return problem({
      code: 'trigger-failed',
      what: `The mail server ${host} did not take the letter.`,
      did: 'No letter was sent.',
      advice: 'Check from whom and to whom it goes in the connection, and retry the run.',
    })
  if (!isSending)
    return problem({
      code: 'network',
      what: `The mail server ${host} could not be reached.`,
      did: 'Pallet asks again in a while.',
      advice:
        'Check the network connection of this computer, and mail server and port in the connection.',
    })
  return problem({
    code: 'trigger-failed',
    what: `The mail server ${host} did not answer, so that nobody knows whether the letter is on its way.`,
    did: 'Pallet does not send it again by itself: it might come twice.',
    advice: 'Ask whoever was to get it; if nothing has come, retry the run.',
  })
}
