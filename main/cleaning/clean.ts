import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { Problem } from '../../shared/domain/problem.ts'
import { openEngine } from '../duckdb/engine.ts'
import type { Engine } from '../duckdb/engine.ts'
import { engineProblem } from '../duckdb/problem.ts'
import { heavyWork, inTurn } from '../duckdb/turns.ts'
import type { CleanInput, CleanOutput, CleanReport } from '../runs/ports/cleaning.ts'
import type { Control } from '../runs/ports/control.ts'
import { emitLabelled } from './duckdb/labels.ts'
import { emitOut, emitOutBits, emitOutput } from './duckdb/output.ts'
import type { CellForm } from './duckdb/output.ts'
import { partOf, planParts } from './duckdb/parts.ts'
import { count, takeRecords } from './dropping.ts'
import { writeHeldRows } from './held.ts'
import { type Learnt, learn } from './learn.ts'

/**
 * What an engine may use; what does not fit goes to the work folder. Each part of the work
 * has an engine of its own: the memory of one goes back before that of the next is taken. With less than 192 MiB
 * two threads that write take turns.
 */
const memoryBytes = {
  judging: 256 * 1024 * 1024,
  writing: { 1: 128 * 1024 * 1024, 2: 256 * 1024 * 1024 },
}
/** What a writer needs for each column of the output besides: more than it uses, for what it is allowed it fills with blocks it has read. */
const memoryBytesPerColumn = { csv: 220 * 1024, 'csv.gz': 220 * 1024, parquet: 400 * 1024 }
/**
 * Wider or longer records are written by one thread: two keep up to 122,880 records each to bring them into order,
 * and of long records these are more than the memory.
 */
const forTwoThreads = { columns: 64, recordBytes: 1024 }

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
  const width = input.labels.length
  const partial = { output: `${input.outputFile}.part`, held: `${input.quarantineFile}.part` }
  const withEngine = async <Result>(
    purpose: keyof typeof memoryBytes,
    threads: 1 | 2,
    work: (engine: Engine) => Promise<Result>,
  ): Promise<Result> => {
    const engine = await openEngine(
      {
        file: join(engineFolder, 'clean.duckdb'),
        tempFolder: join(engineFolder, 'temp'),
        access: 'read-write',
        otherFiles: 'allowed',
        memoryBytes:
          purpose === 'judging'
            ? memoryBytes.judging
            : memoryBytes.writing[threads] + width * memoryBytesPerColumn[input.format],
        threads,
      },
      signal,
    )
    try {
      return await work(engine)
    } finally {
      engine.close()
    }
  }
  try {
    await emptyFolder(input)
    await mkdir(engineFolder)
    await mkdir(dirname(input.outputFile), { recursive: true })
    const learnt = await learn(input, join(engineFolder, 'suspects.csv'), control)
    const judged = await withEngine('judging', 2, (engine) =>
      judge(engine, input, learnt, engineFolder, partial.held, control),
    )
    const droppedRows = judged.dropped.reduce((sum, { rows }) => sum + rows, 0)
    const { records } = learnt.facts
    // The same division as the caller's, so that both answer alike at the limit itself.
    const tooMany = records > 0 && judged.quarantined / records > input.maxQuarantinedShare
    const recordBytes = (await stat(input.recordsFile)).size / Math.max(1, records)
    const isNarrow = width <= forTwoThreads.columns && recordBytes <= forTwoThreads.recordBytes
    const threads = isNarrow ? 2 : 1
    let clean = records - judged.quarantined - droppedRows
    let bytes = 0
    const isWritten = input.only !== 'counts' && !tooMany
    if (isWritten) {
      clean = await withEngine('writing', threads, (engine) =>
        write(engine, input, learnt, judged, partial.output, control),
      )
      if (records !== clean + judged.quarantined + droppedRows)
        throw new Problem({
          code: 'account-unbalanced',
          what: `The account of this file does not balance: ${records} records, but ${clean} clean, ${judged.quarantined} held back and ${droppedRows} dropped.`,
          did: 'Pallet threw the result away; nothing was sent.',
          advice:
            'Try again. If it happens again, send the log file to whoever looks after Pallet.',
        })
      bytes = (await stat(partial.output)).size
    }
    signal.throwIfAborted()
    await rename(partial.held, input.quarantineFile)
    if (isWritten) await publish(partial.output, input.outputFile)
    const { contract, doubts } = learnt
    const { quarantined, dropped } = judged
    return { contract, doubts, clean, quarantined, dropped, bytes }
  } catch (error) {
    signal.throwIfAborted()
    throw engineProblem(error, 'cleaning the records', input.sourceFile)
  } finally {
    for (const left of [engineFolder, partial.output, partial.held])
      await rm(left, { recursive: true, force: true })
  }
}

interface Judged {
  dropped: CleanOutput['dropped']
  quarantined: number
  /** Records that were judged and stand. */
  standing: number
}

/** Which of the records are dropped and which held back; the latter are written. */
async function judge(
  engine: Engine,
  input: CleanInput,
  { columns, plan, toJudge }: Learnt,
  engineFolder: string,
  heldFile: string,
  control: Control<CleanReport>,
): Promise<Judged> {
  const { signal } = control
  const parts =
    toJudge.records === 0 ? [] : planParts(toJudge.file, input.labels.length, engineFolder)
  control.report({ rowsDone: null, doing: 'Checking the records' })
  const dropped = await takeRecords(engine, parts, toJudge.file, plan, signal)
  for (const part of parts) {
    const own = columns.filter(({ cell }) => partOf(parts, cell) === part)
    for (const statement of emitLabelled(part, own)) await engine.run(statement)
    await engine.run(`DROP TABLE records_${part.nth}`)
  }
  control.report({ rowsDone: null, doing: 'Writing the records that are held back' })
  const quarantined = await writeHeldRows(engine, parts, columns, input, heldFile, signal)
  await engine.run(emitOut(parts))
  const out = await count(engine, 'out')
  if (out !== quarantined + dropped.reduce((sum, { rows }) => sum + rows, 0))
    throw new Error(`${out} records do not stand, but another number was counted`)
  return { dropped, quarantined, standing: toJudge.records - out }
}

/** The records that stand, as rows; answers how many were written. */
async function write(
  engine: Engine,
  { recordsFile, labels, format }: CleanInput,
  { columns, plan, facts, toJudge }: Learnt,
  { standing }: Judged,
  file: string,
  control: Control<CleanReport>,
): Promise<number> {
  control.report({ rowsDone: 0, doing: 'Writing the clean rows' })
  const someOut = (await count(engine, 'out')) > 0
  if (someOut) await engine.run(emitOutBits(facts.lastRecord))
  // What is irregular is a suspect; if none of these stands, all is regular that does.
  const areRegular = toJudge.file !== recordsFile
  const formOf = (cell: number): CellForm => {
    const known = facts.columns[cell]
    if (known === undefined) return 'judged'
    if (known.castable && !known.irregular && plan.cells[cell]?.length === 0) return 'typed'
    if (!areRegular || (standing > 0 && known.irregular)) return 'judged'
    return known.castable ? 'castable' : 'regular'
  }
  const records = { nth: 1, file: recordsFile, from: 0, width: labels.length }
  const sql = emitOutput(records, { plan, columns, formOf, format, file, someOut })
  return engine.runTold(sql, (share) =>
    control.report({
      rowsDone: Math.floor(share * facts.records),
      doing: 'Writing the clean rows',
    }),
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
async function publish(partial: string, target: string): Promise<void> {
  const file = await open(partial, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(partial, target)
}
