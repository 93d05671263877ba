/**
 * Whatever goes wrong behind the contract leaves it as the one error `PROBLEM`. This sits
 * around a whole call, not in a middleware, so that it also sees what fails before and
 * after the handler: undecodable input, input and output that break the schema.
 */
import { ORPCError } from '@orpc/server'
import { ValidationError } from '@orpc/contract'
import type { Logger } from 'pino'
import { Problem } from '../../shared/domain/problem.ts'
import type { ProblemData } from '../../shared/domain/problem.ts'

export type ProblemError = ORPCError<'PROBLEM', ProblemData>

/** A thrown anything as the contract's error. What nobody expected goes to the log, with its stack; the window gets the sentence. */
export function asProblemError(thrown: unknown, log: Logger, where: string): ProblemError {
  if (isProblemError(thrown)) return thrown
  const problem = asProblem(thrown)
  if (problem.code === 'internal') log.error({ ...loggable(thrown), where }, 'unexpected error')
  return new ORPCError('PROBLEM', { defined: true, message: problem.message, data: problem.data })
}

/** Passes events on, and what the stream ends with; an error in the middle leaves it as `PROBLEM`. */
export async function* problemStream<T, End = void>(
  events: AsyncIterable<T, End>,
  log: Logger,
  where: string,
): AsyncGenerator<T, End, void> {
  try {
    return yield* events
  } catch (thrown) {
    throw asProblemError(thrown, log, where)
  }
}

function isProblemError(thrown: unknown): thrown is ProblemError {
  return thrown instanceof ORPCError && thrown.defined && thrown.code === 'PROBLEM'
}

function asProblem(thrown: unknown): Problem {
  if (thrown instanceof ORPCError && thrown.code === 'BAD_REQUEST')
    return notUnderstood(issuesOf(thrown))
  // oRPC's message says only that output validation failed: nothing for the curious.
  if (thrown instanceof ORPCError)
    return Problem.from(new Error(`${thrown.code}: ${issuesOf(thrown).join('; ')}`))
  return Problem.from(thrown)
}

export function notUnderstood(issues: readonly string[]): Problem {
  return new Problem({
    code: 'usage',
    what: 'Pallet was asked something it does not understand.',
    did: 'It changed nothing.',
    advice: 'Check what was entered; if it is right, reload the window.',
    detail: issues.join('; '),
  })
}

/** Paths and reasons, never the values: they may be secrets. */
function issuesOf(error: ORPCError<string, unknown>): string[] {
  if (!(error.cause instanceof ValidationError)) return [error.message]
  return error.cause.issues.slice(0, 5).map((issue) => {
    const path = (issue.path ?? []).map((part) =>
      String(typeof part === 'object' ? part.key : part),
    )
    return path.length === 0 ? issue.message : `${path.join('.')}: ${issue.message}`
  })
}

/** A validation error carries the rejected value, so only its issues are logged. */
function loggable(thrown: unknown): object {
  return thrown instanceof ORPCError ? { issues: issuesOf(thrown) } : { err: thrown }
}
