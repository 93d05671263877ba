import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { conflating } from '../../../main/workers/conflating.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('the first report is sent at once, then the newest now and then, and nothing twice', () => {
  const sent: unknown[] = []
  const { report, rest } = conflating((progress) => sent.push(progress))
  for (let piece = 1; piece <= 1000; piece += 1) {
    report(piece)
    vi.advanceTimersByTime(1)
  }
  expect(sent).toEqual([1, 101, 201, 301, 401, 501, 601, 701, 801, 901])
  rest()
  expect(sent.at(-1)).toBe(1000)
  rest()
  vi.advanceTimersByTime(1000)
  expect(sent).toHaveLength(11)
})

test('what is reported last is sent though nothing follows', () => {
  const sent: unknown[] = []
  const { report } = conflating((progress) => sent.push(progress))
  report('reading')
  report('waiting for the line')
  expect(sent).toEqual(['reading'])
  vi.advanceTimersByTime(100)
  expect(sent).toEqual(['reading', 'waiting for the line'])
})
