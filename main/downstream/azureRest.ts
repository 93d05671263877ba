import { z } from 'zod'
import { Problem } from '../../shared/domain/problem.ts'
import { type Answer, type Request, ask } from '../network/requests.ts'
import type { TokenSource } from '../runs/ports/signIn.ts'

/** A REST API behind Microsoft Entra ID, as a connection reaches it. */
export interface AzureApi {
  connection: string
  /** As sentences name it. */
  title: string
  /** What every path begins with. */
  url: string
  token: TokenSource
  /** The token that was kept is worth nothing any more. */
  forget: () => void
  /** What whoever signs in needs there. */
  rights: string
}

const Said = z.object({
  error: z.union([
    z.object({ code: z.string().default(''), message: z.string().default('') }),
    z.string().transform((code) => ({ code, message: '' })),
  ]),
})

/** Asks once, as whoever signs in. Throws a `Problem` for what means the same everywhere, and for statuses that are not `expected`. */
export async function askAzure(
  api: AzureApi,
  method: Request['method'],
  path: string,
  signal: AbortSignal,
  { body, expected = [200] }: { body?: object; expected?: readonly number[] } = {},
): Promise<Answer> {
  const request = async (): Promise<Answer> => {
    const { token } = await api.token()
    return await ask(
      {
        connection: api.connection,
        method,
        url: `${api.url}${path}`,
        headers: { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { body }),
      },
      signal,
    )
  }
  let answer = await request()
  if (answer.status === 401) {
    // It has ended before its time, or was taken back.
    api.forget()
    answer = await request()
  }
  const { status } = answer
  if (expected.includes(status)) return answer
  const { title, connection } = api
  const detail = `HTTP ${status} ${saidIn(answer)}`.trim()
  if (status === 401)
    throw new Problem({
      code: 'credential-rejected',
      what: `${title} does not accept who signs in by the connection ${connection}.`,
      did: 'The run waits.',
      advice: 'Check tenant, client and secret in the connection.',
      detail,
      connection,
    })
  if (status === 403)
    throw new Problem({
      code: 'permission-denied',
      what: `${title} knows who signs in by the connection ${connection}, and does not let them do this.`,
      did: 'The run waits.',
      advice: `Ask for the right to it: ${api.rights}.`,
      detail,
      connection,
    })
  throw unforeseen(api, answer)
}

/** The body of an answer, in the shape that was published. */
export function understood<Shape>(api: AzureApi, shape: z.ZodType<Shape>, answer: Answer): Shape {
  const parsed = shape.safeParse(answer.body)
  if (!parsed.success) throw unforeseen(api, answer)
  return parsed.data
}

export async function getAzure<Shape>(
  api: AzureApi,
  shape: z.ZodType<Shape>,
  path: string,
  signal: AbortSignal,
): Promise<Shape> {
  return understood(api, shape, await askAzure(api, 'GET', path, signal))
}

/** What it says of an error; empty where it says nothing. */
export function saidIn({ body }: Answer): string {
  const said = Said.safeParse(body)
  if (!said.success) return ''
  const { code, message } = said.data.error
  return `${code} ${message}`.replace(/\s+/g, ' ').trim().slice(0, 300)
}

function unforeseen({ title, connection }: AzureApi, answer: Answer): Problem {
  const { status } = answer
  return new Problem({
    code: 'trigger-failed',
    what: `${title} did not answer as it should by the connection ${connection}.`,
    did: 'Nothing was started that Pallet knows of.',
    advice:
      'Check what the connection says of where it is; then retry the run, which looks first what is there.',
    detail: `HTTP ${status} ${saidIn(answer)}`.trim(),
    connection,
  })
}
