import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { Problem } from '../../../shared/domain/problem.ts'
import type { Recipe } from '../../../shared/domain/recipe.ts'
import { defaultRecipe } from '../../../shared/domain/recipe.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type Cell, readHeld, runClean, writeRecords } from './canonical.ts'

const folder = testFolder()
const labels = ['Store', 'Item', 'Price']

const cell = fc.option(
  fc.constantFrom(
    ...'S1|s1| a  b |A|a|1|2.5|-0.005|1,234.50|abc|N/A|Total|Store|item|3.2.2024'.split('|'),
    '',
    ' ',
    '\u00a0x',
    'l\nm',
    'q"r',
    "it's",
    '\\1',
    'ß',
    '="7"',
    'c,d',
  ),
  { nil: null },
)
const rows = fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { maxLength: 12 })

/** Of one kind each, for any table with these labels. */
const steps: Recipe = [
  ...defaultRecipe,
  { kind: 'trim', columns: ['Item'] },
  { kind: 'collapse-spaces' },
  { kind: 'case', columns: ['Store', 'Item'], to: 'upper' },
  { kind: 'case', columns: ['Item'], to: 'title' },
  { kind: 'replace', columns: ['Item', 'Price'], find: '[0-9]+|(a)', with: '<\\1>', pattern: true },
  { kind: 'replace', columns: ['Store'], find: 's', with: '\\', ignoreCase: true },
  { kind: 'map-values', columns: ['Store'], values: [{ from: 'S1', to: 'S2' }] },
  { kind: 'fill', columns: ['Store'], with: { kind: 'above' } },
  { kind: 'fill', columns: ['Item'], with: { kind: 'column', column: 'Store' } },
  { kind: 'round', columns: ['Price'], digits: 2 },
  { kind: 'hash', columns: ['Store'] },
  { kind: 'mask', columns: ['Item'], keep: 1 },
  { kind: 'derive', into: 'Price', formula: 'text(number([Price]) * 2)' },
  { kind: 'reorder', columns: ['Price'] },
  { kind: 'drop-duplicates' },
  { kind: 'drop-duplicates', keys: ['Store', 'Item'], keep: 'last' },
  { kind: 'drop-duplicates', keys: ['Item'], keep: 'largest', by: 'number([Price])' },
  { kind: 'drop-rows', when: '[Item] < [Store]' },
  { kind: 'keep-rows', when: 'number([Price]) > 1 or [Item] = ""' },
].map((step, index) => ({ ...step, id: `step ${index}` }) as Recipe[number])
const recipes = fc.uniqueArray(fc.constantFrom(...steps), {
  maxLength: 7,
  selector: ({ id }) => id,
})
/** A header is looked for before columns move. */
const fits = (recipe: Recipe): boolean =>
  recipe.findIndex(({ kind }) => kind === 'reorder') === -1 ||
  recipe.every(({ kind }) => kind !== 'drop-repeated-headers')

async function cleaned(table: Cell[][], recipe: Recipe) {
  const input = writeRecords(folder(), labels, table)
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
  const recipe = recipes.filter(fits)
  await fc.assert(
    fc.asyncProperty(rows, recipe, fc.nat(), async (table, steps, offs) => {
      const some = steps.map((step, index) => ({ ...step, off: ((offs >> index) & 1) === 1 }))
      const { output, written, held, source } = await cleaned(table, some)
      const dropped = output.dropped.reduce((sum, { rows: count }) => sum + count, 0)
      expect(output.clean + output.quarantined + dropped).toBe(table.length)
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
  'trim collapse-spaces case fill round map-values drop-duplicates drop-rows keep-rows drop-blank-rows reorder'.split(
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
