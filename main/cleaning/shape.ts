/**
 * A recipe is worked in two: its end, of which a scan sees what it does, is cleaned with the contract; what stands before is
 * worked first, and leaves canonical records as reading does, with the same lineage. Each pass begins with the steps that
 * a scan knows, and goes on to the next step that needs a scan of its own.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Column, Contract } from '../../shared/domain/datasets/dataset.ts'
import { Problem } from '../../shared/domain/problem.ts'
import type { Dropped } from '../../shared/domain/recipe/recipe.ts'
import {
  type FittedStep,
  fitRecipe,
  isPivot,
  keysTogether,
  shapedLabels,
} from '../../shared/domain/recipe/recipeFit.ts'
import { columnsAfter, contractAfter } from '../../shared/domain/recipe/recipeContract.ts'
import { recordsLayout } from '../../shared/domain/files/records.ts'
import { plural } from '../../shared/domain/sizes.ts'
import type { Engine } from '../duckdb/engine.ts'
import { quoteLiteral, quoteLiterals } from '../duckdb/sql.ts'
import type { CleanInput, CleanReport } from '../runs/ports/cleaning.ts'
import type { Control } from '../runs/ports/control.ts'
import { count, droppedBy, takeRecords } from './dropping.ts'
import { emitMarks, isUnmarked } from './duckdb/marks.ts'
import { planParts } from './duckdb/parts.ts'
import { emitNoneDropped, emitSteps } from './duckdb/recipe.ts'
import { type Pivoted, pivotOf } from './duckdb/pivot.ts'
import { lineageColumns } from './duckdb/records.ts'
import { type Shaping, type Stage, emitShaping } from './duckdb/shape.ts'
import { nameOf } from './duckdb/stepCells.ts'
import { selectJoined } from './duckdb/wider.ts'
import { useTokenKey } from '../duckdb/tokens.ts'
import { withEngine } from './rows.ts'
import { headerInFile, planRecipe, spellingsInFile } from './plan.ts'
import type { Facts } from './scan/facts.ts'
import { scanRecords } from './scan/scan.ts'
import { type ScannedStep, scannedSteps, watchFor } from './scan/watch.ts'

type ShapeInput = Pick<
  CleanInput,
  | 'recordsFile'
  | 'labels'
  | 'labelsInFile'
  | 'writtenAs'
  | 'takenUp'
  | 'recipe'
  | 'outside'
  | 'contract'
  | 'chosen'
  | 'learntBehind'
>

type Telling = Pick<Control<CleanReport>, 'signal' | 'report'>

/** The records as they are to be cleaned with the contract. */
export interface Shaped {
  recordsFile: string
  labels: string[]
  /** What is left of the recipe. */
  recipe: ScannedStep[]
  dropped: Dropped[]
  /** Records that a formula has no value for: tables of lineage and labels, as Parquet. */
  failedFiles: string[]
  /** How many records of the file these are. */
  failed: number
  /** What a pivot has made; null: the records are those of the file. */
  pivoted: Pivoted | null
  /** Labels of the columns by which records were put together, as the steps leave them. */
  together: string[]
  contract: Contract | null
  /** As in the input, by label as the steps leave them. */
  chosen: readonly Column[]
  /** Labels of columns that a step makes and the contract has not known. */
  toLearn: ReadonlySet<string>
}

interface Pass {
  scanned: readonly ScannedStep[]
  shaping: readonly FittedStep[]
}

/** Throws `contract-mismatch` where the recipe does not fit the columns, `account-unbalanced`, or the signal's reason. */
export async function shapeRecords(
  input: ShapeInput,
  folder: string,
  control: Telling,
): Promise<Shaped> {
  const { steps, fault } = fitRecipe(input.recipe, input.labels)
  if (fault !== null)
    throw new Problem({
      code: 'contract-mismatch',
      what: `The recipe does not fit this file: ${fault.sentence}`,
      did: 'Pallet stopped before anything was sent.',
      advice:
        'Correct the step, or switch it off. If the export was changed by mistake, export it again.',
      detail: `columns of the file: ${input.labels.join(', ')}`,
    })
  const { passes, end } = passesOf(steps)
  const shaped: Shaped = {
    recordsFile: input.recordsFile,
    labels: input.labels,
    recipe: end,
    dropped: [],
    failedFiles: [],
    failed: 0,
    pivoted: null,
    together: keysTogether(steps).flatMap(({ id }) => {
      const left = steps.at(-1)?.after.find((column) => column.id === id)
      return left === undefined ? [] : [left.label]
    }),
    ...(input.contract === null
      ? {
          contract: null,
          chosen: columnsAfter(input.chosen ?? [], input.labels, steps),
          toLearn: new Set<string>(),
        }
      : {
          chosen: [],
          ...contractAfter(
            input.contract,
            input.labels,
            steps,
            input.learntBehind === undefined
              ? undefined
              : fitRecipe(input.learntBehind, input.labels).steps,
            input.takenUp,
          ),
        }),
  }
  for (const [nth, pass] of passes.entries()) {
    const files = {
      database: join(folder, `shape-${nth + 1}.duckdb`),
      records: join(folder, `shaped-${nth + 1}.csv`),
      failed: join(folder, `failed-${nth + 1}.parquet`),
      taken: join(folder, `taken-${nth + 1}.parquet`),
      joined: join(folder, `joined-${nth + 1}.parquet`),
    }
    const before = shaped.recordsFile
    const done = await shapeOnce(input, shaped, pass, files, folder, control)
    if (before !== input.recordsFile) await rm(before)
    shaped.recordsFile = files.records
    shaped.labels = shapedLabels(shaped.labels, pass.shaping)
    shaped.dropped.push(...done.dropped)
    if (done.failed > 0) shaped.failedFiles.push(files.failed)
    shaped.failed += done.failed
    shaped.pivoted ??= done.pivoted
  }
  return shaped
}

