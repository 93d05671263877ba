import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  type SimilarBy,
  editDistance,
  similarGroups,
  similarSteps,
} from '../../../shared/domain/cells/similar.ts'

/** `Köln 12`: a value and in how many records it stands. */
const counted = (...texts: string[]) =>
  texts.map((text, index) => {
    const [, value = '', count = '1'] = /^(.*?)(?: ×(\d+))?$/su.exec(text) ?? []
    return { value, count: Number(count), line: index + 2 }
  })
const groups = (by: SimilarBy, ...texts: string[]): string[] =>
  similarGroups(counted(...texts), by).map(({ values }) =>
    values.map(({ value }) => value).join('|'),
  )

it.each<[why: string, by: SimilarBy, values: string[], expected: string[]]>([
  [
    'case and accents, ö as oe and as o',
    'fingerprint',
    ['Koeln ×2', 'Köln ×9', 'KÖLN ×3', 'koln', 'Kiel ×5'],
    ['Köln|KÖLN|Koeln|koln'],
  ],
  [
    'two letters that are no umlaut stay apart',
    'fingerprint',
    ['Bauer', 'Baur', 'neue', 'neu'],
    [],
  ],
  [
    'punctuation and the order of words',
    'fingerprint',
    ['Müller, Anna ×2', 'Anna Mueller'],
    ['Müller, Anna|Anna Mueller'],
  ],
  [
    'a decomposed letter is the composed one',
    'fingerprint',
    ['Cafe\u0301 ×2', 'Café'],
    ['Cafe\u0301|Café'],
  ],
  [
    'ß and ø',
    'fingerprint',
    ['Straße ×2', 'STRASSE', 'Tromsø ×2', 'Tromso', 'Tromsoe'],
    ['Tromsø|Tromso|Tromsoe', 'Straße|STRASSE'],
  ],
  [
    'numbers are no words',
    'fingerprint',
    ['1/2', '2/1', '-5', '5', '1.5 l', '15 l', '1-5 l', '10x20', '20x10'],
    [],
  ],
  [
    'a blank between a number and its unit',
    'fingerprint',
    ['500 g ×3', '500g', '500 G', '50 0g'],
    ['500 g|500g|500 G'],
  ],
  ['what is punctuation only is not compared', 'fingerprint', ['-', '--', '?', '.'], []],
  [
    'pairs of letters',
    'letters',
    ['Kö ln-Deutz ×2', 'Köln Deutz', 'Store 12', 'Store 13', 'Storre 12'],
    ['Kö ln-Deutz|Köln Deutz'],
  ],
  [
    'one error in a short value, two in a long one',
    'distance',
    ['Berlin ×9', 'Berlni', 'Berlim', 'Brlm', 'Düsseldorf ×5', 'Dusseldrof', 'Hamburg ×4'],
    ['Berlin|Berlni|Berlim', 'Düsseldorf|Dusseldrof'],
  ],
  [
    'no chain from one word to another',
    'distance',
    ['Hamburg ×9', 'Homburg ×8', 'Hombarg'],
    ['Hamburg|Homburg'],
  ],
  [
    'other numbers are other things',
    'distance',
    ['Filiale 12 ×3', 'Filiale 13', 'Filliale 12'],
    ['Filiale 12|Filliale 12'],
  ],
])('%s (%s)', (_why, by, values, expected) => {
  expect(groups(by, ...values)).toEqual(expected)
})

const word = fc.string({ unit: fc.constantFrom(...'aäoöe ßKL1,-'.split('')), maxLength: 8 })

it('puts every value into one group at most, in every order the same, and proposes the most frequent', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(
        fc.record({ value: word, count: fc.integer({ min: 1, max: 9 }), line: fc.nat(50) }),
        { selector: ({ value }) => value, maxLength: 30 },
      ),
      fc.constantFrom<SimilarBy>('fingerprint', 'letters', 'distance'),
      (values, by) => {
        const found = similarGroups(values, by)
        const all = found.flatMap((group) => group.values)
        expect(new Set(all.map(({ value }) => value)).size).toBe(all.length)
        for (const {
          to,
          values: [first, ...others],
        } of found) {
          expect(to).toBe(first?.value)
          for (const { count } of others) expect(count).toBeLessThanOrEqual(first?.count ?? 0)
        }
        expect(similarGroups(values.toReversed(), by)).toEqual(found)
      },
    ),
  )
})

it('counts the edits from one text to another', () => {
  expect(['ab', 'ba', 'abc', 'b', ''].map((other) => editDistance('ab', other))).toEqual([
    0, 1, 1, 1, 2,
  ])
})

it('maps what is to change, in steps that hold no more than a step may', () => {
  const from = Array.from({ length: 2001 }, (_, nth) => `k${nth}`)
  expect(similarSteps('Ort', [{ to: 'Köln', from: ['Köln', 'KÖLN'] }])).toEqual([
    { kind: 'map-values', columns: ['Ort'], values: [{ from: 'KÖLN', to: 'Köln' }] },
  ])
  expect(similarSteps('Ort', [{ to: 'K', from }]).map(({ values }) => values.length)).toEqual([
    2000, 1,
  ])
  expect(similarSteps('Ort', [])).toEqual([])
})
