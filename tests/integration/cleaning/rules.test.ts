/** The rules of a contract, by vectors; the same where the cells of a record are judged in several parts. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, it } from 'vitest'
import { quoteLiteral } from '../../../main/duckdb/sql.ts'
import type { Column, Contract } from '../../../shared/domain/datasets/dataset.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { readVectors } from '../../fixtures/vectors.ts'
import { type Cell, readHeld, runClean, writeRecords } from './canonical.ts'

const folder = testFolder()

/** Columns that stand between the first and those after it, so that these are in another part. */
const between = 25

async function known(k1s: readonly string[]): Promise<string> {
  const file = join(folder(), 'known.parquet')
  const db = await DuckDBInstance.create(':memory:')
  const engine = await db.connect()
  const rows = k1s.map((value) => `(${quoteLiteral(value)})`).join(', ')
  await engine.run(`COPY (SELECT * FROM (VALUES ${rows}) AS t(k1)) TO ${quoteLiteral(file)}`)
  engine.closeSync()
  db.closeSync()
  return file
}

it('holds back, warns and stops as the vectors say, whichever parts the cells are in', async () => {
  for (const vector of readVectors('rules')) {
    const { why, labels, rules, records } = vector
    const columns = vector.columns.map((column, index): Column => ({
      name: `c${index + 1}`,
      label: labels[index] ?? '',
      ...column,
    }))
    const filler = Array.from({ length: between }, (_, index): Column => {
      return { name: `f${index + 1}`, label: `F${index + 1}`, type: 'text' }
    })
    const references =
      vector.known === undefined
        ? []
        : (rules ?? []).flatMap((rule) => (rule.kind === 'foreign' ? [rule] : []))
    const file = vector.known === undefined ? '' : await known(vector.known)
    for (const isWide of [false, true]) {
      const spread = <Item>(items: readonly Item[], fill: readonly Item[]): Item[] =>
        isWide ? [...items.slice(0, 1), ...fill, ...items.slice(1)] : [...items]
      const rows = records.map((record) =>
        spread<Cell>(
          record,
          filler.map(() => 'x'),
        ),
      )
      const input = writeRecords(
        folder(),
        spread(
          labels,
          filler.map(({ label }) => label),
        ),
        rows,
      )
      const contract: Contract = {
        columns: spread(columns, filler),
        ...(rules === undefined ? {} : { rules }),
        maxQuarantinedShare: 1,
      }
      const output = await runClean({
        ...input,
        contract,
        references: references.map(({ dataset, to }) => ({ dataset, to, file })),
      })
      const held = readHeld(input.quarantineFile)
      expect({
        why,
        isWide,
        clean: output.clean,
        held: Object.fromEntries(
          held.map(({ record, reasons }) => [record, reasons.map(({ message }) => message)]),
        ),
        warnings: output.warnings,
        stops: output.stops,
      }).toEqual({
        why,
        isWide,
        clean: vector.clean.length,
        held: vector.held,
        warnings: vector.warnings,
        stops: vector.stops,
      })
      const written = readFileSync(input.outputFile, 'utf8').split('\n').slice(1, -1)
      expect({ why, written: written.length }).toEqual({ why, written: vector.clean.length })
      if (vector.written !== undefined && !isWide)
        expect({ why, written }).toEqual({ why, written: vector.written })
      expect(vector.clean.length + held.length).toBe(records.length)
    }
  }
})

it('refuses a rule that names what is not there, and says which', async () => {
  const input = writeRecords(folder(), ['A'], [['x']])
  const columns: Column[] = [{ name: 'a', label: 'A', type: 'text' }]
  const refused = (contract: Partial<Contract>) =>
    expect(runClean({ ...input, contract: { columns, maxQuarantinedShare: 1, ...contract } }))
      .rejects
  await refused({ rules: [{ kind: 'key', columns: ['b'] }] }).toMatchObject({
    code: 'contract-mismatch',
    message: expect.stringContaining('there is no column “b” in the table.'),
  })
  await refused({ rules: [{ kind: 'formula', formula: '[A] &', sentence: 'Right' }] }).toThrow(
    'A rule of the dataset cannot be checked, “Right”: A value is missing at the end.',
  )
  await refused({ rules: [{ kind: 'formula', formula: '[A]', sentence: 'Right' }] }).toThrow(
    'It must be true or false for a row.',
  )
  await refused({
    rules: [{ kind: 'foreign', column: 'a', dataset: 'stores', to: 'id' }],
  }).toThrow('nothing of the dataset stores is at hand here.')
  await refused({ columns: [{ name: 'a', label: 'A', type: 'text', min: 1 }] }).toThrow(
    '"a" has the rule “at least”, which its type, text, cannot have',
  )
  await refused({ columns: [{ name: 'a', label: 'A', type: 'text', pattern: '(?=x)' }] }).toThrow(
    'A group cannot begin with “(?”',
  )
})
