import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { Contract } from '../../shared/domain/datasets/dataset.ts'
import type { Severity } from '../../shared/domain/rules/rules.ts'
import { Problem } from '../../shared/domain/problem.ts'
import type { Engine } from '../duckdb/engine.ts'
import { engineProblem } from '../duckdb/problem.ts'
import { heavyWork, inTurn } from '../duckdb/turns.ts'
import type { CleanInput, CleanOutput, CleanReport } from '../runs/ports/cleaning.ts'
import type { Control } from '../runs/ports/control.ts'
import { type Labelled, emitLabelled, selectHeld } from './duckdb/labels.ts'
import { emitDroppedFile } from './duckdb/recipe.ts'
import { emitOut } from './duckdb/output.ts'
import { emitRowRule } from './duckdb/rowRules.ts'
import { type Part, partOf, planParts } from './duckdb/parts.ts'
import { count, takeRecords } from './dropping.ts'
import { reasonsOf, writeHeldRows } from './held.ts'
import { type Learnt, learn } from './learn.ts'
import { CleanRows, withEngine } from './rows.ts'
import { takeSample } from './sample.ts'
import { brokenRules, planRules } from './rules.ts'
import { accountOf, accountWhole, takeHeldParts } from './pivoted.ts'
import { isJudgedBySuspects } from './plan.ts'
import type { MatchedColumn } from './match.ts'
import type { Facts } from './scan/facts.ts'
import { type Shaped, shapeRecords } from './shape.ts'

/** What the engine may use that judges; its memory goes back before that of the one that writes is taken. */
const judgingBytes = 256 * 1024 * 1024

/**
 * Cleans the canonical records: recipe, contract, output file, quarantine file. Both files
 * appear under their names only when whole, and only when the account balances. When a
 * larger share of the records than `maxQuarantinedShare` is held back, or none is wanted, no output file is
 * written (`bytes` is 0). Throws `contract-mismatch`,
 * `account-unbalanced`, `disk-full`, or the signal's reason.
 */
export async function clean(
  input: CleanInput,
  control: Control<CleanReport>,
): Promise<CleanOutput> {
  return inTurn(heavyWork, control.signal, () => cleanInTurn(input, control))
}

async function cleanInTurn(input: CleanInput, control: Control<CleanReport>): Promise<CleanOutput> {
  const { signal } = control
  const engineFolder = join(input.workFolder, 'engine')
  const partial = { output: `${input.outputFile}.part`, held: `${input.quarantineFile}.part` }
  let rows: CleanRows | null = null
  try {
    await emptyFolder(input)
    await mkdir(engineFolder)
    await mkdir(dirname(input.outputFile), { recursive: true })
    const suspectsFile = join(engineFolder, 'suspects.csv')
    const { only } = input
    // What is held back is cut out of the records as they were read.
    const recordsFile = await sampled(input, signal)
    const shaped = await shapeRecords({ ...input, recordsFile }, input.workFolder, control)
    const given = { ...input, ...shaped }
    rows = new CleanRows(given, engineFolder, partial.output, control)
    const learnt = await learn(given, suspectsFile, control, only === undefined ? rows : undefined)
    const judged = await judge(input, shaped, learnt, engineFolder, partial.held, control)
    const { pivoted } = shaped
    const { made, dropped } = judged
    const droppedRows = dropped.reduce((sum, { rows: taken }) => sum + taken, 0)
    const records =
      pivoted?.records ??
      learnt.facts.records +
        shaped.failed +
        shaped.dropped.reduce((sum, { rows: taken }) => sum + taken, 0)
    // The same division as the caller's, so that both answer alike at the limit itself.
    const tooMany = records > 0 && judged.quarantined / records > input.maxQuarantinedShare
    let { clean } = judged
    let bytes = 0
    const isWritten = only !== 'counts' && !tooMany
    if (isWritten) {
      const standing = {
        areRegular: learnt.toJudge.file !== shaped.recordsFile,
        standing: judged.standing,
        someOut: judged.out > 0,
      }
      const written = await rows.write(learnt, standing, only?.rows)
      if (only === undefined) clean = written
    }
    if (records + made !== clean + judged.quarantined + droppedRows)
      throw new Problem({
        code: 'account-unbalanced',
        what: `The account of this file does not balance: ${records + made} records, but ${clean} clean, ${judged.quarantined} held back and ${droppedRows} dropped.`,
        did: 'Pallet threw the result away; nothing was sent.',
        advice: 'Try again. If it happens again, send the log file to whoever looks after Pallet.',
      })
    if (isWritten) bytes = (await stat(partial.output)).size
    signal.throwIfAborted()
    await rename(partial.held, input.quarantineFile)
    if (isWritten) await publish(partial.output, input.outputFile)
    const { contract, doubts } = learnt
    const together = contract.columns.flatMap(({ label, name }) =>
      shaped.together.includes(label) ? [name] : [],
    )
    const { quarantined, warnings, stops } = judged
    return {
      contract,
      doubts,
      clean,
      quarantined,
      dropped,
      ...(pivoted === null ? {} : { made }),
      ...(together.length === 0 ? {} : { together }),
      bytes,
      warnings,
      stops,
    }
  } catch (error) {
    signal.throwIfAborted()
    throw engineProblem(error, 'cleaning the records', input.sourceFile)
  } finally {
    await rows?.stop()
    for (const left of [engineFolder, partial.output, partial.held])
      await rm(left, { recursive: true, force: true })
  }
}

