/** What the steps of a recipe do, counted over every record of a file. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBValue } from '@duckdb/node-api'
import type { StepEffect } from '../../shared/domain/recipe/effect.ts'
import { stepIds } from '../../shared/domain/recipe/recipe.ts'
import { type FittedStep, fitRecipe, shapedLabels } from '../../shared/domain/recipe/recipeFit.ts'
import type { Engine } from '../duckdb/engine.ts'
import { engineProblem } from '../duckdb/problem.ts'
import { quoteLiteral } from '../duckdb/sql.ts'
import { inTurn } from '../duckdb/turns.ts'
import type { Control } from '../runs/ports/control.ts'
import type { EffectInput, EffectOutput, EffectReport } from '../runs/ports/effects.ts'
import { type Pivot, sourceOf } from './duckdb/pivot.ts'
import { type Change, type Stage, emitShaping } from './duckdb/shape.ts'
import { readRecords } from './duckdb/records.ts'
import { useTokenKey } from '../duckdb/tokens.ts'
import { type Together, selectJoined } from './duckdb/wider.ts'
import { withEngine } from './rows.ts'
import { headerInFile, isDrop, planRecipe, spellingsInFile } from './plan.ts'
import { scanRecords } from './scan/scan.ts'
import { scannedSteps, watchFor } from './scan/watch.ts'
import { workStages } from './shape.ts'

/**
 * Time grows with the records, memory does not: what does not fit goes to the work folder. Throws `disk-full`, or the signal's
 * reason. A step that does not fit the columns is told in what is answered.
 */
export async function effect(
  input: EffectInput,
  control: Control<EffectReport>,
): Promise<EffectOutput> {
  const { workFolder, recordsFile } = input
  return inTurn('effect', control.signal, async () => {
    try {
      await mkdir(workFolder, { recursive: true })
      return await effectIn(input, control)
    } catch (error) {
      control.signal.throwIfAborted()
      throw engineProblem(error, 'working the steps of the recipe', recordsFile)
    } finally {
      await rm(workFolder, { recursive: true, force: true })
    }
  })
}

