import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { errorCode } from '../../../shared/domain/errorCode.ts'

it('reads the code of a system error, and of nothing else', async () => {
  const missing: unknown = await readFile('/nowhere/at/all').catch((thrown: unknown) => thrown)
  expect(errorCode(missing)).toBe('ENOENT')
  expect(errorCode(new Error('no code'))).toBe('')
  // Its code is a number.
  expect(errorCode(new DOMException('gone', 'AbortError'))).toBe('')
  expect(errorCode({ code: 'ENOENT' })).toBe('')
  expect(errorCode(undefined)).toBe('')
})
