/** The usual records are looked at in WebAssembly; where a file is too small for it, all are looked at where the unusual ones are. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Facts } from '../../../main/cleaning/scan/facts.ts'
import { scanRecords } from '../../../main/cleaning/scan/scan.ts'
import { lowered, scannedSteps, watchFor } from '../../../main/cleaning/scan/watch.ts'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { type Recipe, defaultRecipe, withIds } from '../../../shared/domain/recipe/recipe.ts'
import { random } from '../../fixtures/exports.ts'
import { testFolder } from '../../fixtures/folder.ts'

const folder = testFolder()

/** Usual cells of a column, and others, as they stand in a records file. */
const cells: [usual: string, others: string][] = [
  [
    'Milk|Café|Tee grün 5|"Bread, sliced"|x',
    'Total|summe:|Summe|Item| Milk|=“1”|"a ""b"""|""|n/a|-|',
  ],
  [
    '1|12|4711|123456789012|12345678|0',
    '007|1234567890123456789|+5|1.5|1e5|"3"|x|12345678901234567|',
  ],
  [
    '1.5|12.25|3|1000000.1',
    '1.234|5.|.5|1.2345678901234567890|"1,234.50"|12345678901234.5|"2.5"|-1.5|x|',
  ],
  [
    '2024-01-31|2024-02-28|1999-12-01',
    '2024-02-29|2023-02-29|2024-13-01|2024-1-2|0999-01-01|31.12.2024|3. März 2024|2024-00-10|',
  ],
  [
    '2024-01-31 23:59|2024-02-28 00:00:00|2024-03-01T10:20:30',
    '2024-01-31 24:00|2024-01-31 10:60|2024-01-31 10:00:61|2024-01-31|2024-01-31  10:00|2024-01-31 10-00|',
  ],
  ['true|no|Yes', 'maybe|ja|n|TRUE|'],
  ['09:30|23:59:59|00:00', '24:00|9:30|23:60|12:30:61|12-30|9:30 PM|PT5M|'],
  ['5 €|1.50 €', '€ 5|5 $|5|'],
  [
    'Äpfel|Öl|Straße ß|Größé|Žižkov|Ωμέγα|"Ärger, groß"|Kaffee ü',
    'İtem|Kilo|\u00a0Öl|Öl\u00a0|\u3000x|x\u2003|日本|…|“x”|ü\t|null|NULL|ſ|"é"|é|',
  ],
]
const types: Omit<Column, 'name' | 'label'>[] = [
  { type: 'text', required: true },
  { type: 'integer' },
  { type: 'decimal', decimalMark: '.', scale: 2 },
  { type: 'date', order: 'ymd' },
  { type: 'timestamp', order: 'ymd' },
  { type: 'boolean' },
  { type: 'time' },
  { type: 'decimal', decimalMark: '.', scale: 2, unit: '€' },
  { type: 'text' },
]

/** A share of the records has one cell that is another. */
function* lines(count: number, share: number): Generator<string> {
  const next = random(count)
  const one = (list: string): string => {
    const all = list.split('|')
    return all[Math.floor(next() * all.length)] ?? ''
  }
  for (let record = 1; record <= count; record += 1) {
    const other = next() < share ? Math.floor(next() * cells.length) : -1
    // Texts only, of which nearly every record is usual, in every second thousand.
    const row = cells.map(([usual, others], cell) =>
      cell === other ? one(others) : record % 2000 < 1000 && cell > 4 ? '' : one(usual),
    )
    yield `${record},${record + 1},${record * 50},50,${row.join(',')}\n`
  }
}

/** What is found in the records, and the suspects among them. */
async function look(
  records: string,
  columns: readonly Column[],
  recipe: Recipe = defaultRecipe,
): Promise<{ facts: Facts; suspects: string }> {
  const recordsFile = join(folder(), 'records.csv')
  const suspectsFile = join(folder(), 'suspects.csv')
  writeFileSync(recordsFile, records)
  const facts = await scanRecords({
    recordsFile,
    width: columns.length,
    watch: watchFor(scannedSteps(withIds(recipe)), ['item']),
    expected: columns,
    suspectsFile,
    limit: Infinity,
    signal: new AbortController().signal,
  })
  return { facts, suspects: readFileSync(suspectsFile, 'utf8') }
}