async function effectIn(input: EffectInput, control: Control<EffectReport>): Promise<EffectOutput> {
  const { recordsFile, labels, recipe, workFolder, comparedFiles, changedFile, outside } = input
  const { steps, fault } = fitRecipe(recipe, labels)
  const widest = Math.max(labels.length, ...steps.map(({ after }) => after.length))
  const limits = {
    memoryBytes: (256 + widest / 2) * 1024 * 1024,
    threads: 2 as const,
    signal: control.signal,
  }
  const columns = labels.map((label, index) => ({ id: index + 1, label }))
  const from = `SELECT * FROM ${readRecords({ nth: 1, file: recordsFile, from: 0, width: labels.length })}`
  const header = headerInFile(input)
  const needed = await neededOf(input, steps, control)
  const tables = outside?.tables ?? []
  const { stages } = emitShaping({
    from,
    columns,
    steps: needed,
    header,
    tables,
    isCounted: true,
  })
  const counts = await withEngine(join(workFolder, 'effect.duckdb'), limits, async (engine) => {
    await useTokenKey(engine, outside?.tokenKey)
    const counted: Counted[] = []
    const told = (share: number) =>
      control.report({ share: (1 + counted.length + share) / (1 + stages.length) })
    let left: Group[] | null = null
    let made: { index: number; rows: number } | null = null
    if (changedFile !== null) await engine.run('CREATE TABLE changed (rec BIGINT, step INTEGER)')
    const last = await workStages(engine, stages, told, async (stage) => {
      counted.push(await countIn(engine, stage, stage.table, told))
      if (changedFile !== null) await engine.run(emitChanged(stage, stage.table, false))
      const compared = stage.duplicates ?? stage.together
      if (compared === null) return
      const { index, table } = compared
      await engine.run(
        `COPY (SELECT * FROM ${table} ORDER BY rec) TO ${quoteLiteral(comparedFiles[index] ?? '')} (FORMAT parquet)`,
      )
      if (stage.together !== null && changedFile !== null)
        await engine.run(
          `INSERT INTO changed SELECT rec, ${index} FROM (${selectJoined(stage.together)})`,
        )
    })
    let records = `(${last.records})`
    if (last.pivot !== null) {
      // Of the many rows only what they are counted by.
      const columnsLeft = ['rec', 'gone', 'failed', ...last.changes.map(({ flag }) => flag)].join(
        ', ',
      )
      await engine.runTold(
        `CREATE TEMP TABLE ${last.table} AS SELECT ${columnsLeft} FROM ${records}`,
        told,
      )
      records = last.table
      const { together } = stages.find((stage) => stage.together !== null) ?? last
      left = await leftBy(engine, last.pivot, records, together)
      const { index, parts } = last.pivot
      const given = counted[stages.findIndex(({ pivot }) => pivot !== null) - 1]?.groups ?? []
      const rows =
        together === null
          ? (parts - 1) * sum(given.filter(isLeft))
          : sum(left) - sum(counted[0]?.groups ?? [])
      made = { index, rows }
    }
    counted.push(await countIn(engine, last, records, told))
    if (changedFile !== null) {
      await engine.run(emitChanged(last, records, true))
      await engine.run(
        `COPY (SELECT DISTINCT rec, step FROM changed) TO ${quoteLiteral(changedFile)} (FORMAT parquet)`,
      )
    }
    return { counted, left, made }
  })
  const { counted, made } = counts
  const rows = counts.left ?? counted.at(-1)?.groups ?? []
  const ids = stepIds(recipe).slice(0, fault === null ? recipe.length : fault.index + 1)
  const effects = ids.map((stepId, index): StepEffect => {
    const changedByColumn = changedBy(index, counted, steps)
    return {
      stepId,
      changedCells: changedByColumn.reduce((sum, { cells }) => sum + cells, 0),
      changedByColumn,
      droppedRows: sum(rows.filter(({ gone }) => gone === index)),
      ...(made?.index === index ? { madeRows: made.rows } : {}),
      heldRows: sum(rows.filter(({ failed }) => failed === index)),
      ...(fault?.index === index ? { problem: fault.sentence } : {}),
    }
  })
  return {
    rowsIn: sum(counted[0]?.groups ?? []),
    rowsOut: sum(rows.filter(isLeft)),
    labels: shapedLabels(labels, steps),
    steps: effects,
  }
}

/** The steps without those that a look at the records shows to change or drop nothing, and each only for columns that it changes. */
async function neededOf(
  { recordsFile, labels, labelsInFile, writtenAs = {} }: EffectInput,
  steps: readonly FittedStep[],
  { signal }: Control<EffectReport>,
): Promise<readonly FittedStep[]> {
  const scanned = scannedSteps(steps.map(({ step }) => step))
  if (scanned.length === 0) return steps
  const facts = await scanRecords({
    recordsFile,
    width: labels.length,
    watch: watchFor(scanned, labelsInFile ? spellingsInFile(labels, 0, writtenAs) : null),
    expected: null,
    suspectsFile: null,
    limit: Infinity,
    signal,
  })
  const { cells } = planRecipe({ recipe: scanned, labels, labelsInFile, writtenAs }, facts.columns)
  return steps.flatMap((fitted, nth) => {
    const step = scanned[nth]
    if (step === undefined) return [fitted]
    if (isDrop(step)) return facts.suspects === 0 ? [] : [fitted]
    const on = fitted.on.filter((_, cell) => cells[cell]?.some(({ index }) => index === nth))
    return on.length === 0 ? [] : [{ ...fitted, on }]
  })
}

