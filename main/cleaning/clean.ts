import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { Contract } from '../../shared/domain/dataset.ts'
import { stepIds } from '../../shared/domain/dataset.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { openEngine } from '../duckdb/engine.ts'
import type { Engine } from '../duckdb/engine.ts'
import { engineProblem } from '../duckdb/problem.ts'
import { heavyWork, inTurn } from '../duckdb/turns.ts'
import type { CleanInput, CleanOutput, CleanReport } from '../runs/ports/cleaning.ts'
import type { Control } from '../runs/ports/control.ts'
import { countBreaksInOrder, countClean, emitLabelled, emitOutput, emitSorted } from './emit.ts'
import type { MatchedColumn } from './emit.ts'
import { writeHeldRows } from './held.ts'
import { matchColumns } from './match.ts'
import type { Part } from './parts.ts'
import { cutIntoParts, partOf, planParts } from './parts.ts'
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
import { emitDropped, emitNoneDropped, emitRecords } from './recipe.ts'

/**
 * What an engine may use; what does not fit goes to the work folder. Each part of the work
 * has an engine of its own: the memory of one goes back before that of the next is taken.
 */
const memoryBytes = {
  reading: 256 * 1024 * 1024,
  judging: 256 * 1024 * 1024,
  writing: 128 * 1024 * 1024,
}
/** What a writer needs for each column of the output besides: more than it uses, for what it is allowed it fills with blocks it has read. */
const memoryBytesPerColumn = { csv: 132 * 1024, 'csv.gz': 132 * 1024, parquet: 400 * 1024 }
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
  const width = input.labels.length
  const parts = planParts(input.recordsFile, width, engineFolder)
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
        memoryBytes:
          memoryBytes[purpose] +
          (purpose === 'writing' ? width * memoryBytesPerColumn[input.format] : 0),
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
    control.report({ rowsDone: 0, doing: 'Reading the records' })
    if (parts.length > 1) await cutIntoParts(input.recordsFile, parts, signal)
    const learnt = await withEngine('reading', (engine) => read(engine, parts, input, control))
    for (const { file } of parts) if (file !== input.recordsFile) await rm(file)
    await withEngine('judging', (engine) => judge(engine, parts, learnt, control))
    const written = await withEngine('writing', (engine) =>
      write(engine, parts, input, learnt, partial, control),
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

/** From the parts' records to their tables, and the contract they are held to. */
async function read(
  engine: Engine,
  parts: readonly Part[],
  input: CleanInput,
  control: Control<CleanReport>,
): Promise<Learnt> {
  for (const part of parts) await engine.run(emitRecords(part, input))
  const records = await count(engine, 'records_1')
  await engine.run(emitNoneDropped)
  for (const index of input.recipe.keys()) {
    const statements = emitDropped(index, parts, input)
    if (statements === null) continue
    await engine.run(statements.suspects)
    if ((await count(engine, statements.table)) === 0) continue
    for (const statement of statements.settle) await engine.run(statement)
  }
  const ids = stepIds(input.recipe)
  const taken = await engine.rows('SELECT step, count(*) FROM dropped GROUP BY step ORDER BY step')
  const dropped = taken.flatMap(([index, rows]) => {
    const rule = input.recipe[Number(index)]?.kind
    const step = ids[Number(index)]
    return rule === undefined || step === undefined ? [] : [{ rule, step, rows: Number(rows) }]
  })

  control.report({ rowsDone: 0, doing: 'Looking at the columns' })
  const contract = await contractFor(engine, parts, input, records)
  const columns = matchColumns(contract, input.labels)

  return { contract, columns, records, dropped }
}

async function count(engine: Engine, table: string): Promise<number> {
  const [row] = await engine.rows(`SELECT count(*) FROM ${table}`)
  return Number(row?.[0])
}

/** From the parts' tables of records to those of judged values. */
async function judge(
  engine: Engine,
  parts: readonly Part[],
  { columns, records }: Learnt,
  control: Control<CleanReport>,
): Promise<void> {
  for (const part of parts) {
    const rowsDone = Math.floor((records * (part.nth - 1)) / parts.length)
    control.report({ rowsDone, doing: 'Checking the records' })
    const own = columns.filter(({ cell }) => partOf(parts, cell) === part)
    for (const statement of emitLabelled(part, own)) await engine.run(statement)
    await engine.run(`DROP TABLE records_${part.nth}`)
    const [breaks] = await engine.rows(countBreaksInOrder(part))
    if (Number(breaks?.[0]) > 0)
      for (const statement of emitSorted(part)) await engine.run(statement)
  }
  control.report({ rowsDone: records, doing: 'Checking the records' })
}

/** Both files under their partial names, counted from what was written, and the account. */
async function write(
  engine: Engine,
  parts: readonly Part[],
  input: CleanInput,
  { columns, records, dropped }: Learnt,
  partial: { output: string; held: string },
  control: Control<CleanReport>,
): Promise<{ clean: number; quarantined: number; bytes: number; tooMany: boolean }> {
  control.report({ rowsDone: records, doing: 'Writing the records that are held back' })
  const { source } = input
  const quarantined = await writeHeldRows(
    engine,
    parts,
    columns,
    source,
    partial.held,
    control.signal,
  )

  const droppedRows = dropped.reduce((sum, { rows }) => sum + rows, 0)
  // The same division as the caller's, so that both answer alike at the limit itself.
  const tooMany = records > 0 && quarantined / records > input.maxQuarantinedShare
  const [counted] = await engine.rows(countClean(parts))
  const torn = Number(counted?.[1])
  if (torn > 0) throw new Error(`the parts of ${torn} records are not of one record`)
  let cleanRows = Number(counted?.[0])
  let bytes = 0
  if (!tooMany) {
    control.report({ rowsDone: records, doing: 'Writing the clean rows' })
    cleanRows = await engine.run(emitOutput(parts, columns, input.format, partial.output))
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

/** The given contract with its scales filled in, or one proposed from the whole file. */
async function contractFor(
  engine: Engine,
  parts: readonly Part[],
  input: CleanInput,
  records: number,
): Promise<Contract> {
  const ask = async (questions: readonly Question[], every: number): Promise<Tally[]> => {
    const tallies = new Map<Question, Tally>()
    for (const part of parts) {
      const own = questions.filter(({ cell }) => partOf(parts, cell) === part)
      for (let from = 0; from < own.length; from += columnsAtOnce) {
        const some = own.slice(from, from + columnsAtOnce)
        const [row = []] = await engine.rows(emitTallies(`records_${part.nth}`, some, every))
        for (const [index, tally] of readTallies(some, row).entries()) {
          const question = some[index]
          if (question !== undefined) tallies.set(question, tally)
        }
      }
    }
    return questions.flatMap((question) => tallies.get(question) ?? [])
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
