/** Who looks at the warehouse while a query is under way ends nothing; who loads goes first. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Problem } from '../../../shared/domain/problem.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { realCore } from '../../fixtures/realCore.ts'

const folder = testFolder()

test('a look at the tables goes beside a query, and a run that loads ends it', async () => {
  const real = realCore(join(folder(), 'home'))
  const { signal } = new AbortController()
  try {
    const file = join(folder(), 'sales.csv')
    writeFileSync(file, 'id,product\n1,Tea\n2,Milk\n')
    await real.until(await real.send(file, { blob: null }), 'succeeded')
    let ended = false
    const endless = real.core.warehouse
      .query('SELECT count(*) FROM range(1000000000000000)', 1, signal)
      .catch((error: unknown) => {
        ended = true
        return Problem.from(error).data.code
      })
    for (let nth = 0; nth < 10; nth += 1) {
      const { tables } = await real.core.warehouse.contents({ limit: 10 }, signal)
      expect(tables.map(({ table }) => table)).toEqual(['sales'])
    }
    expect(ended).toBe(false)

    writeFileSync(file, 'id,product\n3,Coffee\n')
    await real.until(await real.send(file, { blob: null }), 'succeeded')
    expect(await endless).toBe('warehouse-in-use')
  } finally {
    await real.core.close()
  }
})