/** Keeps which records of a stage its steps change; in the last one, too, which were dropped or failed by any. */
function emitChanged({ changes, pivot }: Stage, records: string, isLast: boolean): string {
  const places = [
    ...changes.map(({ flag, index }) => {
      const isThere = `coalesce(gone, ${index + 1}) > ${index} AND coalesce(failed.nth, ${index + 1}) > ${index}`
      return `CASE WHEN ${flag} AND ${isThere} THEN ${index} END`
    }),
    ...(isLast ? ['gone', 'failed.nth'] : []),
  ]
  return `INSERT INTO changed SELECT ${sourceOf(pivot)}, unnest(list_distinct([${places.join(', ')}]::INTEGER[])) FROM ${records}`
}

/** Records that are alike in what became of them until the end of a stage. */
interface Group {
  /** The place of the step that dropped them, and of the step that has no value for them. */
  gone: number | null
  failed: number | null
  records: number
  /** By change of the stage: the cells that look different. */
  cells: number[]
}

/**
 * What became in the end of the records that a pivot has made: of a record of the file of which any is held back, or which is part of one
 * that is, that it is, by the first step that does.
 */
async function leftBy(
  engine: Engine,
  pivot: Pivot,
  records: string,
  together: Together | null,
): Promise<Group[]> {
  const source = sourceOf(pivot)
  const held = `SELECT ${source} AS source, min(failed.nth) AS nth FROM ${records} WHERE failed IS NOT NULL GROUP BY 1`
  const withJoined =
    together === null
      ? held
      : `SELECT * FROM (${held}) UNION ALL SELECT rec, nth FROM (${selectJoined(together)}) JOIN (${held}) ON lead = source`
  const rows = await engine.rows(
    `SELECT gone, NULL, count(*) FROM ${records} WHERE ${source} NOT IN (SELECT source FROM (${held})) GROUP BY gone UNION ALL SELECT NULL, nth, count(*) FROM (${withJoined}) GROUP BY nth`,
  )
  return rows.map(([gone = null, failed = null, all]) => groupOf(gone, failed, all))
}

function groupOf(
  gone: DuckDBValue,
  failed: DuckDBValue,
  all: DuckDBValue | undefined,
  cells: readonly DuckDBValue[] = [],
): Group {
  return {
    gone: gone === null ? null : Number(gone),
    failed: failed === null ? null : Number(failed),
    records: Number(all),
    cells: cells.map(Number),
  }
}

interface Counted {
  changes: readonly Change[]
  groups: Group[]
}

const isLeft = ({ gone, failed }: Group): boolean => gone === null && failed === null

const sum = (groups: readonly Group[]): number =>
  groups.reduce((all, { records }) => all + records, 0)

async function countIn(
  engine: Engine,
  { table, changes }: Stage,
  records: string,
  told: (share: number) => void,
): Promise<Counted> {
  const flags = changes.map(({ flag }) => `, count_if(${flag})`).join('')
  await engine.runTold(
    `CREATE TABLE counted_${table} AS SELECT gone, failed.nth, count(*)${flags} FROM ${records} GROUP BY 1, 2`,
    told,
  )
  const rows = await engine.rows(`SELECT * FROM counted_${table}`)
  const groups = rows.map(([gone = null, failed = null, all, ...cells]) =>
    groupOf(gone, failed, all, cells),
  )
  return { changes, groups }
}

/** The cells that a step changed in the records that were still there. */
function changedBy(
  index: number,
  counts: readonly Counted[],
  steps: readonly FittedStep[],
): StepEffect['changedByColumn'] {
  const byColumn = new Map<number, number>()
  for (const { changes, groups } of counts)
    for (const [nth, change] of changes.entries()) {
      if (change.index !== index) continue
      const there = groups.filter(
        ({ gone, failed }) => (gone ?? Infinity) > index && (failed ?? Infinity) > index,
      )
      byColumn.set(
        change.column.id,
        there.reduce((all, { cells }) => all + (cells[nth] ?? 0), 0),
      )
    }
  const after = steps.find((step) => step.index === index)?.after ?? []
  return after.flatMap(({ id, label }) => {
    const cells = byColumn.get(id) ?? 0
    return cells === 0 ? [] : [{ column: label, cells }]
  })
}
