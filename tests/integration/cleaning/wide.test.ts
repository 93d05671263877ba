/** Files of many columns: worked on in parts, with the memory of a narrow one. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts'
import { defaultRecipe } from '../../../shared/domain/recipe/recipe.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { watchMemory } from '../../fixtures/memory.ts'
import type { WideTable } from '../../fixtures/wideRecords.ts'
import { writeWideRecords } from '../../fixtures/wideRecords.ts'
import type { Cell } from './canonical.ts'
import { readHeld, runClean, writeRecords } from './canonical.ts'

const folder = testFolder()

/** The same bound for every width; the engine alone may take 256 MiB, Node and the libraries take 110. */
const mostMiB = 400

describe('the memory of cleaning', () => {
  it.each<WideTable & { held: number }>([
    // Took 8.3 GB once, with 500 columns 23 GB.
    { columns: 200, rows: 300, content: 'integers', held: 0 },
    // Took 1.5 GB once.
    { columns: 90, rows: 2000, content: 'mixed', held: 2 },
  ])(
    'of $columns columns of $content is bounded',
    async ({ held, ...table }) => {
      const file = join(folder(), 'records.csv')
      writeWideRecords(file, table)
      const script = new URL('../../fixtures/cleanRecords.ts', import.meta.url).pathname
      const child = spawn(
        process.execPath,
        [script, file, String(table.columns), 'parquet', folder()],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      )
      const memory = watchMemory(
        child.pid ?? 0,
        () => false,
        // A test must not take the machine with it.
        (nowMiB) => nowMiB > 1000 && child.kill('SIGKILL'),
      )
      let text = ''
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      await once(child, 'close')
      expect(memory.stop()).toBeLessThan(mostMiB)
      expect(JSON.parse(text)).toMatchObject({ rows: table.rows - held, quarantined: held })
    },
    300_000,
  )
})

describe('a record of several parts', () => {
  const width = 120
  const labels = Array.from({ length: width }, (_, index) => `L${index + 1}`)
  const full = (change: Record<number, Cell> = {}): Cell[] =>
    labels.map((_, index) => (index in change ? (change[index] ?? null) : `${index}`))
  const sparse = (change: Record<number, Cell> = {}): Cell[] =>
    labels.map((_, index) => change[index] ?? null)
  const columns: Column[] = labels.map((label, index) => ({
    name: `n${index}`,
    label,
    type: 'text',
  }))
  const contract = { columns, maxQuarantinedShare: 1 }

  it('is dropped for what all of its parts say', async () => {
    const input = writeRecords(folder(), labels, [
      sparse(),
      sparse({ 119: ' ' }),
      sparse({ 119: 'x' }),
      labels.map((label) => label.toLowerCase()),
      labels.map((label, index) => (index === 119 ? 'other' : label)),
      // The first filled cell in the second part, the number in the last.
      sparse({ 60: 'Total', 118: '12.50' }),
      sparse({ 60: 'Total', 118: 'Cereal' }),
      sparse({ 0: 'x', 60: 'Total', 118: '12.50' }),
      full({ 0: 'Total' }),
    ])
    const output = await runClean({ ...input, recipe: defaultRecipe, contract })
    expect(output.dropped).toEqual([
      { rule: 'drop-blank-rows', step: 'drop-blank-rows', rows: 2 },
      { rule: 'drop-total-rows', step: 'drop-total-rows', rows: 1 },
      { rule: 'drop-repeated-headers', step: 'drop-repeated-headers', rows: 1 },
    ])
    expect(output).toMatchObject({ clean: 5, quarantined: 0 })
  })

  it('is a duplicate only if it is equal in all of them, as the steps before left it', async () => {
    const duplicates: Recipe[number] = { kind: 'drop-duplicates' }
    const rows = [
      full(),
      full({ 119: 'x' }),
      full(),
      full({ 0: '0 ' }),
      full({ 119: null }),
      full({ 119: '' }),
    ]
    const input = writeRecords(folder(), labels, rows)
    const before = await runClean({ ...input, contract, recipe: [duplicates, { kind: 'trim' }] })
    expect(before.dropped).toEqual([{ rule: 'drop-duplicates', step: 'drop-duplicates', rows: 1 }])
    const after = await runClean({ ...input, contract, recipe: [{ kind: 'trim' }, duplicates] })
    expect(after.dropped).toEqual([{ rule: 'drop-duplicates', step: 'drop-duplicates', rows: 2 }])
  })

  it('is held back once, with the reasons of all of them in the order of the contract', async () => {
    const strict = columns
      .map((column, index): Column => ({
        ...column,
        ...(index % 50 === 10 ? { type: 'integer' } : {}),
        ...(index === 0 ? { unique: true } : {}),
      }))
      .toReversed()
    const rows = Array.from({ length: 3000 }, (_, row) =>
      full({ 0: `${row}`, 5: 'two\nlines, "quoted"', ...(row === 7 ? { 10: 'x', 110: 'y' } : {}) }),
    )
    rows[20] = full({ 0: '19' })
    const input = writeRecords(folder(), labels, rows)
    const output = await runClean({
      ...input,
      contract: { columns: strict, maxQuarantinedShare: 1 },
    })
    expect(output).toMatchObject({ clean: 2998, quarantined: 2 })
    expect(
      readHeld(input.quarantineFile).map(({ record, reasons }) => [
        record,
        reasons.map(({ code, column }) => `${code} ${column}`),
      ]),
    ).toEqual([
      [8, ['type-error n110', 'type-error n10']],
      [21, ['unique-error n0']],
    ])
    const lines = readFileSync(input.outputFile, 'utf8').split(/\n(?=\d)/)
    expect(lines).toHaveLength(2999)
    expect(lines[0]).toBe(strict.map(({ name }) => name).join(','))
    const ids = lines.slice(1).map((line) => Number(line.trimEnd().split(',').at(-1)))
    expect(ids).toEqual(rows.map((_, row) => row).filter((row) => row !== 7 && row !== 20))
  })
})
