import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import type { Dialect } from '../../../shared/domain/files/dialect.ts'
import type { HeaderMap } from '../../../shared/domain/columns/headerMap.ts'
import type { Reading } from '../../../shared/domain/files/reading.ts'
import type { Plan } from '../../../shared/domain/runs/run.ts'
import type { HeldRow, Reason } from '../../../shared/domain/files/quarantine.ts'
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts'
import { type NewFix, beyond } from './fixRows.ts'
import type { HomePaths } from '../ports/home.ts'
import type { ReadOutput, RejectsReader } from '../ports/reading.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { DatasetRepository, FixRepository, StoredRun } from '../ports/store.ts'
import { quiet } from '../quiet.ts'
import { type ReferenceParts, referencesOf } from '../outside/references.ts'
import { asFixed, cleanedUnder } from '../steps/clean.ts'

const fixedDialect: Dialect = {
  encoding: 'utf-8',
  delimiter: ',',
  quote: '"',
  escape: '"',
  lineEnd: '\n',
  headerRows: 1,
  skipLines: 0,
}
/** How files are read that Pallet writes of fixed rows. */
export const fixedReading: Reading = { kind: 'delimited', dialect: fixedDialect }

export interface JudgingParts extends ReferenceParts {
  rooms: Pick<Rooms, 'read' | 'clean' | 'columnValues'>
  rejects: RejectsReader
  fixes: FixRepository
  datasets: DatasetRepository
  home: HomePaths
  newId: () => string
  changed: (runId: string) => void
}

/** The steps that hold for this file alone: its held-back rows are cleaned by them, too, and not by those of the dataset. */
export function ownRecipe({ recipe }: Plan): Plan['recipe'] {
  return recipe?.keep === false ? recipe : undefined
}

/** Fixed rows stand under the labels that the dataset knows; what is left out and stays empty is as it was. */
export function headerOfFixed({ header }: Plan): HeaderMap | undefined {
  return header && { ...header, renamed: {} }
}

/** Whose rows they are, and what they are held to. */
export interface Judged {
  run: StoredRun
  labels: readonly string[]
  columns: Column[]
}

/** Rows as a file that has been read, in a folder that goes with it. */
export interface ReadRows {
  folder: string
  labels: readonly string[]
  recordsFile: string
  brokenFile: string
  read: ReadOutput
}

/** Says of edited rows what a run would say of them. */
export class Judging {
  readonly #parts: JudgingParts

  constructor(parts: JudgingParts) {
    this.#parts = parts
  }

  /** Looks at edited rows as a run would, by the same reading and cleaning, and keeps what it finds. Answers how many do not fit. */
  async judge(held: Judged, fixes: readonly NewFix[], signal: AbortSignal): Promise<number> {
    const { fixes: stored, changed } = this.#parts
    const { run, labels } = held
    const width = labels.length
    const judged = fixes.flatMap(({ record, cells }) => (cells === null ? [] : [{ record, cells }]))
    if (judged.length === 0) return 0
    return await this.withRows(
      labels,
      judged.map(({ cells }) => cells),
      signal,
      async (rows) => {
        const wrong = new Map<number, Reason[]>()
        for await (const { record, reasons } of this.problems(rows, held, [], signal))
          wrong.set(record, reasons)
        // Whoever has typed on meanwhile is judged by what was typed then.
        const now = new Map(stored.of(run.id).map((fix) => [fix.record, fix]))
        const known = judged.flatMap(({ record, cells }, index) => {
          if (now.get(record)?.cells?.join('\0') !== cells.join('\0')) return []
          const problems = [...beyond(cells, width), ...(wrong.get(index + 1) ?? [])]
          return [{ record, cells, reason: null, problems }]
        })
        stored.save(run.id, known, [])
        changed(run.id)
        return known.filter(({ problems }) => problems.length > 0).length
      },
    )
  }

  /** Rows written and read as a run reads a file, for as long as the work takes. Of each, the cells of the file's columns. */
  async withRows<Result>(
    labels: readonly string[],
    rows: Iterable<readonly string[]> | AsyncIterable<readonly string[]>,
    signal: AbortSignal,
    work: (rows: ReadRows) => Promise<Result>,
  ): Promise<Result> {
    const { rooms, rejects, home, newId } = this.#parts
    const folder = join(home.incoming, newId())
    await mkdir(folder, { mode: 0o700 })
    try {
      const [path, recordsFile, brokenFile, unpackedFile] = [
        join(folder, 'rows.csv'),
        join(folder, 'records.csv'),
        join(folder, 'read.ndjson'),
        join(folder, 'unpacked'),
      ]
      await rejects.write(path, labels, cut(rows, labels.length))
      const read = await rooms.read(
        { path, reading: fixedReading, unpackedFile, recordsFile, quarantineFile: brokenFile },
        quiet(signal),
      )
      return await work({ folder, labels, recordsFile, brokenFile, read })
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  /** Which of the rows do not fit, by their place from 1, in that order. `first`: steps before those of the dataset. */
  async *problems(
    { folder, recordsFile, brokenFile, read }: ReadRows,
    { run, columns }: Pick<Judged, 'run' | 'columns'>,
    first: Recipe,
    signal: AbortSignal,
  ): AsyncGenerator<HeldRow> {
    const { rooms, rejects, datasets, newId } = this.#parts
    const name = join(folder, newId())
    const dataset = datasets.get(run.dataset)
    const { recipe, contract } = cleanedUnder(
      dataset,
      columns,
      read.labels,
      headerOfFixed(run.plan),
      ownRecipe(run.plan)?.steps,
    )
    await rooms.clean(
      {
        // Steps of two recipes may have the same ids.
        recipe: [...first.map((step) => ({ ...step, id: undefined })), ...recipe],
        ...asFixed(contract ?? {}, columns),
        references: await referencesOf(this.#parts, contract, `${name}-values`, signal),
        recordsFile,
        labels: read.labels,
        labelsInFile: true,
        conventions: read.conventions,
        sourceFile: join(folder, 'rows.csv'),
        raw: read.raw,
        only: 'counts',
        format: 'parquet',
        workFolder: `${name}-work`,
        outputFile: `${name}-output`,
        quarantineFile: `${name}.ndjson`,
      },
      quiet(signal),
    )
    yield* rejects.rows([brokenFile, `${name}.ndjson`])
  }
}

/** What stands beyond the last column is no part of the file. */
async function* cut(
  rows: Iterable<readonly string[]> | AsyncIterable<readonly string[]>,
  width: number,
): AsyncGenerator<readonly string[]> {
  for await (const cells of rows) yield cells.slice(0, width)
}
