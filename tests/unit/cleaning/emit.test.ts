import { describe, expect, it } from 'vitest'
import { emitOutput } from '../../../main/cleaning/duckdb/output.ts'
import { emitDropped, emitRecords } from '../../../main/cleaning/duckdb/recipe.ts'
import { planRecipe } from '../../../main/cleaning/plan.ts'
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
    const recipe = {
      recipe: [
        { kind: 'empty-tokens' as const, tokens: [evil] },
        { kind: 'drop-total-rows' as const, words: [evil] },
        { kind: 'drop-repeated-headers' as const },
      ],
      labels: [evil],
      labelsInFile: true,
    }
    const plan = planRecipe(recipe, [])
    const column = { name: evil, label: evil, type: 'text' as const }
    const statements = [
      emitRecords(part, plan),
      ...recipe.recipe.flatMap((_, index) => {
        const emitted = emitDropped(index, [part], plan)
        return emitted === null ? [] : [emitted.suspects, ...emitted.settle]
      }),
      emitOutput(part, {
        plan,
        columns: [{ column, nth: 0, cell: 0 }],
        formOf: () => 'judged',
        format: 'csv',
        file: evil,
        someOut: true,
      }),
    ]
    for (const statement of statements) {
      const outside = statement.replace(/'([^']|'')*'|"([^"]|"")*"/g, '')
      expect(outside).not.toMatch(/drop table/i)
    }
  })

  it('are compared without a join, which would lose the order of the rows', () => {
    expect(isOneOf('c1', ['a', 'b'])).not.toMatch(/\bIN\b/)
  })
})
