/** What may come in as a message: a call of the contract with JSON as its input, or the end of one. */
import { z } from 'zod'
import { contract } from '../../shared/contract/contract.ts'

const paths = Object.entries(contract).flatMap(([subject, calls]) =>
  Object.keys(calls).map((name) => `/${subject}/${name}`),
)
const Id = z.string().min(1).max(64)
/**
 * As oRPC writes them (i: id, t: type, p: payload, u: path, b: body). No input of the contract needs the types
 * beyond JSON, the headers, the bodies of other kinds and the streams that the protocol also has.
 */
const Frame = z.union([
  z.strictObject({
    i: Id,
    p: z.strictObject({
      u: z.enum(paths),
      b: z.strictObject({ json: z.unknown().optional() }).optional(),
    }),
  }),
  z.strictObject({ i: Id, t: z.literal(4) }),
])
const WithId = z.object({ i: Id })

export type ReadFrame =
  | { kind: 'good'; text: string }
  /** Whoever sent it can be told. */
  | { kind: 'wrong'; id: string }
  | { kind: 'unreadable' }

export function readFrame(data: unknown): ReadFrame {
  if (typeof data !== 'string') return { kind: 'unreadable' }
  let message: unknown
  try {
    message = JSON.parse(data)
  } catch {
    return { kind: 'unreadable' }
  }
  if (Frame.safeParse(message).success) return { kind: 'good', text: data }
  const { data: named } = WithId.safeParse(message)
  return named === undefined ? { kind: 'unreadable' } : { kind: 'wrong', id: named.i }
}
