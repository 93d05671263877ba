import { ORPCError } from '@orpc/client'
import { expect, it } from 'vitest'
import { problemOf } from '../../../renderer/core/problem.ts'
import { Problem } from '../../../shared/domain/problem.ts'

it('shows a problem of the core word for word', () => {
  const data = { code: 'disk-full' as const, what: 'a', did: 'b', advice: 'c', detail: 'd' }
  expect(problemOf(new ORPCError('PROBLEM', { defined: true, data }))).toEqual(data)
  expect(problemOf(new Problem(data))).toEqual(data)
})

it.each([
  new ORPCError('BAD_REQUEST', { message: 'Input validation failed' }),
  new ORPCError('PROBLEM', { data: { code: 'no such code' } }),
  new Error('[AsyncIdQueue] Queue was closed or aborted while waiting for pulling.'),
  new DOMException('gone', 'AbortError'),
  'a string',
])('finds whole sentences for whatever else is thrown: %s', (thrown) => {
  const problem = problemOf(thrown)
  expect(problem.what).toMatch(/\.$/)
  expect(problem.what).not.toMatch(/AsyncIdQueue|validation/)
})
