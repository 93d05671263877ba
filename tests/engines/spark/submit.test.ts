/** Jobs by the real spark-submit: the recipe of the dataset, and a script of one's own, through the command line and over kills of Pallet. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, test } from 'vitest'
import { testFolder } from '../../fixtures/folder.ts'
import { type Finished, pallet, startPallet } from '../../fixtures/pallet.ts'
import { become } from '../../fixtures/sparkStandIn.ts'

const python = process.env['PALLET_ENGINES_PYTHON'] ?? ''
const command = join(dirname(python), 'spark-submit')
const folder = testFolder()

interface At {
  home: string
  spark: string
  file: string
  env: Record<string, string>
  call: (...args: string[]) => Promise<Finished>
}

/** A home that knows Spark, and a file of which one row is held back and one is dropped. */
async function ready(): Promise<At> {
  const at = folder()
  const [home, spark, file] = ['home', 'spark', 'sales.csv'].map((name) => join(at, name)) as [
    string,
    string,
    string,
  ]
  const env = {
    PYSPARK_PYTHON: python,
    SPARK_LOCAL_IP: '127.0.0.1',
    PYTHONUNBUFFERED: '1',
  }
  const call = (...args: string[]): Promise<Finished> => pallet(args, { home, env })
  const many = Array.from({ length: 30 }, (_, nth) => `${nth + 10},Melon,1.00`)
  const lines = ['id,product,amount', '1,Apple,2.50', '2, Pear ,3.00', '4,Fig,x', ...many]
  writeFileSync(file, `${[...lines, ',,', '5,"Quince, large",4.20'].join('\n')}\n`)
  const conf = ['spark.ui.enabled=false', 'spark.sql.shuffle.partitions=2'].join('\n')
  const kind = ['--kind', 'spark-submit', '--master', 'local[2]', '--folder', spark]
  const more = ['--command', command, '--conf', conf]
  expect(await call('connections', 'add', 'lake', ...kind, ...more)).toMatchObject({ code: 0 })
  return { home, spark, file, env, call }
}

/** Types are those of a file without fault, which taught them. */
async function taught({ call, home }: At): Promise<void> {
  const first = join(home, '..', 'first.csv')
  writeFileSync(first, 'id,product,amount\n1,Apple,2.50\n2,Pear,3.00\n')
  const sent = await call('run', first, '--dataset', 'sales', '--no-blob')
  expect(sent).toMatchObject({ code: 0 })
}

async function rowsIn(path: string): Promise<unknown[]> {
  const instance = await DuckDBInstance.create()
  const connection = await instance.connect()
  const query = `SELECT * FROM read_parquet('${path}/*.parquet') ORDER BY ALL`
  const rows = (await connection.runAndReadAll(query)).getRowsJson()
  connection.closeSync()
  instance.closeSync()
  return rows
}

test('the recipe on the records of the file: the same rows as here, and what became of them on the receipt', async () => {
  const at = await ready()
  await taught(at)
  const tested = await at.call('connections', 'test', 'lake')
  expect(tested.stdout).toContain('Spark 4.1.3 answers by')
  const told = ['--trigger', 'lake=recipe']
  const { code, receipt, stdout } = await at.call(
    'run',
    at.file,
    '--dataset',
    'sales',
    '--no-blob',
    ...told,
  )
  expect({ code, stdout }).toMatchObject({ code: 0 })
  expect(receipt?.rows).toMatchObject({ in: 35, clean: 33, quarantined: 1, dropped: 1 })
  const [one] = receipt?.told ?? []
  expect(one).toMatchObject({
    done: true,
    brought: { read: 35, delivered: 33, held: 1, at: expect.stringContaining('/rows') },
  })
  const [own = ''] = readdirSync(at.spark).filter((name) => name.startsWith('pallet-'))
  const rows = await rowsIn(join(at.spark, own, 'rows'))
  expect(rows).toHaveLength(33)
  expect(rows.slice(0, 3)).toEqual([
    ['1', 'Apple', '2.50'],
    ['2', 'Pear', '3.00'],
    ['5', 'Quince, large', '4.20'],
  ])
  expect(await rowsIn(join(at.spark, own, 'held'))).toHaveLength(1)
})

test('a script that works while Pallet is killed is found again, and was started once', async () => {
  const at = await ready()
  const gate = join(at.home, '..', 'gate')
  const starts = join(at.home, '..', 'starts')
  const script = join(at.home, '..', 'load.py')
  mkdirSync(starts)
  writeFileSync(
    script,
    `import argparse, json, os, time
from pyspark.sql import SparkSession
parser = argparse.ArgumentParser()
parser.add_argument("--table")
asked = parser.parse_args()
session = SparkSession.builder.getOrCreate()
open(os.path.join(${JSON.stringify(starts)}, str(os.getpid())), "w").close()
session.sparkContext.setJobDescription("counts " + asked.table)
rows = session.range(7).count()
while not os.path.exists(${JSON.stringify(gate)}):
    time.sleep(0.1)
with open(session.conf.get("spark.pallet.result"), "w") as file:
    json.dump({"read": rows, "delivered": rows, "at": "shop." + asked.table}, file)
session.stop()
`,
  )
  const told = ['--trigger', `lake=${script}`, '--trigger-parameter', 'table={table}']
  const args = ['run', at.file, '--no-blob', ...told]
  const first = startPallet(args, { home: at.home, env: at.env })
  await become(() => readdirSync(starts).length > 0, first.done)
  first.child.kill('SIGKILL')
  await first.done
  // Killed again while it only asks.
  const second = startPallet(['resume'], { home: at.home, env: at.env })
  await become(
    () => second.events.some(({ step, state }) => step === 'trigger' && state === 'running'),
    second.done,
  )
  second.child.kill('SIGKILL')
  await second.done
  writeFileSync(gate, '')
  const { code, receipt, stdout } = await at.call('resume')
  expect({ code, stdout }).toMatchObject({ code: 0 })
  expect(receipt?.told).toMatchObject([
    { done: true, brought: { read: 7, delivered: 7, held: null, at: 'shop.sales' } },
  ])
  expect(readdirSync(starts)).toHaveLength(1)
})

test('a job that fails says why, is run again there, and can be ended', async () => {
  const at = await ready()
  const script = join(at.home, '..', 'load.py')
  writeFileSync(script, 'raise ValueError("no rows in it")\n')
  const told = ['--trigger', `lake=${script}`]
  const failed = await at.call('run', at.file, '--no-blob', ...told)
  expect(failed.code).toBe(1)
  expect(failed.receipt?.problem?.what).toContain('no rows in it')
  expect(failed.receipt?.told[0]?.parts?.[0]?.said).toContain('ValueError')
  writeFileSync(script, 'print("well")\n')
  const runId = failed.receipt?.runId ?? ''
  expect(await at.call('retry', runId, '--there')).toMatchObject({ code: 0 })
  const own = readdirSync(at.spark).filter((name) => name.startsWith('pallet-'))[0] ?? ''
  expect(readFileSync(join(at.spark, own, '2', 'log'), 'utf8')).toContain('well')
  expect(readFileSync(join(at.spark, own, '1', 'exit'), 'utf8')).toBe('1\n')
})
