/** One file cleaned under two definitions, and its rows beside one another. */
import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DuckDBListValue, type DuckDBValue } from '@duckdb/node-api'
import type { ComparedRow } from '../../shared/domain/recipe/compared.ts'
import type { Column } from '../../shared/domain/datasets/dataset.ts'
import { HeldRow } from '../../shared/domain/files/quarantine.ts'
import type { Engine } from '../duckdb/engine.ts'
import { engineProblem } from '../duckdb/problem.ts'
import { quoteIdentifier, quoteLiteral } from '../duckdb/sql.ts'
import type {
  CleanOutput,
  CompareDefinitionsInput,
  CompareDefinitionsOutput,
  ComparedRowsInput,
} from '../runs/ports/cleaning.ts'
import type { Control } from '../runs/ports/control.ts'
import { clean } from './clean.ts'
import { lineageNames } from './duckdb/output.ts'
import { withEngine } from './rows.ts'
import { takeSample } from './sample.ts'

const memoryBytes = 256 * 1024 * 1024

type Side = 'before' | 'after'

interface Cleaned extends CleanOutput {
  file: string
}

/** What is left of a comparison, to be paged through. */
const filesIn = (folder: string) => ({
  rows: join(folder, 'rows.parquet'),
  held: { before: join(folder, 'before.ndjson'), after: join(folder, 'after.ndjson') },
})

const workIn = ({ folder }: CompareDefinitionsInput): string => join(folder, 'work')

/** Throws as `clean` does for either definition; the folder is removed then. */
export async function compareDefinitions(
  input: CompareDefinitionsInput,
  control: Control<never>,
): Promise<CompareDefinitionsOutput> {
  const { folder } = input
  const { signal } = control
  const workFolder = workIn(input)
  try {
    await mkdir(workFolder, { recursive: true })
    const recordsFile =
      input.sample === null
        ? input.recordsFile
        : await takeSample(
            { file: input.recordsFile, width: input.before.labels.length },
            { rows: input.sample, seed: null },
            workIn(input),
            signal,
          )
    const before = await cleaned('before', input, recordsFile, control)
    const after = await cleaned('after', input, recordsFile, control)
    return await withEngine(
      join(workFolder, 'compare.duckdb'),
      { memoryBytes, threads: 2, signal },
      (engine) => compareIn(engine, input, before, after),
    )
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    signal.throwIfAborted()
    throw engineProblem(error, 'comparing the rows', input.sourceFile)
  } finally {
    await rm(workFolder, { recursive: true, force: true })
  }
}

/** A page of the rows that differ, in file order. */
export async function comparedRows(
  { folder, column, from, limit }: ComparedRowsInput,
  { signal }: Control<never>,
): Promise<ComparedRow[]> {
  const { rows, held } = filesIn(folder)
  try {
    // A file of its own each, for two pages may be asked for at once.
    const found = await withEngine(
      join(folder, `page-${randomUUID()}.duckdb`),
      { memoryBytes: memoryBytes / 2, threads: 1, signal },
      (engine) =>
        engine.rows(
          `SELECT record, line, before, after FROM read_parquet(${quoteLiteral(rows)}, file_row_number = true)${column === null ? '' : ' WHERE list_contains(differs, $1)'} ORDER BY file_row_number LIMIT ${limit} OFFSET ${from}`,
          column === null ? [] : [column],
        ),
    )
    const records = new Set(found.map(([record]) => Number(record)))
    const why = {
      before: await heldOf(held.before, records),
      after: await heldOf(held.after, records),
    }
    const made = (side: Side, record: number, cells: DuckDBValue | undefined) =>
      cells instanceof DuckDBListValue
        ? {
            cells: cells.items.map((cell) => (typeof cell === 'string' ? cell : null)),
            why: '',
          }
        : { cells: null, why: why[side].get(record) ?? 'A step drops it.' }
    return found.map(([at, line, before, after]) => {
      const record = Number(at)
      return {
        record,
        line: Number(line),
        before: made('before', record, before),
        after: made('after', record, after),
      }
    })
  } catch (error) {
    signal.throwIfAborted()
    throw engineProblem(error, 'comparing the rows', rows)
  }
}

async function cleaned(
  side: Side,
  input: CompareDefinitionsInput,
  recordsFile: string,
  control: Control<never>,
): Promise<Cleaned> {
  const { labelsInFile, conventions, sourceFile, raw, folder } = input
  const workFolder = workIn(input)
  const { contract, ...held } = input[side]
  const file = join(workFolder, `${side}.parquet`)
  const output = await clean(
    {
      ...held,
      // However many are held back, the others are compared.
      contract: contract === null ? null : { ...contract, maxQuarantinedShare: 1 },
      maxQuarantinedShare: 1,
      recordsFile,
      labelsInFile,
      conventions,
      sourceFile,
      raw,
      format: 'parquet',
      withLineage: true,
      workFolder: join(workFolder, side),
      outputFile: file,
      quarantineFile: filesIn(folder).held[side],
    },
    { ...control, report: () => {} },
  )
  return { ...output, file }
}

