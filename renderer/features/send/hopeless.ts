import type { ProblemCode } from '../../../shared/domain/problem.ts'
import { problemOf } from '../../core/problem.ts'

/** Problems that sending would only meet again: the file has nothing that could be sent. */
const hopeless: readonly ProblemCode[] = [
  'not-found',
  'source-missing',
  'source-unreadable',
  'source-empty',
  'source-folder',
  'source-binary',
  'source-truncated',
  'source-too-wide',
  'url-not-found',
]

/** Whether what a preview failed with says that sending the file cannot succeed. */
export function isHopeless(thrown: unknown): boolean {
  return thrown !== null && thrown !== undefined && hopeless.includes(problemOf(thrown).code)
}
