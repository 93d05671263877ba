import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { arrivalProblem } from '../../../main/runs/arriving/arrival.ts'
import { errorCode } from '../../../shared/domain/errorCode.ts'
import { Problem } from '../../../shared/domain/problem.ts'

it('reads the code of a system error, and of nothing else', async () => {
  const missing: unknown = await readFile('/nowhere/at/all').catch((thrown: unknown) => thrown)
  expect(errorCode(missing)).toBe('ENOENT')
  expect(errorCode(new Error('no code'))).toBe('')
  // Its code is a number.
  expect(errorCode(new DOMException('gone', 'AbortError'))).toBe('')
  expect(errorCode({ code: 'ENOENT' })).toBe('')
  expect(errorCode(undefined)).toBe('')
})

it.each([
  ['EDQUOT', 'disk-full', 'disk-full'],
  ['SQLITE_IOERR_WRITE', 'disk-full', 'disk-full'],
  ['EIO', 'home-unusable', 'home-unusable'],
  ['SQLITE_IOERR_READ', 'home-unusable', 'home-unusable'],
  ['SQLITE_CORRUPT', 'home-unusable', 'home-unusable'],
  ['ECONNRESET', 'internal', 'source-truncated'],
])('%s of a file is told as what it is, also while bytes arrive', (code, known, arriving) => {
  const thrown = Object.assign(new Error('write'), { code })
  expect(Problem.from(thrown).code).toBe(known)
  expect(arrivalProblem('sales.csv', thrown).code).toBe(arriving)
})
