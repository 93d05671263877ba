/** How a file is read, as told on the command line, and a file that comes over standard input. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { Preview } from '../../../shared/domain/files/preview.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { entry, pallet } from '../../fixtures/pallet.ts'
import { packed, rowsXml, xlsxParts } from '../../fixtures/workbooks.ts'

const folder = testFolder()
// Several processes a test, each of which takes its seconds on a busy computer.

test('types that are chosen hold for the columns they name, and the others stay as proposed', async () => {
  const home = join(folder(), 'home')
  const file = join(folder(), 'umsatz.csv')
  writeFileSync(file, 'Nr;Betrag;Tag\n1;12,5;03.04.2026\n2;7,25;05.06.2026\n')
  const sent = await pallet(['run', file, '--type', 'Nr=text', '--type', 'tag=date:mdy'], { home })
  expect(sent.receipt).toMatchObject({ state: 'succeeded', rows: { in: 2, quarantined: 0 } })
  const asked = await pallet(
    [
      'query',
      'SELECT typeof(nr) AS nr, betrag::DOUBLE AS betrag, tag::VARCHAR AS tag FROM umsatz LIMIT 1',
    ],
    { home },
  )
  expect(asked.events).toEqual([{ nr: 'VARCHAR', betrag: '12.5', tag: '2026-03-04' }])

  const unknown = await pallet(['run', file, '--type', 'Summe=decimal'], { home })
  expect(unknown.code).toBe(2)
  expect(unknown.stderr).toContain('“Nr”, “Betrag”, “Tag”')
  for (const type of ['Betrag', 'Betrag=money', 'Betrag=decimal:dmy', 'Tag=date:,'])
    expect((await pallet(['run', file, '--type', type], { home })).code).toBe(2)
})

test('numbers of a workbook are written as stored or as shown, and the dataset remembers which', async () => {
  const home = join(folder(), 'home')
  const written = (name: string, first: number): string => {
    const cells = [0, 1, 2].map(
      (nth) =>
        `<row r="${nth + 2}"><c r="A${nth + 2}" s="1"><v>${first + nth}</v></c><c r="B${nth + 2}" s="2"><v>0.19</v></c></row>`,
    )
    const file = join(folder(), name)
    const sheets = [{ name: 'Stock', xml: rowsXml([['Shop', 'Share']]) + cells.join('') }]
    writeFileSync(file, packed(xlsxParts({ formats: [0, '00000', '0%'], sheets })))
    return file
  }
  const file = written('stock-1.xlsx', 41)
  const cells = async (...args: string[]) => {
    const [shown] = (await pallet(['preview', file, ...args], { home })).events
    return (shown as unknown as Preview).rows.map((row) => row.cells.join(' '))
  }
  expect(await cells()).toEqual(['41 0.19', '42 0.19', '43 0.19'])
  expect(await cells('--numbers', 'shown')).toEqual(['00041 19%', '00042 19%', '00043 19%'])
  const profiled = await pallet(['profile', file, '--numbers', 'shown'], { home })
  expect(profiled.stderr).toContain('sheet “Stock”, numbers as shown')
  const wrong = await pallet(['preview', file, '--numbers', 'rounded'], { home })
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('stored, shown')])

  const sent = await pallet(['run', file, '--numbers', 'shown', '--no-blob'], { home })
  expect(sent.receipt).toMatchObject({ state: 'succeeded', rows: { loaded: 3 } })
  // The next one says nothing of it.
  const next = await pallet(['run', written('stock-2.xlsx', 51), '--no-blob'], { home })
  expect(next.receipt).toMatchObject({ state: 'succeeded', rows: { loaded: 3 } })
  const { events } = await pallet(['query', 'SELECT shop FROM stock ORDER BY shop'], { home })
  const shops = events.map(({ shop }) => shop)
  expect(shops).toEqual(['00041', '00042', '00043', '00051', '00052', '00053'])
  const csv = await pallet(['run', import.meta.filename, '--numbers', 'shown', '--no-blob'], {
    home,
  })
  expect([csv.code, csv.stderr]).toEqual([2, expect.stringContaining('--numbers')])
})

test('encoding and delimiter that are chosen are those it is read with', async () => {
  const home = join(folder(), 'home')
  const file = join(folder(), 'orte.csv')
  writeFileSync(file, Buffer.from('ort;x|wert\nK\xe9ln;1|2\nB\xe9rn;3|4\n', 'latin1'))
  const shown = async (...args: string[]): Promise<Preview> =>
    (await pallet(['preview', file, ...args], { home })).events[0] as unknown as Preview
  const piped = await shown('--delimiter', 'pipe', '--encoding', 'windows-1252')
  expect(piped.columns.map(({ label }) => label)).toEqual(['ort;x', 'wert'])
  expect(piped.rows[0]?.cells[0]).toBe('Kéln;1')
  const mac = await shown('--delimiter', ';', '--encoding', 'macintosh')
  expect(mac.rows[0]?.cells).toEqual(['KÈln', '1|2'])

  const sent = await pallet(['run', file, '--delimiter', 'pipe', '--encoding', 'macintosh'], {
    home,
  })
  expect(sent.receipt).toMatchObject({ state: 'succeeded' })
  const asked = await pallet(['query', 'SELECT ort_x FROM orte LIMIT 1'], { home })
  expect(asked.events).toEqual([{ ort_x: 'KÈln;1' }])
  expect((await pallet(['preview', file, '--delimiter', 'dash'], { home })).code).toBe(2)
})

test('standard input is a file with the name it is given', async () => {
  const home = join(folder(), 'home')
  const input = 'id,product\n1,Tea\n2,Milk\n'
  const sent = await pallet(['run', '-', '--name', 'sales.csv'], { home, input })
  expect(sent.receipt).toMatchObject({
    state: 'succeeded',
    dataset: 'sales',
    source: { path: 'sales.csv', bytes: input.length },
    rows: { loaded: 2 },
  })
  const shown = await pallet(['preview', '-'], { home, input })
  expect(shown.events[0]).toMatchObject({ columns: [{ name: 'id' }, { name: 'product' }] })
  const more = 'id,product\n3,Salt\n'
  const kept = await pallet(['run', '-', '--dataset', 'sales'], { home, input: more })
  expect(kept.receipt).toMatchObject({ source: { path: 'sales.csv' }, load: { tableRows: 3 } })
  const empty = await pallet(['run', '-', '--name', 'sales.csv'], { home })
  expect(empty.receipt?.problem).toMatchObject({ code: 'source-empty' })
  for (const args of [['-'], ['-', '-', '--name', 'a.csv'], ['a.csv', '--name', 'b.csv']])
    expect((await pallet(['run', ...args], { home, input })).code).toBe(2)
})

test('a command that still waits for standard input ends when it is told to', async () => {
  const home = join(folder(), 'home')
  const child = spawn(process.execPath, [entry, '--home', home, 'run', '-', '--name', 'a.csv'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const exited = once(child, 'exit')
  const incoming = join(home, 'incoming')
  child.stdin.on('error', () => {})
  child.stdin.write('id,product\n')
  await vi.waitFor(() => expect(readdirSync(incoming)).toHaveLength(1), { timeout: 600_000 })
  child.kill('SIGINT')
  expect(await exited).toEqual([1, null])
  expect(readdirSync(incoming)).toEqual([])
  expect((await pallet(['runs'], { home })).events).toEqual([])
})
