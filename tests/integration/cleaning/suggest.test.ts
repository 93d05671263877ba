import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { similar } from '../../../main/cleaning/similar.ts'
import { suggest } from '../../../main/cleaning/suggest.ts'
import { quiet } from '../../../main/runs/quiet.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { type Recipe, defaultRecipe } from '../../../shared/domain/recipe/recipe.ts'
import { Suggestion, withSuggestions } from '../../../shared/domain/recipe/suggestion.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type Cell, runClean, writeRecords } from './canonical.ts'

const folder = testFolder()
const signal = new AbortController().signal

interface Messy {
  labels: string[]
  rows: Cell[][]
  recipe?: Recipe
  kept?: string[]
}

async function suggested({
  labels,
  rows,
  recipe = defaultRecipe,
  kept = [],
}: Messy): Promise<Suggestion[]> {
  const { recordsFile, labelsInFile, conventions, workFolder } = writeRecords(
    folder(),
    labels,
    rows,
  )
  const input = {
    recordsFile,
    labels,
    labelsInFile,
    conventions,
    recipe,
    columns: null,
    workFolder,
    kept,
  }
  const { suggestions } = await suggest(input, quiet(signal))
  return suggestions.map((one) => Suggestion.parse(one))
}

/** The rows as a recipe leaves them, as text. */
async function cleaned({ labels, rows }: Messy, recipe: Recipe) {
  const input = writeRecords(folder(), labels, rows)
  const columns = labels.map((label) => ({
    name: label.toLowerCase(),
    label,
    type: 'text' as const,
  }))
  const output = await runClean({ ...input, recipe, contract: { columns, maxQuarantinedShare: 1 } })
  return { output, lines: readFileSync(input.outputFile, 'utf8').split('\n').slice(1, -1) }
}

const sales: Messy = {
  labels: [
    'Markt',
    'Ort',
    'Artikelnr',
    'Gewicht',
    'Tag',
    'Uhrzeit',
    'Betrag',
    'Währung',
    'Farbe',
    'Leer',
  ],
  rows: [
    ['S1', 'Köln', 'A1', '12 kg', '2026-01-02', '08:00', '1.50', 'EUR', 'ROT', null],
    [null, 'KÖLN', 'A2', '3 kg', '2026-01-02', '08:10', '2.50', 'EUR', 'ROT', null],
    [null, 'Koeln', 'A3', '4.5 kg', '2026-01-02', '08:20', '3.50', 'EUR', 'rot', null],
    ['S2', 'Köln', 'A4', '5 kg', '2026-01-02', '08:30', '4.50', 'EUR', 'BLAU', null],
    [null, 'Kiel', 'A5', '6 kg', '2026-01-02', '09:00', '5.50', 'EUR', 'BLAU', null],
    ['Zwischensumme S2', null, null, null, null, null, '10.00', null, null, null],
    ['S3', 'Bad  Orb', 'A6', '7 kg', '2026-01-03', '09:10', '6.50', 'EUR', 'ROT', null],
    [null, 'Kiel', 'A7', '8 kg', '2026-01-03', '10:00', '7.50', 'EUR', 'ROT', null],
    [null, 'unbekannt', 'A8', '9 kg', '2026-01-03', '10:10', '8.50', 'EUR', '#WERT!', null],
  ],
}

describe('a file of everything that spreadsheets do', () => {
  it('gets a step for each problem, with what it does to the whole file', async () => {
    const found = await suggested(sales)
    expect(found.map(({ id, effect, isSure }) => [id, effect.cells, effect.rows, isSure])).toEqual([
      ['white-space:collapse-spaces', 1, 0, true],
      ['empty-words', 1, 0, true],
      ['totals', 0, 1, true],
      ['spellings:Ort', 2, 0, true],
      ['case:Farbe', 1, 0, true],
      ['empty-words:Ort', 1, 0, false],
      ['units:Gewicht', 8, 0, false],
      ['fill-down:Markt', 5, 0, false],
      ['date-and-time:Tag', 0, 0, false],
      ['empty-columns', 0, 0, false],
    ])
    const spellings = found.find(({ id }) => id === 'spellings:Ort')
    expect(spellings?.reason).toBe(
      '“Ort” has 3 spellings of 1 value, such as “Köln”, “KÖLN”, “Koeln”: each gets the most frequent one.',
    )
    // Without the totals the currency stands in every row.
    const behind = await suggested({
      ...sales,
      recipe: withSuggestions(
        defaultRecipe,
        found.filter(({ isSure }) => isSure),
      ),
    })
    expect(behind.map(({ id }) => id)).toContain('amount-and-currency:Betrag')
    expect(behind.filter(({ isSure }) => isSure)).toEqual([])
  })

  it('does what it said, step by step, and balances', async () => {
    const before = await cleaned(sales, defaultRecipe)
    for (const { steps, effect, id } of await suggested(sales)) {
      if (effect.cells + effect.rows === 0) continue
      const { output, lines } = await cleaned(sales, [
        ...defaultRecipe,
        ...steps.filter(({ kind }) => kind !== 'rename'),
      ])
      expect(before.lines.length - lines.length, id).toBe(effect.rows)
      expect(
        output.dropped.reduce((sum, { rows }) => sum + rows, 0),
        id,
      ).toBe(effect.rows)
      const changed =
        effect.rows > 0
          ? 0
          : lines.flatMap((line, row) => {
              const was = before.lines[row]?.split(',') ?? []
              return line.split(',').filter((cell, nth) => cell !== was[nth])
            }).length
      expect(changed, id).toBe(effect.cells)
    }
  })
})

