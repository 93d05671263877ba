/** A file cleaned to another file, without a home: nothing is sent, and nothing is remembered. */
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Contract, OutputFormat } from '../../../shared/domain/datasets/dataset.ts'
import { defaultMaxQuarantinedShare } from '../../../shared/domain/datasets/dataset.ts'
import { groupOf } from '../../../shared/domain/fixing/fixing.ts'
import { type Sought, soughtBy, stepsOf } from '../../../shared/domain/recipe/lookUp.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { HeldRow, Reason } from '../../../shared/domain/files/quarantine.ts'
import {
  type Reading,
  type ReadingChoices,
  withChoices,
} from '../../../shared/domain/files/reading.ts'
import { type Dropped, type Recipe, defaultRecipe } from '../../../shared/domain/recipe/recipe.ts'
import type { Broken } from '../../../shared/domain/rules/rules.ts'
import { rowRuleWords } from '../../../shared/domain/rules/ruleWords.ts'
import type { Rows } from '../../../shared/domain/runs/run.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import type { Sample, Sampled } from '../../../shared/domain/files/check.ts'
import type { CleanInput } from '../ports/cleaning.ts'
import type { LookedUp, Outside, TokenKey } from '../ports/outside.ts'
import type { ReadOutput } from '../ports/reading.ts'
import type { Rooms } from '../ports/rooms.ts'
import { quiet } from '../quiet.ts'
import { isTooMany } from '../steps/clean.ts'

export interface CleaningRooms extends Pick<
  Rooms,
  'preview' | 'read' | 'clean' | 'load' | 'columnValues'
> {
  /** The key for steps that make tokens; `wanted`: the ids of keys that they name. */
  tokenKey(wanted: readonly string[]): Promise<TokenKey>
  heldRows(files: readonly string[]): Promise<AsyncIterable<HeldRow>>
  heldRowsCsv(files: readonly string[]): Promise<ReadableStream<Uint8Array>>
}

export interface CleaningFile {
  path: string
  /** null: detected. */
  reading: Reading | null
  choices: ReadingChoices
  entry: string | null
  recipe: Recipe
  contract: Contract | null
  /** By the name of a dataset: the file that stands for its table. */
  others: Readonly<Record<string, string>>
  /** Only so many rows; null: all. */
  sample: Sample | null
  /** null: the rows are judged and counted only. Appears whole, or not at all. */
  out: { file: string; format: OutputFormat } | null
  /** For the rows that are held back, as CSV. */
  rejects: string | null
}

export interface CleanedFile {
  /** Of how many rows a sample was taken, and how many of these are held back as no rows, and not in it; null: of all. */
  sampled: Sampled | null
  /** Of a sample that is written nowhere: the header and the first clean rows, as CSV. */
  shown: string[]
  rows: Omit<Rows, 'loaded'>
  droppedBy: Dropped[]
  /** Why rows are held back, the most frequent kind of problem first; at most `maxKinds` kinds. */
  problems: HeldProblem[]
  contract: Contract
  /** What a person should look at, in sentences. */
  doubts: string[]
  /** Rules that rows have broken and gone through all the same, and that let nothing through. */
  warnings: Broken[]
  stops: Broken[]
  /** Whether so many are held back that nothing was written. */
  tooMany: boolean
}

/** What rows that are held back for one kind of reason have in common, and the first of them. */
export interface HeldProblem extends Pick<Reason, 'code' | 'column'> {
  rows: number
  examples: (Pick<HeldRow, 'line'> & Pick<Reason, 'value' | 'message'>)[]
}

/** Clean rows of a sample that are shown. */
const shownRows = 10
/** A file that is wholly wrong has as many kinds as cells; nobody reads them all. */
const maxKinds = 100
const examplesOfKind = 3

