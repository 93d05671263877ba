/** How cells are written goes into a Table Schema and comes back, and what has no word there is said. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Contract } from '../../../shared/domain/datasets/dataset.ts'
import { parseCell } from '../../../shared/domain/cells/parsedCells.ts'
import { readTableSchema } from '../../../shared/domain/rules/readTableSchema.ts'
import { type Recipe, defaultRecipe } from '../../../shared/domain/recipe/recipe.ts'
import { fromStrptime, toStrptime } from '../../../shared/domain/rules/strptime.ts'
import { tableSchemaOf } from '../../../shared/domain/rules/tableSchema.ts'
import { unsaidForms, withParsing } from '../../../shared/domain/rules/tableSchemaParsing.ts'

describe('forms of dates in the letters of strptime', () => {
  it.each([
    ['%Y%m%d', 'yyyyMMdd', '20260111', '2026-01-11'],
    ['%d.%m.%Y', 'd.M.yyyy', '1.2.2026', '2026-02-01'],
    ['%d %b %Y', 'd MMM yyyy', '11 Jan 2026', '2026-01-11'],
    ['%A, %d %B %Y', 'EEEE, d MMMM yyyy', 'Sunday, 11 January 2026', '2026-01-11'],
    [
      '%Y-%m-%dT%H:%M:%S%z',
      "yyyy-M-d'T'H:m:sXXX",
      '2026-01-11T10:00:05+0100',
      '2026-01-11 09:00:05Z',
    ],
    ['%I:%M %p', 'h:m a', '2:05 PM', '14:05:00'],
    ['%H%M', 'HHmm', '1405', '14:05:00'],
    ['%G-W%V-%u', "YYYY-'W'w-e", '2026-W02-1', '2026-01-05'],
    ['le %d/%m/%y', "'le' d/M/yy", 'le 11/01/26', '2026-01-11'],
  ])('%s is %s', (pattern, letters, cell, read) => {
    expect(fromStrptime(pattern)).toBe(letters)
    expect(toStrptime(letters)).toBe(pattern)
    const step = { kind: 'parse-date' as const, columns: ['X'], formats: [letters] }
    expect(parseCell(step, cell)).toEqual({ value: read })
  })

  it.each(['%c', '%j', '%U', '%Y', '%', 'x', '%d.%m.%Y %Z', '%m/%m'])('%s has none', (pattern) => {
    expect(fromStrptime(pattern)).toBeNull()
  })

  it.each(['unix-seconds', 'excel-days', 'yyyy-MM-dd HH:mm:ss.SSS', 'dd.mm.yyyy'])(
    '%s has none there',
    (written) => {
      expect(toStrptime(written)).toBeNull()
    },
  )

  it('come back as the same pattern, whatever stands between their parts', () => {
    const day = fc.shuffledSubarray(['%Y', '%m', '%d'], { minLength: 3 })
    const between = fc.constantFrom('', '-', '. ', ' of ', "'", '%%')
    fc.assert(
      fc.property(day, between, (parts, mark) => {
        const pattern = parts.join(mark)
        const letters = fromStrptime(pattern)
        expect(letters === null ? null : toStrptime(letters)).toBe(pattern)
      }),
    )
  })
})

const contract: Contract = {
  columns: [
    { name: 'sold', label: 'Sold', type: 'date', order: 'ymd', min: '2026-01-01' },
    { name: 'at', label: 'At', type: 'timestamp', order: 'ymd' },
    { name: 'open', label: 'Open', type: 'time' },
    { name: 'paid', label: 'Paid', type: 'boolean' },
    { name: 'price', label: 'Price', type: 'decimal', decimalMark: '.', scale: 2 },
    { name: 'pieces', label: 'Pieces', type: 'integer', decimalMark: ',' },
    { name: 'note', label: 'Note', type: 'text' },
    { name: 'known', label: 'Known', type: 'boolean' },
  ],
  maxQuarantinedShare: 0.05,
}
const parsing: Recipe = [
  { kind: 'parse-date', columns: ['Sold'], formats: ['yyyyMMdd'] },
  {
    kind: 'parse-date',
    columns: ['At'],
    formats: ['yyyyMMddHHmm', 'd MMM yy'],
    twoDigitYearsFrom: 1950,
  },
  { kind: 'parse-date', columns: ['Open'], formats: ['h:mm a'] },
  { kind: 'parse-boolean', columns: ['Paid'], trueWords: ['Oui', 'vrai'], falseWords: ['non'] },
  {
    kind: 'parse-number',
    columns: ['Price', 'Pieces'],
    decimalMark: ',',
    groupMark: "'",
    unit: '€',
  },
]

describe('a contract whose recipe parses', () => {
  const schema = tableSchemaOf(contract, [...defaultRecipe, ...parsing])
  const field = (name: string) => schema.fields.find((one) => one['name'] === name)

  it('says how the file is written', () => {
    expect(field('Sold')).toMatchObject({ type: 'date', format: '%Y%m%d' })
    expect(field('At')).toMatchObject({ type: 'datetime', format: 'any' })
    expect(field('Open')).toMatchObject({ type: 'time', format: '%I:%M %p' })
    expect(field('Paid')).toMatchObject({
      trueValues: ['Oui', 'oui', 'OUI', 'vrai', 'Vrai', 'VRAI'],
      falseValues: ['non', 'Non', 'NON'],
    })
    expect(field('Price')).toMatchObject({ decimalChar: ',', groupChar: "'", bareNumber: false })
    expect(field('Pieces')).not.toHaveProperty('decimalChar')
    expect(field('Known')?.['trueValues']).toContain('Ja')
    expect(unsaidForms(contract.columns, parsing)).toEqual([
      '“At”: a Table Schema has no format for “yyyyMMddHHmm” and “d MMM yy”; “any” stands there, and “pallet:parse” keeps it for Pallet.',
    ])
  })

  it('comes back as it was, steps and all, and a second time changes nothing', () => {
    const { read } = readTableSchema(JSON.parse(JSON.stringify(schema)))
    expect(read?.notes).toEqual([])
    expect(read?.contract).toEqual(contract)
    const once = withParsing(defaultRecipe, read?.steps ?? [])
    expect(once.recipe).toEqual([...defaultRecipe, ...parsing])
    expect(once.notes).toHaveLength(parsing.length)
    expect(withParsing(once.recipe, read?.steps ?? [])).toEqual({ recipe: once.recipe, notes: [] })
  })

  it('without the keys of Pallet, reads the same cells', () => {
    const plain = schema.fields.map((one) =>
      Object.fromEntries(Object.entries(one).filter(([key]) => !key.startsWith('pallet:'))),
    )
    const { read } = readTableSchema(JSON.parse(JSON.stringify({ fields: plain })))
    const stepOf = (label: string) => read?.steps.find(({ columns }) => columns.includes(label))
    for (const [label, cell, value] of [
      ['Sold', '20260111', '2026-01-11'],
      ['Open', '2:05 PM', '14:05:00'],
      ['Paid', 'VRAI', 'true'],
      ['Price', "1'234,50", '1234.50'],
    ] as const) {
      const step = stepOf(label)
      expect(step === undefined ? label : parseCell(step, cell)).toEqual({ value })
    }
    expect(read?.notes).toEqual([
      '“At”: its format, “any”, does not say the order of day, month and year; year first is taken.',
    ])
  })
})

describe('a Table Schema of another program', () => {
  const read = (field: object) => {
    const { read: found } = readTableSchema({ fields: [{ name: 'X', ...field }] })
    return { steps: found?.steps, notes: found?.notes, type: found?.contract.columns[0] }
  }

  it('what a type reads needs no step', () => {
    for (const field of [
      { type: 'date' },
      { type: 'date', format: '%d.%m.%Y' },
      { type: 'datetime', format: '%m/%d/%y %H:%M' },
      { type: 'time', format: '%H:%M' },
      { type: 'boolean', trueValues: ['Ja', 'TRUE'], falseValues: ['nein'] },
      { type: 'number', decimalChar: ',', groupChar: '.' },
    ])
      expect(read(field)).toMatchObject({ steps: [], notes: [] })
  })

  it('what has no counterpart is said', () => {
    expect(read({ type: 'date', format: '%d.%m.%Y %Z' })).toMatchObject({
      steps: [],
      notes: [
        '“X”: its format, “%d.%m.%Y %Z”, is none that Pallet has; only the order of its days is kept.',
      ],
      type: { order: 'dmy' },
    })
    expect(read({ type: 'time', format: '%X' }).notes).toEqual([
      '“X”: its format, “%X”, is not checked.',
    ])
    expect(read({ type: 'boolean', trueValues: ['x'], falseValues: ['X'] }).notes).toEqual([
      '“X”: how its cells are written is left out: “x” cannot mean both yes and no.',
    ])
    expect(read({ type: 'number', groupChar: '_' }).notes).toEqual([
      '“X”: “groupChar” is not as it can be used, and is left out.',
    ])
    expect(
      read({
        type: 'date',
        format: '%Y%m%d',
        'pallet:parse': { kind: 'parse-date', formats: ['yyMMdd'] },
      }),
    ).toMatchObject({
      steps: [{ formats: ['yyyyMMdd'] }],
      notes: ['“X”: “pallet:parse” says something else than the field, and is left out.'],
    })
  })

  it('a recipe that reads a column already stays, and that is said', () => {
    const { steps = [] } = read({ type: 'date', format: '%Y%m%d' })
    const mine: Recipe = [{ kind: 'parse-date', columns: ['X'], formats: ['yyMMdd'] }]
    const { recipe, notes } = withParsing(mine, steps)
    expect(recipe).toEqual(mine)
    expect(notes[0]).toContain('“X”: the recipe reads it otherwise than the Table Schema says')
  })
})
