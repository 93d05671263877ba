import { z } from 'zod'
import { StoredSettings } from '../systems/kinds.ts'

/** The name of the built-in connection that needs no account (Azurite on this computer). */
export const sandboxName = 'sandbox'
/** The name of the connection that `AZURE_STORAGE_CONNECTION_STRING` brings with it. */
export const environmentName = 'environment'

export const ConnectionName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,40}$/, 'Use lower-case letters, digits and hyphens, at most 41.')

/** A connection as the screens see it: never with its secrets. */
export const Connection = z.object({
  name: ConnectionName,
  settings: StoredSettings,
  /** Container used when a run names none. */
  container: z.string().nullable(),
  /** `builtin`: sandbox and environment; the others say whether the vault holds every secret they need. */
  secret: z.enum(['builtin', 'none-needed', 'stored', 'missing']),
  /** The secret fields that the vault holds. */
  kept: z.array(z.string()),
  createdAt: z.string(),
})
export type Connection = z.infer<typeof Connection>

/** The outcome of trying a connection. */
export const ConnectionTest = z.object({
  ok: z.boolean(),
  /** One sentence, good or bad. */
  message: z.string(),
  /** What can be chosen there, such as containers; null: the system has no such thing. */
  places: z.object({ label: z.string(), names: z.array(z.string()) }).nullable(),
})
export type ConnectionTest = z.infer<typeof ConnectionTest>

/** Names that are offered for a field; nobody looks through more. */
export const mostOffered = 10_000

/** What a system offers for a field of a connection. */
export const Offered = z.object({
  /** `note`: what there is to say of one besides its name; may be empty. */
  names: z.array(z.object({ name: z.string(), note: z.string() })).max(mostOffered),
  /** A sentence about what is there and not offered; empty: all is. */
  besides: z.string(),
})
export type Offered = z.infer<typeof Offered>
