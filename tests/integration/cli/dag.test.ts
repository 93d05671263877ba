/** What Pallet writes for others: a DAG (which tests/engines/airflow gives to a real Airflow) with a run that is one however often it is asked for, and a project of Power BI. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testFolder } from '../../fixtures/folder.ts'
import { type Finished, pallet } from '../../fixtures/pallet.ts'

const folder = testFolder()

test('a run with a name of its own is sent once; a DAG and a project of Power BI are written once', async () => {
  const at = folder()
  const call = (...args: string[]): Promise<Finished> => pallet(args, { home: join(at, 'home') })
  const file = join(at, 'sales.csv')
  writeFileSync(file, 'id,product\n1,Apple\n2,Pear\n')
  const named = [
    'run',
    file,
    '--no-blob',
    '--run-id',
    'pallet_sales/manual__2026-11-22T08:00:00+00:00',
  ]
  const first = await call(...named)
  expect(first).toMatchObject({ code: 0, receipt: { rows: { loaded: 2 } } })
  // The file may be gone by then: the run has its own copy, and its receipt.
  rmSync(file)
  const second = await call(...named)
  expect(second.code).toBe(0)
  expect(second.receipt).toEqual(first.receipt)

  writeFileSync(file, 'id,product\n3,Plum\n')
  const other = await call('run', file, '--no-blob', '--run-id', 'another')
  expect(other.receipt).toMatchObject({ rows: { loaded: 1 }, load: { tableRows: 3 } })
  const both = await call('run', file, file, '--run-id', 'x')
  expect(both.code).toBe(2)

  const out = join(at, 'sales.py')
  expect((await call('dag', 'sales', '--out', out)).code).toBe(0)
  expect((await call('dag', 'sales', '--out', out)).code).toBe(2)
  expect((await call('dag', 'nothing', '--out', out)).code).toBe(1)
  expect(readFileSync(out, 'utf8')).toContain('dag_id="pallet_sales"')

  // A project of Power BI is of tables that Power BI reaches.
  const project = join(at, 'retail')
  const powerBi = (...args: string[]): Promise<Finished> =>
    call('powerbi', ...args, '--out', project)
  const said = ({ stdout, stderr }: Finished): string => stdout + stderr
  expect(said(await powerBi('sales'))).toContain(
    'does not reach the tables of the connection sandbox',
  )
  expect(said(await powerBi('sails=sales'))).toContain('no star of the model')
  const place = {
    account: 'ORG-SHOP',
    warehouse: 'WH',
    database: 'SALES',
    schema: 'RAW',
    user: 'P',
  }
  const kind = Object.entries(place).flatMap(([key, value]) => [`--${key}`, value])
  const env = { PALLET_SECRET_SNOW: 'secret of snow' }
  const added = ['connections', 'add', 'snow', '--kind', 'snowflake-token', ...kind]
  expect((await pallet(added, { home: join(at, 'home'), env })).code).toBe(0)
  const source = ['sales', '--source', 'snow']
  expect(await powerBi(...source)).toMatchObject({ code: 0, events: [{ event: 'powerbi' }] })
  const table = join(project, 'Retail.SemanticModel/definition/tables/Sales.tmdl')
  expect(readFileSync(table, 'utf8')).toContain('Tables{[Name = "SALES"]}[Data]')
  expect((await powerBi(...source)).code).toBe(2)
  const stale = join(project, 'Retail.SemanticModel/definition/tables/Old.tmdl')
  writeFileSync(stale, 'table Old')
  expect((await powerBi(...source, '--force')).code).toBe(0)
  expect(existsSync(stale)).toBe(false)
  // Which column is what can be said, and is told with its reason.
  const columns = ['--force', '--column', 'product=product', '--column', 'sales.amount=id']
  expect(await powerBi(...source, ...columns)).toMatchObject({
    code: 0,
    events: [
      {
        stars: [
          {
            star: 'sales',
            columns: {
              product: { column: 'product', why: 'said' },
              amount: { column: 'id', why: 'said' },
            },
          },
        ],
      },
    ],
  })
  const wrong = await powerBi(...source, '--force', '--column', 'amount=product')
  expect(wrong.code).toBe(2)
  expect(said(wrong)).toContain('holds text, which is no amount')
  expect(said(await powerBi(...source, '--column', 'total=id'))).toContain(
    'Say what is which column',
  )

  // A job for Spark knows the brokers, and no password.
  const job = join(at, 'jobs/sales.py')
  const kafka = ['--kind', 'kafka-password', '--brokers', 'k1:9093, k2:9093', '--user', 'till']
  const tills = ['connections', 'add', 'tills', ...kafka]
  const password = { PALLET_SECRET_TILLS: 'secret of tills' }
  expect((await pallet(tills, { home: join(at, 'home'), env: password })).code).toBe(0)
  const streamJob = (...args: string[]): Promise<Finished> =>
    call('stream', 'job', 'sales_data', '--connection', 'tills', '--out', job, ...args)
  expect((await streamJob('--dataset', 'sales')).code).toBe(0)
  const written = readFileSync(job, 'utf8')
  expect(written).toContain('TOPIC = "sales_data"')
  expect(written).toContain('default="k1:9093,k2:9093"')
  expect(written).toContain('SIGN_IN = ("SCRAM-SHA-512", "till")')
  expect(written).not.toContain('secret of')
  expect((await streamJob('--dataset', 'sales')).code).toBe(2)
  expect((await streamJob('--dataset', 'nothing', '--force')).code).toBe(1)

  // A pipeline takes up blobs, and says what takes the rows.
  const pipeline = (...args: string[]): Promise<Finished> =>
    call('pipeline', 'sales', '--out', join(at, 'factory'), '--storage', 'shop', ...args)
  expect(said(await pipeline('--databricks', 'bricks', '--job', '11'))).toContain('sends no blob')
})
