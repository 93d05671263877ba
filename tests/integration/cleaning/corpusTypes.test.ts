/**
 * The types of the columns of files of public projects, beside what a person said of them after looking at the files. They
 * lie beside the checkout and are not part of it. A clone without them skips this file and says why; CI has them and fails
 * when they are gone.
 */
import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { scannedSteps } from '../../../main/cleaning/scan/watch.ts'
import { learn } from '../../../main/cleaning/learn.ts'
import { preview } from '../../../main/reading/preview.ts'
import { read } from '../../../main/reading/read.ts'
import { quiet } from '../../../main/runs/quiet.ts'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { defaultMaxQuarantinedShare } from '../../../shared/domain/datasets/dataset.ts'
import { defaultRecipe, withIds } from '../../../shared/domain/recipe/recipe.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { readCorpusTypes } from '../../fixtures/corpusTypes.ts'

const corpus = resolve(import.meta.dirname, '../../../../shared/corpus')
const here = existsSync(corpus) || process.env['CI'] !== undefined
if (!here)
  console.warn(`The types of the corpus are not tested: ${corpus} is not on this computer.`)
/** For hangs only: the machine may have much else to do. */
const allFilesMs = 5 * 60_000

const folder = testFolder()

function spelt({ type, order, decimalMark, unit }: Column): string {
  const how = unit === undefined ? '' : unit || '()'
  return `${type}${order === undefined ? '' : `:${order}`}${decimalMark ?? ''}${how}`
}

test.skipIf(!here)(
  'the columns of the corpus get a type that a person would give them, in the preview as in cleaning',
  async () => {
    const unpackedFile = join(folder(), 'unpacked')
    const recordsFile = join(folder(), 'records.csv')
    const quarantineFile = join(folder(), 'held.ndjson')
    const suspectsFile = join(folder(), 'suspects.csv')
    const control = quiet(AbortSignal.timeout(allFilesMs))
    const files = readCorpusTypes()
    expect(files.length).toBeGreaterThan(100)
    for (const { name, types } of files) {
      const path = join(corpus, name)
      const input = { path, reading: null, unpackedFile }
      const { labels, labelled, conventions } = await read(
        { ...input, recordsFile, quarantineFile },
        control,
      )
      const { contract } = await learn(
        {
          recordsFile,
          labels,
          labelsInFile: labelled,
          conventions,
          recipe: scannedSteps(withIds(defaultRecipe)),
          contract: null,
          maxQuarantinedShare: defaultMaxQuarantinedShare,
        },
        suspectsFile,
        control,
      )
      const got = contract.columns.map(spelt)
      // Of several right answers the one that was given, else the best one.
      const wanted = types.map((any, index) => any.find((type) => type === got[index]) ?? any[0])
      const told = (of: unknown[]) =>
        of.map((type, index) => `${labels[index] ?? ''}: ${String(type)}`)
      expect({ name, types: told(got) }).toEqual({ name, types: told(wanted) })

      const bytes = statSync(path).size
      const shown = await preview({ ...input, name, bytes, entry: null, rows: 1 }, control)
      expect({ name, shown: shown.columns.map(spelt) }).toEqual({ name, shown: got })
    }
  },
  allFilesMs,
)
