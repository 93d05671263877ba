/** A file is held beside the last one that was delivered: before it is sent, on its receipt, and never where all is as usual. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'

const folder = testFolder()
let real: RealCore
afterEach(async () => {
  await real.core.close()
})

test('what is not as in the file before is said before it is sent and on its receipt; what was undone or skipped is no measure', async () => {
  real = realCore(join(folder(), 'home'))
  const { core } = real
  const signal = AbortSignal.timeout(600_000)
  let days = 0
  const day = async (rows: number, line: (row: number) => string) => {
    days += 1
    const file = join(folder(), `tills-${days}.csv`)
    const lines = Array.from({ length: rows }, (_, row) => `${days}-${row},${line(row)}`)
    writeFileSync(file, ['Bon,Town,Price,Note', ...lines, ''].join('\n'))
    const { source } = await core.sources.open(file)
    const { drift } = await core.runs.check({ source, dataset: 'tills' }, signal)
    const { runId } = await core.runs.start({
      source,
      dataset: 'tills',
      destination: { blob: null },
    })
    expect((await real.until(runId, 'succeeded', 'failed', 'stopped')).state).toBe('succeeded')
    const { receipt } = core.runs.get(runId)
    // What is foreseen is what is then found.
    expect(receipt.drift).toEqual(drift)
    return { runId, drift }
  }
  const usual = (row: number): string => `${row % 2 === 0 ? 'Ulm' : 'Bonn'},${row % 10}.50,x`
  expect((await day(40, usual)).drift).toEqual([])
  for (const rows of [44, 52, 48, 50]) expect((await day(rows, usual)).drift).toEqual([])
  const strange = await day(
    120,
    (row) => `${row % 2 === 0 ? 'Ulm' : 'Köln'},${row % 10}50.00,${row % 3 === 0 ? 'x' : ''}`,
  )
  expect(strange.drift).toEqual([
    // All of them came today.
    expect.stringMatching(/^120 clean rows; the last 5 files of a [A-Z][a-z]+day had 40 to 52\.$/),
    '“Town” has “Köln”, which it had not.',
    '“Town” has no “Bonn” any more.',
    'The mean of “Price” is 500, and was 5.',
    '“Note” is empty in 67 % of the rows, and was in 0 %.',
  ])
  expect(core.runs.events(strange.runId).map(({ message }) => message)).toContain(
    'Not as before: “Town” has “Köln”, which it had not.',
  )
  await core.runs.undo(strange.runId, signal)
  expect((await day(50, usual)).drift).toEqual([])
}, 600_000)