async function sampled(input: CleanInput, signal: AbortSignal): Promise<string> {
  const { recordsFile, labels, sample, workFolder } = input
  if (sample === undefined) return recordsFile
  return takeSample({ file: recordsFile, width: labels.length }, sample, workFolder, signal)
}

interface Judged extends Required<
  Pick<CleanOutput, 'clean' | 'dropped' | 'quarantined' | 'warnings' | 'stops'>
> {
  made: number
  /** Records that were judged and stand, and that do not. */
  standing: number
  out: number
}

/** Which of the records are dropped and which held back; the latter are written. */
async function judge(
  input: CleanInput,
  shaped: Shaped,
  learnt: Learnt,
  engineFolder: string,
  heldFile: string,
  control: Control<CleanReport>,
): Promise<Judged> {
  if (learnt.toJudge.records > 0 || shaped.failed > 0) {
    const options = { memoryBytes: judgingBytes, threads: 2 as const, signal: control.signal }
    return await withEngine(join(engineFolder, 'clean.duckdb'), options, (engine) =>
      judgeIn(engine, input, shaped, learnt, engineFolder, heldFile, control),
    )
  }
  const none = await open(heldFile, 'w')
  await none.close()
  const account =
    shaped.pivoted === null
      ? { clean: learnt.facts.records, made: 0 }
      : accountWhole(shaped.pivoted, learnt.facts)
  const { dropped } = shaped
  return { ...account, dropped, quarantined: 0, standing: 0, out: 0, warnings: [], stops: [] }
}

