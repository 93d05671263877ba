import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { asItWas, harmless } from '../../../shared/domain/fixing/fixing.ts'

test.each(['=1+1', '＝1+1', '\n=2', '\t+x', "'=1", '@a', '－5'])(
  '%j is no formula any more in what is exported',
  (cell) => expect(harmless(cell)).toBe(`'${cell}`),
)

test.each(['-5.20', '+49', '12,50', 'a=b', ''])('%j is left as it is', (cell) =>
  expect(harmless(cell)).toBe(cell),
)

test('whatever is made harmless comes back as it was', () => {
  const cell = fc.string({
    unit: fc.constantFrom("'", '=', '+', '-', '＝', '\n', '\t', '1', 'a', '.'),
    maxLength: 6,
  })
  fc.assert(fc.property(cell, (text) => asItWas(harmless(text)) === text))
})
