/** Exports as plain CSV, for other programs. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { gzipSync } from 'node:zlib'
import { testFolder } from '../../fixtures/folder.ts'
import { pallet } from '../../fixtures/pallet.ts'
import { zipOf } from '../../fixtures/zip.ts'

const folder = testFolder()
const files = {
  'till.csv':
    'Report; of March\n\nid;name;name;\n1;"a; ""b""";3;\n2;x\n3;u;v;w;\n4; y ;"multi\nline";\n',
  'plain.txt': '1|é|2\n3|"q"|4\n5|z|6\n',
  'week.csv.gz': gzipSync('a;b\n1;2,5\n'),
  'month.zip': zipOf(
    { name: 'sales.csv', content: 'id,n\n1,2\n' },
    { name: 'stock.csv', content: 'sku|n\nA|1\n' },
  ),
  'api.json': '{"a":[{"id":1.50},{"id":2}],"b":{"c":[{"n":"x"}]}}',
  'picture.csv': Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
}

test('files of any dialect, and one that is none: what is read, held back and refused', async () => {
  const home = join(folder(), 'home')
  const [inDir, outDir] = [join(folder(), 'in'), join(folder(), 'out')]
  mkdirSync(inDir)
  const paths = Object.entries(files).map(([name, content]) => {
    writeFileSync(join(inDir, name), content)
    return join(inDir, name)
  })
  const read = (...more: string[]) =>
    pallet(['read', ...paths, '--out-dir', outDir, ...more], { home })
  const text = (name: string) => readFileSync(join(outDir, name), 'utf8')
  const facts = (name: string) => JSON.parse(text(`${name}.json`)) as Record<string, unknown>

  const held = await read()
  expect(held.code).toBe(1)
  expect(text('till.csv')).toBe('id,name,name\n1,"a; ""b""",3\n4, y ,"multi\nline"\n')
  expect(facts('till.csv')).toMatchObject({ records: 4, held: 2, header: ['id', 'name', 'name'] })
  expect(text('till.csv.held.ndjson').trim().split('\n')).toHaveLength(2)
  expect(text('plain.txt')).toBe('1,é,2\n3,"q",4\n5,z,6\n')
  expect(facts('plain.txt')).toMatchObject({ header: null, records: 3, held: 0 })
  expect(facts('picture.csv')).toMatchObject({ problem: { code: 'source-binary' } })
  expect(held.stderr).toContain('picture.csv: This file is a picture')
  // What is packed in it, under the file's own name.
  expect(text('week.csv.gz')).toBe('a,b\n1,"2,5"\n')
  expect(text('month.zip')).toBe('id,n\n1,2\n')
  expect(facts('month.zip')).toMatchObject({ reading: { entry: 'sales.csv' } })
  expect(text('api.json')).toBe('id\n1.50\n2\n')
  expect(facts('api.json')).toMatchObject({ reading: { kind: 'records', path: ['a'] } })
  expect(readdirSync(outDir).sort()).toEqual([
    'api.json',
    'api.json.json',
    'month.zip',
    'month.zip.json',
    'picture.csv.json',
    'plain.txt',
    'plain.txt.json',
    'till.csv',
    'till.csv.held.ndjson',
    'till.csv.json',
    'week.csv.gz',
    'week.csv.gz.json',
  ])

  await pallet(['read', join(inDir, 'api.json'), '--out-dir', outDir, '--path', 'b.c'], { home })
  expect(text('api.json')).toBe('n\nx\n')
  // An entry is a name in an archive; the others have none to choose.
  await read('--on-ragged', 'pad', '--entry', 'stock.csv')
  expect(text('month.zip')).toBe('sku,n\nA,1\n')
  expect(text('till.csv')).toContain('\n2,x,\n4')
  expect(facts('till.csv')).toMatchObject({ held: 1 })
  await read('--on-ragged', 'keep')
  expect(text('till.csv')).toContain('\n2,x\n3,u,v,w,\n4')
  expect(existsSync(join(outDir, 'till.csv.held.ndjson'))).toBe(false)
  // It has no use for a home, and takes none.
  expect(existsSync(home)).toBe(false)

  const onto = await pallet(['read', ...paths, '--out-dir', inDir], { home })
  expect(onto.code).toBe(2)
  expect(onto.stderr).toContain('lies in the folder that is written to')
})

test('every choice of a dialect has a flag, and goes before what was detected', async () => {
  const [home, file, outDir] = ['home', 'odd.txt', 'out'].map((name) => join(folder(), name))
  writeFileSync(file ?? '', "x\n|Q1\nid|'a|b'\n1|'c^'|d'\n")
  const read = (...flags: string[]) =>
    pallet(['read', file ?? '', '--out-dir', outDir ?? '', ...flags], { home: home ?? '' })
  const written = () => readFileSync(join(outDir ?? '', 'odd.txt'), 'utf8')
  const dialect = ['--delimiter', 'pipe', '--quote', "'", '--escape', '^', '--encoding', 'ibm850']
  await read(...dialect, '--skip-lines', '1', '--header-rows', '2')
  expect(written()).toBe(`id,Q1 a|b\n1,"c'|d"\n`)
  await read(...dialect, '--skip-lines', '3', '--no-header')
  expect(written()).toBe(`1,"c'|d"\n`)
  await read('--delimiter', '|', '--quote', 'none', '--skip-lines', '2', '--header-rows', '1')
  expect(written()).toBe("id,'a,b'\n1,'c^',d'\n")
  const wrong = await read('--header-rows', '4')
  expect(wrong.code).toBe(2)
})

test('what is said by hand holds: where columns stand, what is no comment, which table, and short rows', async () => {
  const at = folder()
  const home = join(at, 'home')
  const read = async (content: string, ...args: string[]) => {
    writeFileSync(join(at, 'file.txt'), content)
    const out = join(at, 'out')
    const { code } = await pallet(['read', join(at, 'file.txt'), '--out-dir', out, ...args], {
      home,
    })
    return code === 0 ? readFileSync(join(out, 'file.txt'), 'utf8') : code
  }
  expect(await read('00001Nut   120\n00002Oil can 7\n', '--widths', '5,6,3', '--no-header')).toBe(
    '00001,Nut,120\n00002,Oil ca,n 7\n',
  )
  expect(await read('a\n1\n', '--columns', '1-5,4-9')).toBe(2)
  const commented = 'id;qty\n1;2\n# counted\n2;3\n'
  expect(await read(commented)).toBe('id,qty\n1,2\n2,3\n')
  expect(await read(commented, '--comment', 'none', '--on-ragged', 'pad')).toBe(
    'id,qty\n1,2\n# counted,\n2,3\n',
  )
  const two = 'id,name,n\n1,a,2\n2,b,4\n\nReturns\nday,shop,sum\n2026-01-01,x,5\n2026-01-02,y,6\n'
  expect(await read(two, '--file-table', '2')).toBe(
    'day,shop,sum\n2026-01-01,x,5\n2026-01-02,y,6\n',
  )
  // Behind what a preview looks at.
  const far = two.replace('1,a,2\n', '1,a,2\n'.repeat(200_000))
  expect(await read(far, '--file-table', '2')).toBe(
    'day,shop,sum\n2026-01-01,x,5\n2026-01-02,y,6\n',
  )
})
