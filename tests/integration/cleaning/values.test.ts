import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { emitLabelled } from '../../../main/cleaning/duckdb/labels.ts'
import {
  emitDropped,
  emitNoneDropped,
  emitRecords,
  notDropped,
} from '../../../main/cleaning/duckdb/recipe.ts'
import { cellNames } from '../../../main/cleaning/duckdb/records.ts'
import { emitValue } from '../../../main/cleaning/duckdb/values.ts'
import { planRecipe } from '../../../main/cleaning/plan.ts'
import { scanRecords } from '../../../main/cleaning/scan/scan.ts'
import type { ColumnFacts } from '../../../main/cleaning/scan/facts.ts'
import { scannedSteps, watchFor } from '../../../main/cleaning/scan/watch.ts'
import type { Engine } from '../../../main/duckdb/engine.ts'
import { openEngine } from '../../../main/duckdb/engine.ts'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { withIds } from '../../../shared/domain/recipe/recipe.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { readVectors } from '../../fixtures/vectors.ts'
import { csvCell, readHeld, runClean, writeRecords } from './canonical.ts'
import { outsideOf } from './outside.ts'

const folder = testFolder()

async function withEngine(
  otherFiles: 'allowed' | 'refused',
  work: (engine: Engine) => Promise<void>,
): Promise<void> {
  const engine = await openEngine(
    {
      file: join(folder(), 'vectors.duckdb'),
      tempFolder: join(folder(), 'temp'),
      access: 'read-write',
      otherFiles,
      memoryBytes: 128 * 1024 * 1024,
    },
    new AbortController().signal,
  )
  try {
    await engine.run(emitNoneDropped)
    await work(engine)
  } finally {
    engine.close()
  }
}

it('gives every cell the value or the reason that the vectors say', async () => {
  const part = { nth: 1, file: '', from: 0, width: 1 }
  await withEngine('refused', async (engine) => {
    for (const { column: given, cells } of readVectors('values')) {
      const column: Column = { name: 'n', label: 'N', ...given }
      await engine.run(
        'CREATE OR REPLACE TABLE records_1 (rec BIGINT, line BIGINT, off BIGINT, len BIGINT, c1 VARCHAR)',
      )
      for (const [index, cell] of cells.entries())
        await engine.run('INSERT INTO records_1 VALUES ($1, $1 + 1, 0, 0, $2)', [
          BigInt(index + 1),
          cell.in,
        ])
      await engine.run('DROP TABLE IF EXISTS labelled_1')
      for (const statement of emitLabelled(part, [{ column, nth: 0, cell: 0 }]).statements)
        await engine.run(statement)
      const { parts, value } = emitValue(column, 'c1')
      const rows = await engine.rows(
        `SELECT c1, (${value})::VARCHAR, labels[1]."check", coalesce(len(labels), 0) FROM (SELECT ${['*', ...parts].join(', ')} FROM records_1) LEFT JOIN labelled_1 USING (rec) ORDER BY rec`,
      )
      expect({ column, rows }).toEqual({
        column,
        rows: cells.map(({ in: cell, out, failed }) => [
          cell,
          out,
          failed ?? null,
          failed === undefined ? 0n : 1n,
        ]),
      })
    }
  })
})

it('writes the values that the vectors say, those that stand at fixed places and those that a cast reads', async () => {
  for (const { column: given, cells } of readVectors('values')) {
    const column: Column = { name: 'n', label: 'N', ...given }
    const contract = { columns: [column], maxQuarantinedShare: 1 }
    const standing = cells.filter(({ failed }) => failed === undefined)
    const regular: typeof standing = []
    const castable: typeof standing = []
    for (const one of standing) {
      const facts = await factsOf(column, one.in)
      if (facts?.irregular !== false) continue
      regular.push(one)
      if (facts.castable) castable.push(one)
    }
    for (const file of [standing, regular, castable]) {
      const rows = file.map((one) => [one.in])
      const input = { ...writeRecords(folder(), ['N'], rows), contract }
      const output = await runClean(input)
      expect({ column, rows, clean: output.clean }).toEqual({ column, rows, clean: rows.length })
      if (column.type === 'text') continue
      expect({
        column,
        rows,
        values: readFileSync(input.outputFile, 'utf8').split('\n').slice(1, -1),
      }).toEqual({ column, rows, values: file.map(({ out }) => out ?? '') })
    }
  }
})

