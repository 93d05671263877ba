/** What the steps of a recipe are said to do to a file is what cleaning makes of it. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as fc from 'fast-check'
import Papa from 'papaparse'
import { expect, it } from 'vitest'
import { effect } from '../../../main/cleaning/effect.ts'
import { work } from '../../../main/cleaning/work.ts'
import type { CleanInput } from '../../../main/runs/ports/cleaning.ts'
import { type WorkedRow, workedColumn, workedPlaces } from '../../../shared/domain/recipe/effect.ts'
import { type Recipe, stepIds } from '../../../shared/domain/recipe/recipe.ts'
import { isPivot } from '../../../shared/domain/recipe/recipeFit.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { readVectors } from '../../fixtures/vectors.ts'
import { runClean, writeRecords } from './canonical.ts'
import { outsideOf } from './outside.ts'
import { besides, labels, recipes, rows } from './recipes.ts'

const folder = testFolder()
const control = {
  signal: new AbortController().signal,
  report: () => {},
  ask: () => Promise.reject(new Error('nothing is asked')),
}

/** The effect of a recipe, and all records between two places of it. */
async function tried(input: CleanInput, recipe: Recipe, records: number) {
  const inFolder = dirname(input.recordsFile)
  const given = { ...input, recipe, workFolder: join(inFolder, 'trying') }
  const comparedFiles = recipe.map((_, index) => join(inFolder, `duplicates-${index}`))
  const told = await effect({ ...given, comparedFiles, changedFile: null }, control)
  const between = async (since: number, upTo: number): Promise<WorkedRow[]> => {
    if (records === 0) return []
    const all = Array.from({ length: records }, (_, nth) => nth + 1)
    const asked = { ...given, comparedFiles, since, upTo, records: all, pieces: [1] }
    const worked = await work(asked, control)
    expect(worked.isSure).toBe(true)
    return worked.rows.toSorted((one, other) => one.record - other.record)
  }
  return { told, between }
}

/** The ordinals of the rows of one fate, by the steps that it names. */
function byStep(worked: readonly WorkedRow[], kind: 'dropped' | 'failed') {
  const found: Record<string, number[]> = {}
  for (const { record, fate } of worked)
    if (fate.kind === kind) (found[fate.step] ??= []).push(record)
  return found
}

it.each(readVectors('steps'))('is as the vectors say: $why', async (vector) => {
  const {
    steps: recipe,
    labels: given,
    labelsAfter = given,
    before,
    after,
    dropped,
    held = [],
    desk,
  } = vector
  const inFolder = folder()
  const outside = await outsideOf(inFolder, vector)
  const input = { ...writeRecords(inFolder, given, before), outside }
  const { told, between } = await tried(input, recipe, before.length)
  expect(told).toMatchObject({
    rowsIn: before.length,
    rowsOut: after.length,
    labels: labelsAfter,
  })
  const worked = await between(0, recipe.length)
  const left = worked.filter(({ fate }) => fate.kind === 'stands')
  if (desk !== undefined) {
    expect(left.map(({ cells }) => cells)).toEqual(desk)
    const counts = (of: 'droppedRows' | 'heldRows') =>
      told.steps.reduce((sum, step) => sum + step[of], 0)
    expect(counts('droppedRows')).toBe(dropped.flatMap(({ records }) => records).length)
    expect(counts('heldRows')).toBe(held.length)
    return
  }
  const places = workedPlaces(recipe, given, 0, recipe.length)
  const stays = places.map((place) => workedColumn(place).change !== 'removed')
  expect(left.map(({ cells }) => cells.filter((_, place) => stays[place]))).toEqual(
    after.map((cells) => cells.map((cell) => cell ?? '')),
  )
  expect(byStep(worked, 'dropped')).toEqual(
    Object.fromEntries(dropped.map(({ step, records }) => [step, records])),
  )
  expect(Object.values(byStep(worked, 'failed')).flat()).toEqual(held)
})

it('comes to what cleaning writes, drops and holds back, and each step to what is seen of it', async () => {
  const outside = await outsideOf(folder(), besides)
  await fc.assert(
    fc.asyncProperty(rows, recipes, fc.nat(6), async (table, recipe, nth) => {
      const input = { ...writeRecords(folder(), labels, table), outside }
      const { told, between } = await tried(input, recipe, table.length)
      const columns = told.labels.map((label) => ({ name: label, label, type: 'text' as const }))
      const contract = { columns, maxQuarantinedShare: 1 }
      const cleaned = await runClean({ ...input, recipe, contract })
      expect(told).toMatchObject({ rowsIn: table.length, rowsOut: cleaned.clean })
      const dropping = told.steps.filter(({ droppedRows }) => droppedRows > 0)
      expect(dropping.map(({ stepId, droppedRows }) => [stepId, droppedRows])).toEqual(
        cleaned.dropped.map(({ step, rows: taken }) => [step, taken]),
      )
      expect(told.steps.reduce((sum, { heldRows }) => sum + heldRows, 0)).toBe(cleaned.quarantined)

      // What a pivot makes of a record is shown together, or as one of several.
      if (recipe.some(isPivot)) return
      const whole = await between(0, recipe.length)
      const left = whole.filter(({ fate }) => fate.kind === 'stands')
      const [, ...written] = Papa.parse<string[]>(
        readFileSync(input.outputFile, 'utf8').slice(0, -1),
      ).data
      expect(left.map(({ cells }) => cells)).toEqual(written)
      const place = Math.min(nth, recipe.length)
      const seen = await between(place, place + 1)
      const there = (row: WorkedRow): boolean =>
        !('step' in row.fate) || stepIds(recipe).indexOf(row.fate.step) >= place
      const step = told.steps[place]
      const shown = seen.filter(({ fate }) => fate.kind === 'stands')
      // A cell of a column that the step makes has changed where it says something.
      const made = workedPlaces(recipe, labels, place, place + 1).map(
        ({ before }) => before === null,
      )
      const changed = shown.reduce(
        (sum, { before, cells }) =>
          sum +
          Object.keys(before).length +
          cells.filter((cell, nth) => made[nth] === true && cell !== '').length,
        0,
      )
      expect(changed).toBe(step?.changedCells ?? 0)
      expect(seen.filter(there)).toHaveLength(
        shown.length + (step?.droppedRows ?? 0) + (step?.heldRows ?? 0),
      )
    }),
    { numRuns: 12 },
  )
})