async function compareIn(
  engine: Engine,
  { sample, folder }: CompareDefinitionsInput,
  before: Cleaned,
  after: Cleaned,
): Promise<CompareDefinitionsOutput> {
  // A step may make several rows of a record: these are told apart by their order.
  const { record, line } = lineageNames
  for (const [name, { file }] of [
    ['before_rows', before],
    ['after_rows', after],
  ] as const)
    await engine.run(
      `CREATE VIEW ${name} AS SELECT *, row_number() OVER (PARTITION BY ${record} ORDER BY file_row_number) AS nth FROM read_parquet(${quoteLiteral(file)}, file_row_number = true)`,
    )
  const columns = columnsOf(before.contract.columns, after.contract.columns)
  const common = columns.filter(({ one, other }) => one !== undefined && other !== undefined)
  const differs = common.map(({ name, one, other }) => {
    const [left, right] = [`a.${quoteIdentifier(name)}`, `b.${quoteIdentifier(name)}`]
    const isAlike = isNumber(one) ? isNumber(other) : one?.type === other?.type
    return isAlike
      ? `${left} IS DISTINCT FROM ${right}`
      : `${left}::VARCHAR IS DISTINCT FROM ${right}::VARCHAR`
  })
  const joined = `before_rows a FULL JOIN after_rows b ON a.${record} = b.${record} AND a.nth = b.nth`
  const isBoth = `a.${record} IS NOT NULL AND b.${record} IS NOT NULL`
  const anyDiffers = differs.length === 0 ? 'false' : differs.map((one) => `(${one})`).join(' OR ')
  const count = (condition: string): string => `count(*) FILTER (WHERE ${condition})`
  const [counts = []] = await engine.rows(
    `SELECT ${[
      count(`b.${record} IS NULL`),
      count(`a.${record} IS NULL`),
      count(`${isBoth} AND (${anyDiffers})`),
      ...differs.map((one) => count(`${isBoth} AND (${one})`)),
    ].join(', ')} FROM ${joined}`,
  )
  const [gone = 0, come = 0, changed = 0, ...perColumn] = counts.map(Number)
  const cellsOf = (side: 'a' | 'b'): string => {
    const cells = columns.map(({ name, one, other }) =>
      (side === 'a' ? one : other) === undefined
        ? 'NULL'
        : `${side}.${quoteIdentifier(name)}::VARCHAR`,
    )
    return `CASE WHEN ${side}.${record} IS NOT NULL THEN [${cells.join(', ')}]::VARCHAR[] END`
  }
  const named = common.map(
    ({ name }, nth) => `CASE WHEN ${isBoth} AND (${differs[nth]}) THEN ${quoteLiteral(name)} END`,
  )
  await engine.run(
    `COPY (SELECT coalesce(a.${record}, b.${record}) AS record, coalesce(a.${line}, b.${line}) AS line, ${cellsOf('a')} AS before, ${cellsOf('b')} AS after, [${named.join(', ')}]::VARCHAR[] AS differs FROM ${joined} WHERE NOT (${isBoth}) OR ${anyDiffers} ORDER BY 1, coalesce(a.nth, b.nth)) TO ${quoteLiteral(filesIn(folder).rows)} (FORMAT parquet)`,
  )
  return {
    records: before.clean + before.quarantined + droppedOf(before) - (before.made ?? 0),
    isSample: sample !== null,
    before: accountOf(before),
    after: accountOf(after),
    changed,
    gone,
    come,
    columns: columns.map(({ name, one, other }) => ({
      name,
      rows: perColumn[common.findIndex((column) => column.name === name)] ?? 0,
      in: one === undefined ? 'after' : other === undefined ? 'before' : 'both',
    })),
  }
}

const isNumber = (column: Column | undefined): boolean =>
  column?.type === 'integer' || column?.type === 'decimal'

/** By name: those of both, then those of one. */
function columnsOf(before: readonly Column[], after: readonly Column[]) {
  const all = [...new Set([...before, ...after].map(({ name }) => name))].map((name) => ({
    name,
    one: before.find((column) => column.name === name),
    other: after.find((column) => column.name === name),
  }))
  const isOfBoth = ({ one, other }: (typeof all)[number]): boolean =>
    one !== undefined && other !== undefined
  return [...all.filter(isOfBoth), ...all.filter((column) => !isOfBoth(column))]
}

const droppedOf = ({ dropped }: CleanOutput): number =>
  dropped.reduce((sum, { rows }) => sum + rows, 0)

function accountOf(output: CleanOutput): CompareDefinitionsOutput['before'] {
  return { clean: output.clean, held: output.quarantined, dropped: droppedOf(output) }
}

/** Why these records are held back, as far as they are. */
async function heldOf(file: string, records: ReadonlySet<number>): Promise<Map<number, string>> {
  const found = new Map<number, string>()
  for await (const text of createInterface({ input: createReadStream(file) })) {
    const { record, reasons } = HeldRow.parse(JSON.parse(text))
    if (records.has(record))
      found.set(record, `Held back. ${reasons.map(({ message }) => message).join(' ')}`)
  }
  return found
}