it('asks about rows that are equal, keys that repeat, and columns that say nothing', async () => {
  const rows = Array.from({ length: 60 }, (_, nth): Cell[] => [
    `B${Math.max(nth, 1)}`,
    String(nth * 2),
    'x',
  ])
  const found = await suggested({
    labels: ['Beleg-Nr', 'Menge', 'Land'],
    rows: [...rows, ['B59', '118', 'x']],
  })
  expect(found.map(({ id, effect }) => [id, effect.rows])).toEqual([
    ['duplicates', 1],
    ['repeated-key:Beleg-Nr', 2],
    ['constant-columns', 0],
  ])
})

it('leaves the day of a one-day file alone, and what the dataset has for a column', async () => {
  const rows = Array.from({ length: 60 }, (_, nth): Cell[] => [
    '2026-11-16',
    '16.11.2026 08:00',
    'Ulm',
    'x',
    String(nth),
    null,
  ])
  const labels = ['Datum', 'Stand', 'Filiale', 'Kasse', 'Menge', 'Rabatt']
  const removed = async (kept: string[]) =>
    (await suggested({ labels, rows, kept })).map(({ id, columns }) => [id, ...columns])
  expect(await removed([])).toEqual([
    ['empty-columns', 'Rabatt'],
    ['constant-columns', 'Filiale', 'Kasse'],
  ])
  expect(await removed(['Datum', 'Filiale', 'Menge', 'Rabatt'])).toEqual([
    ['constant-columns', 'Kasse'],
  ])
})

it('looks at whole records, however many columns they have', async () => {
  const labels = Array.from({ length: 60 }, (_, nth) => `c${nth}`)
  const row = (first: string, last: string): Cell[] =>
    labels.map((_, nth) => (nth === 0 ? first : nth === 59 ? last : String(nth)))
  const total = labels.map((_, nth): Cell => (nth === 1 ? 'Gesamtsumme' : nth > 40 ? '9' : null))
  const rows = [row('a', 'x'), row('a', 'y'), row('a', 'x'), total, row('b', 'x')]
  const found = await suggested({ labels, rows })
  expect(
    found.filter(({ columns }) => columns.length === 0).map(({ id, effect }) => [id, effect.rows]),
  ).toEqual([
    ['totals', 1],
    ['duplicates', 1],
  ])
})

it('suggests nothing for a file that is in order, and for one without a row', async () => {
  const rows = Array.from({ length: 9 }, (_, nth): Cell[] => [
    `K-${nth}`,
    `Laden ${nth}`,
    `${nth}.5`,
  ])
  expect(await suggested({ labels: ['Key', 'Name', 'Price'], rows })).toEqual([])
  expect(await suggested({ labels: ['Key', 'Name'], rows: [] })).toEqual([])
})

it('survives labels and values that are written to break a statement', async () => {
  const label = `a"b'];--`
  const rows: Cell[][] = [[`x'); DROP`], [`X'); drop`], [`x'); DROP`], ['\\1 $&'], [' é\u0301']]
  const [trim, spelled] = await suggested({ labels: [label], rows, recipe: [] })
  expect([trim?.problem, spelled?.steps]).toEqual([
    'white-space',
    [{ kind: 'map-values', columns: [label], values: [{ from: `X'); drop`, to: `x'); DROP` }] }],
  ])
})

it('finds similar values over the whole file, behind the recipe, and says where a column is missing', async () => {
  const { recordsFile, labelsInFile, conventions, workFolder } = writeRecords(
    folder(),
    sales.labels,
    sales.rows,
  )
  const { labels } = sales
  const input = {
    recordsFile,
    labels,
    labelsInFile,
    conventions,
    columns: null,
    workFolder,
    by: 'fingerprint' as const,
  }
  const recipe: Recipe = [...defaultRecipe, { kind: 'rename', column: 'Ort', to: 'Stadt' }]
  const found = await similar({ ...input, recipe, column: 'Stadt' }, quiet(signal))
  expect(found).toMatchObject({
    values: 6,
    looked: 6,
    groups: [
      {
        to: 'Köln',
        values: [
          { value: 'Köln', count: 2, line: 2 },
          { value: 'KÖLN', line: 3 },
          { value: 'Koeln', line: 4 },
        ],
      },
    ],
  })
  const missing = await similar({ ...input, recipe, column: 'Ort' }, quiet(signal)).catch(
    (error: unknown) => Problem.from(error).data.what,
  )
  expect(missing).toBe('The file has no column “Ort” behind the steps of its recipe.')
})

