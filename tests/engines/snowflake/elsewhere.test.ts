/** Recipes and contracts as Snowflake SQL, as far as it can be shown without Snowflake: see sql.py. */
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { elsewhereStories } from '../../fixtures/elsewhereStories.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type SqlInPython, startSqlInPython } from '../../fixtures/sqlInPython.ts'

const folder = testFolder()
let engine: SqlInPython
beforeAll(async () => {
  engine = await startSqlInPython(join(import.meta.dirname, 'sql.py'))
})
afterAll(() => engine.stop())

elsewhereStories('snowflake', () => engine, folder)