async function factsOf(column: Column, cell: string | null): Promise<ColumnFacts | undefined> {
  const { recordsFile } = writeRecords(folder(), ['N'], [[cell]])
  const facts = await scanRecords({
    recordsFile,
    width: 1,
    watch: watchFor([], null),
    expected: [column],
    suspectsFile: null,
    limit: Infinity,
    signal: new AbortController().signal,
  })
  return facts.columns[0]
}

describe('the recipe', () => {
  const vectors = readVectors('steps')

  const scanned = vectors.filter(
    ({ steps }) => scannedSteps(withIds(steps)).length === steps.length,
  )

  it.each(scanned)('changes cells and takes records out: $why', async (vector) => {
    const { steps, labels, before, after, dropped } = vector
    const recipe = scannedSteps(withIds(steps))
    const { recordsFile } = writeRecords(folder(), labels, before)
    const part = { nth: 1, file: recordsFile, from: 0, width: labels.length }
    const input = planRecipe({ recipe, labels, labelsInFile: true }, [])
    await withEngine('allowed', async (engine) => {
      await engine.run(emitRecords(part, input))
      for (const index of recipe.keys()) {
        const emitted = emitDropped(index, [part], input)
        if (emitted === null) continue
        for (const statement of [emitted.suspects, ...emitted.settle]) await engine.run(statement)
      }
      const ids = recipe.map(({ id }) => id)
      const taken = await engine.rows('SELECT step, rec FROM dropped ORDER BY ALL')
      expect(taken.map(([index, rec]) => [ids[Number(index)], Number(rec)])).toEqual(
        dropped.flatMap(({ step, records }) => records.map((record) => [step, record])),
      )
      const cells = cellNames(part).join(', ')
      expect(
        await engine.rows(`SELECT ${cells} FROM records_1 WHERE ${notDropped} ORDER BY rec`),
      ).toEqual(after)
    })
  })

  it.each(vectors)('is written and accounted for so by cleaning: $why', async (vector) => {
    const {
      steps: recipe,
      labels,
      labelsAfter = labels,
      before,
      after,
      dropped,
      held = [],
      made,
    } = vector
    const inFolder = folder()
    const outside = await outsideOf(inFolder, vector)
    const input = { ...writeRecords(inFolder, labels, before), outside }
    const columns = labelsAfter.map((label, index): Column => ({
      name: `n${index + 1}`,
      label,
      type: 'text',
    }))
    const contract = { columns, maxQuarantinedShare: 1 }
    const output = await runClean({ ...input, recipe, contract })
    expect(output.dropped).toEqual(
      dropped.map(({ records, ...rule }) => ({ ...rule, rows: records.length })),
    )
    expect(output.made).toBe(made)
    expect(readHeld(input.quarantineFile).map(({ record }) => record)).toEqual(held)
    expect(readFileSync(input.outputFile, 'utf8').split('\n').slice(1, -1)).toEqual(
      after.map((record) => record.map(csvCell).join(',')),
    )
  })
})

describe('a malformed file of vectors is refused', () => {
  const value = { column: { type: 'integer' }, cells: [{ in: '1', out: '1' }] }
  const step = {
    why: 'Blank.',
    steps: [{ kind: 'drop-blank-rows' }],
    labels: ['A'],
    before: [[null], ['x']],
    after: [['x']],
    dropped: [{ rule: 'drop-blank-rows', step: 'drop-blank-rows', records: [1] }],
  }
  it.each([
    ['values', 'nothing in it', []],
    ['values', 'a value that is no text', [{ ...value, cells: [{ in: '1', out: 1 }] }]],
    ['values', 'a cell that says no value', [{ ...value, cells: [{ in: '1' }] }]],
    [
      'values',
      'a check that there is not',
      [{ ...value, cells: [{ in: '', out: null, failed: 'no' }] }],
    ],
    ['values', 'a misspelt rule', [{ ...value, column: { type: 'integer', requierd: true } }]],
    ['steps', 'a step that there is not', [{ ...step, steps: [{ kind: 'drop' }] }]],
    ['steps', 'a misspelt id', [{ ...step, steps: [{ kind: 'trim', ids: 'x' }] }]],
    ['steps', 'a record too wide', [{ ...step, after: [['x', 'y']] }]],
    ['steps', 'a record that is lost', [{ ...step, dropped: [] }]],
  ] as const)('%s: %s', (kind, _, content) => {
    const file = join(folder(), 'vectors.json')
    writeFileSync(file, JSON.stringify(kind === 'values' ? [value] : [step]))
    expect(readVectors(kind, file)).toHaveLength(1)
    writeFileSync(file, JSON.stringify(content))
    expect(() => readVectors(kind, file)).toThrow()
  })
})
