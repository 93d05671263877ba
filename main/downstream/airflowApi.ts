/** Requests of Airflow's REST API v2, as whoever signs in. */
import { z } from 'zod'
import { Problem } from '../../shared/domain/problem.ts'
import { type Answer, type Request, ask } from '../network/requests.ts'

/** Of what Airflow says of an error. */
const mostSaidCharacters = 300

const Token = z.object({ access_token: z.string().min(1) })

/** As the service writes it; a token that is asked for, or one that is given. */
export type SignIn = { user: string; password: string } | { token: string }

/** Airflow, as a connection reaches it. */
export class AirflowApi {
  readonly host: string
  readonly name: string
  readonly #url: string
  readonly #signIn: SignIn
  readonly #tokens: Map<string, string>

  constructor(name: string, at: { url: string; signIn: SignIn }, tokens: Map<string, string>) {
    this.name = name
    this.#url = at.url.replace(/\/+$/, '')
    this.host = new URL(at.url).host
    this.#signIn = at.signIn
    this.#tokens = tokens
  }

  /** Throws for answers that mean the same to everybody: who is not known here, and who may not. */
  async ask(
    method: Request['method'],
    path: string,
    signal: AbortSignal,
    body?: object,
  ): Promise<Answer> {
    const request = async (): Promise<Answer> => {
      const token = await this.#token(signal)
      return await this.#send(
        {
          method,
          url: `${this.#url}/api/v2${path}`,
          headers: { authorization: `Bearer ${token}` },
        },
        body,
        signal,
      )
    }
    let answer = await request()
    // A token that was kept may have expired: Airflow says 401, or 403 for one that it cannot read.
    if ((answer.status === 401 || answer.status === 403) && this.#tokens.delete(this.name))
      answer = await request()
    if (answer.status === 401 || isOfToken(answer)) throw this.#rejected()
    if (answer.status === 403)
      throw this.problem({
        code: 'permission-denied',
        what: `Airflow at ${this.host} knows who Pallet signs in as, and does not let them do this.`,
        did: 'The run waits.',
        advice: 'Ask whoever looks after Airflow for the right to run and read DAGs.',
        detail: detailOf(answer),
      })
    return answer
  }

  async get<Shape>(shape: z.ZodType<Shape>, path: string, signal: AbortSignal): Promise<Shape> {
    return this.understood(shape, await this.ask('GET', path, signal))
  }

  understood<Shape>(shape: z.ZodType<Shape>, answer: Answer): Shape {
    const parsed = shape.safeParse(answer.body)
    if (answer.status !== 200 || !parsed.success) throw this.unforeseen(answer)
    return parsed.data
  }

  problem(data: Omit<ConstructorParameters<typeof Problem>[0], 'connection'>): Problem {
    return new Problem({ ...data, connection: this.name })
  }

  unforeseen(answer: Answer): Problem {
    return this.problem({
      code: 'trigger-failed',
      what: `What answers at ${this.host} does not answer as Airflow 3 does.`,
      did: 'Nothing was started that Pallet knows of.',
      advice: 'Check the address in the connection, and that it is Airflow 3; then retry the run.',
      detail: detailOf(answer),
    })
  }

  async #token(signal: AbortSignal): Promise<string> {
    if ('token' in this.#signIn) return this.#signIn.token
    const kept = this.#tokens.get(this.name)
    if (kept !== undefined) return kept
    const { user: username, password } = this.#signIn
    const request = { method: 'POST', url: `${this.#url}/auth/token` } as const
    const answer = await this.#send(request, { username, password }, signal)
    if (answer.status === 401 || answer.status === 403) throw this.#rejected()
    const token = Token.safeParse(answer.body)
    if (!token.success) throw this.unforeseen(answer)
    this.#tokens.set(this.name, token.data.access_token)
    return token.data.access_token
  }

  #send(
    request: Omit<Request, 'connection' | 'body'>,
    body: object | undefined,
    signal: AbortSignal,
  ): Promise<Answer> {
    return ask(
      { connection: this.name, ...request, ...(body === undefined ? {} : { body }) },
      signal,
    )
  }

  #rejected(): Problem {
    const { host } = this
    const isGiven = 'token' in this.#signIn
    return this.problem({
      code: 'credential-rejected',
      what: isGiven
        ? `Airflow at ${host} did not accept the token.`
        : `Airflow at ${host} did not accept the user and password.`,
      did: 'The run waits.',
      advice: 'Enter it again in the connection.',
    })
  }
}

/** 403 is also said of a token that nobody can read. */
const isOfToken = (answer: Answer): boolean =>
  answer.status === 403 && /invalid jwt|invalid token|token.*expired/i.test(detailOf(answer))

/** What a service says of an error, for the curious. */
export function detailOf({ status, body }: Answer): string {
  const Detail = z.object({
    detail: z.union([z.string(), z.looseObject({ reason: z.string() }).transform((d) => d.reason)]),
  })
  const said = Detail.safeParse(body)
  return `HTTP ${status}${said.success ? `, ${said.data.detail.slice(0, mostSaidCharacters)}` : ''}`
}
