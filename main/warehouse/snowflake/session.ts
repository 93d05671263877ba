import { createPrivateKey } from 'node:crypto'
import type { Connection, ConnectionOptions, RowStatement } from 'snowflake-sdk'
import { Problem } from '../../../shared/domain/problem.ts'
import { folded } from '../../../shared/systems/snowflake.ts'
import { readyForOutside } from '../../network/outside.ts'
import type { AccessOf } from '../../runs/ports/warehouse.ts'
import type { Row, Statements } from '../remote/statements.ts'
import { tokenOf } from '../../network/clientToken.ts'
import { named } from './names.ts'
import { codeOf, snowflakeProblem, tooLong } from './problems.ts'

export type SnowflakeAccess = AccessOf<'snowflake'>

/** One session at Snowflake. Temporary tables live as long as it does. */
export interface Session extends Statements {
  readonly access: SnowflakeAccess
  /** Deaf to the abort: for what is decided, of which must be told what became. */
  readonly decided: Statements
  /** Rows one after the other, with the names of their columns; whoever breaks off ends the statement. */
  stream(sql: string): Promise<{ columns: string[]; rows: AsyncIterable<Row>; end(): void }>
  /** What its statements are called in Snowflake's history from now on. */
  tag(runId: string): void
  close(): Promise<void>
}

/** A sign-in that takes longer is given up: the driver alone would go on for minutes. */
const signInMs = 60_000

/** Signs in. Fails with a `Problem` in a sentence, or the signal's reason. */
export async function openSession(
  access: SnowflakeAccess,
  signal: AbortSignal,
  doing: string,
): Promise<Session> {
  signal.throwIfAborted()
  readyForOutside()
  const { default: driver } = await import('snowflake-sdk')
  driver.configure({ logLevel: 'OFF', additionalLogToConsole: false })
  const { account, role, warehouse, database, schema } = access
  // None of them is known yet while it is asked what there is.
  const places = Object.entries({ role, warehouse, database, schema }).filter(([, name]) => name)
  const until = AbortSignal.any([signal, AbortSignal.timeout(signInMs)])
  const explained = (error: unknown): unknown => {
    if (signal.aborted) return signal.reason
    return until.aborted ? tooLong(account, 'signing in') : snowflakeProblem(error, access, doing)
  }
  let connection: Connection
  try {
    connection = driver.createConnection({
      account,
      accessUrl: access.address,
      ...(await credentials(access, until)),
      ...Object.fromEntries(places),
      application: 'Pallet',
      fetchAsString: ['Boolean', 'Number', 'Date', 'Buffer', 'JSON'],
      representNullAsStringNull: false,
      rowMode: 'array',
      clientSessionKeepAlive: true,
      sfRetryMaxLoginRetries: 2,
    })
    await raced(
      until,
      new Promise<void>((resolve, reject) => {
        void connection.connectAsync((error) => {
          if (error) reject(error)
          else resolve()
        })
      }),
    )
  } catch (error) {
    throw explained(error)
  }

  let queryTag = ''
  const execute = async (
    sql: string,
    values: readonly (string | number)[],
    ends: AbortSignal,
  ): Promise<Row[]> => {
    const { promise, resolve, reject } = Promise.withResolvers<Row[]>()
    ends.throwIfAborted()
    const statement = connection.execute({
      sqlText: sql,
      binds: [...values],
      parameters: { QUERY_TAG: queryTag },
      complete: (error, _, rows) => {
        if (error) reject(snowflakeProblem(error, access, doing))
        else resolve(rows ?? [])
      },
    })
    return await raced(ends, promise, () => cancelled(statement))
  }
  const never = new AbortController().signal
  return {
    access,
    named,
    folded,
    rows: (sql, values = []) => execute(sql, values, signal),
    decided: { named, folded, rows: (sql, values = []) => execute(sql, values, never) },
    stream: (sql) =>
      raced(
        signal,
        new Promise((resolve, reject) => {
          connection.execute({
            sqlText: sql,
            streamResult: true,
            parameters: { QUERY_TAG: queryTag },
            complete: (error, statement) => {
              if (error) {
                reject(error)
                return
              }
              const readable = statement.streamRows()
              resolve({
                columns: (statement.getColumns() ?? []).map((column) => column.getName()),
                rows: whole(readable as AsyncIterable<Row>, statement.getNumRows(), account, doing),
                end: () => {
                  readable.destroy()
                  cancelled(statement)
                },
              })
            },
          })
        }),
      ),
    tag: (runId) => {
      queryTag = runId
    },
    close: () =>
      new Promise((resolve) => {
        // Whether it hears it or not: a session that nobody uses ends by itself, and what it had not committed with it.
        const waited = setTimeout(resolve, closeMs)
        connection.destroy(() => {
          clearTimeout(waited)
          resolve()
        })
      }),
  }
}

