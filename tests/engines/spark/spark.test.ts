/** Recipes and contracts as Spark SQL, which is Databricks' too, on the real Spark. */
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { elsewhereStories } from '../../fixtures/elsewhereStories.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type SqlInPython, startSqlInPython } from '../../fixtures/sqlInPython.ts'

const folder = testFolder()
let spark: SqlInPython
beforeAll(async () => {
  spark = await startSqlInPython(join(import.meta.dirname, 'session.py'))
})
afterAll(() => spark.stop())

elsewhereStories('spark', () => spark, folder)
