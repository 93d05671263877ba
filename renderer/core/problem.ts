import { ORPCError } from '@orpc/client'
import { Problem, ProblemData } from '../../shared/domain/problem.ts'

/** Whatever a call rejected with, as the sentences the screens show. */
export function problemOf(thrown: unknown): ProblemData {
  if (thrown instanceof ORPCError) {
    const parsed = ProblemData.safeParse(thrown.data)
    if (thrown.code === 'PROBLEM' && parsed.success) return parsed.data
    return {
      code: 'internal',
      what: 'Pallet did not understand its own window.',
      did: 'Nothing was changed.',
      advice:
        'Reload the window. If it happens again, send this detail to whoever looks after Pallet.',
      detail: `${String(thrown.code)}: ${thrown.message}`,
    }
  }
  if (thrown instanceof Problem) return thrown.data
  if (thrown instanceof DOMException && thrown.name === 'AbortError')
    return Problem.from(thrown).data
  return {
    code: 'network',
    what: 'The window lost touch with Pallet before the answer came.',
    did: 'What runs have done is kept.',
    advice: 'Look whether it was done before you try again.',
    detail: thrown instanceof Error ? thrown.message : String(thrown),
  }
}
