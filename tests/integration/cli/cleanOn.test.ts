/** What “pallet clean --clean-on” writes for an engine elsewhere, and what it refuses; that the engines make of it what they should is shown in tests/engines. */
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, test } from 'vitest'
import { quoteLiteral } from '../../../main/duckdb/sql.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { pallet } from '../../fixtures/pallet.ts'

const folder = testFolder()
const file = 'Store;Price\n S1 ;1,5\n"";\nS2;free\nS3;1;2\n'
const columns = [
  { name: 'store', label: 'Store', type: 'text', required: true },
  { name: 'price', label: 'Price', type: 'decimal', decimalMark: ',', scale: 2 },
]

function given(recipe: object[] = [{ kind: 'trim' }, { kind: 'drop-blank-rows' }]) {
  const home = folder()
  const paths = {
    source: join(home, 'Weekly sales.csv'),
    recipe: join(home, 'recipe.json'),
    contract: join(home, 'contract.json'),
    out: join(home, 'there'),
    rejects: join(home, 'rejects.csv'),
  }
  writeFileSync(paths.source, file)
  writeFileSync(paths.recipe, JSON.stringify({ pallet: 'recipe', version: 1, steps: recipe }))
  writeFileSync(
    paths.contract,
    JSON.stringify({
      pallet: 'contract',
      version: 1,
      contract: { columns, maxQuarantinedShare: 0.5 },
    }),
  )
  const args = ['clean', paths.source, '--recipe', paths.recipe, '--out', paths.out]
  return { ...paths, home: join(home, 'home'), args, held: ['--contract', paths.contract] }
}

test('the records and the script are written, and broken rows stay here', async () => {
  const { args, held, home, out, rejects } = given()
  const on = ['--clean-on', 'spark', '--rejects', rejects]
  const done = await pallet([...args, ...held, ...on], { home })
  expect(done).toMatchObject({
    code: 0,
    events: [{ event: 'handed-over', engine: 'spark', records: 4, quarantined: 1 }],
  })
  expect(readdirSync(out)).toEqual(['clean.sql', 'records.parquet'])
  const db = await DuckDBInstance.create(':memory:')
  const engine = await db.connect()
  const records = await engine.runAndReadAll(
    `SELECT * FROM read_parquet(${quoteLiteral(join(out, 'records.parquet'))})`,
  )
  expect([records.columnNames(), ...records.getRows()]).toEqual([
    ['rec', 'line', 'c1', 'c2'],
    [1n, 2n, ' S1 ', '1,5'],
    [2n, 3n, '', null],
    [3n, 4n, 'S2', 'free'],
  ])
  engine.closeSync()
  db.closeSync()
  const script = readFileSync(join(out, 'clean.sql'), 'utf8')
  expect(script).toContain(`FROM parquet.\`file://${join(out, 'records.parquet')}\``)
  expect(script).toContain('CREATE OR REPLACE VIEW pallet_weekly_sales_clean AS')
  expect(script).toContain('Cleans 3 records in Spark.')
  // What an editor or a client may make another of: the white space that is trimmed is written by its numbers.
  expect(script).toContain("trim(BOTH ' \\u0009\\u000a")
  expect(script).not.toMatch(/[^\P{C}\n]|(?! )\p{Z}/u)
  expect(readFileSync(rejects, 'utf8')).toContain('S3;1;2')
})

test('what cannot be done alike there, and what is not said, is refused before anything is written', async () => {
  const upper = given([{ kind: 'case', columns: ['Store'], to: 'upper' }])
  const on = ['--clean-on', 'snowflake']
  const refused = await pallet([...upper.args, ...upper.held, ...on], upper)
  expect(refused.stderr).toContain('cannot be done in Snowflake as it is done here')
  expect([refused.code, existsSync(join(upper.out, 'records.parquet'))]).toEqual([2, false])

  const { args, held, home, out } = given()
  const unsaid = await pallet([...args, ...on], { home })
  expect([unsaid.code, unsaid.stderr]).toEqual([2, expect.stringContaining('Give a contract')])
  writeFileSync(out, '')
  const inFile = await pallet([...args, ...held, ...on], { home })
  expect([inFile.code, inFile.stderr]).toEqual([2, expect.stringContaining('is a file, and')])
  rmSync(out)
  const nowhere = await pallet([...args, ...held, '--clean-on', 'databricks'], { home })
  expect(nowhere.stderr).toContain('Databricks does not see the files of this computer.')
  const at = '/Volumes/main/raw/in/records.parquet'
  const there = ['--clean-on', 'databricks', '--records-at', at]
  expect(await pallet([...args, ...held, ...there], { home })).toMatchObject({ code: 0 })
  expect(readFileSync(join(out, 'clean.sql'), 'utf8')).toContain(`FROM parquet.\`${at}\``)
})