const closeMs = 5_000

/** Opens a session for one piece of work, and closes it again. */
export async function withSession<Result>(
  access: SnowflakeAccess,
  signal: AbortSignal,
  doing: string,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const session = await openSession(access, signal, doing)
  try {
    return await work(session)
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    await session.close()
  }
}

async function credentials(
  { signIn }: SnowflakeAccess,
  signal: AbortSignal,
): Promise<Partial<ConnectionOptions>> {
  switch (signIn.by) {
    case 'key-pair':
      return {
        authenticator: 'SNOWFLAKE_JWT',
        username: signIn.user,
        privateKey: privateKey(signIn.key, signIn.passphrase),
      }
    case 'token':
      return {
        authenticator: 'PROGRAMMATIC_ACCESS_TOKEN',
        username: signIn.user,
        token: signIn.token,
      }
    case 'oauth':
      return { authenticator: 'OAUTH', token: (await tokenOf(signIn, 'Snowflake', signal)).token }
    case 'azure':
      return {
        authenticator: 'WORKLOAD_IDENTITY',
        workloadIdentityProvider: 'AZURE',
        ...(signIn.client === undefined ? {} : { workloadIdentityAzureClientId: signIn.client }),
        ...(signIn.resource === undefined
          ? {}
          : { workloadIdentityAzureEntraIdResource: signIn.resource }),
      }
  }
}

/** As the driver takes it: without a passphrase. */
function privateKey(key: string, passphrase: string | undefined): string {
  try {
    const known = createPrivateKey({
      key,
      format: 'pem',
      ...(passphrase === undefined ? {} : { passphrase }),
    })
    return known.export({ format: 'pem', type: 'pkcs8' }).toString()
  } catch (error) {
    throw new Problem(
      {
        code: 'credential-rejected',
        what:
          passphrase === undefined
            ? 'The private key of this connection cannot be read, or it needs a passphrase.'
            : 'The private key of this connection cannot be opened with this passphrase.',
        did: 'Pallet did not sign in.',
        advice: 'Save the whole PEM file, from BEGIN to END, and its passphrase.',
        detail: codeOf(error),
      },
      { cause: error },
    )
  }
}

/** The driver does not count the rows of an answer that comes in parts: one that ends too early would look like a shorter one. */
async function* whole(
  rows: AsyncIterable<Row>,
  expected: number,
  account: string,
  doing: string,
): AsyncGenerator<Row> {
  let count = 0
  for await (const row of rows) {
    count += 1
    yield row
  }
  if (count !== expected)
    throw new Problem({
      code: 'network',
      what: `Snowflake at ${account} answered with ${count} of ${expected} rows while ${doing}.`,
      did: 'Pallet does not use an answer that is not whole.',
      advice: 'Check the line, and ask again.',
    })
}

function cancelled(statement: RowStatement): void {
  try {
    statement.cancel(() => {})
  } catch {
    // One that sends a file has nothing to be cancelled.
  }
}

/** The work, or the signal's reason as soon as it is aborted. */
async function raced<Result>(
  signal: AbortSignal,
  work: Promise<Result>,
  giveUp: () => void = () => undefined,
): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => {
    giveUp()
    reject(signal.reason)
  }
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
    work.catch(() => {})
  }
}
