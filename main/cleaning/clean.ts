import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { Contract } from '../../shared/domain/dataset.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { openEngine } from '../duckdb/engine.ts'
import type { Engine } from '../duckdb/engine.ts'
import { engineProblem } from '../duckdb/problem.ts'
import { heavyWork, inTurn } from '../duckdb/turns.ts'
import type { CleanInput, CleanOutput, CleanReport } from '../runs/ports/cleaning.ts'
import type { Control } from '../runs/ports/control.ts'
import { countBreaksInOrder, emitLabelled, emitOutput } from './emit.ts'
import type { MatchedColumn } from './emit.ts'
import { writeHeldRows } from './held.ts'
import { matchColumns } from './match.ts'
import {
  emitTallies,
  everything,
  fractionsOnly,
  proposeContract,
  readTallies,
  scaleFor,
  worthCounting,
} from './propose.ts'
import type { Question, Tally } from './propose.ts'
import { emitRecords } from './recipe.ts'

/**
 * What an engine may use; what does not fit goes to the work folder. Each part of the work
 * has an engine of its own: the memory of one goes back before that of the next is taken.
 */
const memoryBytes = {
  reading: 256 * 1024 * 1024,
  judging: 256 * 1024 * 1024,
  writing: 128 * 1024 * 1024,
}
/** Columns whose patterns are counted by one statement: each pattern of each column takes memory. */
const columnsAtOnce = 16
/** Records looked at before the whole file is counted for likely types only. */
const sampleRecords = 20_000

/**
 * Cleans the canonical records: recipe, contract, output file, quarantine file. Both files
 * appear under their names only when whole, and only when the account balances. When a
 * larger share of the records than `maxQuarantinedShare` is held back, no output file is
 * written (`bytes` is 0) and the caller decides. Throws `contract-mismatch`,
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
  const withEngine = async <Result>(
    purpose: keyof typeof memoryBytes,
    work: (engine: Engine) => Promise<Result>,
  ): Promise<Result> => {
    const engine = await openEngine(
      {
        file: join(engineFolder, 'clean.duckdb'),
        tempFolder: join(engineFolder, 'temp'),
        access: 'read-write',
        otherFiles: 'allowed',
        memoryBytes: memoryBytes[purpose],
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
    const learnt = await withEngine('reading', (engine) => read(engine, input, control))
    await withEngine('judging', (engine) => judge(engine, learnt, control))
    const written = await withEngine('writing', (engine) =>
      write(engine, input, learnt, partial, control),
    )
    signal.throwIfAborted()
    await rename(partial.held, input.quarantineFile)
    if (!written.tooMany) await publish(partial.output, input.outputFile)
    const { contract, dropped } = learnt
    const { clean: rows, quarantined, bytes } = written
    return { contract, clean: rows, quarantined, dropped, bytes }
  } catch (error) {
    signal.throwIfAborted()
    throw engineProblem(error, 'cleaning the records', input.source.file)
  } finally {
    for (const left of [engineFolder, partial.output, partial.held])
      await rm(left, { recursive: true, force: true })
  }
}

interface Learnt {
  contract: Contract
  columns: MatchedColumn[]
  records: number
  dropped: CleanOutput['dropped']
}

/** From the canonical records to the table `records`, and the contract they are held to. */
async function read(
  engine: Engine,
  input: CleanInput,
  control: Control<CleanReport>,
): Promise<Learnt> {
  control.report({ rowsDone: 0, doing: 'Reading the records' })
  for (const statement of emitRecords(input)) await engine.run(statement)
  const { records, dropped } = await countDropped(engine)

  control.report({ rowsDone: 0, doing: 'Looking at the columns' })
  const contract = await contractFor(engine, input, records)
  const columns = matchColumns(contract, input.labels)

  return { contract, columns, records, dropped }
}

/** From the table `records` to `labelled`. */
async function judge(
  engine: Engine,
  { columns, records }: Learnt,
  control: Control<CleanReport>,
): Promise<void> {
  control.report({ rowsDone: 0, doing: 'Checking the records' })
  for (const statement of emitLabelled(columns)) await engine.run(statement)
  await engine.run('DROP TABLE records')
  control.report({ rowsDone: records, doing: 'Checking the records' })
}