/** Steps that drop by what a scan finds, and nothing else does. */
const needsScan = new Set<string>(['drop-blank-rows', 'drop-total-rows', 'drop-repeated-headers'])

function passesOf(steps: readonly FittedStep[]): { passes: Pass[]; end: ScannedStep[] } {
  const all = steps.map(({ step }) => step)
  const passes: Pass[] = []
  // What a pivot is given, and what a step before it took, is told apart in the pass of the pivot.
  const pivot = all.findIndex(isPivot)
  for (let from = 0; ;) {
    const scanned = scannedSteps(all.slice(from))
    if (from + scanned.length === all.length) return { passes, end: scanned }
    const begin = from + scanned.length
    let end = begin + 1
    const isEnd = (at: number): boolean => at + scannedSteps(all.slice(at)).length === all.length
    const goesOn = (at: number): boolean =>
      at <= pivot || (!isEnd(at) && !needsScan.has(all[at]?.kind ?? ''))
    while (end < all.length && goesOn(end)) end += 1
    passes.push({ scanned, shaping: steps.slice(begin, end) })
    from = end
  }
}

async function shapeOnce(
  { labelsInFile, writtenAs, outside }: ShapeInput,
  { recordsFile, labels, pivoted: before }: Shaped,
  { scanned, shaping }: Pass,
  files: { database: string; records: string; failed: string; taken: string; joined: string },
  folder: string,
  control: Telling,
): Promise<Pick<Shaped, 'dropped' | 'failed' | 'pivoted'>> {
  const { signal, report } = control
  const suspectsFile = join(folder, 'suspects.csv')
  const facts = await scanRecords({
    recordsFile,
    width: labels.length,
    watch: watchFor(scanned, labelsInFile ? spellingsInFile(labels, 0, writtenAs) : null),
    expected: null,
    suspectsFile,
    limit: Infinity,
    signal,
    report: (rowsDone) => report({ rowsDone, doing: 'Looking at the columns' }),
  })
  const plan = planRecipe({ recipe: scanned, labels, labelsInFile, writtenAs }, facts.columns)
  return await withEngine(
    files.database,
    engineFor(labels, shaping, facts, signal),
    async (engine) => {
      await useTokenKey(engine, outside?.tokenKey)
      const dropped = await takeScanned(engine, facts, plan, suspectsFile, folder, signal)
      const whole = { nth: 1, file: recordsFile, from: 0, width: labels.length }
      const { lastRecord } = facts
      const kept = dropped.length === 0 ? '' : ` WHERE ${isUnmarked('dropped', lastRecord)}`
      if (dropped.length > 0)
        for (const statement of emitMarks('dropped', 'dropped', lastRecord))
          await engine.run(statement)
      const from = `SELECT * FROM (${emitSteps(whole, plan)})${kept}`
      const columns = shaping[0]?.before ?? []
      const tables = outside?.tables ?? []
      const header = headerInFile({ labels, labelsInFile, ...(writtenAs && { writtenAs }) })
      const input = { from, columns, steps: shaping, header, tables }
      const { stages, mayDrop, worksFormulas } = emitShaping(input)
      const doing = 'Working the steps of the recipe'
      const told = (share: number) => report({ rowsDone: Math.floor(share * facts.records), doing })
      told(0)
      const last = await workStages(engine, stages, told)
      const cells = (shaping.at(-1)?.after ?? []).map(nameOf).join(', ')
      let left = `SELECT ${lineageColumns}, ${cells} FROM (${last.records})`
      const pivot = pivotOf(shaping)
      let entered = facts.records - dropped.reduce((sum, { rows }) => sum + rows, 0)
      let [failed, failedBefore] = [0, 0]
      // What is taken of the records that a pivot has made, by the scan, and by the steps of this pass.
      const taken =
        before === null
          ? []
          : [
              `SELECT rec, list_extract([${quoteLiterals(scanned.map(({ id }) => id))}]::VARCHAR[], step + 1) AS step FROM dropped`,
            ]
      if (mayDrop) {
        let shaped = `(${last.records})`
        if (worksFormulas) {
          shaped = last.table
          await engine.runTold(
            `CREATE TEMP TABLE ${shaped} AS SELECT ${lineageColumns}, gone, failed, ${cells} FROM (${last.records})`,
            told,
          )
        }
        const isBefore = (place: string): string => `${place} <= ${pivot?.index ?? -1}`
        failedBefore = await count(engine, `${shaped} WHERE ${isBefore('failed.nth')}`)
        entered -= failedBefore
        const gone = await engine.rows(
          `SELECT gone, count(*), ${isBefore('gone')} FROM ${shaped} WHERE gone IS NOT NULL GROUP BY gone ORDER BY gone`,
        )
        for (const [place, rows, wasBefore] of gone) {
          if (wasBefore === true) entered -= Number(rows)
          const step = shaping.find(({ index }) => index === Number(place))?.step
          if (step !== undefined) dropped.push(droppedBy(step, Number(rows)))
        }
        failed = await count(engine, `${shaped} WHERE failed IS NOT NULL`)
        if (failed > 0)
          await engine.run(
            `COPY (SELECT ${lineageColumns}, [failed] AS labels FROM ${shaped} WHERE failed IS NOT NULL) TO ${quoteLiteral(files.failed)} (FORMAT parquet)`,
          )
        left = `SELECT ${lineageColumns}, ${cells} FROM ${shaped} WHERE gone IS NULL AND failed IS NULL`
        const ids = shaping.map(({ index, step }) => `WHEN ${index} THEN ${quoteLiteral(step.id)}`)
        taken.push(
          `SELECT rec, CASE gone ${ids.join(' ')} END AS step FROM ${shaped} WHERE NOT coalesce(${isBefore('gone')}, ${isBefore('failed.nth')}, true)`,
        )
      }
      const together = stages.find((stage) => stage.together !== null)?.together ?? null
      const joined =
        together === null
          ? null
          : {
              file: files.joined,
              records: await engine.runTold(
                `COPY (${selectJoined(together)}) TO ${quoteLiteral(files.joined)} (FORMAT parquet)`,
                told,
              ),
            }
      const made = pivot === null ? 0 : entered * (pivot.parts - 1) - (joined?.records ?? 0)
      const pivoted =
        pivot === null
          ? null
          : { ...pivot, records: facts.records, entered, failedBefore, takenFiles: [], joined }
      if (taken.length > 0 && (before ?? pivoted) !== null) {
        await engine.run(
          `COPY (${taken.join(' UNION ALL ')}) TO ${quoteLiteral(files.taken)} (FORMAT parquet)`,
        )
        ;(before ?? pivoted)?.takenFiles.push(files.taken)
      }
      const { delimiter, quote } = recordsLayout
      const written = await engine.runTold(
        `COPY (${left}) TO ${quoteLiteral(files.records)} (FORMAT csv, HEADER false, DELIMITER ${quoteLiteral(delimiter)}, QUOTE ${quoteLiteral(quote)}, ESCAPE ${quoteLiteral(quote)}, NULLSTR '', COMPRESSION none)`,
        told,
      )
      const out = dropped.reduce((sum, { rows }) => sum + rows, 0) + failed
      if (facts.records + made !== written + out)
        throw new Problem({
          code: 'account-unbalanced',
          what: `The account of the recipe does not balance: ${plural(facts.records + made, 'record')}, but ${written} left, ${failed} held back and ${out - failed} dropped.`,
          did: 'Pallet threw the result away; nothing was sent.',
          advice: 'Send the log file and the recipe to whoever looks after Pallet.',
        })
      return { dropped, failed, pivoted }
    },
  )
}