async function judgeIn(
  engine: Engine,
  input: CleanInput,
  { labels, failed, failedFiles, pivoted, dropped: droppedBefore }: Shaped,
  { contract, columns, plan, facts, toJudge }: Learnt,
  engineFolder: string,
  heldFile: string,
  control: Control<CleanReport>,
): Promise<Judged> {
  const { signal } = control
  const rules = planRules(contract, columns, labels, input.references ?? [])
  const parts = toJudge.records === 0 ? [] : planParts(toJudge.file, labels.length, engineFolder)
  control.report({ rowsDone: null, doing: 'Checking the records' })
  const dropped = await takeRecords(engine, parts, toJudge.file, plan, signal)
  if (input.droppedFile !== undefined)
    await engine.run(emitDroppedFile(plan, pivoted, input.droppedFile))
  const judged = isJudgedBySuspects(contract)
    ? columns.map((one) => asToJudge(one, facts))
    : columns
  const labelled: Labelled[] = []
  const label = async (one: Labelled): Promise<void> => {
    for (const statement of one.statements) await engine.run(statement)
    labelled.push(one)
  }
  const drop = ({ nth }: Part): Promise<unknown> => engine.run(`DROP TABLE records_${nth}`)
  for (const part of parts) {
    await label(
      emitLabelled(
        part,
        judged.filter(({ cell }) => partOf(parts, cell) === part),
      ),
    )
    // What is in several parts is looked at when all are there.
    if (rules.length === 0) await drop(part)
  }
  if (parts.length > 0) for (const rule of rules) await label(emitRowRule(rule, parts))
  if (rules.length > 0) for (const part of parts) await drop(part)
  const heldTables = labelled.flatMap(({ held }) => held)
  const warnedTables = labelled.flatMap(({ warned }) => warned)
  control.report({ rowsDone: null, doing: 'Writing the records that are held back' })
  const judges = { columns, rules: contract.rules ?? [], recipe: input.recipe }
  const quarantined = await writeHeldRows(
    engine,
    selectHeld(heldTables, failedFiles, pivoted),
    (labels) => reasonsOf(labels, judges),
    input,
    heldFile,
    signal,
  )
  const all = [...droppedBefore, ...dropped]
  if (pivoted !== null)
    await takeHeldParts(engine, pivoted, { tables: heldTables, files: failedFiles }, facts)
  await engine.run(emitOut(pivoted === null ? heldTables : ['held_parts']))
  const out = await count(engine, 'out')
  const taken = quarantined - failed + dropped.reduce((sum, { rows }) => sum + rows, 0)
  if (pivoted === null && out !== taken)
    throw new Error(`${out} records do not stand, but another number was counted`)
  const account =
    pivoted === null
      ? { clean: facts.records - out, made: 0, dropped: all }
      : await accountOf(engine, pivoted, all, plan.recipe, facts)
  // Of what a pivot has made, what is held back need not have been judged.
  const standing = pivoted === null ? toJudge.records - out : toJudge.records
  const warnings = await brokenRules(engine, warnedTables, contract, columns, 'warn')
  const stops = stopsIn(contract)
    ? await brokenRules(engine, heldTables, contract, columns, 'stop')
    : []
  return { ...account, quarantined, standing, out, warnings, stops }
}

/** Where every filled cell is plain, no cell of a suspect fails its type: nobody has to ask. */
function asToJudge(matched: MatchedColumn, { columns }: Facts): MatchedColumn {
  const isPlain = columns[matched.cell]?.irregular === false
  return isPlain ? { ...matched, column: { ...matched.column, type: 'text' } } : matched
}

function stopsIn({ columns, rules = [] }: Contract): boolean {
  const isStop = (severity: Severity | undefined): boolean => severity === 'stop'
  return (
    rules.some(({ severity }) => isStop(severity)) ||
    columns.some(({ severity = {} }) => Object.values(severity).some(isStop))
  )
}

/** Empties the work folder, and refuses to when one of the step's own files lies in it. */
async function emptyFolder(input: CleanInput): Promise<void> {
  for (const file of [input.recordsFile, input.sourceFile, input.quarantineFile]) {
    const way = relative(resolve(input.workFolder), resolve(file))
    const isOutside = way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)
    if (!isOutside)
      throw new Problem({
        code: 'internal',
        what: 'The folder that cleaning works in also holds files it must keep.',
        did: 'Pallet emptied nothing and stopped.',
        advice: 'Send the log file to whoever looks after Pallet.',
        detail: `${file} is inside ${input.workFolder}`,
      })
  }
  await mkdir(input.workFolder, { recursive: true })
  for (const name of await readdir(input.workFolder))
    await rm(join(input.workFolder, name), { recursive: true, force: true })
}

/** Makes a whole file durable and gives it its name. */
export async function publish(partial: string, target: string): Promise<void> {
  const file = await open(partial, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(partial, target)
}
