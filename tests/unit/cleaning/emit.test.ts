import { describe, expect, it } from 'vitest'
import { isUnmarked } from '../../../main/cleaning/duckdb/marks.ts'
import { emitOutput } from '../../../main/cleaning/duckdb/output.ts'
import { emitDropped, emitRecords } from '../../../main/cleaning/duckdb/recipe.ts'
import { emitShaping } from '../../../main/cleaning/duckdb/shape.ts'
import { planRecipe } from '../../../main/cleaning/plan.ts'
import { scannedSteps } from '../../../main/cleaning/scan/watch.ts'
import { isOneOf, quoteIdentifier, quoteLiteral } from '../../../main/duckdb/sql.ts'
import { columnInFormula, textInFormula } from '../../../shared/domain/recipe/formula.ts'
import { withIds } from '../../../shared/domain/recipe/recipe.ts'
import { fitRecipe } from '../../../shared/domain/recipe/recipeFit.ts'

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
      recipe: scannedSteps(
        withIds([
          { kind: 'empty-tokens', tokens: [evil] },
          { kind: 'drop-total-rows', words: [evil] },
          { kind: 'drop-repeated-headers' },
        ]),
      ),
      labels: [evil],
      labelsInFile: true,
    }
    const plan = planRecipe(recipe, [])
    const formula = `${columnInFormula(evil)} = ${textInFormula(evil)} & extract(${columnInFormula(evil)}, "'[)]; DROP TABLE x")`
    const { steps } = fitRecipe(
      [
        { kind: 'replace', columns: [evil], find: evil, with: evil },
        { kind: 'replace', columns: [evil], find: evil, with: evil, ignoreCase: true },
        { kind: 'map-values', columns: [evil], values: [{ from: evil, to: evil }] },
        { kind: 'fill', columns: [evil], with: { kind: 'value', value: evil } },
        { kind: 'redact', columns: [evil], with: evil },
        { kind: 'derive', into: `${evil} 2`, formula },
        { kind: 'merge', columns: [evil, `${evil} 2`], between: evil, into: evil },
        { kind: 'split', column: evil, at: evil, into: [`${evil} 3`, `${evil} 4`] },
        { kind: 'drop-duplicates', keys: [`${evil} 3`] },
        {
          kind: 'pivot-longer',
          columns: [`${evil} 3`, `${evil} 4`],
          names: evil,
          values: `${evil} 5`,
        },
      ],
      [evil],
    )
    expect(steps).toHaveLength(10)
    const columns = [{ id: 1, label: evil }]
    const { stages } = emitShaping({
      from: 'records',
      columns,
      steps,
      header: [evil],
      isCounted: true,
    })
    const wider = fitRecipe(
      [
        {
          kind: 'pivot-wider',
          keys: [evil],
          names: `${evil} 2`,
          values: `${evil} 3`,
          columns: [`${evil} 4`],
          unknown: 'hold',
        },
      ],
      [evil, `${evil} 2`, `${evil} 3`],
    )
    expect(wider.fault).toBeNull()
    const { stages: wide } = emitShaping({
      from: 'records',
      columns,
      steps: wider.steps,
      header: [evil],
    })
    const column = { name: evil, label: evil, type: 'text' as const }
    const statements = [
      ...[...stages, ...wide].flatMap(({ records, duplicates, together }) => [
        records,
        ...((duplicates ?? together)?.statements ?? []),
      ]),
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
        stands: isUnmarked('out', 1),
        pivot: null,
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
