import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { profile } from '../../../main/cleaning/profile.ts'
import type { ProfileOutput } from '../../../main/runs/ports/cleaning.ts'
import { type Column } from '../../../shared/domain/datasets/dataset.ts'
import { defaultRecipe } from '../../../shared/domain/recipe/recipe.ts'
import type { ColumnProfile } from '../../../shared/domain/files/profile.ts'
import { quiet } from '../../../main/runs/quiet.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type Cell, writeRecords } from './canonical.ts'

const folder = testFolder()

function profiled(
  labels: string[],
  rows: Cell[][],
  columns: Column[] | null = null,
  signal = new AbortController().signal,
): Promise<ProfileOutput> {
  const { recordsFile, labelsInFile, conventions, workFolder } = writeRecords(
    folder(),
    labels,
    rows,
  )
  return profile(
    { recordsFile, labels, labelsInFile, conventions, recipe: defaultRecipe, columns, workFolder },
    quiet(signal),
  ).finally(() => expect(existsSync(workFolder)).toBe(false))
}

const only = ({ columns }: ProfileOutput): ColumnProfile => {
  const [column] = columns
  if (column === undefined) throw new Error('There is no column.')
  return column
}

it('counts every record once, without totals and repeated headers, as the recipe leaves them', async () => {
  const output = await profiled(
    ['Artikel', 'Menge', 'Preis'],
    [
      ['Brot', '2', '1.95'],
      [' Brot ', 'N/A', '1.95'],
      ['Artikel', 'Menge', 'Preis'],
      ['Käse', '3', 'unbekannt'],
      [null, null, null],
      ['Summe', '5', null],
    ],
    [
      { name: 'artikel', label: 'Artikel', type: 'text' },
      { name: 'menge', label: 'Menge', type: 'integer' },
      { name: 'preis', label: 'Preis', type: 'decimal', decimalMark: '.', scale: 2 },
    ],
  )
  expect(output).toMatchObject({ records: 6, dropped: 3, hints: [] })
  const [artikel, menge, preis] = output.columns
  expect(artikel).toMatchObject({
    filled: 3,
    empty: 0,
    distinct: 2,
    isKey: false,
    top: [
      { value: 'Brot', count: 2, line: 2 },
      { value: 'Käse', count: 1, line: 5 },
    ],
    patterns: [{ pattern: 'Aaaa', count: 3 }],
    length: { min: 4, max: 4, mean: 4 },
    spread: null,
  })
  expect(menge).toMatchObject({ filled: 2, empty: 1, emptyWords: ['n/a'], fits: 2 })
  expect(preis).toMatchObject({
    filled: 3,
    fits: 2,
    misfits: [{ value: 'unbekannt', count: 1, line: 5 }],
    spread: { min: '1.95', max: '1.95' },
  })
})

it('says where the values of a column lie, and which are far out', async () => {
  const values = Array.from({ length: 999 }, (_, index) => index + 1)
  const output = await profiled(
    ['n', 'key'],
    [...values, 1_000_000].map((value) => [`${value}`, `k${value}`]),
  )
  const { spread, isKey } = only(output)
  expect(isKey).toBe(true)
  expect(spread).toMatchObject({
    min: '1',
    max: '1000000',
    mean: (values.reduce((sum, value) => sum + value, 0) + 1_000_000) / 1000,
    quantiles: { p05: '50', p25: '250', p50: '500', p75: '750', p95: '950' },
    outliers: { count: 1, examples: [{ value: '1000000', count: 1, line: 1001 }] },
  })
  const { histogram = [] } = spread ?? {}
  expect(histogram).toHaveLength(20)
  expect(histogram[0]).toEqual({ from: '1', to: '51', count: 50 })
  expect(histogram.reduce((sum, { count }) => sum + count, 0)).toBe(999)
})