/** Throws as reading and cleaning do, and leaves no output then. */
export async function cleanFile(
  rooms: CleaningRooms,
  { path, recipe, contract, others, sample, out, rejects, ...chosen }: CleaningFile,
  signal: AbortSignal,
): Promise<CleanedFile> {
  refuseUnknown(recipe, others)
  // Beside what is written, for a whole file is moved there.
  const beside = out?.file ?? rejects ?? join(process.cwd(), basename(path))
  await mkdir(dirname(beside), { recursive: true })
  const folder = await mkdtemp(join(dirname(beside), '.pallet-clean-'))
  try {
    const held = ['rejects-read.ndjson', 'rejects-clean.ndjson'].map((name) => join(folder, name))
    const [heldRead = '', heldClean = ''] = held
    const outside = await outsideOf(rooms, recipe, others, folder, signal)
    const reading = await readingOf(rooms, path, chosen, unpackedIn(folder), signal)
    const { read, records } = await readInto(rooms, folder, { path, reading, heldRead }, signal)
    const outputFile = join(folder, 'output')
    const maxQuarantinedShare = contract?.maxQuarantinedShare ?? defaultMaxQuarantinedShare
    const cleaned = await rooms.clean(
      {
        ...records,
        recipe,
        outside,
        contract: withoutOthers(contract),
        maxQuarantinedShare,
        format: out?.format ?? 'csv',
        ...(sample === null ? {} : { sample }),
        ...(out === null
          ? { only: sample === null ? ('counts' as const) : { rows: shownRows } }
          : {}),
        outputFile,
        quarantineFile: heldClean,
      },
      quiet(signal),
    )
    const dropped = cleaned.dropped.reduce((sum, { rows }) => sum + rows, 0)
    // Rows that are none are not among those that a sample is taken of.
    const judged = sample === null ? held : [heldClean]
    const quarantined = (sample === null ? read.quarantined : 0) + cleaned.quarantined
    const rowsIn =
      sample === null
        ? read.records
        : cleaned.clean + cleaned.quarantined + dropped - (cleaned.made ?? 0)
    if (rejects !== null) await writeRejects(rooms, judged, folder, rejects, signal)
    const tooMany = isTooMany(rowsIn, quarantined, maxQuarantinedShare)
    const stops = cleaned.stops ?? []
    if (out !== null && !tooMany && stops.length === 0) await rename(outputFile, out.file)
    return {
      rows: {
        in: rowsIn,
        ...((cleaned.made ?? 0) === 0 ? {} : { made: cleaned.made }),
        clean: cleaned.clean,
        quarantined,
        dropped,
      },
      sampled: sample === null ? null : { ...sample, of: read.records, broken: read.quarantined },
      shown:
        sample === null || out !== null || cleaned.bytes === 0
          ? []
          : (await readFile(outputFile, 'utf8')).trimEnd().split('\n'),
      droppedBy: cleaned.dropped,
      problems: await problemsIn(await rooms.heldRows(judged)),
      contract: { ...cleaned.contract, ...(contract?.rules && { rules: contract.rules }) },
      doubts: [
        ...uncheckedIn(contract),
        ...(reading === null ? read.detected.doubts : []),
        ...(cleaned.doubts ?? []),
      ],
      warnings: cleaned.warnings ?? [],
      stops,
      tooMany,
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The rows that are held back, as CSV, whole or not at all. */
export async function writeRejects(
  rooms: Pick<CleaningRooms, 'heldRowsCsv'>,
  held: readonly string[],
  folder: string,
  rejects: string,
  signal: AbortSignal,
): Promise<void> {
  const whole = join(folder, 'rejects.csv')
  const rows = Readable.fromWeb(await rooms.heldRowsCsv(held))
  await pipeline(rows, createWriteStream(whole), { signal })
  await mkdir(dirname(rejects), { recursive: true })
  await rename(whole, rejects)
}

async function problemsIn(rows: AsyncIterable<HeldRow>): Promise<HeldProblem[]> {
  const kinds = new Map<string, HeldProblem>()
  for await (const { line, reasons } of rows)
    for (const [kind, { code, column, value, message }] of new Map(
      reasons.map((reason) => [groupOf(reason), reason]),
    )) {
      const problem = kinds.get(kind) ?? { code, column, rows: 0, examples: [] }
      if (!kinds.has(kind) && kinds.size === maxKinds) continue
      kinds.set(kind, problem)
      problem.rows += 1
      if (problem.examples.length < examplesOfKind) problem.examples.push({ line, value, message })
    }
  return [...kinds.values()].toSorted((one, other) => other.rows - one.rows)
}

/** Throws `usage` for a step that asks another dataset, of which no file was given: without a home there is none. */
function refuseUnknown(recipe: Recipe, others: CleaningFile['others']): void {
  const lookUp = stepsOf(recipe, 'look-up').find(({ dataset }) => others[dataset] === undefined)
  if (lookUp === undefined) return
  throw new Problem({
    code: 'usage',
    what: `A step of the recipe looks something up in ${lookUp.dataset}, and “pallet clean” asks no other dataset.`,
    did: 'Nothing was written.',
    advice: `Give a file in its place, with --with ${lookUp.dataset}=FILE; or switch the step off, or send the file: “pallet run” looks up, with --dry-run without sending anything.`,
  })
}

async function outsideOf(
  rooms: CleaningRooms,
  recipe: Recipe,
  others: CleaningFile['others'],
  folder: string,
  signal: AbortSignal,
): Promise<Outside> {
  const tables: LookedUp[] = []
  for (const [nth, sought] of stepsOf(recipe, 'look-up').map(soughtBy).entries()) {
    const { dataset } = sought
    const own = join(folder, `other-${nth + 1}`)
    await mkdir(own)
    tables.push({
      ...sought,
      file: await tableOf(rooms, others[dataset] ?? '', sought, own, signal),
    })
  }
  const tokens = stepsOf(recipe, 'tokenise')
  if (tokens.length === 0) return { tables }
  return { tables, tokenKey: await rooms.tokenKey(tokens.flatMap(({ key }) => key ?? [])) }
}

export const unpackedIn = (folder: string): string => join(folder, 'unpacked')

/** Reads a file into a folder. `records`: how cleaning finds there what was read. */
export async function readInto(
  rooms: Pick<CleaningRooms, 'read'>,
  folder: string,
  { path, reading, heldRead }: { path: string; reading: Reading | null; heldRead: string },
  signal: AbortSignal,
): Promise<{
  read: ReadOutput
  records: Pick<
    CleanInput,
    'recordsFile' | 'labels' | 'labelsInFile' | 'conventions' | 'sourceFile' | 'raw' | 'workFolder'
  >
}> {
  const recordsFile = join(folder, 'records.csv')
  const unpackedFile = unpackedIn(folder)
  const read = await rooms.read(
    { path, reading, unpackedFile, recordsFile, quarantineFile: heldRead },
    quiet(signal),
  )
  return {
    read,
    records: {
      recordsFile,
      labels: read.labels,
      labelsInFile: read.labelled,
      conventions: read.conventions,
      sourceFile: read.isUnpacked ? unpackedFile : path,
      raw: read.raw,
      workFolder: join(folder, 'work'),
    },
  }
}

/** What is looked up in a file, as it would be in the table of a dataset that was sent it. Throws `contract-mismatch`. */
async function tableOf(
  rooms: CleaningRooms,
  path: string,
  { dataset, keys, columns }: Sought,
  folder: string,
  signal: AbortSignal,
): Promise<string> {
  const rows = join(folder, 'rows.parquet')
  const given = { path, reading: null, heldRead: join(folder, 'read.ndjson') }
  const { read, records } = await readInto(rooms, folder, given, signal)
  const cleaned = await rooms.clean(
    {
      ...records,
      recipe: defaultRecipe,
      contract: null,
      maxQuarantinedShare: 0,
      format: 'parquet',
      outputFile: rows,
      quarantineFile: join(folder, 'held.ndjson'),
    },
    quiet(signal),
  )
  const held = read.quarantined + cleaned.quarantined
  if (held > 0) throw noTable(dataset, path, `${plural(held, 'row')} of it cannot be read`)
  const warehouse = { kind: 'duckdb', file: join(folder, 'table.duckdb') } as const
  const { contract, clean } = cleaned
  await rooms.load(
    {
      warehouse,
      runId: 'other',
      dataset,
      table: 'other',
      meaning: { kind: 'append' },
      corrects: null,
      completes: null,
      addsColumns: false,
      file: rows,
      format: 'parquet',
      columns: contract.columns,
      rows: clean,
      sourceSha256: '',
    },
    quiet(signal),
  )
  const file = join(folder, 'looked-up.parquet')
  const found = await rooms.columnValues(
    { warehouse, table: 'other', keys, columns, file },
    quiet(signal),
  )
  if (found !== null) return file
  const names = [...keys, ...columns].map((name) => `“${name}”`).join(', ')
  const there = contract.columns.map(({ name }) => `“${name}”`).join(', ')
  throw noTable(dataset, path, `it lacks one of ${names}, and has ${there}`)
}

function noTable(dataset: string, path: string, why: string): Problem {
  return new Problem({
    code: 'contract-mismatch',
    what: `${basename(path)} cannot stand for the table of ${dataset}: ${why}.`,
    did: 'Nothing was written.',
    advice:
      'Give a file that a run would send without holding anything back, with the names that columns have in the table.',
  })
}

/** Without a home there are no other datasets to ask. */
function withoutOthers(contract: Contract | null): Contract | null {
  if (contract?.rules === undefined) return contract
  return { ...contract, rules: contract.rules.filter(({ kind }) => kind !== 'foreign') }
}

function uncheckedIn(contract: Contract | null): string[] {
  return (contract?.rules ?? []).flatMap((rule) =>
    rule.kind === 'foreign'
      ? [
          `The rule “${rowRuleWords(rule, (name) => name)}” is not checked here, for it asks another dataset.`,
        ]
      : [],
  )
}

/** How a file is read, if anybody has said; null: as it is detected. */
export async function readingOf(
  rooms: Pick<CleaningRooms, 'preview'>,
  path: string,
  { reading, choices, entry }: Pick<CleaningFile, 'reading' | 'choices' | 'entry'>,
  unpackedFile: string,
  signal: AbortSignal,
): Promise<Reading | null> {
  const isChosen = Object.keys(choices).length > 0
  if (entry === null && !isChosen) return reading
  const { size: bytes } = await stat(path)
  const name = basename(path)
  const given = entry === null ? reading : null
  const { detected } = await rooms.preview(
    { path, name, bytes, reading: given, entry, unpackedFile, rows: 1 },
    quiet(signal),
  )
  const chosen = isChosen ? withChoices(detected.reading, choices) : detected.reading
  if (chosen !== null) return chosen
  throw new Problem({
    code: 'usage',
    what: 'What was chosen of how the file is read, files of its kind do not have.',
    did: 'Nothing was written.',
  })
}
