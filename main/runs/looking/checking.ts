import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Check, Sample } from '../../../shared/domain/files/check.ts'
import { type Column, type Dataset, rememberedBy } from '../../../shared/domain/datasets/dataset.ts'
import type { HeaderMap } from '../../../shared/domain/columns/headerMap.ts'
import { rowsLooked } from '../../../shared/domain/files/outline.ts'
import {
  unmarked,
  unmarkedSentence,
  withMarks,
} from '../../../shared/domain/privacy/personalRules.ts'
import { findColumn } from '../../../shared/domain/recipe/recipeFit.ts'
import type { Profile } from '../../../shared/domain/files/profile.ts'
import type { Reading } from '../../../shared/domain/files/reading.ts'
import { type Recipe, defaultRecipe } from '../../../shared/domain/recipe/recipe.ts'
import type { SimilarBy, SimilarValues } from '../../../shared/domain/cells/similar.ts'
import type { Suggestions } from '../../../shared/domain/recipe/suggestion.ts'
import type { CleanOutput, ProfileInput as AskedOfColumns } from '../ports/cleaning.ts'
import type { ReadOutput, RejectsReader } from '../ports/reading.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { DatasetRepository, RunRepository } from '../ports/store.ts'
import { type LastFile, besideLast, lastFile } from '../deliveries/measuring.ts'
import { type ReferenceParts, referencesOf } from '../outside/references.ts'
import type { Held } from './shared.ts'
import type { Sources } from '../arriving/sources.ts'
import { printsOfFile, settledHeader } from '../asking/headers.ts'
import { type Cleaned, cleanedUnder, isTooMany } from '../steps/clean.ts'
import { quiet } from '../quiet.ts'
import type { Checked, Wanted, WholeFile, WholeFiles } from './wholeFiles.ts'

export interface CheckingParts extends ReferenceParts {
  rooms: Pick<Rooms, 'clean' | 'profile' | 'suggest' | 'similar' | 'columnValues' | 'measure'>
  datasets: DatasetRepository
  runs: Pick<RunRepository, 'list' | 'steps' | 'rowsDelivered'>
  rejects: RejectsReader
  sources: Sources
  files: WholeFiles
  newId: () => string
  now: () => Date
}

export interface CheckInput {
  source: string
  dataset: string
  reading?: Reading | undefined
  columns?: Column[] | undefined
  /** In place of the dataset's. */
  recipe?: Recipe | undefined
  /** What becomes of columns that are not as the dataset knows them, as a person chose. */
  header?: HeaderMap | undefined
  /** Only these of its records; absent: all. */
  sample?: Sample | undefined
}

/** Without a dataset: as the file suggests. */
export interface ProfileInput extends Omit<CheckInput, 'dataset' | 'sample'> {
  dataset?: string | undefined
}

export interface SimilarInput extends ProfileInput {
  column: string
  by: SimilarBy | null
}

interface Asked {
  dataset: Dataset | null
  columns: Column[] | null
  header: HeaderMap | undefined
  recipe: Recipe | undefined
}

/** Held-back records that are shown as examples. */
const examples = 5

/** Looks at a whole file as a run would, and keeps nothing of it. */
export class Checking {
  readonly #parts: CheckingParts

  constructor(parts: CheckingParts) {
    this.#parts = parts
  }

