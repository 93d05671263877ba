import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { beforeEach, expect, it } from 'vitest'
import { Problem } from '../../../shared/domain/problem.ts'
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type Cell, readHeld, runClean, writeRecords } from './canonical.ts'
import { outsideOf } from './outside.ts'
import { besides, labels, recipes, rows, steps } from './recipes.ts'

const folder = testFolder()
let outside: Awaited<ReturnType<typeof outsideOf>>
beforeEach(async () => {
  outside = await outsideOf(folder(), besides)
})

async function cleaned(table: Cell[][], recipe: Recipe) {
  const input = { ...writeRecords(folder(), labels, table), outside }
  const columns = labels.map((label) => ({
    name: label.toLowerCase(),
    label,
    type: 'text' as const,
  }))
  const contract = { columns, maxQuarantinedShare: 1 }
  const output = await runClean({ ...input, recipe, contract })
  const written = readFileSync(input.outputFile, 'utf8')
  return { output, written, held: readHeld(input.quarantineFile), source: input.sourceFile }
}

it('balances the account of every recipe, shows held-back rows as they stand, and is as without the steps that are off', async () => {
  await fc.assert(
    fc.asyncProperty(rows, recipes, fc.nat(), async (table, steps, offs) => {
      const some = steps.map((step, index) => ({ ...step, off: ((offs >> index) & 1) === 1 }))
      const { output, written, held, source } = await cleaned(table, some)
      const dropped = output.dropped.reduce((sum, { rows: count }) => sum + count, 0)
      expect(output.clean + output.quarantined + dropped).toBe(table.length + (output.made ?? 0))
      expect(held).toHaveLength(output.quarantined)
      const text = readFileSync(source, 'utf8')
      for (const { raw } of held) expect(text).toContain(raw)
      expect(held.map(({ record }) => record)).toEqual(
        held.map(({ record }) => record).toSorted((one, other) => one - other),
      )
      const without = await cleaned(
        table,
        some.filter(({ off }) => !off),
      )
      expect({ written, dropped: output.dropped }).toEqual({
        written: without.written,
        dropped: without.output.dropped,
      })
    }),
    { numRuns: 15 },
  )
})

const changesNothingTwice = new Set(
  'trim collapse-spaces case fill round round-dates map-values drop-duplicates drop-rows keep-rows drop-blank-rows reorder'.split(
    ' ',
  ),
)

it('comes to the same when a step that settles something is done twice', async () => {
  const settling = steps.filter(({ kind }) => changesNothingTwice.has(kind))
  await fc.assert(
    fc.asyncProperty(rows, fc.constantFrom(...settling), async (table, step) => {
      const once = await cleaned(table, [step])
      const twice = await cleaned(table, [step, { ...step, id: 'again' }])
      expect(twice.written).toBe(once.written)
      expect(twice.output.quarantined).toBe(once.output.quarantined)
    }),
    { numRuns: 15 },
  )
})

it('stops with a sentence before anything is written when a step does not fit the columns', async () => {
  const wrong = async (recipe: Recipe): Promise<string> => {
    const thrown: unknown = await cleaned([['S1', 'a', '1']], recipe).catch(
      (error: unknown) => error,
    )
    expect(thrown).toBeInstanceOf(Problem)
    return Problem.from(thrown).data.what
  }
  expect(await wrong([{ kind: 'trim' }, { kind: 'case', columns: ['Colour'], to: 'upper' }])).toBe(
    'The recipe does not fit this file: step 2, “Colour” in capital letters: there is no column “Colour”.',
  )
  expect(
    await wrong([
      { kind: 'rename', column: 'Item', to: 'Article' },
      { kind: 'drop-rows', name: 'caps', when: '[Item] = "cap"' },
    ]),
  ).toContain('step 2, “caps”: There is no column “Item”')
  expect(await wrong([{ kind: 'derive', into: 'X', formula: '[Price] * 2' }])).toContain(
    'Here a number is needed, and this is a text. A cell is a text: write number(…) around it.',
  )
})

it('says of a record that a formula has no value for what stands there and which step needed it', async () => {
  const { held } = await cleaned(
    [
      ['S1', 'a', 'free'],
      ['S2', 'a', '0'],
    ],
    [{ kind: 'derive', into: 'Price', formula: '1 / number([Price])' }],
  )
  expect(held).toEqual([
    {
      record: 1,
      line: 2,
      raw: 'S1,a,free',
      reasons: [
        {
          code: 'type-error',
          column: '',
          value: 'free',
          message: '“free” is not a number, which step 1, “Price” = 1 / number([Price]), needs.',
        },
      ],
    },
    expect.objectContaining({ record: 2, raw: 'S2,a,0' }),
  ])
  expect(held[1]?.reasons[0]?.message).toBe(
    '1 / 0 divides by zero, which step 1, “Price” = 1 / number([Price]), needs.',
  )
})