it('keeps whole days and whole numbers together', async () => {
  const output = await profiled(['day'], [['2026-03-01'], ['2026-03-01'], ['2026-03-03']])
  expect(only(output).spread).toMatchObject({
    mean: null,
    quantiles: { p50: '2026-03-01' },
    histogram: [
      { from: '2026-03-01', to: '2026-03-02', count: 2 },
      { from: '2026-03-02', to: '2026-03-03', count: 0 },
      { from: '2026-03-03', to: '2026-03-04', count: 1 },
    ],
  })
})

it('says where times of day and durations lie, in whole seconds', async () => {
  const { columns } = await profiled(
    ['Uhrzeit', 'Dauer'],
    [
      ['00:00:05', '0:00:30'],
      ['11:30 pm', '1:00:00'],
      ['23:59:59', '-0:30'],
    ],
  )
  const [time, duration] = columns.map(({ spread }) => spread)
  expect(time).toMatchObject({ min: '00:00:05', max: '23:59:59', quantiles: { p50: '23:30:00' } })
  expect(time?.histogram).toHaveLength(20)
  expect(time?.histogram.at(-1)).toEqual({ from: '22:48:05', to: '24:00:00', count: 2 })
  expect(duration).toMatchObject({ min: '-0:30:00', max: '1:00:00', mean: 610 })
  expect(duration?.histogram[0]).toEqual({ from: '-0:30:00', to: '-0:25:29', count: 1 })
})

it('says what belongs together, and what nothing in the file decides', async () => {
  const { hints, columns } = await profiled(
    ['Datum', 'Uhrzeit', 'Betrag', 'Währung', 'Mail'],
    [
      ['03/02/2026', '8:15', '1.50', 'EUR', 'a@example.org'],
      ['04/02/2026', '18:15', '2.50', 'CHF', 'b@example.org'],
    ],
  )
  expect(hints).toEqual([
    'No date in column “Datum” says whether the day or the month stands first. Pallet takes the day first; please check it.',
    '“Datum” and “Uhrzeit” belong together: a day and its time.',
    '“Betrag” and “Währung” belong together: an amount and its currency.',
  ])
  expect(columns.map(({ personal }) => personal)).toEqual([
    null,
    null,
    null,
    null,
    'e-mail address',
  ])
})

it('knows amounts and written dates, and says which unit it took, as a run does without a preview', async () => {
  const { hints, columns } = await profiled(
    ['Betrag', 'Tag', 'Rabatt'],
    [
      ['1.945,05 €', '3. März 2026', '5 %'],
      ['12,00 €', '4. März 2026', '7 %'],
      ['(7,50) €', '12 Feb 2026', 'keiner'],
    ],
  )
  expect(columns.map(({ column, spread }) => [column.type, column.unit, spread?.min])).toEqual([
    ['decimal', '€', '-7.50'],
    ['date', undefined, '2026-02-12'],
    ['text', undefined, undefined],
  ])
  expect(hints).toEqual([
    'Column “Betrag” is read as numbers in “€”, without the sign. A cell with another one will be held back.',
    'Column “Rabatt” is read as text, although 2 of 3 sampled values are amounts in “%”, and 1 is not. With the type chosen in the preview, or with “--type Rabatt=integer:%”, the amounts are numbers, and the other rows are held back.',
  ])
})

it('profiles a wide table in parts, and one without rows', async () => {
  const labels = Array.from({ length: 60 }, (_, index) => `c${index}`)
  const rows = [0, 1, 2].map((row) => labels.map((_, index) => `${row * index}`))
  const wide = await profiled(labels, rows)
  expect(wide.columns.map(({ column, distinct }) => [column.label, distinct])).toEqual(
    labels.map((label, index) => [label, index === 0 ? 1 : 3]),
  )
  const none = await profiled(['a'], [])
  expect(only(none)).toMatchObject({ filled: 0, distinct: 0, top: [], length: null, spread: null })
})

it('stops when it is told to', async () => {
  await expect(profiled(['a'], [['1']], null, AbortSignal.abort())).rejects.toThrow()
})
