import { describe, expect, it } from 'vitest'
import { emitOutput } from '../../../main/cleaning/emit.ts'
import { emitDropped, emitRecords } from '../../../main/cleaning/recipe.ts'
import { isOneOf, quoteIdentifier, quoteLiteral } from '../../../main/duckdb/sql.ts'

describe('names and texts in statements', () => {
  it('are quoted whatever they contain', () => {
    expect(quoteIdentifier('a"; DROP TABLE x; --')).toBe('"a""; DROP TABLE x; --"')
    expect(quoteLiteral("it's \\")).toBe("'it''s \\'")
    expect(() => quoteLiteral('a\0b')).toThrow(RangeError)
  })

  it('come from people only quoted', () => {
    const evil = `'); DROP TABLE records; --"`
    const part = { nth: 1, file: evil, from: 0, width: 1 }
    const input = {
      recipe: [
        { kind: 'empty-tokens' as const, tokens: [evil] },
        { kind: 'drop-total-rows' as const, words: [evil] },
        { kind: 'drop-repeated-headers' as const },
      ],
      labels: [evil],
      labelsInFile: true,
    }
    const statements = [
      emitRecords(part, input),
      ...input.recipe.flatMap((_, index) => {
        const emitted = emitDropped(index, [part], input)
        return emitted === null ? [] : [emitted.suspects, ...emitted.settle]
      }),
      emitOutput(
        [part],
        [{ column: { name: evil, label: evil, type: 'text' }, nth: 0, cell: 0 }],
        'csv',
        evil,
      ),
    ]
    for (const statement of statements) {
      const outside = statement.replace(/'([^']|'')*'/g, '').replace(/"([^"]|"")*"/g, '')
      expect(outside).not.toMatch(/drop table/i)
    }
  })

  it('are compared without a join, which would lose the order of the rows', () => {
    expect(isOneOf('c1', ['a', 'b'])).not.toMatch(/\bIN\b/)
  })
})
