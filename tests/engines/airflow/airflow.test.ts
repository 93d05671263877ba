/** The real Airflow 3 holds to the same stories as the one that stands in for it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import {
  connectionTo,
  endOf,
  landed,
  tellStories,
  triggerAt,
} from '../../fixtures/airflowStories.ts'
import { entry, pallet } from '../../fixtures/pallet.ts'
import { type RealAirflow, startAirflow } from './server.ts'

const folder = mkdtempSync(join(tmpdir(), 'pallet-airflow-'))
const home = join(folder, 'home')
const exported = join(folder, 'sales.csv')
let airflow: RealAirflow | null = null
beforeAll(async () => {
  mkdirSync(join(folder, 'dags'))
  writeFileSync(exported, 'id,product\n1,Apple\n2,Pear\n')
  // What is known of the dataset comes of a first file.
  expect((await pallet(['run', exported, '--no-blob'], { home })).code).toBe(0)
  const out = join(folder, 'dags', 'pallet_sales.py')
  expect((await pallet(['dag', 'sales', '--out', out], { home })).code).toBe(0)
  const command = join(folder, 'pallet')
  writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${entry}" "$@"\n`, { mode: 0o755 })
  airflow = await startAirflow(folder, ['pallet_sales'], {
    PALLET_COMMAND: command,
    PALLET_HOME: home,
  })
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
  expect(end).toMatchObject({
    kind: 'failed',
    what: expect.stringMatching(/saying “Bash command failed.+exit code 3/),
  })
})

test('whoever is scheduled by the asset that has changed runs once', async () => {
  const runs = async (): Promise<number> => (await airflow?.runsOf('follows')) ?? 0
  await vi.waitUntil(async () => (await runs()) > 0, { timeout: 300_000, interval: 500 })
  expect(await runs()).toBe(1)
})

test('a DAG that Pallet has written sends a file, and loads nothing twice when it is cleared', async () => {
  if (airflow === null) throw new Error('It has not started.')
  writeFileSync(exported, 'id,product\n3,Plum\n')
  // Airflow keeps a DAG that is new from starting until somebody switches it on.
  await airflow.unpause('pallet_sales')
  const trigger = triggerAt(connectionTo(airflow))
  const start = { ...landed('r10', 'pallet_sales'), parameters: { file: exported } }
  const told = await trigger.tell(start, AbortSignal.timeout(60_000))
  expect(await endOf(trigger, told)).toEqual({ kind: 'done' })
  await airflow.clear('pallet_sales', 'pallet__r10')
  expect(await endOf(trigger, told)).toEqual({ kind: 'done' })
  const { events } = await pallet(['query', 'SELECT count(*) AS n FROM sales'], { home })
  expect(JSON.stringify(events)).toContain('"3"')
})
