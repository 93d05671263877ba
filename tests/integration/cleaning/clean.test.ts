import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RecordWriter } from '../../../main/reading/recordWriter.ts'
import type { Column, Contract } from '../../../shared/domain/datasets/dataset.ts'
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts'
import { columnTypes } from '../../../shared/domain/datasets/dataset.ts'
import { defaultRecipe } from '../../../shared/domain/recipe/recipe.ts'
import { testFolder } from '../../fixtures/folder.ts'
import type { Cell } from './canonical.ts'
import { readHeld, runClean, writeRecords } from './canonical.ts'

const folder = testFolder()

describe('what is held back', () => {
  it('has its line, its raw text from the source and every reason in a sentence', async () => {
    const input = writeRecords(
      folder(),
      ['SKU', 'Price'],
      [
        ['A1', '9.99'],
        ['zwei\nZeilen', '1'],
        ['A1', 'abc'],
      ],
    )
    const columns: Column[] = [
      { name: 'sku', label: 'SKU', type: 'text', unique: true },
      { name: 'price', label: 'Price', type: 'decimal', scale: 2 },
    ]
    const contract = { columns, maxQuarantinedShare: 1 }
    const output = await runClean({ ...input, contract })
    expect(output).toMatchObject({ clean: 2, quarantined: 1, dropped: [], contract })
    expect(readHeld(input.quarantineFile)).toEqual([
      {
        record: 3,
        line: 5,
        raw: 'A1,abc',
        reasons: [
          {
            code: 'unique-error',
            column: 'sku',
            value: 'A1',
            message: '“A1” in “SKU” must not repeat, but is already in line 2.',
          },
          {
            code: 'type-error',
            column: 'price',
            value: 'abc',
            message: '“abc” in “Price” is not a decimal number.',
          },
        ],
      },
    ])
  })

  it('is cut from the source in the encoding of the source, at most 64 KiB of it', async () => {
    const input = writeRecords(folder(), ['A', 'N'], [['x', 'y']])
    const long = 'ä'.repeat(70_000)
    writeFileSync(input.sourceFile, Buffer.from(`A\n${long}\nÖl\n`, 'utf16le'))
    writeFileSync(
      input.recordsFile,
      `1,2,4,${long.length * 2 + 2},a,x\n2,3,${long.length * 2 + 6},6,b,y\n`,
    )
    const columns: Column[] = [
      { name: 'a', label: 'A', type: 'text' },
      { name: 'n', label: 'N', type: 'integer' },
    ]
    const output = await runClean({
      ...input,
      raw: { in: 'source', encoding: 'utf-16le' },
      contract: { columns, maxQuarantinedShare: 1 },
    })
    expect(output.quarantined).toBe(2)
    const raws = readHeld(input.quarantineFile).map(({ raw }) => raw)
    expect(raws).toEqual(['ä'.repeat(32 * 1024), 'Öl'])
  })

  it('is its canonical cells where the source is no text, at most 64 KiB of them', async () => {
    const labels = ['A', 'N']
    const input = writeRecords(folder(), labels, [['x', 'y']])
    const long = 'ä'.repeat(70_000)
    const lines: Uint8Array[] = []
    const writer = new RecordWriter(
      { records: async (bytes) => void lines.push(Buffer.from(bytes)), held: async () => {} },
      2,
    )
    writer.add(5, [long, 'x'])
    writer.add(6, ['Öl, "12"\n', 'y'])
    await writer.flush()
    writeFileSync(input.recordsFile, Buffer.concat(lines))
    const columns: Column[] = [
      { name: 'a', label: 'A', type: 'text' },
      { name: 'n', label: 'N', type: 'integer' },
    ]
    const contract = { columns, maxQuarantinedShare: 1 }
    await runClean({ ...input, raw: { in: 'records' }, contract })
    const held = readHeld(input.quarantineFile)
    expect(held.map(({ line, raw }) => [line, raw])).toEqual([
      [5, 'ä'.repeat(32 * 1024)],
      [6, '"Öl, ""12""\n",y'],
    ])
  })

  it('stops the output file, not the quarantine, when it is too much', async () => {
    const input = writeRecords(folder(), ['N'], [['1'], ['2'], ['x'], ['y']])
    const columns: Column[] = [{ name: 'n', label: 'N', type: 'integer' }]
    const contract = { columns, maxQuarantinedShare: 0.49 }
    const output = await runClean({ ...input, contract, maxQuarantinedShare: 0.49 })
    expect(output).toMatchObject({ clean: 2, quarantined: 2, bytes: 0 })
    expect(existsSync(input.outputFile)).toBe(false)
    expect(readHeld(input.quarantineFile)).toHaveLength(2)
  })

  it('may be exactly as much as is allowed', async () => {
    // 100 × 0.29 is a little less than 29 in floating point.
    const rows = Array.from({ length: 100 }, (_, index) => [index < 29 ? 'x' : '1'])
    const input = writeRecords(folder(), ['N'], rows)
    const columns: Column[] = [{ name: 'n', label: 'N', type: 'integer' }]
    const contract = { columns, maxQuarantinedShare: 0.29 }
    const output = await runClean({ ...input, contract, maxQuarantinedShare: 0.29 })
    expect(output).toMatchObject({ clean: 71, quarantined: 29 })
    expect(existsSync(input.outputFile)).toBe(true)
  })
})

