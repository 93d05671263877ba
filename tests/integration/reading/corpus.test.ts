import { DuckDBInstance } from '@duckdb/node-api'
import type { DuckDBConnection } from '@duckdb/node-api'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseCanonical } from '../../../main/reading/canonical.ts'
import { preview } from '../../../main/reading/preview.ts'
import { readHeldRows } from '../../../main/reading/quarantine.ts'
import { read } from '../../../main/reading/read.ts'
import { Problem } from '../../../shared/domain/problem.ts'

/**
 * Awkward files of public projects; they lie beside the checkout and are not part of it. A clone
 * without them skips this file and says why; CI has them and fails when they are gone.
 */
const corpus = resolve(import.meta.dirname, '../../../../shared/corpus')
const here = existsSync(corpus) || process.env['CI'] !== undefined
if (!here) console.warn(`The corpus test is skipped: ${corpus} is not on this computer.`)
/** Limits for hangs only: the machine may have much else to do. */
const perFileMs = 120_000
const allFilesMs = 15 * 60_000

let folder = ''
let connection: DuckDBConnection
let instance: DuckDBInstance
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pallet-corpus-'))
  instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  connection = await instance.connect()
})
afterAll(async () => {
  connection.closeSync()
  instance.closeSync()
  await rm(folder, { recursive: true, force: true })
})

/** What DuckDB reads with everything said and nothing guessed; it throws where it would reject. */
async function inDuckDb(file: string, width: number): Promise<string[][]> {
  const columns = Array.from({ length: width + 4 }, (_, i) => `'c${i}': 'VARCHAR'`).join(', ')
  const result = await connection.runAndReadAll(
    `SELECT * FROM read_csv('${file}', auto_detect = false, strict_mode = true, header = false, delim = ',', quote = '"', escape = '"', new_line = '\\n', allow_quoted_nulls = false, columns = {${columns}})`,
  )
  return result.getRows().map((row) => row.map((cell) => (cell === null ? '' : String(cell))))
}

test.skipIf(!here)(
  'every file of the corpus is read with every record accounted for, or refused with a sentence',
  async () => {
    const files = readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((name) =>
      statSync(join(corpus, name)).isFile(),
    )
    expect(files.length).toBeGreaterThan(1000)
    const recordsFile = join(folder, 'records.csv')
    const quarantineFile = join(folder, 'held.ndjson')
    const unpackedFile = join(folder, 'unpacked')
    let refused = 0
    for (const name of files) {
      const path = join(corpus, name)
      const control = {
        signal: AbortSignal.timeout(perFileMs),
        report: () => {},
        ask: () => Promise.reject(new Error('nothing to ask')),
      }
      let output
      try {
        output = await read(
          { path, reading: null, unpackedFile, recordsFile, quarantineFile },
          control,
        )
      } catch (thrown) {
        expect(thrown, name).toBeInstanceOf(Problem)
        expect(Problem.from(thrown).code, name).toMatch(/^source-(empty|binary)$|^dialect-unclear$/)
        refused += 1
        continue
      }
      const { labels, records, quarantined, detected } = output
      const rows = await inDuckDb(recordsFile, labels.length)
      const held = await readHeldRows([quarantineFile], 0, records)
      expect(rows.length + held.total, name).toBe(records)
      expect(held.total, name).toBe(quarantined)
      const ordinals = [...rows.map((row) => Number(row[0])), ...held.rows.map((row) => row.record)]
      expect(
        ordinals.sort((a, b) => a - b).every((record, index) => record === index + 1),
        name,
      ).toBe(true)

      const canonical = parseCanonical(readFileSync(recordsFile))
      const cells = canonical.map((row) => row.cells)
      // As one text: comparing cell by cell takes longer than reading.
      const text = (table: string[][]) => JSON.stringify(table)
      expect(text(rows.map((row) => row.slice(4))) === text(cells), `${name} in DuckDB`).toBe(true)
      if (quarantined === records) continue
      const { size } = statSync(path)
      const { reading } = detected
      const input = { path, name, bytes: size, reading, entry: null, unpackedFile, rows: 1000 }
      const shown = await preview(input, control)
      const shownCells = shown.rows.map((row) => row.cells)
      expect(text(shownCells) === text(cells.slice(0, 1000)), `preview of ${name}`).toBe(true)
      expect(
        shown.columns.map((column) => column.label),
        name,
      ).toEqual(labels)
    }
    expect(refused).toBeLessThan(files.length / 10)
  },
  allFilesMs,
)