/** Both files under their partial names, counted from what was written, and the account. */
async function write(
  engine: Engine,
  input: CleanInput,
  { columns, records, dropped }: Learnt,
  partial: { output: string; held: string },
  control: Control<CleanReport>,
): Promise<{ clean: number; quarantined: number; bytes: number; tooMany: boolean }> {
  control.report({ rowsDone: records, doing: 'Writing the records that are held back' })
  const { source } = input
  const quarantined = await writeHeldRows(engine, columns, source, partial.held, control.signal)

  const droppedRows = dropped.reduce((sum, { rows }) => sum + rows, 0)
  // The same division as the caller's, so that both answer alike at the limit itself.
  const tooMany = records > 0 && quarantined / records > input.maxQuarantinedShare
  let cleanRows: number
  let bytes = 0
  if (tooMany) {
    const [counted] = await engine.rows('SELECT count(*) FROM labelled WHERE labels IS NULL')
    cleanRows = Number(counted?.[0])
  } else {
    control.report({ rowsDone: records, doing: 'Writing the clean rows' })
    const [breaks] = await engine.rows(countBreaksInOrder)
    const sorted = Number(breaks?.[0]) === 0
    cleanRows = await engine.run(emitOutput(columns, input.format, partial.output, sorted))
    bytes = (await stat(partial.output)).size
  }
  if (records !== cleanRows + quarantined + droppedRows)
    throw new Problem({
      code: 'account-unbalanced',
      what: `The account of this file does not balance: ${records} records, but ${cleanRows} clean, ${quarantined} held back and ${droppedRows} dropped.`,
      did: 'Pallet threw the result away; nothing was sent.',
      advice: 'Try again. If it happens again, send the log file to whoever looks after Pallet.',
    })
  return { clean: cleanRows, quarantined, bytes, tooMany }
}

async function countDropped(engine: Engine): Promise<{
  records: number
  dropped: CleanOutput['dropped']
}> {
  const rows = await engine.rows(
    'SELECT dropped, count(*) FROM records GROUP BY dropped ORDER BY dropped',
  )
  let records = 0
  const dropped: CleanOutput['dropped'] = []
  for (const [rule, count] of rows) {
    records += Number(count)
    if (typeof rule === 'string') dropped.push({ rule, rows: Number(count) })
  }
  return { records, dropped }
}

/** The given contract with its scales filled in, or one proposed from the whole file. */
async function contractFor(engine: Engine, input: CleanInput, records: number): Promise<Contract> {
  const ask = async (questions: readonly Question[], every: number): Promise<Tally[]> => {
    const tallies: Tally[] = []
    for (let from = 0; from < questions.length; from += columnsAtOnce) {
      const some = questions.slice(from, from + columnsAtOnce)
      const [row = []] = await engine.rows(emitTallies(some, every))
      tallies.push(...readTallies(some, row))
    }
    return tallies
  }
  if (input.contract === null) {
    const all = input.labels.map((_, cell) => everything(cell))
    const every = Math.max(1, Math.floor(records / sampleRecords))
    let tallies = await ask(all, every)
    if (every > 1)
      tallies = await ask(
        tallies.map((tally, cell) => worthCounting(cell, tally)),
        1,
      )
    const { decimalMark } = input.conventions
    return proposeContract(input.labels, tallies, decimalMark, input.maxQuarantinedShare)
  }
  const open = matchColumns(input.contract, input.labels).filter(
    ({ column }) => column.type === 'decimal' && column.scale === undefined,
  )
  if (open.length === 0) return input.contract
  const tallies = await ask(
    open.map(({ cell }) => fractionsOnly(cell)),
    1,
  )
  const scales = new Map(
    open.map(({ column }, index) => {
      const tally = tallies[index]
      return [column.name, tally === undefined ? 2 : scaleFor(tally, column.decimalMark ?? '.')]
    }),
  )
  const columns = input.contract.columns.map((column) => {
    const scale = scales.get(column.name)
    return scale === undefined ? column : { ...column, scale }
  })
  return { ...input.contract, columns }
}

/** Empties the work folder, and refuses to when one of the step's own files lies in it. */
async function emptyFolder(input: CleanInput): Promise<void> {
  for (const file of [input.recordsFile, input.source.file, input.quarantineFile]) {
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
