/** The real Airflow 3 holds to the same stories as the one that stands in for it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  connectionTo,
  endOf,
  landed,
  tellStories,
  triggerAt,
} from '../../fixtures/airflowStories.ts'
import { type RealAirflow, startAirflow } from './server.ts'

const folder = mkdtempSync(join(tmpdir(), 'pallet-airflow-'))
let airflow: RealAirflow | null = null
beforeAll(async () => {
  airflow = await startAirflow(folder)
})
afterAll(async () => {
  await airflow?.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('a DAG is started once, watched, and its failure told', async () => {
  if (airflow === null) throw new Error('It has not started.')
  await tellStories(airflow)
  // The last that a broken task has said is told, without the marks of its log.
  const trigger = triggerAt(connectionTo(airflow))
  const told = await trigger.tell(landed('r9', 'breaks'), AbortSignal.timeout(60_000))
  const end = await endOf(trigger, told)
  expect(end).toEqual({
    kind: 'failed',
    what: expect.stringMatching(/saying “Bash command failed.+exit code 3/),
  })
})
