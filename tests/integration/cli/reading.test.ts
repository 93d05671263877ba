/** How a file is read, as told on the command line, and a file that comes over standard input. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { Preview } from '../../../shared/domain/preview.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { entry, pallet } from '../../fixtures/pallet.ts'

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
