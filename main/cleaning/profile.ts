/** What the columns of a whole file hold, before anybody decides what to do with it. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { durationText } from '../../shared/domain/cells/clocks.ts'
import type { Column } from '../../shared/domain/datasets/dataset.ts'
import { personalKind } from '../../shared/domain/privacy/personal.ts'
import {
  type ColumnProfile,
  type Spread,
  type ValueCount,
  histogramBins,
  togetherSentences,
} from '../../shared/domain/files/profile.ts'
import { type Engine, type Statements, openEngine } from '../duckdb/engine.ts'
import { engineProblem } from '../duckdb/problem.ts'
import { inTurn } from '../duckdb/turns.ts'
import type { ProfileInput, ProfileOutput } from '../runs/ports/cleaning.ts'
import type { Control } from '../runs/ports/control.ts'
import { takeRecords } from './dropping.ts'
import { type Part, cutIntoParts, partOf, planParts } from './duckdb/parts.ts'
import {
  binsOfCells,
  cellsOutside,
  countsOfCells,
  emitCells,
  emitProfiled,
  everyCell,
  misfittingCells,
  placeOf,
  rangeOfCells,
  someCells,
  spreadOfCells,
  topCells,
} from './duckdb/profile.ts'
import { cellName, cellNames } from './duckdb/records.ts'
import { learn } from './learn.ts'
import { PatternCounts } from './patterns.ts'
import { isJudgedBySuspects } from './plan.ts'
import { shapeRecords } from './shape.ts'

/** Nothing is held back here, so nothing can be too many. */
const maxQuarantinedShare = 1
const memoryBytes = 256 * 1024 * 1024
const listed = { top: 12, misfits: 5, patterns: 8, outliers: 5 }
/** Different values of a column that are looked at for what they may say of a person. */
const personalSample = 1000

/** What is looked at besides the profile, while the engine has it in its tables. */
export interface Besides {
  /** Label of the one column that is looked at; absent: every column is. */
  only?: string
  /** The different cells of the column are in `cells`, its records in `profiled`, where `cell` is its name. */
  atColumn(engine: Engine, column: ColumnProfile, cell: string): Promise<void>
  /** Every record is in `profiled`, with these of its cells: all of them, or those of a part of a wide file. */
  atRecords?(engine: Engine, cells: readonly string[], part: number, parts: number): Promise<void>
}

/**
 * Profiles canonical records. Time grows with records and columns, memory with neither: what does not fit goes to the work
 * folder, which is removed. Throws `contract-mismatch` where the given columns are not those of the
 * file, `disk-full`, or the signal's reason.
 */
export async function profile(
  input: ProfileInput,
  control: Control<never>,
  besides: Besides | null = null,
): Promise<ProfileOutput> {
  const { workFolder } = input
  return inTurn('profile', control.signal, async () => {
    try {
      await mkdir(workFolder, { recursive: true })
      return await profileIn(input, control.signal, besides)
    } catch (error) {
      control.signal.throwIfAborted()
      throw engineProblem(error, 'looking at the columns', input.recordsFile)
    } finally {
      await rm(workFolder, { recursive: true, force: true })
    }
  })
}

