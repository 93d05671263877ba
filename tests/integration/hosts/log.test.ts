import { appendFileSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { openLog } from '../../../main/hosts/log.ts'
import { lastLogLines } from '../../../main/hosts/logLines.ts'
import { testFolder } from '../../fixtures/folder.ts'

const newFolder = testFolder()

it.each([true, false])('never holds more than twice its limit (sync: %s)', async (sync) => {
  const folder = newFolder()
  const limit = 20_000
  const { log, close } = openLog(folder, { sync }, limit)
  for (let turn = 0; turn < 100; turn += 1) {
    for (let line = 0; line < 20; line += 1) log.warn({ turn, line }, 'refused a request')
    // What waits in memory is no size of a file: a busy disk would make one write of all of it.
    await vi.waitFor(
      () => {
        const files = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'))
        expect(files.join('').includes(`"turn":${turn},"line":19,`)).toBe(true)
      },
      { timeout: 60_000, interval: 1 },
    )
  }
  log.warn('the last line')
  await close()
  expect(readdirSync(folder).toSorted()).toEqual(['pallet.1.log', 'pallet.log'])
  const sizes = readdirSync(folder).map((file) => statSync(join(folder, file)).size)
  // A write that is under way when the limit is reached is let finish.
  for (const size of sizes) expect(size).toBeLessThan(2 * limit + 20_000)
  expect(readFileSync(join(folder, 'pallet.log'), 'utf8')).toContain('the last line')
})

it('has its newest lines where they are looked for, also when it grew too large as it was closed', async () => {
  const folder = newFolder()
  const { log, close } = openLog(folder, { sync: false }, 1000)
  for (let line = 0; line < 100; line += 1) log.info({ line }, 'refused a request')
  await close()
  expect(readdirSync(folder)).toContain('pallet.log')
  expect(readFileSync(join(folder, 'pallet.log'), 'utf8')).toContain('"line":99')
})

it('shows its last lines, over both files, without secrets and without what is no line', async () => {
  const folder = newFolder()
  expect(await lastLogLines(folder)).toEqual([])
  const { log, close } = openLog(folder, { sync: true }, 20_000)
  for (let line = 0; line < 400; line += 1) log.info({ line }, 'refused a request')
  log.warn({ secret: 'of-the-shop', url: 'https://a/b?sig=of-the-shop' }, 'it was sig=of-the-shop')
  log.fatal('the end')
  await close()
  expect(readdirSync(folder)).toContain('pallet.1.log')
  appendFileSync(join(folder, 'pallet.log'), '{"level":30,"ti')
  const lines = await lastLogLines(folder)
  expect(JSON.stringify(lines)).not.toContain('of-the-shop')
  expect(lines.at(-1)).toMatchObject({ level: 'error', message: 'the end', detail: '' })
  expect(lines.at(-2)).toMatchObject({ level: 'warn', message: 'it was sig=…' })
  const numbers = lines.slice(0, -2).map(({ detail }) => JSON.parse(detail) as { line: number })
  // Nothing is missing between the two files.
  expect(numbers.map(({ line }) => line)).toEqual(
    numbers.map((_, index) => 400 - numbers.length + index),
  )
  expect(numbers.length).toBeGreaterThan(100)
})
