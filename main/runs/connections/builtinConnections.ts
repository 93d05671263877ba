import { type Connection, environmentName, sandboxName } from '../../../shared/domain/connection.ts'

/** The process environment, of which two variables make a connection. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Those that are there without anybody having saved them. */
export function builtinConnections(environment: Environment): Connection[] {
  const since = '1970-01-01T00:00:00.000Z'
  const sandbox: Connection = {
    name: sandboxName,
    settings: { kind: 'sandbox' },
    container: null,
    secret: 'builtin',
    kept: [],
    createdAt: since,
  }
  if (environmentString(environment) === null) return [sandbox]
  return [
    {
      name: environmentName,
      settings: { kind: 'connection-string' },
      container: environment['AZURE_STORAGE_CONTAINER']?.trim() || null,
      secret: 'builtin',
      kept: [],
      createdAt: since,
    },
    sandbox,
  ]
}

/** The connection string of the environment; null: it has none. */
export const environmentString = (environment: Environment): string | null =>
  environment['AZURE_STORAGE_CONNECTION_STRING']?.trim() || null
