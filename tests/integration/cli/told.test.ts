/** Who is told, as a script says it, remembers it, and reads what came of it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type AirflowServer, airflowServer } from '../../fixtures/airflowServer.ts'
import { ended } from '../../fixtures/databricksJobs.ts'
import { databricksServer, known } from '../../fixtures/databricksServer.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type Finished, pallet, startPallet } from '../../fixtures/pallet.ts'
import { hookSecret, slackReceiver, webhookReceiver } from '../../fixtures/receivers.ts'

const folder = testFolder()
let airflow: AirflowServer
beforeEach(async () => {
  airflow = await airflowServer({
    load: { states: ['success'] },
    report: { states: ['failed'], says: 'no rows in it' },
  })
})
afterEach(() => airflow.close())

test('in order, on a condition, with parameters, and as a notice', async () => {
  const at = folder()
  const home = join(at, 'home')
  const { url, user, password } = airflow
  const kind = ['--kind', 'airflow-password', '--url', url, '--user', user]
  const env = { PALLET_SECRET_FLOW: password }
  const call = (...args: string[]): Promise<Finished> => pallet(args, { home, env })
  const saved = await call('connections', 'add', 'flow', ...kind)
  expect(saved.code).toBe(0)
  const send = (rows: string, ...more: string[]): Promise<Finished> => {
    const file = join(at, 'sales.csv')
    writeFileSync(file, `id,product\n${rows}`)
    return call('run', file, '--no-blob', ...more)
  }

  // What cannot be is said before anything is sent.
  for (const [said, ...wrong] of [
    ['It belongs behind a --trigger', '--trigger-when', 'changed'],
    ['means nothing', '--trigger', 'flow=load', '--trigger-parameter', 'day={tomorrow}'],
  ] as const) {
    const { code, stdout, stderr } = await send('1,Apple\n', ...wrong)
    expect({ code, said: (stdout + stderr).includes(said) }).toEqual({ code: 2, said: true })
  }

  const first = await send(
    '1,Apple\n2,Pear\n',
    ...'--trigger flow=report --trigger-failure warn --trigger flow=load --trigger-when changed'.split(
      ' ',
    ),
    ...['text={dataset}: {rows}', 'n={rows}'].flatMap((text) => ['--trigger-parameter', text]),
  )
  expect(first.code).toBe(0)
  const name = `pallet__${first.receipt?.runId}`
  expect(first.receipt?.told).toEqual([
    {
      connection: 'flow',
      name: `report/${name}`,
      done: false,
      failed: '“load” failed after 1 try, saying “no rows in it”.',
    },
    { connection: 'flow', name: `load/${name}`, done: true },
  ])
  expect(airflow.started()[`load/${name}`]).toMatchObject({ text: 'sales: 2', n: 2, rows_in: 2 })

  // The next file tells the same, and one that changes nothing tells only who is always told.
  const second = await send('3,Plum\n')
  expect(second.receipt?.told).toMatchObject([{ done: false }, { done: true }])
  const none = await send('', '--meaning', 'append')
  expect(none.receipt?.told).toMatchObject([
    { connection: 'flow', done: false },
    { connection: 'flow', name: 'load', unchanged: true },
  ])
  expect(Object.keys(airflow.started())).toHaveLength(5)

  // The same is said of the dataset, tried, and taken back, without a run.
  const told = (...more: string[]): Promise<Finished> => call('datasets', 'told', 'sales', ...more)
  const misspelt = await told('--trigger', 'flow=laod', '--test')
  expect(misspelt).toMatchObject({ code: 1, stdout: expect.stringContaining('no DAG “laod”') })
  const given = ['--trigger', 'flow=load', '--trigger-when', 'changed', '--why', 'no report']
  const changed = await told(...given, '--test')
  expect(changed).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('has the DAG “load”'),
  })
  const history = await call('datasets', 'history', 'sales')
  expect(history.stdout).toContain('Told when the data has landed: flow (load) if rows changed.')
  expect(history.stdout).toContain('no report')
  expect((await told('--no-trigger')).stdout).toContain('"triggers":[]')
  expect((await send('4,Fig\n')).receipt?.told).toEqual([])
  expect(Object.keys(airflow.started())).toHaveLength(5)
})

test('a webhook and a channel, which are told and tried without a run', async () => {
  const [hook, chat] = [await webhookReceiver(), await slackReceiver()]
  try {
    const at = folder()
    const address = `${chat.url}/services/T0/B0/good`
    const env = { PALLET_SECRET_HOOK: hookSecret, PALLET_SECRET_CHAT: address }
    const call = (...args: string[]): Promise<Finished> =>
      pallet(args, { home: join(at, 'home'), env })
    await call('connections', 'add', 'hook', '--kind', 'webhook', '--url', `${hook.url}/in`)
    await call('connections', 'add', 'chat', '--kind', 'slack')
    expect((await call('connections', 'test', 'chat')).stdout).toContain('took a test message')
    const file = join(at, 'sales.csv')
    writeFileSync(file, `id,product\n${'1,Apple\n'.repeat(24)}2\n`)
    const told = ['--trigger', 'hook', '--trigger-parameter', 'day={date}', '--trigger', 'chat']
    const { code, receipt } = await call('run', file, '--no-blob', ...told)
    expect(code).toBe(0)
    expect(receipt?.told).toEqual([
      { connection: 'hook', name: '', done: true },
      { connection: 'chat', name: '', done: true },
    ])
    expect(hook.taken).toMatchObject([
      { body: { data: { rows: 24, rows_held: 1, parameters: { day: expect.any(String) } } } },
    ])
    expect(chat.taken[1]?.body).toMatchObject({
      text: 'sales.csv: 24 of 25 rows delivered to table sales, 1 held back.',
    })
  } finally {
    await hook.close()
    await chat.close()
  }
})

test('a job of Databricks, started once although Pallet is killed before it hears the answer', async () => {
  const bricks = await databricksServer()
  try {
    bricks.jobs.add(11, { name: 'Nightly load', states: [{ state: 'RUNNING' }, ended('SUCCESS')] })
    const at = folder()
    const home = join(at, 'home')
    const { warehouse, catalog, schema, token } = known
    const place = Object.entries({ url: bricks.url, warehouse, catalog, schema })
    const env = { PALLET_SECRET_LAKE: token }
    const kind = ['--kind', 'databricks-token', ...place.flatMap(([k, v]) => [`--${k}`, v])]
    expect((await pallet(['connections', 'add', 'lake', ...kind], { home, env })).code).toBe(0)
    const file = join(at, 'sales.csv')
    writeFileSync(file, 'id,product\n1,Apple\n')
    bricks.fault({ match: /run-now/, at: 'after', does: 'hang' })
    const told = ['--trigger', 'lake=Nightly load', '--trigger-parameter', 'n={rows}']
    const first = startPallet(['run', file, '--no-blob', ...told], { home, env })
    await bricks.reached()
    first.child.kill('SIGKILL')
    await first.done
    const { code, receipt } = await pallet(['resume'], { home, env })
    expect(code).toBe(0)
    expect(receipt?.told).toEqual([{ connection: 'lake', name: 'Nightly load/501', done: true }])
    expect(bricks.jobs.runs).toMatchObject([{ jobId: 11, parameters: { n: '1' } }])
  } finally {
    await bricks.close()
  }
})