async function profileIn(
  input: ProfileInput,
  signal: AbortSignal,
  besides: Besides | null,
): Promise<ProfileOutput> {
  const { workFolder } = input
  const control = {
    signal,
    report: () => {},
    ask: () => Promise.reject(new Error('nothing is asked')),
  }
  const given = input.columns === null ? null : { columns: input.columns, maxQuarantinedShare }
  const shaped = await shapeRecords({ ...input, contract: given }, workFolder, control)
  const { recordsFile, labels } = shaped
  const suspectsFile = join(workFolder, 'suspects.csv')
  const learnt = await learn({ ...input, ...shaped, maxQuarantinedShare }, suspectsFile, control)
  const { facts, plan, toJudge } = learnt
  const shapedOut = shaped.dropped.reduce((sum, { rows }) => sum + rows, shaped.failed)
  const engine = await openEngine(
    {
      file: join(workFolder, 'profile.duckdb'),
      tempFolder: join(workFolder, 'temp'),
      access: 'read-write',
      otherFiles: 'allowed',
      memoryBytes,
    },
    signal,
  )
  try {
    const partsOf = (file: string): Part[] => planParts(file, labels.length, workFolder)
    const judged = toJudge.records === 0 ? [] : partsOf(toJudge.file)
    const dropped = await takeRecords(engine, judged, toJudge.file, plan, signal)
    for (const { nth } of judged) await engine.run(`DROP TABLE records_${nth}`)
    const parts = partsOf(recordsFile)
    if (parts.length > 1) await cutIntoParts(recordsFile, parts, signal)
    const byCell = learnt.columns
      .filter(({ cell }) => besides?.only === undefined || labels[cell] === besides.only)
      .toSorted((one, other) => one.cell - other.cell)
    const columns: ColumnProfile[] = []
    for (const part of parts) {
      await engine.run(emitProfiled(part, plan))
      await besides?.atRecords?.(engine, cellNames(part), part.nth, parts.length)
      for (const one of byCell.filter(({ cell }) => partOf(parts, cell) === part)) {
        const known = facts.columns[one.cell]
        const isRegular = known?.irregular === false && isJudgedBySuspects(learnt.contract)
        await engine.run(emitCells(one, isRegular))
        const emptyWords = [...(known?.tokens ?? [])].filter((word) => word !== '')
        // As it stands in this file; the dataset's may be written otherwise.
        const column = { ...one.column, label: labels[one.cell] ?? one.column.label }
        const profiled = await profileOf(engine, column, emptyWords, signal)
        columns.push(profiled)
        await besides?.atColumn(engine, profiled, cellName(one.cell))
      }
    }
    return {
      records: facts.records + shapedOut,
      dropped: shapedOut + dropped.reduce((sum, { rows }) => sum + rows, 0),
      columns,
      hints: [...learnt.doubts, ...togetherSentences(columns)],
    }
  } finally {
    engine.close()
  }
}

/** Of the table `cells`. */
async function profileOf(
  engine: Engine,
  column: Column,
  emptyWords: string[],
  signal: AbortSignal,
): Promise<ColumnProfile> {
  const [counts = []] = await engine.rows(countsOfCells)
  const [filled = 0, empty = 0, fits = 0, distinct = 0] = counts.slice(0, 4).map(Number)
  const [min, max, mean] = counts.slice(4).map(Number)
  const patterns = await patternsOf(engine, signal)
  const place = placeOf(column)
  const some = await engine.rows(someCells(personalSample))
  return {
    column,
    filled,
    empty,
    emptyWords,
    fits,
    misfits: fits === filled ? [] : await counted(engine, misfittingCells(listed.misfits)),
    distinct,
    top: await counted(engine, topCells(listed.top)),
    patterns: patterns.top(listed.patterns),
    patternCount: patterns.size,
    length: filled === 0 ? null : { min: min ?? 0, max: max ?? 0, mean: mean ?? 0 },
    spread: place === null || fits === 0 ? null : await spreadOf(engine, column, place, fits),
    isKey: keyTypes.has(column.type) && filled > 1 && empty === 0 && distinct === filled,
    personal: personalKind(
      column.label,
      some.map(([cell]) => String(cell)),
    ),
  }
}

/** Prices and days that happen to differ are names of nothing. */
const keyTypes = new Set<Column['type']>(['text', 'integer'])

async function patternsOf(engine: Engine, signal: AbortSignal): Promise<PatternCounts> {
  const counts = new PatternCounts()
  await eachCell(engine, signal, ({ value, count }) => counts.add(value, count))
  return counts
}

/** Every different cell of the table `cells`, however many these are. */
export async function eachCell(
  engine: Engine,
  signal: AbortSignal,
  use: (cell: ValueCount) => void,
): Promise<void> {
  const result = await engine.stream(everyCell)
  for (;;) {
    signal.throwIfAborted()
    const chunk = await result.fetchChunk()
    if (chunk === null || chunk.rowCount === 0) return
    const [cells = [], records = [], lines = []] = chunk.getColumns()
    for (const [row, cell] of cells.entries())
      use({ value: String(cell), count: Number(records[row]), line: Number(lines[row]) })
  }
}

