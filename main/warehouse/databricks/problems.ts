import { Problem } from '../../../shared/domain/problem.ts'
import type { Answer } from '../../network/requests.ts'

/** What Databricks says of a statement that it did not do; https://docs.databricks.com/error-messages/sqlstates. */
export class Refusal extends Error {
  readonly sqlState: string

  constructor(message: string, sqlState: string) {
    super(message)
    this.sqlState = sqlState
  }
}

const stateOf = (thrown: unknown): string => {
  const refusal = thrown instanceof Error && thrown.cause instanceof Refusal ? thrown.cause : thrown
  return refusal instanceof Refusal ? refusal.sqlState : ''
}

/** No such table or view, or it may not be seen. */
export const isUnknown = (thrown: unknown): boolean => stateOf(thrown) === '42P01'

/** Somebody else has changed the same rows in the meantime: nothing has happened, and trying again helps. */
export const isConflict = (thrown: unknown): boolean =>
  /^(2D521|40001|40000)$/.test(stateOf(thrown))

/** What our own scripts raise. */
export const raised = { rows: '45P01', moved: '45P02' } as const
export const isRaised = (thrown: unknown, what: keyof typeof raised): boolean =>
  stateOf(thrown) === raised[what]

const did = 'Pallet changed nothing in the tables there.'

/** A refusal as a sentence. `doing` is what was being done: "loading sales.csv". */
export function refusedProblem(refusal: Refusal, host: string, doing: string): Problem {
  const message = refusal.message.replace(/\s+/g, ' ').trim()
  const detail = `${refusal.sqlState} ${message.slice(0, 400)}`.trim()
  const because = { cause: refusal }
  if (refusal.sqlState === '42501' || /PERMISSION_DENIED|INSUFFICIENT_PERMISSIONS/.test(message))
    return new Problem(
      {
        code: 'permission-denied',
        what: `Whoever signs in at ${host} lacks a right while ${doing}: ${message.slice(0, 200)}`,
        did,
        advice:
          'Pallet needs USE CATALOG, USE SCHEMA, CREATE TABLE, CREATE VOLUME, READ VOLUME and WRITE VOLUME; on tables that others own SELECT and MODIFY.',
        detail,
      },
      because,
    )
  if (/^(42P01|42704)$/.test(refusal.sqlState))
    return new Problem(
      {
        code: 'permission-denied',
        what: `Something that was needed at ${host} while ${doing} is not there, or may not be seen.`,
        did,
        advice: 'Check catalog, schema and volume of the connection.',
        detail,
      },
      because,
    )
  if (isConflict(refusal))
    return new Problem(
      {
        code: 'warehouse-in-use',
        what: `Somebody else has been changing the same tables at ${host} over and over.`,
        did: `${did} The run waits and tries again by itself.`,
        advice: '',
        detail,
      },
      because,
    )
  if (/catalogManaged|TRANSACTION_NOT_SUPPORTED|catalog-managed/i.test(message))
    return new Problem(
      {
        code: 'sql',
        what: `The catalog at ${host} cannot change several tables in one transaction, which Pallet needs to load a file exactly once.`,
        did,
        advice:
          'Ask whoever looks after Databricks to switch on transactions over several tables (catalog commits), and for a SQL warehouse of the current channel.',
        detail,
      },
      because,
    )
  return new Problem(
    {
      code: 'sql',
      what: `Databricks refused something while ${doing}: ${message.slice(0, 200)}`,
      did,
      advice: 'If it happens again, send the log file to whoever looks after Pallet.',
      detail,
    },
    because,
  )
}

/** An answer that is none of those that were expected, as a sentence. */
export function answeredProblem(answer: Answer, host: string, doing: string): Problem {
  const { status } = answer
  const detail = `HTTP ${status} ${saidIn(answer)}`.trim()
  if (isOfToken(answer))
    return new Problem({
      code: 'credential-rejected',
      what: `Databricks at ${host} does not accept this sign-in.`,
      did,
      advice: 'It may have expired or been revoked: make a new one, and save it in the connection.',
      detail,
    })
  if (status === 403)
    return new Problem({
      code: 'permission-denied',
      what: `Databricks at ${host} knows who signs in, and does not let them do this, or not from this computer’s address.`,
      did,
      advice:
        'Ask for CAN USE on the SQL warehouse and for the rights on catalog, schema and volume.',
      detail,
    })
  if (status === 404)
    return new Problem({
      code: 'permission-denied',
      what: `Something that was needed at ${host} while ${doing} is not there: ${saidIn(answer)}`,
      did,
      advice: 'Check SQL warehouse, catalog, schema and volume of the connection.',
      detail,
    })
  return new Problem({
    code: 'sql',
    what: `What answers at ${host} did not accept what Pallet sent while ${doing}.`,
    did,
    advice: 'Check the workspace address of the connection, and that it is Databricks.',
    detail,
  })
}

/** Of a token that nobody knows, or that has ended, 403 is said, too. */
export const isOfToken = (answer: Answer): boolean =>
  answer.status === 401 || (answer.status === 403 && /token/i.test(saidIn(answer)))

/** What it says of an error; empty where it says nothing. */
export function saidIn({ body }: Answer): string {
  const said = body !== null && typeof body === 'object' && 'message' in body ? body.message : ''
  return typeof said === 'string' ? said.replace(/\s+/g, ' ').slice(0, 300) : ''
}

/** Something that a connection names. */
export function missing(what: string, name: string): Problem {
  return new Problem({
    code: 'permission-denied',
    what: `There is no ${what} ${name}, or it may not be seen by whoever signs in.`,
    did: 'Pallet signed in, and did nothing else.',
    advice: 'Correct it in the connection, or ask for the right to use it.',
  })
}