it.each([0, 0.02, 0.5])(
  'says the same of all records, a share of %d of them unusual',
  async (share) => {
    const columns = types.map((type, nth): Column => ({
      name: `c${nth}`,
      label: `c${nth}`,
      ...type,
    }))
    const all = [...lines(12_000, share)]
    const whole = await look(all.join(''), columns)
    const pieces: Awaited<ReturnType<typeof look>>[] = []
    for (let from = 0; from < all.length; from += 1500)
      pieces.push(await look(all.slice(from, from + 1500).join(''), columns))
    const facts = pieces.map((piece) => piece.facts)
    expect(whole.suspects).toBe(pieces.map(({ suspects }) => suspects).join(''))
    expect(whole.facts).toEqual({
      records: all.length,
      bytes: Buffer.byteLength(all.join('')),
      lastRecord: all.length,
      suspects: facts.reduce((sum, { suspects }) => sum + suspects, 0),
      columns: columns.map((_, cell) => together(facts.map((one) => one.columns[cell]))),
    })
  },
)

it('finds words for nothing whose first letter is of ASCII only in lower case', async () => {
  const strange = Array.from({ length: 0x10ffff - 0x7f }, (_, nth) => 0x80 + nth)
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .map((code) => String.fromCodePoint(code))
    .filter((letter) => lowered(letter) < '\x80')
  expect(strange).toEqual(['İ', '\u212a'])
  const records = strange.map((letter, nth) => `${nth + 1},${nth + 2},0,9,filled,${letter}x\n`)
  const columns = ['a', 'b'].map((name): Column => ({ name, label: name, type: 'text' }))
  const { facts } = await look(records.join(''), columns, [
    { kind: 'empty-tokens', tokens: ['ix', 'kx'] },
  ])
  expect([...(facts.columns[1]?.tokens ?? [])]).toEqual(['ix', 'kx'])
})

type Found = Facts['columns'][number]

function together(found: (Found | undefined)[]): Found {
  const all = found.filter((one) => one !== undefined)
  const most = (of: (one: Found) => number): number => Math.max(...all.map(of))
  const sum = (of: (one: Found) => number): number => all.reduce((sofar, one) => sofar + of(one), 0)
  const units = new Set(all.flatMap(({ amounts }) => [...amounts.keys()]))
  return {
    kinds: (all[0]?.kinds ?? []).map((_, is) => sum(({ kinds }) => kinds[is] ?? 0)),
    fraction: {
      '.': most(({ fraction }) => fraction['.']),
      ',': most(({ fraction }) => fraction[',']),
    },
    dottedTies: sum(({ dottedTies }) => dottedTies),
    withSeconds: sum(({ withSeconds }) => withSeconds),
    amounts: new Map(
      [...units].map((unit) => {
        const of = all.flatMap(({ amounts }) => amounts.get(unit) ?? [])
        return [
          unit,
          {
            kinds: (of[0]?.kinds ?? []).map((_, is) =>
              of.reduce((sofar, { kinds }) => sofar + (kinds[is] ?? 0), 0),
            ),
            fraction: {
              '.': Math.max(...of.map(({ fraction }) => fraction['.'])),
              ',': Math.max(...of.map(({ fraction }) => fraction[','])),
            },
          },
        ]
      }),
    ),
    trims: all.some(({ trims }) => trims),
    unwraps: all.some(({ unwraps }) => unwraps),
    tokens: new Set(all.flatMap(({ tokens }) => [...tokens])),
    irregular: all.some(({ irregular }) => irregular),
    castable: all.every(({ castable }) => castable),
  }
}
