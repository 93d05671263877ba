import { expect, it } from 'vitest'
import { PatternCounts, regexOfPattern } from '../../../main/cleaning/patterns.ts'
import { patternOf } from '../../../shared/domain/cells/cellShape.ts'

it.each([
  ['03/02/2026', '99/99/9999'],
  ['AB-123', 'AA-999'],
  ['Ärger', 'Aa…'],
  ['Käse 12', 'Aaaa 99'],
  ['BERLIN', 'A…'],
  ['日本', 'aa'],
  ['', ''],
  ['1'.repeat(90), '9'.repeat(60)],
])('%s has the shape %s, and is found by it', (cell, pattern) => {
  expect(patternOf(cell)).toBe(pattern)
  const { regex, isWhole } = regexOfPattern(pattern)
  expect(cell).toMatch(new RegExp(`^${regex}${isWhole ? '$' : ''}`, 'u'))
  expect(`x${cell}`).not.toMatch(new RegExp(`^${regex}$`, 'u'))
})

it('counts records by shape, the commonest first, and no more than ten thousand shapes', () => {
  const counts = new PatternCounts()
  for (let nth = 0; nth < 20_000; nth += 1)
    counts.add(nth.toString(2).replaceAll('0', '.').replaceAll('1', ','), 1)
  counts.add('.', 99)
  expect(counts.size).toBe(10_000)
  expect(counts.top(1)).toEqual([{ pattern: '.', count: 100 }])
})
