import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openLog } from '../../../main/hosts/log.ts'
import { testFolder } from '../../fixtures/folder.ts'

const newFolder = testFolder()

it.each([true, false])('never holds more than twice its limit (sync: %s)', async (sync) => {
  const folder = newFolder()
  const limit = 20_000
  const { log, close } = openLog(folder, { sync }, limit)
  for (let turn = 0; turn < 100; turn += 1) {
    for (let line = 0; line < 20; line += 1) log.warn({ turn, line }, 'refused a request')
    await new Promise((resolve) => setImmediate(resolve))
  }
  log.warn('the last line')
  await close()
  expect(readdirSync(folder).toSorted()).toEqual(['pallet.1.log', 'pallet.log'])
  const sizes = readdirSync(folder).map((file) => statSync(join(folder, file)).size)
  // A write that is under way when the limit is reached is let finish.
  for (const size of sizes) expect(size).toBeLessThan(2 * limit + 20_000)
  expect(readFileSync(join(folder, 'pallet.log'), 'utf8')).toContain('the last line')
})