describe('the contract', () => {
  it('is proposed from the whole file, held to, and holds for the next file', async () => {
    const rows: Cell[][] = Array.from({ length: 30_000 }, (_, index) => [
      `0${index}`,
      `${(index % 28) + 1}.${(index % 12) + 1}.2024 10:00`,
      index === 29_999 ? '1,5' : `${index}`,
      index % 2 ? 'Ja' : 'nein',
    ])
    rows[10] = ['00', '31.02.2024 10:00', '7', 'ja']
    const input = writeRecords(folder(), ['SKU', 'Datum', 'Menge', 'Bar bezahlt?'], rows)
    const semicolon = { ...input, conventions: { decimalMark: ',' as const } }
    const output = await runClean(semicolon)
    expect(output.contract.columns).toEqual([
      { name: 'sku', label: 'SKU', type: 'text' },
      { name: 'datum', label: 'Datum', type: 'timestamp', order: 'dmy' },
      { name: 'menge', label: 'Menge', type: 'decimal', decimalMark: ',', scale: 2 },
      { name: 'bar_bezahlt', label: 'Bar bezahlt?', type: 'boolean' },
    ])
    expect(output).toMatchObject({ clean: 29_999, quarantined: 1 })
    const again = await runClean({ ...semicolon, contract: output.contract })
    expect(again).toEqual({ ...output, doubts: [] })
    // The order of the file, over several row groups and two threads.
    const quantities = readFileSync(input.outputFile, 'utf8').split('\n').slice(1, -2)
    expect(quantities.map((line) => line.split(',')[0])).toEqual(
      rows.filter((_, index) => index !== 10 && index !== 29_999).map(([sku]) => sku),
    )
  })

  it('says of the whole file what is almost a number, and is text', async () => {
    const rows = Array.from({ length: 50 }, (_, row) => [row % 5 === 0 ? 'none' : `${row}.5`, 'x'])
    const input = writeRecords(folder(), ['Price', 'Name'], rows)
    const { contract, doubts } = await runClean(input)
    expect(contract.columns.map(({ type }) => type)).toEqual(['text', 'text'])
    expect(doubts).toEqual([
      'Column “Price” is read as text, although 40 of 50 values are numbers: 10 are not. Choose the type in the preview to hold these rows back instead.',
    ])
    expect((await runClean({ ...input, contract })).doubts).toEqual([])
  })

  it('holds back what is required and comes out of its wrapper as nothing', async () => {
    const rows = [['="x"'], ['=""'], ['="N/A"'], [' '], ["'"]]
    const input = writeRecords(folder(), ['A'], rows)
    const columns: Column[] = [{ name: 'a', label: 'A', type: 'text', required: true }]
    const contract = { columns, maxQuarantinedShare: 1 }
    const recipe = defaultRecipe.filter(({ kind }) => !kind.startsWith('drop-'))
    const output = await runClean({ ...input, contract, recipe })
    expect(output).toMatchObject({ clean: 2, quarantined: 3 })
    expect(readHeld(input.quarantineFile).map(({ record }) => record)).toEqual([2, 3, 4])
  })

  it('gets the scales it lacks from the file', async () => {
    const input = writeRecords(folder(), ['P'], [['1.125'], ['2']])
    const columns: Column[] = [{ name: 'p', label: 'P', type: 'decimal' }]
    const output = await runClean({ ...input, contract: { columns, maxQuarantinedShare: 1 } })
    expect(output.contract.columns).toEqual([{ ...columns[0], scale: 3 }])
    expect(readFileSync(input.outputFile, 'utf8')).toBe('p\n1.125\n2.000\n')
  })

  it('that does not fit the file stops everything', async () => {
    const input = writeRecords(folder(), ['A', 'B'], [['1', '2']])
    const columns: Column[] = [{ name: 'c', label: 'C', type: 'text' }]
    await expect(
      runClean({ ...input, contract: { columns, maxQuarantinedShare: 1 } }),
    ).rejects.toMatchObject({ code: 'contract-mismatch' })
    expect(readdirSync(input.workFolder)).toEqual([])
    expect(existsSync(input.quarantineFile)).toBe(false)
  })
})

