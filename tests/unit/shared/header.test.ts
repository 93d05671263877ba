/** Which column of a file is which of its dataset: by label, by what was decided, by what is in them; the rest is asked. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { likeness } from '../../../shared/domain/columns/columnPrint.ts'
import { printsOf } from '../../../shared/domain/columns/columnPrints.ts'
import type { Dataset } from '../../../shared/domain/datasets/dataset.ts'
import { knownLabels, readHeader, recipeUnder } from '../../../shared/domain/columns/header.ts'
import {
  type HeaderMap,
  asItIs,
  changeSentences,
  mapWords,
  mergedMaps,
  proposedMap,
  strangerSentence,
} from '../../../shared/domain/columns/headerMap.ts'
import { answersTo, questionSentence } from '../../../shared/domain/runs/decision.ts'
import { defaultRecipe } from '../../../shared/domain/recipe/recipe.ts'
import { fitRecipe, shapedLabels } from '../../../shared/domain/recipe/recipeFit.ts'

const articles = Array.from({ length: 40 }, (_, row) => [
  `A-${1000 + row}`,
  ['Tea', 'Milk', 'Bread'][row % 3] ?? '',
  `${1 + (row % 9)}`,
  `${row % 20},${row % 10}9`,
  `2026-11-${10 + (row % 20)}`,
])
const labels = ['Artikel', 'Name', 'Menge', 'Preis', 'Tag']

function dataset(more: Partial<Dataset> = {}): Dataset {
  return {
    name: 'till',
    reading: null,
    recipe: defaultRecipe,
    contract: {
      columns: labels.map((label) => ({ name: label.toLowerCase(), label, type: 'text' })),
      maxQuarantinedShare: 0.05,
    },
    destination: null,
    lastFile: printsOf(labels, articles, ','),
    updatedAt: '',
    ...more,
  }
}
const next = articles.map((row) => row.toReversed())
const read = (
  now: readonly string[],
  {
    chosen,
    known = dataset(),
    rows = articles,
  }: { chosen?: HeaderMap; known?: Dataset; rows?: readonly string[][] } = {},
) => readHeader(known, now, chosen, printsOf(now, rows, ','))

describe('the header of a file', () => {
  it('is as it was, in another order, and with other case, blanks and accents', () => {
    expect(read(labels)).toEqual({ map: asItIs, open: null, isReordered: false })
    expect(read(labels.toReversed(), { rows: next })).toEqual({
      map: asItIs,
      open: null,
      isReordered: true,
    })
    const other = ['ARTIKEL', 'Näme', 'Men ge', 'Preis', 'Tag']
    expect(read(other)).toMatchObject({
      open: null,
      map: { ...asItIs, renamed: { ARTIKEL: 'Artikel', Näme: 'Name', 'Men ge': 'Menge' } },
    })
  })

  it('has a column with another label: the one that holds the same is proposed, and nothing is decided', () => {
    const { open, map } = read(['Artikel', 'Name', 'Anzahl', 'Preis', 'Tag'])
    expect(map).toEqual(asItIs)
    expect(open).toEqual({
      missing: [{ label: 'Menge', likely: { label: 'Anzahl', share: 1 } }],
      added: ['Anzahl'],
      found: 4,
    })
    if (open === null) return
    expect(changeSentences(open)).toEqual([
      '“Menge” is missing; “Anzahl” is new and holds the same kind of values (100 %).',
    ])
    expect(mapWords(proposedMap(open))).toBe('“Anzahl” is “Menge”')
  })

  it('has several: each goes to the one it is most like, none to two', () => {
    const now = ['No', 'Was', 'Stück', 'EUR', 'Datum']
    const { open } = read(now)
    expect(open === null ? null : proposedMap(open).renamed).toEqual({
      No: 'Artikel',
      Was: 'Name',
      Stück: 'Menge',
      EUR: 'Preis',
      Datum: 'Tag',
    })
  })

  it('of one day has its day under another label: that it is another day says nothing against it', () => {
    const of = (day: string) => articles.map((row) => [...row.slice(0, 4), day])
    const known = dataset({ lastFile: printsOf(labels, of('01.11.2026'), ',') })
    const { open } = read([...labels.slice(0, 4), 'Datum'], { known, rows: of('03.11.2026') })
    expect(open?.missing).toEqual([{ label: 'Tag', likely: { label: 'Datum', share: 1 } }])
  })

  it('is that of another dataset: it is said, and nothing is the likeliest that can be done', () => {
    const rows = articles.map((_, row) => [`k${row}@shop.example`, 'Köln am Rhein'])
    const { open } = read(['Mail', 'Ort'], { rows })
    if (open === null) throw new Error('nothing is asked')
    expect(strangerSentence(open)).toBe(
      'It is hardly a file of this dataset: of the 5 columns of its files it has none.',
    )
    const question = { kind: 'header' as const, ...open }
    expect(questionSentence(question)).toMatch(/^It is hardly a file of this dataset/)
    expect(answersTo(question)).toEqual(['skip', 'map'])
    // All of its labels are others, and each column is like one that is missing: it may well be the same kind of file.
    const translated = read(['No', 'Was', 'Stück', 'EUR', 'Datum']).open
    expect(translated === null ? '' : strangerSentence(translated)).toBeNull()
  })

  it('lacks a column and has one of another kind: they are not the same', () => {
    const rows = articles.map(([article = '', , ...rest]) => [article, '2026-01-01', ...rest])
    const { open } = read(['Artikel', 'Geliefert', 'Menge', 'Preis', 'Tag'], { rows })
    expect(open?.missing).toEqual([{ label: 'Name', likely: null }])
    expect(open === null ? [] : changeSentences(open)).toEqual([
      '“Name” is missing, and no new column is like it.',
      '“Geliefert” is new.',
    ])
    expect(open === null ? null : proposedMap(open)).toEqual({
      renamed: {},
      ignored: ['Geliefert'],
      gone: ['Name'],
      kept: [],
    })
  })

  it('is as somebody has said: for this file, or once for the dataset; and a column that comes back is itself', () => {
    const said: HeaderMap = {
      renamed: { Anzahl: 'Menge' },
      ignored: ['Kasse'],
      gone: ['Tag'],
      kept: [],
    }
    const now = ['Kasse', 'Artikel', 'Name', 'Anzahl', 'Preis']
    for (const way of [{ chosen: said }, { known: dataset({ header: said }) }])
      expect(read(now, way)).toEqual({ map: said, open: null, isReordered: false })
    const both = read([...labels, 'Anzahl'], { known: dataset({ header: said }) })
    expect(both.map).toEqual(asItIs)
    expect(both.open).toEqual({ missing: [], added: ['Anzahl'], found: 5 })
    // A part of it leaves the rest to be asked.
    const rows = articles.map(([no = '', name = '', count = '', price = '']) => [
      '',
      no,
      name,
      count,
      price,
    ])
    expect(read(now, { chosen: { ...asItIs, gone: ['Tag'] }, rows }).open).toMatchObject({
      missing: [{ label: 'Menge', likely: { label: 'Anzahl' } }],
      added: ['Kasse', 'Anzahl'],
    })
  })

  it('of a dataset that has seen no file yet is known by its columns, unless its steps change them', () => {
    const { lastFile: _, ...fresh } = dataset()
    expect(read(['Artikel', 'Name', 'Menge Stk', 'Preis', 'Tag'], { known: fresh }).open).toEqual({
      missing: [{ label: 'Menge', likely: { label: 'Menge Stk', share: null } }],
      added: ['Menge Stk'],
      found: 4,
    })
    const recipe = [{ kind: 'rename' as const, column: 'Tag', to: 'Day' }]
    expect(read(['Any', 'Thing'], { known: { ...fresh, recipe } })).toEqual({
      map: asItIs,
      open: null,
      isReordered: false,
    })
  })

  it('never takes one column for two, nor leaves one without a word', () => {
    const label = fc.constantFrom(
      'Artikel',
      'Name',
      'Menge',
      'Preis',
      'Tag',
      'Anzahl',
      'Kasse',
      'X',
    )
    const list = fc.uniqueArray(label, { minLength: 1 })
    fc.assert(
      fc.property(list, list, list, list, (now, ignored, gone, kept) => {
        const chosen = { renamed: { Anzahl: 'Menge' }, ignored, gone, kept }
        const { map, open } = read(now, { chosen })
        const known = knownLabels(now, map)
        expect(new Set(known).size).toBe(known.length)
        const decided = [...map.ignored, ...map.kept, ...(open?.added ?? [])]
        for (const one of now)
          expect([decided.includes(one), labels.includes(map.renamed[one] ?? one)]).toContain(true)
        const lost = [...map.gone, ...(open?.missing.map((one) => one.label) ?? [])]
        for (const one of labels) expect(known.includes(one) || lost.includes(one)).toBe(true)
      }),
    )
  })
})

describe('what is decided', () => {
  it('is worked by steps behind the one that looks for the header again, and leaves the columns of the dataset', () => {
    const map = { ...asItIs, ignored: ['Kasse'], gone: ['Tag'] }
    const file = ['Artikel', 'Kasse', 'Name', 'Menge', 'Preis']
    const recipe = recipeUnder(defaultRecipe, map)
    expect(recipe.map(({ kind }) => kind).slice(-3)).toEqual([
      'drop-repeated-headers',
      'remove',
      'derive',
    ])
    const { steps, fault } = fitRecipe(recipe, file)
    expect(fault).toBeNull()
    expect(shapedLabels(file, steps).toSorted()).toEqual(labels.toSorted())
    expect(recipeUnder(defaultRecipe, asItIs)).toBe(defaultRecipe)
  })

  it('gives way to what is decided later', () => {
    const before = {
      renamed: { Anzahl: 'Menge', Nr: 'Artikel' },
      ignored: ['Kasse'],
      gone: ['Tag'],
      kept: [],
    }
    const after = { renamed: { Kasse: 'Tag' }, ignored: ['Nr'], gone: ['Menge'], kept: ['Anzahl'] }
    expect(mergedMaps(before, after)).toEqual(after)
    expect(mergedMaps(before, asItIs)).toEqual(before)
  })
})

it('columns are alike by their shapes, and by their values where few repeat', () => {
  const [one] = printsOf(
    ['Ort'],
    Array.from({ length: 30 }, (_, row) => [['Köln', 'Bonn'][row % 2] ?? '']),
  )
  const [same] = printsOf(
    ['Stadt'],
    Array.from({ length: 30 }, (_, row) => [['bonn', 'köln'][row % 2] ?? '']),
  )
  const [other] = printsOf(
    ['Ware'],
    Array.from({ length: 30 }, (_, row) => [['Brot', 'Obst'][row % 2] ?? '']),
  )
  const [empty] = printsOf(['Leer'], [['']])
  if (one === undefined || same === undefined || other === undefined || empty === undefined)
    throw new Error()
  expect(likeness(one, one)).toBe(1)
  expect(likeness(one, same)).toBeCloseTo(2 / 3)
  expect(likeness(one, other)).toBeCloseTo(1 / 3)
  expect(likeness(one, empty)).toBeNull()
})
