/** What a command ends with; part of the contract with scripts. */
import type { Problem } from '../../shared/domain/problem.ts'
import type { RunState } from '../../shared/domain/runs/run.ts'

export const exitCodes = { succeeded: 0, failed: 1, usage: 2, limit: 3, waiting: 4 } as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export function exitCodeOf(state: RunState): ExitCode {
  switch (state) {
    case 'succeeded':
      return exitCodes.succeeded
    case 'stopped':
      return exitCodes.limit
    case 'failed':
    case 'cancelled':
      return exitCodes.failed
    case 'queued':
    case 'running':
    case 'waiting':
    case 'paused':
      return exitCodes.waiting
  }
}

/** What a command ends with that could not do its work. */
export function exitCodeFor(problem: Problem): ExitCode {
  return problem.code === 'usage' ? exitCodes.usage : exitCodes.failed
}

/** Of several answers the one that a script must hear of. */
export function worse(a: ExitCode, b: ExitCode): ExitCode {
  const order: ExitCode[] = [0, 4, 3, 1, 2]
  return order.indexOf(a) >= order.indexOf(b) ? a : b
}
