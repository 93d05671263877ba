import { z } from 'zod'
import { Problem } from '../../shared/domain/problem.ts'
import { readyForOutside } from './outside.ts'

/** How a program signs in at an identity provider. */
export interface Client {
  client: string
  secret: string
  tokenAddress: string
  scope?: string | undefined
}

const Answer = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().optional(),
})
const Refusal = z.object({ error: z.string(), error_description: z.string().optional() })

/**
 * A token of the identity provider for a system, by client credentials (RFC 6749, 4.4), and how long it is good for, in seconds, if it
 * says so. Fails with a `Problem`.
 */
export async function tokenOf(
  { client, secret, tokenAddress, scope }: Client,
  system: string,
  signal: AbortSignal,
): Promise<{ token: string; seconds: number | undefined }> {
  readyForOutside()
  const { host } = new URL(tokenAddress)
  let status: number
  let body: unknown
  try {
    const response = await fetch(tokenAddress, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${encodeURIComponent(client)}:${encodeURIComponent(secret)}`).toString('base64')}`,
        accept: 'application/json',
      },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        ...(scope === undefined ? {} : { scope }),
      }),
      // A secret goes nowhere but where it was said to go.
      redirect: 'error',
      signal,
    })
    status = response.status
    body = await response.json().catch(() => null)
  } catch (error) {
    signal.throwIfAborted()
    throw new Problem(
      {
        code: 'network',
        what: `The identity provider at ${host} did not answer.`,
        did: `Pallet did not sign in at ${system}.`,
        advice: 'Check the token address and the line.',
        detail: error instanceof Error ? error.message : '',
      },
      { cause: error },
    )
  }
  const answer = Answer.safeParse(body)
  if (answer.success) return { token: answer.data.access_token, seconds: answer.data.expires_in }
  const refusal = Refusal.safeParse(body)
  if (status >= 500)
    throw new Problem({
      code: 'server-busy',
      what: `The identity provider at ${host} cannot give out a token just now.`,
      did: `Pallet did not sign in at ${system}.`,
      advice: 'Try again later.',
      detail: `HTTP ${status}`,
    })
  throw new Problem({
    code: 'credential-rejected',
    what: `The identity provider at ${host} gives no token for this client.`,
    did: `Pallet did not sign in at ${system}.`,
    advice: 'Check the client id, its secret, and the scope.',
    detail: refusal.success
      ? `HTTP ${status} ${refusal.data.error} ${refusal.data.error_description ?? ''}`.trim()
      : `HTTP ${status}`,
  })
}