/** Works all stages but the last, of which it answers. */
export async function workStages(
  engine: Engine,
  stages: Shaping['stages'],
  told: (share: number) => void,
  each: (stage: Stage) => Promise<void> = async () => {},
): Promise<Stage> {
  const [first, ...more] = stages
  let stage = first
  for (const next of more) {
    await engine.runTold(`CREATE TEMP TABLE ${stage.table} AS ${stage.records}`, told)
    for (const statement of (stage.duplicates ?? stage.together)?.statements ?? [])
      await engine.run(statement)
    await each(stage)
    stage = next
  }
  return stage
}

/** The records that the steps drop which a scan knows, in the table `dropped`. */
async function takeScanned(
  engine: Engine,
  facts: Facts,
  plan: ReturnType<typeof planRecipe>,
  suspectsFile: string,
  folder: string,
  signal: AbortSignal,
): Promise<Dropped[]> {
  if (facts.suspects === 0) {
    await engine.run(emitNoneDropped)
    return []
  }
  const parts = planParts(suspectsFile, plan.labels.length, folder)
  const dropped = await takeRecords(engine, parts, suspectsFile, plan, signal)
  for (const { nth } of parts) await engine.run(`DROP TABLE records_${nth}`)
  return dropped
}

/** Two threads keep up to 122,880 records each; wide ones are worked by one. */
function engineFor(
  labels: readonly string[],
  shaping: readonly FittedStep[],
  facts: Facts,
  signal: AbortSignal,
): Parameters<typeof withEngine>[1] {
  const columns = Math.max(labels.length, ...shaping.map(({ after }) => after.length))
  const isNarrow = columns <= 64 && facts.bytes <= facts.records * 1024
  const threads = isNarrow ? 2 : 1
  return { memoryBytes: (256 + columns / 2) * 1024 * 1024, threads, signal }
}
