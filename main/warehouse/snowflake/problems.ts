import { Problem } from '../../../shared/domain/problem.ts'
import type { AccessOf } from '../../runs/ports/warehouse.ts'

/** What the driver says of a failure; https://docs.snowflake.com/en/developer-guide/node-js/nodejs-driver-execute. */
export function codeOf(thrown: unknown): string {
  const code = thrown !== null && typeof thrown === 'object' && 'code' in thrown ? thrown.code : ''
  return typeof code === 'number' ? String(code) : typeof code === 'string' ? code : ''
}

/** No such thing, or the role may not see it. */
export const isUnknown = (thrown: unknown): boolean => /^0*2003$|^0*2043$/.test(codeOf(thrown))

/** Nobody has delivered anything yet, so there is no ledger. Whoever writes makes one, and then looks again. */
export async function orNone<Result>(reading: Promise<Result>, none: Result): Promise<Result> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof Error && isUnknown(error.cause)) return none
    throw error
  }
}

/** An error of the driver or of Snowflake as a sentence. `doing` is what was being done: "loading sales.csv". */
export function snowflakeProblem(
  thrown: unknown,
  { account, database, schema }: Pick<AccessOf<'snowflake'>, 'account' | 'database' | 'schema'>,
  doing: string,
): Problem {
  if (thrown instanceof Problem) return thrown
  // What it says may be the statement, with a signature that opens a container in Azure.
  const message = (thrown instanceof Error ? thrown.message : String(thrown)).replace(
    /\bsig=[^&'"\s]+/gi,
    'sig=…',
  )
  const code = codeOf(thrown)
  const detail = `${code} ${message.replace(/\s+/g, ' ').slice(0, 400)}`.trim()
  const did = 'Pallet changed nothing in the tables there.'
  const because = { cause: thrown }
  const number = code.replace(/^0+/, '')
  if (
    thrown instanceof Error &&
    /^(CredentialUnavailableError|AggregateAuthenticationError|AuthenticationError)$/.test(
      thrown.name,
    )
  )
    return new Problem(
      {
        code: 'credential-missing',
        what: 'Azure gives this computer no token for Snowflake.',
        did,
        advice:
          'It needs a managed identity, or somebody who has signed in with az login. Where Pallet runs outside of Azure, choose a key pair or a token.',
        detail,
      },
      because,
    )
  if (/^(390144|394300|394304)$/.test(number))
    return new Problem(
      {
        code: 'credential-rejected',
        what: `Snowflake does not accept this key for the user at ${account}.`,
        did,
        advice:
          'Check the user, and that its public key is the other half of this one; a clock that is wrong by minutes is refused, too.',
        detail,
      },
      because,
    )
  if (/^(394401|390318|390110)$/.test(number) || /token (is|has) expired/i.test(message))
    return new Problem(
      {
        code: 'credential-expired',
        what: `The token for ${account} has expired.`,
        did,
        advice: 'Make a new one in Snowflake, and save it in the connection.',
        detail,
      },
      because,
    )
  if (/^(394400|390303|390100|390101|390102|390105|390118|390191|390195)$/.test(number))
    return new Problem(
      {
        code: 'credential-rejected',
        what: `Snowflake does not accept this sign-in at ${account}.`,
        did,
        advice: 'Check the user and the secret of the connection.',
        detail,
      },
      because,
    )
  if (/^(390420|390422|390429)$/.test(number))
    return new Problem(
      {
        code: 'permission-denied',
        what: `The network policy of ${account} does not let this computer in.`,
        did,
        advice: 'Ask whoever looks after Snowflake to allow its address.',
        detail,
      },
      because,
    )
  if (number === '390189')
    return new Problem(
      {
        code: 'permission-denied',
        what: `The role of this connection does not exist at ${account}, or the user was not given it.`,
        did,
        advice: 'Correct the role, or have it granted to the user.',
        detail,
      },
      because,
    )
  if (/^(606|607|608|609)$/.test(number))
    return new Problem(
      {
        code: 'permission-denied',
        what: `The virtual warehouse cannot be used: it does not exist, is suspended for good, or the role has no USAGE on it.`,
        did,
        advice: 'Correct its name, or have USAGE and OPERATE on it granted to the role.',
        detail,
      },
      because,
    )
  if (/^(90105|90106)$/.test(number))
    return new Problem(
      {
        code: 'permission-denied',
        what: `There is no schema ${database}.${schema} at ${account}, or the role of this connection has no USAGE on it.`,
        did,
        advice:
          'Correct the name, or have USAGE on the database and the schema granted to the role.',
        detail,
      },
      because,
    )
  if (number === '90073') {
    const [, name = ''] = /Warehouse '([^']*)'/i.exec(message) ?? []
    return new Problem(
      {
        code: 'permission-denied',
        what: `The virtual warehouse ${name} is stopped, because what was set aside for it has been used up.`,
        did,
        advice:
          'Ask whoever looks after Snowflake to raise its resource monitor, or name another virtual warehouse.',
        detail,
      },
      because,
    )
  }
  if (/Failure using stage area/i.test(message) && /Status Code: 40[13]/i.test(message))
    return new Problem(
      {
        code: 'permission-denied',
        what: 'Azure does not let Snowflake read the blob of this run.',
        did,
        advice:
          'What Snowflake reads with, a SAS, an integration or a stage, needs the rights to read and to list, and a firewall of the storage account has to let Snowflake in. Or let Pallet send the files.',
        detail,
      },
      because,
    )
  if (number === '91016')
    return new Problem(
      {
        code: 'blob-changed',
        what: 'Snowflake does not find the file of this run where it was put.',
        did,
        advice: 'Look who has removed it; then send the file again.',
        detail,
      },
      because,
    )
  if (number === '3001') {
    const [, kind = 'object', name = ''] =
      /privileges to operate on (\w+(?: \w+)?) '([^']*)'/i.exec(message) ?? []
    return new Problem(
      {
        code: 'permission-denied',
        what: `The role lacks a right on the ${kind.toLowerCase()} ${name} while ${doing}.`,
        did,
        advice:
          'Pallet needs USAGE on the database, and USAGE and CREATE TABLE on the schema; on tables that others own INSERT, DELETE and SELECT.',
        detail,
      },
      because,
    )
  }
  if (isUnknown(thrown))
    return new Problem(
      {
        code: 'permission-denied',
        what: `Something that was needed while ${doing} is not there, or the role may not see it.`,
        did,
        advice: 'Check database, schema and role of the connection.',
        detail,
      },
      because,
    )
  if (/^(625|8000)$/.test(number) || /lock(ed)? .*(timeout|conflict)|conflict on/i.test(message))
    return new Problem(
      {
        code: 'warehouse-in-use',
        what: `Somebody else has been changing the same tables at ${account} for ten minutes.`,
        did: `${did} The run waits and tries again by itself.`,
        advice: '',
        detail,
      },
      because,
    )
  if (/^(604|630)$/.test(number))
    return new Problem(
      {
        code: 'server-busy',
        what: `Snowflake stopped a statement while ${doing}.`,
        did: `${did} The run waits and tries again by itself.`,
        advice: '',
        detail,
      },
      because,
    )
  if (
    /^(40\d{4}|390111|390112|390114|390104)$/.test(number) ||
    /E(CONN|NOTFOUND|AI_AGAIN|PIPE|TIMEDOUT|HOSTUNREACH)/.test(`${code} ${message}`)
  )
    return new Problem(
      {
        code: 'network',
        what: `Snowflake at ${account} did not answer while ${doing}.`,
        did: 'What became of it is looked up in the ledger before anything is sent again.',
        advice: 'Check the line and the address; a run goes on by itself.',
        detail,
      },
      because,
    )
  return new Problem(
    {
      code: 'sql',
      what: `Snowflake refused something while ${doing}: ${message.replace(/\s+/g, ' ').slice(0, 200)}`,
      did,
      advice: 'If it happens again, send the log file to whoever looks after Pallet.',
      detail,
    },
    because,
  )
}

/** Nobody answered in time. */
export function tooLong(account: string, doing: string): Problem {
  return new Problem({
    code: 'network',
    what: `Snowflake at ${account} did not answer in time while ${doing}.`,
    did: 'Pallet changed nothing in the tables there.',
    advice: 'Check the line and the address.',
  })
}

/** Something that a connection names. */
export function missing(what: string, name: string, role: string | null | undefined): Problem {
  return new Problem({
    code: 'permission-denied',
    what: `There is no ${what} ${name}, or the role ${role ?? 'of this user'} has no USAGE on it.`,
    did: 'Pallet signed in, and did nothing else.',
    advice: 'Correct its name in the connection, or have USAGE on it granted to the role.',
  })
}
