import { expect, test } from 'vitest'
import { newRunId } from '../../../main/runs/runId.ts'

test('runs that begin in the same second have names of their own, which begin with the time', () => {
  const at = new Date('2026-11-21T10:00:00Z')
  const ids = Array.from({ length: 20_000 }, () => newRunId(at))
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of ids) expect(id).toMatch(/^20261121-100000-[0-9a-f]{12}$/)
})
