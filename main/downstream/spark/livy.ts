/**
 * Jobs by the REST API of Apache Livy (https://livy.apache.org/docs/latest/rest-api.html). Livy refuses a name that is there already, but forgets a batch
 * some minutes after its end, and numbers begin anew with every start of a Livy that keeps nothing. So a batch is known by its name,
 * it is looked for before one is created, and whether its driver has ever run is seen by its event log.
 */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Problem } from '../../../shared/domain/problem.ts'
import { type Answer, type Request, ask } from '../../network/requests.ts'
import { clockOf, mustBeSettled } from '../settling.ts'
import { EventLog } from './events.ts'
import { type Attempt, type Place, readJson, textIn } from './place.ts'
import { type Seen, type Way, submissionOf } from './way.ts'

const Batch = z.object({
  id: z.int(),
  name: z.string().nullish(),
  state: z.string(),
  appId: z.string().nullish(),
})
type Batch = z.infer<typeof Batch>
const Batches = z.object({ total: z.int(), sessions: z.array(Batch) })
const Log = z.object({ log: z.array(z.string()) })
const Version = z.object({ version: z.string() })
const Said = z.object({ msg: z.string() })

const pageSize = 100
const mostPages = 100
const logLines = 200

export interface LivySettings {
  connection: string
  url: string
  signIn: { user: string; password: string } | null
  conf: () => Record<string, string>
}