  /** A file and how it is read: by choice, else as its dataset remembers. */
  wanted({ source, reading, dataset }: Omit<ProfileInput, 'columns' | 'recipe'>): Wanted {
    if (reading !== undefined) return { source, reading }
    return { source, reading: null, ...rememberedBy(this.#dataset(dataset)) }
  }

  /** What a run would make of it. */
  check(input: CheckInput, signal: AbortSignal): Promise<Check> {
    return this.#parts.files.use(this.wanted(input), signal, async (file) => {
      const { sample } = input
      if (sample !== undefined)
        return (await this.#checkWhole(file, this.asked(input), signal, sample)).check
      const { value, release } = await this.hold(file, input, signal)
      await release()
      return value.check
    })
  }

  /** The same, and which rows would be held back and dropped. */
  hold(file: WholeFile, input: ProfileInput, signal: AbortSignal): Promise<Held<Checked>> {
    const asked = this.asked(input)
    return file.checks.hold(JSON.stringify(asked), signal, (stop) =>
      this.#checkWhole(file, asked, stop),
    )
  }

  /** The same where it is known. */
  holdMade(file: WholeFile, input: ProfileInput): Held<Checked> | null {
    return file.checks.holdMade(JSON.stringify(this.asked(input)))
  }

  /** What was asked of a file: its dataset as it is now, and what was chosen instead. */
  asked({ dataset, columns, header, recipe }: ProfileInput): Asked {
    return { dataset: this.#dataset(dataset), columns: columns ?? null, header, recipe }
  }

  /** What the records are held to. Throws `contract-mismatch` where somebody has to say first which column is which. */
  async cleaned(
    { recordsFile }: Pick<WholeFile, 'recordsFile'>,
    { dataset, columns, header, recipe }: Asked,
    read: ReadOutput,
  ): Promise<Cleaned> {
    const { rejects } = this.#parts
    const map = await settledHeader(rejects, recordsFile, dataset, read, header)
    return cleanedUnder(dataset, columns, read.labels, map, recipe)
  }

  async #checkWhole(
    file: WholeFile,
    asked: Asked,
    signal: AbortSignal,
    sample?: Sample,
  ): Promise<Checked> {
    const { rooms, rejects, runs, newId } = this.#parts
    const read = await file.whole(signal)
    const under = await this.cleaned(file, asked, read)
    const folder = join(file.folder, newId())
    const held = `${folder}-held.ndjson`
    const droppedFile = `${folder}-dropped.csv`
    const outputFile = `${folder}-output`
    await writeFile(droppedFile, '')
    const { dataset } = asked
    // A part of a file is never as the files before.
    const before = dataset === null || sample !== undefined ? null : lastFile(runs, dataset.name)
    const width = under.contract?.columns.length ?? read.labels.length
    const cleaned = await rooms.clean(
      {
        ...under,
        references: await referencesOf(this.#parts, under.contract, `${folder}-values`, signal),
        recordsFile: file.recordsFile,
        labelsInFile: read.labelled,
        conventions: read.conventions,
        sourceFile: file.sourceFile(read),
        raw: read.raw,
        only: before === null ? 'counts' : { rows: rowsLooked(width) },
        ...(sample === undefined ? {} : { sample }),
        format: 'parquet',
        workFolder: `${folder}-work`,
        outputFile,
        quarantineFile: held,
        droppedFile,
      },
      quiet(signal),
    )
    const drift = before === null ? [] : await this.#drift(outputFile, cleaned, before, signal)
    const dropped = cleaned.dropped.reduce((sum, { rows }) => sum + rows, 0)
    const { records, quarantined } =
      sample === undefined
        ? { records: read.records, quarantined: read.quarantined + cleaned.quarantined }
        : {
            records: cleaned.clean + cleaned.quarantined + dropped - (cleaned.made ?? 0),
            quarantined: cleaned.quarantined,
          }
    // What is asked of a file as a whole, a part of it does not answer.
    const broken = (all: CleanOutput['stops'] = []) =>
      sample === undefined ? all : all.filter(({ rows }) => rows > 0)
    const page = await rejects.page(
      sample === undefined ? [file.brokenFile, held] : [held],
      0,
      examples,
    )
    const prints = await printsOfFile(rejects, file.recordsFile, read)
    const known = withMarks(cleaned.contract.columns, dataset?.contract?.columns ?? [])
    const marked = under.labels.map((label) => findColumn(known, label) ?? { label, personal: {} })
    const check = {
      records,
      clean: cleaned.clean,
      held: quarantined,
      dropped,
      tooMany: isTooMany(records, quarantined, under.maxQuarantinedShare),
      warnings: broken(cleaned.warnings),
      stops: broken(cleaned.stops),
      drift,
      examples: page.rows,
      doubts: [
        ...unmarked(marked, prints, under.recipe).map(unmarkedSentence),
        ...read.detected.doubts,
        ...(cleaned.doubts ?? []),
      ],
      ...(sample === undefined
        ? {}
        : { sampled: { ...sample, of: read.records, broken: read.quarantined } }),
    }
    return { check, held, dropped: droppedFile }
  }

  /** What is not as in the files that were delivered. */
  async #drift(
    file: string,
    { clean, bytes, contract: { columns, rows } }: CleanOutput,
    before: LastFile,
    signal: AbortSignal,
  ): Promise<string[]> {
    // So much is held back that nothing was written, and that is said.
    if (bytes === 0) return []
    const input = { file, format: 'parquet', columns, rows: clean, measured: null } as const
    try {
      const { outline } = await this.#parts.rooms.measure(input, quiet(signal))
      return besideLast(outline, rows, before, this.#parts.now().toISOString()).drift
    } finally {
      await rm(file, { force: true })
    }
  }

  /** What its columns hold. */
  profile(input: ProfileInput, signal: AbortSignal): Promise<Profile> {
    const { rooms, sources } = this.#parts
    return this.#columnsOf(input, signal, async (asked, read) => {
      const { records, dropped, columns, hints } = await rooms.profile(asked, quiet(signal))
      return {
        name: sources.name(input.source),
        detected: read.detected,
        records: read.records,
        profiled: records - dropped,
        broken: read.quarantined,
        dropped,
        columns: columns.map(({ column, ...profile }) => {
          const label = asked.writtenAs?.[column.label] ?? column.label
          return { column: { ...column, label }, ...profile }
        }),
        hints,
      }
    })
  }

