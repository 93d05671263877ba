/** `pallet fix`: held-back rows of the command line, by a step for all of a group, outside in a file, and sent again. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testFolder } from '../../fixtures/folder.ts'
import { editedElsewhere } from '../../fixtures/workbooks.ts'
import { type Finished, startPallet } from '../../fixtures/pallet.ts'
import { realCore } from '../../fixtures/realCore.ts'

const folder = testFolder()
const header = 'article,day,amount,note'
const good = (name: string) =>
  Array.from({ length: 200 }, (_, at) => `${name}${at},2026-11-20,${at}.50,`)

test('a group by a step that the dataset keeps, the others outside in a file, and only what was held back is sent', async () => {
  const home = join(folder(), 'home')
  const file = join(folder(), 'sales.csv')
  // What a command line would have sent in three seconds each.
  const real = realCore(home)
  const send = async (rows: readonly string[]): Promise<string> => {
    writeFileSync(file, [header, ...rows, ''].join('\n'))
    const runId = await real.send(file, { blob: null })
    expect(await real.until(runId, 'succeeded', 'failed', 'stopped', 'waiting')).toMatchObject({
      problem: null,
    })
    return runId
  }
  await send(good('A'))
  const faulty = [
    'B1,2026-11-21,"1,25",',
    'C2,2026-11-21,"2,75",',
    'C3,32.11.2026,3.00,',
    'C4,x,4.00,=1+1',
  ]
  const runId = await send([...good('B'), ...faulty])
  await real.core.close()

  const call = (...args: string[]): Promise<Finished> => startPallet(args, { home }).done
  const { events: groups } = await call('rejects', runId, '--groups')
  expect(groups.map((group) => [group['rows'], group['firstLine'], group['column']])).toEqual([
    [2, 202, 'amount'],
    [2, 204, 'day'],
  ])
  const wrong = await call('fix', runId, '--remember')
  expect([wrong.code, wrong.stderr]).toEqual([
    2,
    expect.stringContaining('for the rows of a group'),
  ])
  const proposed = await call('fix', runId, '--group', '1')
  expect(proposed.events).toMatchObject([
    { event: 'proposal', rows: 2, repaired: 2, ready: 2, words: 'Decimal comma in “amount”' },
  ])
  const done = await call(
    'fix',
    runId,
    '--group',
    '1',
    '--proposal',
    '1',
    '--remember',
    '--no-send',
  )
  expect([done.code, done.events[0]]).toMatchObject([0, { event: 'fixed', rows: 2, ready: 2 }])

  const workbook = join(folder(), 'held.XLSX')
  const asSheet = await call('rejects', runId, '--out', workbook)
  expect(asSheet.events).toMatchObject([{ event: 'rejects', rows: 4, harmless: 1 }])
  expect(readFileSync(workbook).toString('latin1', 0, 2)).toBe('PK')
  const unchanged = await call('fix', runId, '--from', workbook, '--no-send')
  expect(unchanged.events[0]).toMatchObject({ edited: 0, dropped: 0, same: 4, missing: 0 })
  const other = join(folder(), 'held.ods')
  const refused = await call('rejects', runId, '--out', other)
  expect([refused.code, existsSync(other)]).toEqual([2, false])
  expect(refused.stderr).toContain('.xlsx')
  // Another program has kept it: a day that was typed is a number now, and so is an amount that is as it was.
  const elsewhere = join(folder(), 'elsewhere.xlsx')
  writeFileSync(
    elsewhere,
    await editedElsewhere(readFileSync(workbook), (cells, row) =>
      cells.map((cell, at) =>
        row === 3 && at === 1 ? { serial: 46_356 } : row === 4 && at === 2 ? 4 : cell,
      ),
    ),
  )
  const typed = await call('fix', runId, '--from', elsewhere, '--no-send')
  expect(typed.events[0]).toMatchObject({ edited: 1, dropped: 0, same: 3, missing: 0, wrong: 0 })
  const out = join(folder(), 'held.csv')
  const written = await call('rejects', runId, '--out', out)
  expect(written.events).toMatchObject([{ event: 'rejects', rows: 4, harmless: 1 }])
  const lines = readFileSync(out, 'utf8').trimEnd().split('\r\n')
  expect(lines[3]).toContain('C3,2026-11-30,')
  expect(lines[4]).toContain(`,"'=1+1",205,204,`)
  const edited = lines.map((line, at) =>
    at === 4 ? `${line.replace(/,[^,]*$/, '')},a test sale` : line,
  )
  writeFileSync(out, edited.join('\r\n'))
  const fixed = await call('fix', runId, '--from', out)
  expect(fixed.code).toBe(0)
  expect(fixed.events.find(({ event }) => event === 'brought-back')).toMatchObject({
    edited: 0,
    dropped: 1,
    same: 3,
    missing: 0,
    wrong: 0,
  })
  expect(fixed.events.at(-1)).toMatchObject({
    event: 'account',
    rows: { in: 204, clean: 203, quarantined: 0, dropped: 1, loaded: 203 },
  })
})