export function livy({ connection, url, signIn, conf }: LivySettings, place: Place): Way {
  const base = url.replace(/\/+$/, '')
  const failed = (what: string, advice: string, answer?: Answer): Problem =>
    new Problem({
      code: 'trigger-failed',
      what,
      did: 'Nothing was started that Pallet knows of.',
      advice,
      detail: answer === undefined ? '' : `HTTP ${answer.status} ${saidIn(answer)}`.trim(),
      connection,
    })
  const odd = (answer: Answer): Problem =>
    failed(
      `Livy did not answer as it should by the connection ${connection}.`,
      'Check its address in the connection; then retry the run, which looks first what is there.',
      answer,
    )
  const asked = async (
    method: Request['method'],
    path: string,
    signal: AbortSignal,
    { body, expected = [200] }: { body?: object; expected?: readonly number[] } = {},
  ): Promise<Answer> => {
    const headers: Record<string, string> = { 'x-requested-by': 'pallet' }
    if (signIn !== null)
      headers.authorization = `Basic ${Buffer.from(`${signIn.user}:${signIn.password}`).toString('base64')}`
    const request = { connection, method, url: `${base}${path}`, headers }
    const answer = await ask(body === undefined ? request : { ...request, body }, signal)
    const { status } = answer
    if (expected.includes(status)) return answer
    if (status === 401)
      throw new Problem({
        code: 'credential-rejected',
        what: `Livy does not accept who signs in by the connection ${connection}.`,
        did: 'The run waits.',
        advice: 'Enter user and password again.',
        detail: `HTTP ${status}`,
        connection,
      })
    if (status === 403)
      throw new Problem({
        code: 'permission-denied',
        what: `Livy knows who signs in by the connection ${connection}, and does not let them do this.`,
        did: 'The run waits.',
        advice:
          'Ask whoever looks after Livy for the right to submit batches, and to see their own.',
        detail: `HTTP ${status} ${saidIn(answer)}`.trim(),
        connection,
      })
    throw odd(answer)
  }
  const understood = <Shape>(shape: z.ZodType<Shape>, answer: Answer): Shape => {
    const parsed = shape.safeParse(answer.body)
    if (!parsed.success) throw odd(answer)
    return parsed.data
  }
  /** By its name, among all that it lists; and what time it is there (Unix, milliseconds). */
  const listed = async (
    name: string,
    signal: AbortSignal,
  ): Promise<{ batch: Batch | null; nowMs: number }> => {
    for (let nth = 0, nowMs = 0; ; nth += 1) {
      const path = `/batches?from=${nth * pageSize}&size=${pageSize}`
      const answer = await asked('GET', path, signal)
      if (nth === 0) nowMs = clockOf(answer)
      const { total, sessions } = understood(Batches, answer)
      const batch = sessions.find((one) => one.name === name) ?? null
      if (batch !== null || (nth + 1) * pageSize >= total || nth + 1 === mostPages)
        return { batch, nowMs }
    }
  }
  const fileOf = (attempt: Attempt, name: 'batch.json' | 'begun'): string =>
    join(attempt.folder, name)
  const know = (attempt: Attempt, { id, name, state }: Batch): Promise<void> =>
    place.write(fileOf(attempt, 'batch.json'), JSON.stringify({ id, name, state }))
  /** That of a start, which may have another number than it was given, or be forgotten. */
  const batchOf = async (attempt: Attempt, signal: AbortSignal): Promise<Batch | null> => {
    const known = await readJson(fileOf(attempt, 'batch.json'), Batch)
    if (known !== null) {
      const answer = await asked('GET', `/batches/${known.id}`, signal, { expected: [200, 404] })
      const now = answer.status === 404 ? null : understood(Batch, answer)
      if (now?.name === attempt.name) return now
    }
    const { batch } = await listed(attempt.name, signal)
    if (batch !== null) await know(attempt, batch)
    return batch
  }
  const hasRun = (attempt: Attempt): Promise<boolean> =>
    new EventLog(join(attempt.folder, 'events')).read()
  return {
    async test(signal) {
      conf()
      const { total } = understood(Batches, await asked('GET', '/batches?from=0&size=1', signal))
      const version = await asked('GET', '/version', signal, { expected: [200, 404] })
      const named = Version.safeParse(version.body)
      return `Livy${named.success ? ` ${named.data.version}` : ''} answers at ${new URL(base).host}, and has ${total === 1 ? 'one batch' : `${total} batches`}.`
    },
    async begin(attempt, signal) {
      if ((await textIn(fileOf(attempt, 'batch.json'))) !== null) return
      const { batch, nowMs } = await listed(attempt.name, signal)
      if (batch !== null) return await know(attempt, batch)
      // It was there, has run, and is forgotten.
      if (await hasRun(attempt)) return await know(attempt, { id: 0, state: 'forgotten' })
      const begunAt = await textIn(fileOf(attempt, 'begun'))
      if (begunAt !== null) mustBeSettled({ connection, title: 'Livy' }, begunAt, nowMs)
      await mkdir(join(attempt.folder, 'events'), { recursive: true })
      const { file, className, args, conf: all } = submissionOf(attempt, conf())
      await place.write(fileOf(attempt, 'begun'), new Date(nowMs).toISOString())
      const answer = await asked('POST', '/batches', signal, {
        body: {
          file,
          args,
          conf: all,
          name: attempt.name,
          ...(className === null ? {} : { className }),
        },
        expected: [200, 201, 400],
      })
      if (answer.status !== 400) return await know(attempt, understood(Batch, answer))
      const said = saidIn(answer)
      const { batch: own } = await listed(attempt.name, signal)
      // An earlier request was heard, and came to its end in the meantime.
      if (said.startsWith('Duplicate') && own !== null) return await know(attempt, own)
      // What it refuses it lists all the same, as if it were starting.
      if (own !== null)
        await asked('DELETE', `/batches/${own.id}`, signal, { expected: [200, 404, 500] })
      await rm(fileOf(attempt, 'begun'), { force: true })
      if (/too many sessions/i.test(said))
        throw new Problem({
          code: 'server-busy',
          what: 'Livy starts as many jobs as it may just now.',
          did: 'Pallet asks again in a while.',
          advice: 'If it stays so, ask whoever looks after Livy.',
          connection,
        })
      throw failed(
        `Livy did not start the job, saying “${said.slice(0, 300)}”.`,
        /local path/i.test(said)
          ? 'Let livy.file.local-dir-whitelist of Livy have the folder; then retry the run.'
          : 'Ask whoever looks after Livy what it takes, and retry the run.',
        answer,
      )
    },
    async look(attempt, signal): Promise<Seen> {
      const isKnown = (await textIn(fileOf(attempt, 'batch.json'))) !== null
      const batch = await batchOf(attempt, signal)
      if (batch === null) {
        if (!isKnown) return { kind: 'absent' }
        const why = 'Livy knows it no more, so look at the cluster'
        return { kind: 'ended', good: null, why, log: [] }
      }
      const { id, state } = batch
      switch (state) {
        case 'success':
        case 'dead':
        case 'killed':
        case 'error': {
          const path = `/batches/${id}/log?size=${logLines}`
          const answer = await asked('GET', path, signal, { expected: [200, 403, 404] })
          const log = Log.safeParse(answer.body)
          const why = state === 'killed' ? 'it was ended' : `Livy says “${state}”`
          return {
            kind: 'ended',
            good: state === 'success',
            why,
            log: log.success ? log.data.log : [],
          }
        }
        case 'not_started':
        case 'starting':
        case 'recovering':
          return { kind: 'working', doing: 'is being started by Livy' }
        case 'running':
        case 'busy':
        case 'idle':
        case 'shutting_down':
          return { kind: 'working', doing: 'runs in Spark' }
        default:
          // Never taken for an end.
          return { kind: 'working', doing: `is “${state}” at Livy` }
      }
    },
    async end(attempt, signal) {
      const batch = await batchOf(attempt, signal)
      if (batch === null) return
      await asked('DELETE', `/batches/${batch.id}`, signal, { expected: [200, 404] })
    },
  }
}

/** What it says of an error; empty where it says nothing. */
function saidIn({ body }: Answer): string {
  const said = Said.safeParse(body)
  return said.success ? said.data.msg.replace(/\s+/g, ' ').trim() : ''
}