  /** Which steps it asks for behind a recipe. */
  suggest(input: ProfileInput, signal: AbortSignal): Promise<Suggestions> {
    const { rooms, sources } = this.#parts
    return this.#columnsOf(input, signal, async (asked) => ({
      name: sources.name(input.source),
      recipe: this.#recipe(input),
      ...(await rooms.suggest({ ...asked, kept: this.#kept(input) }, quiet(signal))),
    }))
  }

  /** Which values of a column are likely spellings of one, behind a recipe. */
  similar({ column, by, ...input }: SimilarInput, signal: AbortSignal): Promise<SimilarValues> {
    const { rooms } = this.#parts
    return this.#columnsOf(input, signal, async (asked, read) => {
      const known = asked.labels[read.labels.indexOf(column)] ?? column
      const similar = await rooms.similar({ ...asked, column: known, by }, quiet(signal))
      return { column, recipe: this.#recipe(input), ...similar }
    })
  }

  /** A whole file, as a room is asked about its columns. */
  #columnsOf<Result>(
    input: ProfileInput,
    signal: AbortSignal,
    work: (asked: AskedOfColumns, read: ReadOutput) => Promise<Result>,
  ): Promise<Result> {
    const { files, newId } = this.#parts
    return files.use(this.wanted(input), signal, async (file) => {
      const read = await file.whole(signal)
      const under = await this.cleaned(file, this.asked(input), read)
      const { contract, maxQuarantinedShare: _, ...held } = under
      const asked = {
        ...held,
        recordsFile: file.recordsFile,
        labelsInFile: read.labelled,
        conventions: read.conventions,
        columns: contract?.columns ?? null,
        workFolder: join(file.folder, `profile-${newId()}`),
      }
      return await work(asked, read)
    })
  }

  /** Without what a changed header adds to it. */
  #recipe({ dataset, recipe }: ProfileInput): Recipe {
    return recipe ?? this.#dataset(dataset)?.recipe ?? defaultRecipe
  }

  /** The labels of columns that its dataset has in its table. */
  #kept({ dataset }: ProfileInput): string[] {
    return this.#dataset(dataset)?.contract?.columns.map(({ label }) => label) ?? []
  }

  #dataset(name: string | undefined): Dataset | null {
    return name === undefined ? null : this.#parts.datasets.get(name)
  }
}
