import { describe, expect, it } from 'vitest'
import { emitOutput } from '../../../main/cleaning/emit.ts'
import { emitRecords } from '../../../main/cleaning/recipe.ts'
import { isOneOf, quoteIdentifier, quoteLiteral } from '../../../main/duckdb/sql.ts'

describe('names and texts in statements', () => {
  it('are quoted whatever they contain', () => {
    expect(quoteIdentifier('a"; DROP TABLE x; --')).toBe('"a""; DROP TABLE x; --"')
    expect(quoteLiteral("it's \\")).toBe("'it''s \\'")
    expect(() => quoteLiteral('a\0b')).toThrow(RangeError)
  })

  it('come from people only quoted', () => {
    const evil = `'); DROP TABLE records; --"`
    const statements = emitRecords({
      recordsFile: evil,
      recipe: [
        { kind: 'empty-tokens', tokens: [evil] },
        { kind: 'drop-total-rows', words: [evil] },
        { kind: 'drop-repeated-headers' },
      ],
      labels: [evil],
      labelsInFile: true,
    })
    statements.push(
      emitOutput(
        [{ column: { name: evil, label: evil, type: 'text' }, cell: 0 }],
        'csv',
        evil,
        true,
      ),
    )
    for (const statement of statements) {
      const outside = statement.replace(/'([^']|'')*'/g, '').replace(/"([^"]|"")*"/g, '')
      expect(outside).not.toMatch(/drop table/i)
    }
  })

  it('are compared without a join, which would lose the order of the rows', () => {
    expect(isOneOf('c1', ['a', 'b'])).not.toMatch(/\bIN\b/)
  })
})