describe('the output', () => {
  it('is a typed Parquet file or a compressed CSV when asked', async () => {
    const input = writeRecords(folder(), ['D', 'P'], [['2024-01-31', '1.5']])
    const parquet = await runClean({ ...input, format: 'parquet' })
    const gzip = join(input.workFolder, '..', 'out.csv.gz')
    const compressed = { ...input, outputFile: gzip, format: 'csv.gz' as const }
    const instance = await DuckDBInstance.create()
    const connection = await instance.connect()
    try {
      const read = await connection.runAndReadAll(
        `SELECT d::VARCHAR, typeof(d), typeof(p) FROM read_parquet('${input.outputFile}')`,
      )
      expect(read.getRows()).toEqual([['2024-01-31', 'DATE', 'DECIMAL(18,2)']])
    } finally {
      connection.closeSync()
      instance.closeSync()
    }
    const zipped = await runClean(compressed)
    expect(readFileSync(gzip).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]))
    expect([parquet.clean, zipped.clean]).toEqual([1, 1])
  })

  it('leaves nothing of the engine behind, and replaces what an earlier attempt left', async () => {
    const input = writeRecords(folder(), ['A'], [['1']])
    await runClean(input)
    await runClean(input)
    expect(readdirSync(input.workFolder)).toEqual(['out.csv'])
  })

  it('never costs the source: a work folder that holds it is refused', async () => {
    const input = writeRecords(folder(), ['A'], [['1']])
    const workFolder = join(input.sourceFile, '..')
    await expect(runClean({ ...input, workFolder })).rejects.toMatchObject({ code: 'internal' })
    expect(existsSync(input.sourceFile)).toBe(true)
  })
})

it('stops when told to, before it does anything else, with the reason', async () => {
  const rows: Cell[][] = Array.from({ length: 200_000 }, (_, index) => [`${index}`, 'x', '1.5'])
  rows.push(['0', 'x', 'to be judged'])
  const input = writeRecords(folder(), ['A', 'B', 'C'], rows)
  const abort = new AbortController()
  const reason = new Error('enough')
  const after: string[] = []
  const cleaning = runClean(input, abort.signal, (doing) => {
    if (abort.signal.aborted && doing !== 'Checking the records') after.push(doing)
    if (doing === 'Checking the records') abort.abort(reason)
  })
  await expect(cleaning).rejects.toBe(reason)
  expect(after).toEqual([])
  expect(readdirSync(input.workFolder)).toEqual([])
})

it('whose folder is removed meanwhile says so', async () => {
  const rows: Cell[][] = Array.from({ length: 50_000 }, (_, index) => [`${index}`, 'x'])
  const input = writeRecords(folder(), ['A', 'B'], rows)
  const cleaning = runClean(input, AbortSignal.timeout(600_000), (doing) => {
    if (doing === 'Looking at the columns')
      rmSync(input.workFolder, { recursive: true, force: true })
  })
  await expect(cleaning).rejects.toMatchObject({ code: 'home-unusable' })
})

