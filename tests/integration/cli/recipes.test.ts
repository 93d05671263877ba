/** A recipe that Pallet proposes for an export goes through “pallet clean”; “pallet contract check” says what does not fit. */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testFolder } from '../../fixtures/folder.ts'
import { type CliEvent, entry, pallet } from '../../fixtures/pallet.ts'

const folder = testFolder()
// Several processes a test, each of which takes its seconds on a busy computer.

test('a recipe is suggested with its reasons, and cleans the file', async () => {
  const home = join(folder(), 'home')
  const file = join(folder(), 'orte.csv')
  const recipe = join(folder(), 'recipe.json')
  const out = join(folder(), 'out.csv')
  writeFileSync(
    file,
    'Ort;Menge;Tag\nKöln;1;2026-01-02\nKÖLN;2;2026-01-02\nKöln;3;2026-01-02\nSumme Köln;6;\nKiel;?;2026-01-02\n',
  )
  const suggested = await pallet(['recipe', 'suggest', file], { home })
  expect(suggested.code).toBe(0)
  expect(suggested.events).toMatchObject([
    {
      event: 'suggestions',
      suggestions: [
        { id: 'totals', effect: { rows: 1 } },
        { id: 'spellings:Ort', effect: { cells: 1 } },
        { id: 'empty-words:Menge', isSure: false },
      ],
    },
  ])
  expect(suggested.stderr).toContain('+ 1 row only sums up others, such as “summe köln” in line 5')
  expect(suggested.stderr).toContain('? 1 cell in “Menge” may say nothing, such as “?”.')
  const written = await pallet(['recipe', 'suggest', file, '--out', recipe], { home })
  expect(written.stderr).toContain(`Written to ${recipe}.`)
  const cleaned = await pallet(['clean', file, '--recipe', recipe, '--out', out], { home })
  expect(cleaned.events).toMatchObject([{ rows: { in: 5, clean: 4, dropped: 1 } }])
  expect(readFileSync(out, 'utf8')).toBe(
    'ort,menge,tag\nKöln,1,2026-01-02\nKöln,2,2026-01-02\nKöln,3,2026-01-02\nKiel,?,2026-01-02\n',
  )

  const similar = await pallet(
    ['recipe', 'cluster', file, '--column', 'Ort', '--recipe', recipe, '--by', 'distance'],
    { home },
  )
  expect(similar.events).toMatchObject([{ event: 'similar', values: 2, groups: [] }])
  const wrong = await pallet(['recipe', 'cluster', file, '--column', 'Stadt'], { home })
  expect(wrong.stderr).toContain('The file has no column “Stadt” behind the steps of its recipe.')
  expect(wrong.code).toBe(1)
})

test('some rows of a file are tried, the first or all over it, and nothing is written unless it is said where', async () => {
  const file = join(folder(), 'sales.csv')
  const [out, rejects] = ['out.csv', 'rejects.csv'].map((name) => join(folder(), name)) as [
    string,
    string,
  ]
  const rows = Array.from({ length: 400 }, (_, row) => `S${row};${row === 7 ? 'free' : row},5`)
  writeFileSync(file, ['Store;Price', ...rows, 'x', ''].join('\n'))
  const tried = (...options: string[]) =>
    pallet(['clean', file, ...options], { home: join(folder(), 'home') })
  const first = await tried('--sample', '20')
  expect(first.code).toBe(0)
  expect(first.events).toMatchObject([
    {
      rows: { in: 20, clean: 19, quarantined: 1, dropped: 0 },
      sampled: { rows: 20, seed: null, of: 401, broken: 1 },
      problems: [{ rows: 1, examples: [{ line: 9, value: 'free,5' }] }],
      out: null,
    },
  ])
  const { shown } = first.events[0] as CliEvent & { shown: string[] }
  expect(shown).toHaveLength(11)
  expect(shown.slice(0, 3)).toEqual(['store,price', 'S0,0.50', 'S1,1.50'])
  const seeded = ['--sample', '20', '--seed', '7', '--out', out, '--rejects', rejects]
  expect((await tried(...seeded)).events).toMatchObject([{ rows: { in: 20 }, shown: [] }])
  const written = readFileSync(out, 'utf8')
  expect(written).not.toContain('\nS1,1.50\nS2,2.50\nS3,3.50\n')
  const stores = written
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => Number(/^S([0-9]+),/.exec(line)?.[1]))
  expect(stores).toHaveLength(20)
  expect(stores).toEqual(stores.toSorted((one, other) => one - other))
  await tried(...seeded)
  expect(readFileSync(out, 'utf8')).toBe(written)
  expect((await tried()).stderr).toContain('Add --out FILE, or --sample ROWS')
  expect((await tried('--seed', '7', '--out', out)).code).toBe(2)
})

test('a file is held to a contract, and what does not fit is said by kind, with the first of each', async () => {
  const file = join(folder(), 'sales.csv')
  const contract = join(folder(), 'contract.json')
  const rows = Array.from({ length: 120 }, (_, row) => `S${row},1.25`)
  const wrong = ['A,free', 'B,gratis', `C,${'x'.repeat(100)}`, 'D,?', ',1.00']
  writeFileSync(file, ['Store,Price', ...wrong, ...rows, ''].join('\n'))
  const required = { constraints: { required: true } }
  const fields = [
    { name: 'Store', type: 'string', ...required },
    { name: 'Price', type: 'number' },
  ]
  writeFileSync(contract, JSON.stringify({ fields }))
  const asked = ['contract', 'check', file, '--contract', contract]
  const inWords = (args: string[]) =>
    spawnSync(process.execPath, [entry, ...args], { encoding: 'utf8' }).stdout
  expect(inWords(asked).split('\n')).toEqual([
    '125 rows = 120 clean + 5 held back + 0 dropped',
    '  4 rows, first in line 2: “free” in “Price” is not a decimal number.',
    `    then “gratis” in line 3, “${'x'.repeat(60)}…” in line 4`,
    '  1 row, in line 6: “Store” is empty, but must have a value.',
    '',
  ])
  const { code, events } = await pallet(asked, { home: folder() })
  expect(code).toBe(3)
  expect(events).toMatchObject([
    {
      event: 'clean',
      tooMany: false,
      problems: [
        {
          code: 'type-error',
          column: 'price',
          rows: 4,
          examples: [
            { line: 2, value: 'free', message: '“free” in “Price” is not a decimal number.' },
            { line: 3, value: 'gratis' },
            { line: 4 },
          ],
        },
        { code: 'required-value', column: 'store', rows: 1, examples: [{ line: 6, value: '' }] },
      ],
    },
  ])
  const wholly = join(folder(), 'wholly.csv')
  writeFileSync(wholly, ['Store,Price', ...wrong, ''].join('\n'))
  expect(inWords(['contract', 'check', wholly, '--contract', contract])).toContain(
    'More than 5.0 % are held back: a run would send nothing.',
  )
})
