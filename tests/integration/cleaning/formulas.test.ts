import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { asCell, emitFormula } from '../../../main/cleaning/duckdb/formula.ts'
import { openEngine } from '../../../main/duckdb/engine.ts'
import { checkFormula } from '../../../shared/domain/recipe/formulaCheck.ts'
import { testFolder } from '../../fixtures/folder.ts'

const folder = testFolder()

/** Cells of one row, and what a formula makes of them: a cell, or in brackets what it cannot do. */
const cells: Record<string, string | null> = {
  price: '1,234.50',
  comma: '1.234,5',
  word: 'Köln Süd',
  empty: null,
  quoted: '',
  day: '3.2.2024',
  time: '2024-02-29 23:59',
  zero: '0.00',
  huge: '99999999999999999999999999999',
}
const results: [formula: string, cell: string | null][] = [
  ['[word]', 'Köln Süd'],
  ['[empty] & [quoted]', null],
  ['[empty] = [quoted]', 'true'],
  ['upper(left([word], 2)) & right([word], 1)', 'KÖd'],
  ['mid([word], 2, 3) & mid([word], 0, 1) & mid([word], 99, 1)', 'ölnK'],
  ['left([word], 0 - 1)', null],
  ['replace([word], "ö", "oe")', 'Koeln Süd'],
  ['extract([word], "[A-Z][a-zü]+$")', 'Süd'],
  ['length([word])', '8'],
  ['trim(" \t x ")', 'x'],
  ['number([price])', '1234.5'],
  ['number([comma], ",") * 2', '2469'],
  ['number([price]) - number([comma], ",")', '0'],
  ['number([empty]) + 1', null],
  ['first(number([empty]), 7)', '7'],
  ['first([empty], [quoted], "x")', 'x'],
  ['1 + 2 * 3 - 4 / 8', '6.5'],
  ['2 / 3', '0.666666667'],
  ['-2 / 3', '-0.666666667'],
  ['1234567890123.33 / 2', '617283945061.665'],
  ['0.1 + 0.2 = 0.3', 'true'],
  ['round(2.345, 2)', '2.35'],
  ['round(-2.5, 0)', '-3'],
  ['abs(-100)', '100'],
  ['-number([price])', '-1234.5'],
  ['date([day], "dmy")', '2024-02-03'],
  ['date([day], "mdy")', '2024-03-02'],
  ['date([time], "ymd")', '2024-02-29'],
  ['addDays(date([time], "ymd"), 1)', '2024-03-01'],
  ['daysBetween(date([day], "dmy"), date([time], "ymd"))', '26'],
  ['year(date([day], "dmy")) * 100 + month(date([day], "dmy"))', '202402'],
  ['day(date([empty], "dmy"))', null],
  ['date([empty], "dmy") < date([day], "dmy")', 'false'],
  ['number([empty]) = number([quoted])', 'true'],
  ['number([empty]) <> 1', 'true'],
  ['[word] in ("Bonn", "Köln Süd")', 'true'],
  ['[word] in ()', 'false'],
  ['number([price]) in (1, 1234.5)', 'true'],
  ['contains([word], "öl") and startsWith([word], "K") and endsWith([word], "d")', 'true'],
  ['matches([word], "[^0-9]+") and not matches([word], "K")', 'true'],
  ['isEmpty([quoted]) or isEmpty([word])', 'true'],
  ['isNumber([price]) and not isNumber([word]) and not isNumber([empty])', 'true'],
  ['isDate([day], "dmy") and not isDate([day], "ymd")', 'true'],
  ['if([word] = "x", 1, 2)', '2'],
  ['text(1.50) & text(date([day], "dmy")) & text(1 = 1)', '1.52024-02-03true'],
  ['"a" < "b" and "B" < "a"', 'true'],
  ['number([word])', '[no-number Köln Süd]'],
  ['number("1.2345678901")', '[no-number 1.2345678901]'],
  ['date("31.2.2024", "dmy")', '[no-date 31.2.2024]'],
  ['1 / number([zero])', '[by-zero 1 / 0]'],
  ['number([huge]) * 10', '[too-large 99999999999999999999999999999 * 10]'],
  ['number([huge]) - number([huge])', '0'],
  ['isNumber([word]) and number([word]) > 1', 'false'],
  ['not isNumber([word]) or number([word]) > 1', 'true'],
  ['if(isNumber([word]), number([word]), -1)', '-1'],
  ['if(isNumber([price]), number([word]), -1)', '[no-number Köln Süd]'],
  ['first(1, number([word]))', '1'],
  ['first(number([empty]), number([word]))', '[no-number Köln Süd]'],
  ['addDays(date([day], "dmy"), 99999999999)', '[too-large 2024-02-03]'],
]

