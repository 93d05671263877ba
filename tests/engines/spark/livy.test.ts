/** Batches of the real Livy 0.7.1, which starts the real Spark. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testFolder } from '../../fixtures/folder.ts'
import { type Finished, pallet, startPallet } from '../../fixtures/pallet.ts'
import { become } from '../../fixtures/sparkStandIn.ts'
import { type RealLivy, realLivy } from './livy.ts'

const folder = testFolder()
const at = mkdtempSync(join(tmpdir(), 'pallet-livy-'))
let livy: RealLivy
let file: string
let call: (...args: string[]) => Promise<Finished>

beforeAll(async () => {
  livy = await realLivy(join(at, 'livy'), at)
  file = join(at, 'sales.csv')
  const home = join(at, 'home')
  call = (...args) => pallet(args, { home })
  writeFileSync(file, 'id,product\n1,Apple\n2, Pear \n')
  const kind = ['--kind', 'spark-livy', '--url', livy.url, '--folder', join(at, 'spark')]
  const conf = ['--conf', 'spark.ui.enabled=false\nspark.driver.bindAddress=127.0.0.1']
  expect(await call('connections', 'add', 'lake', ...kind, ...conf)).toMatchObject({ code: 0 })
})
afterAll(async () => {
  await livy.stop()
  rmSync(at, { recursive: true, force: true })
})

const batches = async (): Promise<{ name: string }[]> => {
  const answer = (await (await fetch(`${livy.url}/batches`)).json()) as {
    sessions: { name: string }[]
  }
  return answer.sessions
}

test('the recipe, though Pallet is killed while it works', async () => {
  expect((await call('connections', 'test', 'lake')).stdout).toContain('Livy 0.7.1')
  const args = ['run', file, '--dataset', 'sales', '--no-blob', '--trigger', 'lake=recipe']
  const first = startPallet(args, { home: join(at, 'home') })
  await become(
    () => first.events.some(({ step, state }) => step === 'trigger' && state === 'waiting'),
    first.done,
  )
  first.child.kill('SIGKILL')
  await first.done
  const { code, receipt, stdout } = await call('resume')
  expect({ code, stdout }).toMatchObject({ code: 0 })
  expect(receipt?.told).toMatchObject([{ done: true, brought: { read: 2, delivered: 2, held: 0 } }])
  expect(await batches()).toHaveLength(1)
})

test('a script that fails, and one from where Livy does not read', async () => {
  const before = (await batches()).length
  const script = join(at, 'load.py')
  writeFileSync(script, 'raise ValueError("no rows in it")\n')
  const send = (rows: string, ...more: string[]): Promise<Finished> => {
    writeFileSync(file, `id,product\n${rows}\n`)
    return call('run', file, '--dataset', 'sales', '--no-blob', ...more)
  }
  const failed = await send('3,Plum', '--trigger', `lake=${script}`)
  expect(failed.receipt?.problem?.what).toContain('no rows in it')
  const other = folder()
  writeFileSync(join(other, 'load.py'), 'print(1)\n')
  const refused = await send('4,Fig', '--trigger', `lake=${join(other, 'load.py')}`)
  expect(refused.receipt?.problem?.advice).toContain('livy.file.local-dir-whitelist')
  // It is not left in the list, as if it were starting.
  expect(await batches()).toHaveLength(before + 1)
  expect(readdirSync(join(at, 'spark')).filter((name) => name.startsWith('pallet-'))).toHaveLength(
    3,
  )
})