describe('cells in a form that no type reads', () => {
  const messy: Messy = {
    labels: ['Sold', 'Changed at', 'Day', 'Code', 'Paid', 'Known'],
    rows: [
      ['20260111', '1768089600', '010226', '1768089600', 'oui', '11.01.2026'],
      ['20251231', '1768089601', '020326', '1768089601', 'Non', '12.01.2026'],
      [null, null, null, null, null, null],
      ['20260111', '1768089602', '030426', '1768089602', 'oui', '13.01.2026'],
    ],
  }

  it('is suggested to be read, with its reason; where days may be others, each way', async () => {
    const found = await suggested(messy)
    const of = (problem: string) => found.filter((one) => one.problem === problem)
    expect(of('dates').map(({ steps: [step] }) => step)).toEqual([
      { kind: 'parse-date', columns: ['Sold'], formats: ['yyyyMMdd'] },
      { kind: 'parse-date', columns: ['Changed at'], formats: ['unix-seconds'] },
      ...['yyMMdd', 'ddMMyy', 'MMddyy'].map((format) => ({
        kind: 'parse-date',
        columns: ['Day'],
        formats: [format],
      })),
    ])
    expect(of('dates')[0]).toMatchObject({
      reason: 'All 3 cells in “Sold” are dates written as “yyyyMMdd”: “20260111” is 2026-01-11.',
      effect: { cells: 3, rows: 0 },
      isSure: false,
    })
    expect(of('dates')[2]?.reason).toContain(
      'They may also be written as “ddMMyy”, where “010226” is 2026-02-01: you have to know.',
    )
    expect(of('yes-and-no')).toMatchObject([
      { steps: [{ columns: ['Paid'], trueWords: ['oui'], falseWords: ['non'] }] },
    ])
  })

  it('is suggested where a cell does not fit, with what becomes of it', async () => {
    const rows = Array.from({ length: 100 }, (_, nth): Cell[] => {
      const sold = nth === 40 ? '20260231' : nth === 41 ? 'k.A.' : `202601${10 + (nth % 20)}`
      return [sold, nth === 50 ? 'vielleicht' : nth % 2 === 0 ? 'oui' : 'non']
    })
    const file: Messy = { labels: ['Sold', 'Paid'], rows }
    const found = await suggested(file)
    const dates = found.find(({ problem }) => problem === 'dates')
    expect(dates).toMatchObject({
      reason: expect.stringMatching(
        /^98 of 100 cells in “Sold” are dates written as “yyyyMMdd”: “202601(\d\d)” is 2026-01-\1\. 1 cell says nothing, such as “k\.A\.”, and becomes empty\. 1 cell is not, such as “20260231” in line 42: its row is held back\.$/,
      ),
      effect: { cells: 99, rows: 0 },
    })
    const words = found.find(({ problem }) => problem === 'yes-and-no')
    expect(words?.reason).toContain('1 cell is not, such as “vielleicht” in line 52')
    const recipe = [...defaultRecipe, ...(dates?.steps ?? []), ...(words?.steps ?? [])]
    const input = writeRecords(folder(), file.labels, rows)
    const output = await runClean({ ...input, recipe, contract: null })
    expect(output).toMatchObject({ clean: 98, quarantined: 2 })
    expect(output.contract.columns.map(({ type }) => type)).toEqual(['date', 'boolean'])
  })

  it('is read so, and is of that type then', async () => {
    const [first, second] = (await suggested(messy)).filter(({ problem }) => problem === 'dates')
    const input = writeRecords(folder(), messy.labels, messy.rows)
    const recipe = [...defaultRecipe, ...(first?.steps ?? []), ...(second?.steps ?? [])]
    const output = await runClean({ ...input, recipe, contract: null })
    expect(output.contract.columns.slice(0, 2)).toEqual([
      { name: 'sold', label: 'Sold', type: 'date', order: 'ymd' },
      { name: 'changed_at', label: 'Changed at', type: 'timestamp', order: 'ymd' },
    ])
    expect(output).toMatchObject({ clean: 3, quarantined: 0 })
    expect(readFileSync(input.outputFile, 'utf8')).toContain('2026-01-11,2026-01-11 00:00:00,')
  })
})
