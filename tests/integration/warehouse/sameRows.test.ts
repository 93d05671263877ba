/** Any files, recipes and meanings, in every warehouse: the same cells of the same types. `npm run test:faults` tries it at length. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { databricksPlace, snowflakePlace } from '../../fixtures/begunLoad.ts'
import { type DatabricksServer, databricksServer } from '../../fixtures/databricksServer.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { sameRows } from '../../fixtures/sameRowsStories.ts'
import { type SnowflakeServer, snowflakeServer } from '../../fixtures/snowflakeServer.ts'

const folder = testFolder()
const seed = Number(process.env['PALLET_FAULT_SEED'] ?? 20261123)
const runs = Number(process.env['PALLET_FAULT_CASES'] ?? 2) * 2
let snowflake: SnowflakeServer
let databricks: DatabricksServer
beforeAll(async () => {
  ;[snowflake, databricks] = await Promise.all([snowflakeServer(), databricksServer()])
})
afterAll(() => Promise.all([snowflake.close(), databricks.close()]))

it(`Snowflake has what the built-in warehouse has, of ${runs} tables (seed ${seed})`, async () => {
  const cleaned = await sameRows('snowflake', () => snowflakePlace(snowflake), folder, {
    runs,
    seed,
  })
  expect(cleaned).toBeGreaterThan(runs / 4)
})

it(`Databricks has what the built-in warehouse has, of ${runs} tables (seed ${seed})`, async () => {
  const cleaned = await sameRows('databricks', () => databricksPlace(databricks), folder, {
    runs,
    seed,
  })
  expect(cleaned).toBeGreaterThan(runs / 4)
})
