import { expect, test } from 'vitest'
import { limited } from '../../../main/runs/looking/limited.ts'
import { untilAborted } from '../../fixtures/fakeCore.ts'

test('work that takes too long is told to stop, and says so; told to stop by somebody else it says that', async () => {
  const { signal } = new AbortController()
  await expect(limited(signal, 10, untilAborted)).rejects.toMatchObject({
    code: 'limit-exceeded',
    message: expect.stringMatching(/^Looking through the rows took more than 0\.0 s\. /),
  })
  const stop = new AbortController()
  const stopped = limited(stop.signal, 600_000, untilAborted)
  stop.abort(new Error('another filter'))
  await expect(stopped).rejects.toThrow('another filter')
  expect(await limited(signal, 600_000, () => Promise.resolve(7))).toBe(7)
})