async function evaluate(formulas: string[]): Promise<(string | null)[]> {
  const engine = await openEngine(
    {
      file: join(folder(), 'formulas.duckdb'),
      tempFolder: join(folder(), 'temp'),
      access: 'read-write',
      otherFiles: 'refused',
      memoryBytes: 128 * 1024 * 1024,
    },
    new AbortController().signal,
  )
  try {
    const names = Object.keys(cells)
    await engine.run(
      `CREATE OR REPLACE TABLE cells AS SELECT ${names.map((_, nth) => `$${nth + 1}::VARCHAR AS k${nth + 1}`).join(', ')}`,
      Object.values(cells),
    )
    const answers: (string | null)[] = []
    for (const formula of formulas) {
      const checked = checkFormula(formula, (label) => {
        const nth = names.indexOf(label)
        return nth < 0 ? null : { cell: `k${nth + 1}` }
      })
      // In one expression, and with what it needs worked before.
      const [answer = null, other] = await Promise.all(
        [null, 'g'].map(async (prefix) => {
          const { before, value, fault } = emitFormula(checked, prefix)
          let from = 'cells'
          for (const named of before) from = `(SELECT *, ${named.join(', ')} FROM ${from})`
          const [row = []] = await engine.rows(
            `SELECT cell, fault."check", fault."value" FROM (SELECT ${asCell(checked.type, value)} AS cell, ${fault}::STRUCT("check" VARCHAR, "value" VARCHAR) AS fault FROM ${from})`,
          )
          const [cell, check, at] = row
          return check === null ? (cell as string | null) : `[${String(check)} ${String(at)}]`
        }),
      )
      expect(other, formula).toBe(answer)
      answers.push(answer)
    }
    return answers
  } finally {
    engine.close()
  }
}

it('makes of a row what the documentation says', async () => {
  const answers = await evaluate(results.map(([formula]) => formula))
  expect(results.map(([formula], nth) => [formula, answers[nth]])).toEqual(results)
})

it('calculates exactly, rounding the ninth digit half away from zero', async () => {
  const scaled = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n })
  const written = (value: bigint): string => {
    const digits = (value < 0n ? -value : value).toString().padStart(10, '0')
    const text = `${digits.slice(0, -9)}.${digits.slice(-9)}`.replace(/[.]?0+$/, '')
    return (value < 0n ? '-' : '') + text
  }
  /** Of a fraction, in billionths. */
  const rounded = (numerator: bigint, denominator: bigint): bigint => {
    const isNegative = numerator < 0n !== denominator < 0n
    const abs = (value: bigint): bigint => (value < 0n ? -value : value)
    const size = (2n * abs(numerator) + abs(denominator)) / (2n * abs(denominator))
    return isNegative ? -size : size
  }
  const billion = 10n ** 9n
  const pairs: [bigint, bigint][] = [
    ...fc.sample(fc.tuple(scaled, scaled), { numRuns: 40, seed: 7 }),
    // In the middle of two, and too large for eight bytes.
    [1n, 2n * billion],
    [-3n, 2n * billion],
    [500_000_000n, 7n],
    [10n ** 12n * billion - 1n, 3n * billion],
    [123_456_789_123n * billion, -billion / 3n],
  ]
  const wanted = pairs.flatMap(([one, other]): [string, bigint][] => [
    [`${written(one)} + ${written(other)}`, one + other],
    [`${written(one)} * ${written(other)}`, rounded(one * other, billion)],
    ...(other === 0n
      ? []
      : [
          [`${written(one)} / ${written(other)}`, rounded(one * billion, other)] as [
            string,
            bigint,
          ],
        ]),
  ])
  const answers = await evaluate(wanted.map(([formula]) => formula))
  expect(wanted.map(([formula], nth) => [formula, answers[nth]])).toEqual(
    wanted.map(([formula, value]) => [formula, written(value)]),
  )
})
