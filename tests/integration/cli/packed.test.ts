/** A packed export on its way: killed while it is unpacked and while it is cleaned, and chosen out of an archive. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { testFolder } from '../../fixtures/folder.ts'
import { pallet, startPallet } from '../../fixtures/pallet.ts'
import { zipOf } from '../../fixtures/zip.ts'

const folder = testFolder()
// Several processes a test, each of which takes its seconds on a busy computer.

test('a packed file is delivered as the file in it, wherever its run is killed', async () => {
  const home = join(folder(), 'home')
  const file = join(folder(), 'sales.csv.gz')
  const rows = Array.from({ length: 2000 }, (_, id) => `${id};${id === 1000 ? 'free' : `${id},50`}`)
  writeFileSync(file, gzipSync(`id;price\nbroken\n${rows.join('\n')}\n`))
  let killing = ['run', file]
  for (const step of ['read', 'clean']) {
    const killed = await startPallet(killing, {
      home,
      onEvent: (event, child) => {
        if (event['step'] === step && event['state'] === 'running') child.kill('SIGKILL')
      },
    }).done
    expect(killed.signal).toBe('SIGKILL')
    killing = ['resume']
  }
  const { receipt } = await pallet(killing, { home })
  expect(receipt).toMatchObject({
    state: 'succeeded',
    dataset: 'sales',
    rows: { in: 2001, clean: 1999, quarantined: 2, loaded: 1999 },
  })
  const { stdout } = await pallet(['rejects', String(receipt?.['runId'])], { home })
  // As they stand in the unpacked file.
  for (const raw of ['broken', '1000;free']) expect(stdout).toContain(`"${raw}"`)
})

test('another file of an archive is chosen by its name, and remembered', async () => {
  const home = join(folder(), 'home')
  const archive = (day: string, rows: string) => {
    const file = join(folder(), `stock-${day}.zip`)
    const entries = [
      { name: `sales-${day}.csv`, content: 'id,price\n1,2\n' },
      { name: `stock-${day}.csv`, content: `sku;count\n${rows}` },
    ]
    writeFileSync(file, zipOf(...entries))
    return file
  }
  const first = archive('0301', 'A;1\nB;2\n')
  const sent = await pallet(['run', first, '--dataset', 'stock', '--entry', 'stock-0301.csv'], {
    home,
  })
  expect(sent.receipt).toMatchObject({ state: 'succeeded', rows: { in: 2 } })
  const next = await pallet(['run', archive('0302', 'C;3\n'), '--dataset', 'stock'], { home })
  expect(next.receipt).toMatchObject({ state: 'succeeded', load: { tableRows: 3 } })
  const none = await pallet(['preview', first, '--entry', 'stock.csv'], { home })
  expect(none.code).toBe(2)
  expect(none.stderr).toContain('“sales-0301.csv”, “stock-0301.csv”')
})
