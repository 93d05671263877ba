/** The output of a file is begun when its beginning was looked at; it is the same as if it had not been. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { learn } from '../../../main/cleaning/learn.ts'
import { scannedSteps } from '../../../main/cleaning/scan/watch.ts'
import type { Known } from '../../../main/cleaning/learn.ts'
import { defaultRecipe, withIds } from '../../../shared/domain/recipe/recipe.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { readHeld, runClean, writeRecords } from './canonical.ts'

const folder = testFolder()
const rows = 26_000
const labels = ['Id', 'Price', 'Day', 'Note']

/** Plain but for what `cells` says of some rows. */
function records(cells: Record<number, (string | null)[]> = {}, count = rows) {
  const table = Array.from({ length: count }, (_, row) => [
    String(row + 1),
    `${row % 90}.50`,
    `2024-02-${String((row % 28) + 1).padStart(2, '0')}`,
    row % 7 === 0 ? null : `text ${row}`,
  ])
  for (const [row, changed] of Object.entries(cells)) table[Number(row)] = changed
  return { ...writeRecords(folder(), labels, table), recipe: defaultRecipe }
}

const late = rows - 10
const broken = { [late]: [String(late + 1), 'abc', '2024-02-01', 'x'] }

describe('the output', () => {
  it('is written beside the look at the records, from what the beginning of the file says', async () => {
    const told: string[] = []
    const look = async (input: ReturnType<typeof records>) => {
      told.length = 0
      await learn(
        { ...input, recipe: scannedSteps(withIds(input.recipe)) },
        join(folder(), 'suspects.csv'),
        { signal: new AbortController().signal, report: () => {} },
        {
          begin: ({ facts }: Known) => told.push(`${facts.records} are plain`),
          stop: () => void told.push('stop'),
        },
      )
      return told
    }
    expect(await look(records())).toEqual(['20000 are plain'])
    expect(await look(records({}, 15_000))).toEqual([])
    expect(await look(records(broken))).toEqual(['20000 are plain', 'stop'])
    expect(await look(records({ 9: ['10', 'abc', '2024-02-01', 'x'] }))).toEqual(['stop'])
  })

  it.each([
    ['nothing else comes', {}, 0],
    ['a record is held back', broken, 1],
    ['cells are found that stand for nothing', { [late]: ['7', 'n/a', '', 'n/a'] }, 0],
    ['prices get finer', { [late]: ['7', '7.125', '2024-02-01', 'x'] }, 0],
  ] as const)('is that of the whole file where, late in it, %s', async (_, cells, held) => {
    const input = records(cells as Record<number, string[]>)
    const output = await runClean(input)
    expect(output).toMatchObject({ clean: rows - held, quarantined: held })
    expect(readHeld(input.quarantineFile).length).toBe(held)
    const written = readFileSync(input.outputFile, 'utf8')
    // With a rule that only the engine knows, every record is judged and nothing is begun.
    const { contract } = output
    const [first, ...others] = contract.columns
    if (first === undefined) throw new Error('no column')
    const columns = [{ ...first, min: 1 }, ...others]
    const judged = {
      ...records(cells as Record<number, string[]>),
      contract: { ...contract, columns },
    }
    expect((await runClean(judged)).clean).toBe(rows - held)
    expect(readFileSync(judged.outputFile, 'utf8')).toBe(written)
  })
})
