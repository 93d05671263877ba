/** A recipe that Pallet proposes for an export goes through “pallet clean”. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { testFolder } from '../../fixtures/folder.ts'
import { pallet } from '../../fixtures/pallet.ts'

const folder = testFolder()
// Several processes a test, each of which takes its seconds on a busy computer.
vi.setConfig({ testTimeout: 240_000 })

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