/** Values as a statement of `duckdb/profile.ts` lists them. */
export async function countedCells(engine: Statements, sql: string): Promise<ValueCount[]> {
  return (await engine.rows(sql)).map(([value, count, line]) => ({
    value: String(value),
    count: Number(count),
    line: Number(line),
  }))
}

/** As they are shown. */
async function counted(engine: Statements, sql: string): Promise<ValueCount[]> {
  const values = await countedCells(engine, sql)
  return values.map((one) => ({ ...one, value: one.value.slice(0, 200) }))
}

/** Further from the middle half than this many times its width. */
const farOut = 3
const mostOutliers = 0.01

async function spreadOf(
  engine: Statements,
  column: Column,
  place: string,
  fits: number,
): Promise<Spread> {
  const [row = []] = await engine.rows(spreadOfCells(place))
  const [min, max, p05, p25, p50, p75, p95] = row.slice(0, 7).map(String)
  const [low = 0, high = 0, mean = 0] = row.slice(7).map(Number)
  const all = { from: -Number.MAX_VALUE, to: Number.MAX_VALUE }
  const width = farOut * (high - low)
  const fences = width === 0 ? all : { from: low - width, to: high + width }
  const fenced = await rangeOf(engine, place, fences)
  const isUneven = fenced[0] > fits * mostOutliers
  const range = isUneven ? all : fences
  const [outside, first, last] = isUneven ? await rangeOf(engine, place, all) : fenced
  const { width: binWidth, count } = binsFor(column, first, last)
  const bins = await engine.rows(binsOfCells(place, { from: first, to: last }, binWidth, count))
  const of = new Map(bins.map(([bin, records]) => [Number(bin), Number(records)]))
  const edge = (nth: number): string => placeWords(column, first + binWidth * nth)
  const shown = (value = ''): string =>
    column.type === 'duration' ? durationText(Number(value)) : value
  return {
    min: shown(min),
    max: shown(max),
    mean: hasMean(column) ? mean : null,
    quantiles: {
      p05: shown(p05),
      p25: shown(p25),
      p50: shown(p50),
      p75: shown(p75),
      p95: shown(p95),
    },
    histogram: Array.from({ length: count }, (_, nth) => ({
      from: edge(nth),
      to: edge(nth + 1),
      count: of.get(nth) ?? 0,
    })),
    outliers: {
      count: outside,
      examples:
        outside === 0 ? [] : await counted(engine, cellsOutside(place, range, listed.outliers)),
    },
  }
}

async function rangeOf(
  engine: Statements,
  place: string,
  range: { from: number; to: number },
): Promise<[number, number, number]> {
  const [row = []] = await engine.rows(rangeOfCells(place, range))
  const [outside = 0, first = 0, last = 0] = row.map(Number)
  return [outside, first, last]
}

const hasMean = ({ type }: Column): boolean =>
  type === 'integer' || type === 'decimal' || type === 'duration'

/** Bins of whole numbers, days and seconds hold whole ones. */
function binsFor({ type }: Column, first: number, last: number): { width: number; count: number } {
  const unit = { integer: 1, date: 24 * 3600, time: 1, duration: 1 }[type as string]
  if (unit !== undefined) {
    const units = Math.floor((last - first) / unit) + 1
    const each = Math.ceil(units / histogramBins)
    return { width: each * unit, count: Math.ceil(units / each) }
  }
  if (first === last) return { width: 1, count: 1 }
  return { width: (last - first) / histogramBins, count: histogramBins }
}

/** Edges of bins, exactly: the rows of a bin are found by them. */
function placeWords({ type }: Column, place: number): string {
  if (type === 'date') return new Date(place * 1000).toISOString().slice(0, 10)
  if (type === 'timestamp') return new Date(place * 1000).toISOString().slice(0, -1)
  if (type === 'duration') return durationText(place)
  if (type === 'time') return durationText(Math.min(place, 24 * 3600)).padStart(8, '0')
  return String(place)
}