const cell = fc.option(
  fc.oneof(
    fc.constantFrom(
      '',
      '-',
      'Total',
      'sum',
      'A',
      'b',
      ' ',
      'yes',
      '0',
      '00',
      '1',
      '2',
      '12.5',
      '1,5',
    ),
    fc.constantFrom(
      '1.234',
      '1/2/2024',
      '31/02/2024',
      '2024-01-01 24:00',
      '="1"',
      "'7",
      'x"y',
      'n\nl',
    ),
    fc.string({ maxLength: 4, unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')),
  ),
  { nil: null },
)
const recipeStep = fc.constantFrom<Recipe[number]>(...defaultRecipe, { kind: 'drop-duplicates' })
const rules = fc.record({
  type: fc.constantFrom(...columnTypes),
  order: fc.constantFrom('dmy' as const, 'mdy' as const, 'ymd' as const),
  decimalMark: fc.constantFrom('.' as const, ',' as const),
  unit: fc.constantFrom(undefined, undefined, '€', '%', ''),
  required: fc.boolean(),
  unique: fc.boolean(),
  severity: fc.constantFrom<Column['severity'][]>(
    undefined,
    { required: 'warn' },
    { required: 'stop' },
  ),
})

it('balances the account of every table, and writes the rows it counts', async () => {
  const table = fc.integer({ min: 1, max: 4 }).chain((width) =>
    fc.record({
      rows: fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 12 }),
      columns: fc.option(fc.array(rules, { minLength: width, maxLength: width }), { nil: null }),
      recipe: fc.array(recipeStep, { maxLength: 5 }),
      format: fc.constantFrom('csv' as const, 'parquet' as const),
    }),
  )
  await fc.assert(
    fc.asyncProperty(table, async ({ rows, columns, recipe, format }) => {
      const width = rows[0]?.length ?? columns?.length ?? 1
      const labels = Array.from({ length: width }, (_, index) => `L${index}`)
      const input = writeRecords(folder(), labels, rows)
      const contract =
        columns === null
          ? null
          : {
              columns: labels.map((label, index) => ({
                name: `c${index}`,
                label,
                type: 'text' as const,
                ...columns[index],
              })),
              maxQuarantinedShare: 1,
            }
      const output = await runClean({ ...input, recipe, contract, format })
      const held = readHeld(input.quarantineFile)
      const dropped = output.dropped.reduce((sum, { rows: count }) => sum + count, 0)
      expect(output.clean + output.quarantined + dropped).toBe(rows.length)
      expect(held).toHaveLength(output.quarantined)
      for (const { record, raw } of held) {
        const text = (rows[record - 1] ?? []).map((value) => value ?? '').join('')
        expect(raw.replace(/[",]/g, '')).toBe(text.replace(/[",]/g, '').replace(/[\r\n]+$/, ''))
      }
    }),
    { numRuns: 25 },
  )
})

/** The same, but with a step that the scan does not understand, and a rule for which every record is judged. */
const inFull = (recipe: Recipe, { columns, ...contract }: Contract) => ({
  recipe: [{ kind: 'trim' } as const, ...recipe],
  contract: { ...contract, columns: columns.map((column) => ({ ...column, oneOf: [] })) },
})
const likely = fc.oneof(
  { weight: 2, arbitrary: cell },
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      ...'03.02.2024|31.02.2024|3.2.24|2024-02-29|2023-02-29|03.02.2024 09:05'.split('|'),
      ...'2024-02-03T09:05:01|2024-02-03 9:05 pm|12|-7|+7|007|1.234,5|1,234.50'.split('|'),
      ...'12345678901234567890|999999999999999.99|5,|.5|1e3| 12|N/A|yes|NEIN'.split('|'),
      ...'12 €|1.234,5 €|€-1,234.50|(7) €|7-|12,- €|1 200 €|19 %|7|$ 7|3. März 2024|Mar 3 2024 9:05 pm'.split(
        '|',
      ),
      ...'Total:|Köln|İ|\u212a|\u00a0x\u2003|="N/A"|="12"|\'|\'12|=""|L0|l0'.split('|'),
    ),
  },
)

it('comes to the same whether the scan leaves records and steps out, or all are judged', async () => {
  const table = fc.integer({ min: 1, max: 3 }).chain((width) =>
    fc.record({
      rows: fc.array(fc.array(likely, { minLength: width, maxLength: width }), { maxLength: 30 }),
      columns: fc.option(
        fc.array(
          rules.map((rule) => ({ ...rule, unique: false })),
          { minLength: width, maxLength: width },
        ),
        { nil: null, freq: 3 },
      ),
      kinds: fc.subarray(defaultRecipe.map(({ kind }) => kind).filter((kind) => kind !== 'trim')),
    }),
  )
  await fc.assert(
    fc.asyncProperty(table, async ({ rows, columns, kinds }) => {
      const width = rows[0]?.length ?? columns?.length ?? 1
      const labels = Array.from({ length: width }, (_, index) => `L${index}`)
      const recipe = defaultRecipe.filter(({ kind }) => kind === 'trim' || kinds.includes(kind))
      const input = writeRecords(folder(), labels, rows)
      const given =
        columns === null
          ? null
          : columns.map((column, index) => ({ ...column, name: `c${index}`, label: `L${index}` }))
      const contract = given === null ? null : { columns: given, maxQuarantinedShare: 1 }
      const left = await runClean({ ...input, recipe, contract })
      const read = (): string[] =>
        [input.outputFile, input.quarantineFile].map((file) => readFileSync(file, 'utf8'))
      const written = read()
      const all = await runClean({ ...input, ...inFull(recipe, left.contract) })
      expect({ ...all, doubts: left.doubts, bytes: left.bytes, contract: left.contract }).toEqual(
        left,
      )
      expect(written).toEqual(read())
    }),
    { numRuns: 30 },
  )
})
