import { z } from 'zod'

/** The name of the built-in connection that needs no account (Azurite on this computer). */
export const sandboxName = 'sandbox'
/** The name of the connection that `AZURE_STORAGE_CONNECTION_STRING` brings with it. */
export const environmentName = 'environment'

/** An address only: what stands after a `?` may be a signature, and settings are shown and stored in the open. */
const blobEndpoint = z
  .url({ protocol: /^https?$/ })
  .regex(/^[^?#@]+$/, 'Only the address itself, without a signature, a user name or a password.')
  .describe('https://ACCOUNT.blob.core.windows.net')

/** What is not secret about a connection. Its secret, where it has one, lies in the vault. */
export const ConnectionSettings = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('sandbox') }),
  z.object({ kind: z.literal('environment') }),
  /** secret: the connection string */
  z.object({ kind: z.literal('connection-string') }),
  /** secret: the account key, base64 */
  z.object({ kind: z.literal('account-key'), account: z.string().min(3), endpoint: blobEndpoint }),
  /** secret: the whole SAS URL of an account or a container */
  z.object({ kind: z.literal('sas-url') }),
  z.object({
    kind: z.literal('entra-browser'),
    endpoint: blobEndpoint,
    tenant: z.string().optional(),
  }),
  z.object({
    kind: z.literal('entra-device-code'),
    endpoint: blobEndpoint,
    tenant: z.string().optional(),
  }),
  /** secret: the client secret */
  z.object({
    kind: z.literal('entra-client-secret'),
    endpoint: blobEndpoint,
    tenant: z.string().min(1),
    client: z.string().min(1),
  }),
  /** the computer's own: environment, managed identity, az login … */
  z.object({ kind: z.literal('entra-default'), endpoint: blobEndpoint }),
])
export type ConnectionSettings = z.infer<typeof ConnectionSettings>
export type ConnectionKind = ConnectionSettings['kind']

/** The kinds a person can add; the two built-in ones are there by themselves. */
export const addableKinds = [
  'connection-string',
  'account-key',
  'sas-url',
  'entra-browser',
  'entra-device-code',
  'entra-client-secret',
  'entra-default',
] as const satisfies readonly ConnectionKind[]

/** Whether a kind has a secret that must be written to the vault. */
export function needsSecret(kind: ConnectionKind): boolean {
  switch (kind) {
    case 'connection-string':
    case 'account-key':
    case 'sas-url':
    case 'entra-client-secret':
      return true
    case 'sandbox':
    case 'environment':
    case 'entra-browser':
    case 'entra-device-code':
    case 'entra-default':
      return false
  }
}

export const ConnectionName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,40}$/, 'Use lower-case letters, digits and hyphens, at most 41.')

/** A connection as the screens see it: never with its secret. */
export const Connection = z.object({
  name: ConnectionName,
  settings: ConnectionSettings,
  /** Container used when a run names none. */
  container: z.string().nullable(),
  /** `builtin`: sandbox and environment; the others say whether the vault holds their secret. */
  secret: z.enum(['builtin', 'none-needed', 'stored', 'missing']),
  createdAt: z.string(),
})
export type Connection = z.infer<typeof Connection>

/** The outcome of trying a connection. */
export const ConnectionTest = z.object({
  ok: z.boolean(),
  /** One sentence, good or bad. */
  message: z.string(),
  containers: z.array(z.string()),
})
export type ConnectionTest = z.infer<typeof ConnectionTest>
