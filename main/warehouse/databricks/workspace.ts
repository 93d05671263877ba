import { setTimeout as after } from 'node:timers/promises'
import { Problem } from '../../../shared/domain/problem.ts'
import { type Answer, type Request, ask } from '../../network/requests.ts'
import type { AccessOf } from '../../runs/ports/warehouse.ts'
import { tokenOf } from '../../network/clientToken.ts'
import { answeredProblem, isOfToken } from './problems.ts'

export type DatabricksAccess = AccessOf<'databricks'>

type Sent = Pick<Request, 'body' | 'file' | 'answerMs'> & {
  /** Statuses that are no problem; 200 unless said. */
  expected?: readonly number[]
}

/** Waited before it is asked again, where the line or the server has no time; the last one again and again. */
const pausesMs = [250, 1_000, 2_000, 4_000, 8_000, 15_000]
/** A line that is cut for longer is for the run to wait for. */
const patienceMs = 120_000
/** A token is asked for anew this long before it ends. */
const reserveMs = 60_000

/** A workspace of Databricks, by its REST API. All of it fails with a `Problem`, or the signal's reason. */
export class Workspace {
  readonly host: string
  readonly access: DatabricksAccess
  readonly #doing: string
  #token: { text: string; untilMs: number } | null = null

  constructor(access: DatabricksAccess, doing: string) {
    this.access = access
    this.host = new URL(access.url).host
    this.#doing = doing
  }

  /**
   * Asks until somebody answers, or nobody has for two minutes: only for what may be heard twice. Other statuses than
   * `expected` are told as problems.
   */
  async ask(
    method: Request['method'],
    path: string,
    signal: AbortSignal,
    sent: Sent = {},
  ): Promise<Answer> {
    const since = Date.now()
    for (let nth = 0; ; nth += 1)
      try {
        return await this.once(method, path, signal, sent)
      } catch (error) {
        const isBusy =
          error instanceof Problem && (error.code === 'network' || error.code === 'server-busy')
        if (!isBusy) throw error
        const pause = pausesMs[Math.min(nth, pausesMs.length - 1)] ?? 0
        // As long as it says, if it says so.
        const waitMs = Math.max(pause, error.data.retryAfterMs ?? 0)
        if (Date.now() - since + waitMs > patienceMs) throw error
        await after(waitMs, undefined, { signal })
      }
  }

  /** Asks once. */
  async once(
    method: Request['method'],
    path: string,
    signal: AbortSignal,
    { expected = [200], ...sent }: Sent = {},
  ): Promise<Answer> {
    const request = async (): Promise<Answer> =>
      await ask(
        {
          ...sent,
          method,
          url: new URL(path, this.access.url).href,
          headers: { authorization: `Bearer ${await this.#bearer(signal)}` },
        },
        signal,
      )
    let answer = await request()
    if (isOfToken(answer) && this.access.signIn.by === 'client') {
      // It has ended before its time.
      this.#token = null
      answer = await request()
    }
    if (expected.includes(answer.status)) return answer
    throw answeredProblem(answer, this.host, this.#doing)
  }

  /** What lies outside of the workspace and has its right to be read in its address: whoever signs in is not told there. */
  async outside(
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Answer> {
    return await ask({ method: 'GET', url, headers, answerMs: 300_000, mostBytes: 2 ** 28 }, signal)
  }

  async #bearer(signal: AbortSignal): Promise<string> {
    const { signIn } = this.access
    if (signIn.by === 'token') return signIn.token
    if (this.#token !== null && this.#token.untilMs - Date.now() > reserveMs)
      return this.#token.text
    const { token, seconds = 3600 } = await tokenOf(signIn, 'Databricks', signal)
    this.#token = { text: token, untilMs: Date.now() + seconds * 1000 }
    return token
  }
}
