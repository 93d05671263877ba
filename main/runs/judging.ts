import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Column } from '../../shared/domain/dataset.ts'
import type { Dialect } from '../../shared/domain/dialect.ts'
import type { Reading } from '../../shared/domain/reading.ts'
import type { Plan } from '../../shared/domain/run.ts'
import { type NewFix, beyond } from './fixRows.ts'
import type { HomePaths } from './ports/home.ts'
import type { RejectsReader } from './ports/reading.ts'
import type { Rooms } from './ports/rooms.ts'
import type { DatasetRepository, FixRepository, StoredRun } from './ports/store.ts'
import { quiet } from './quiet.ts'
import { type ReferenceParts, referencesOf } from './references.ts'
import { asFixed, cleanedAs } from './steps/clean.ts'

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

/** Whose rows they are, and what they are held to. */
interface Judged {
  run: StoredRun
  labels: readonly string[]
  columns: Column[]
}

/** Says of edited rows what a run would say of them. */
export class Judging {
  readonly #parts: JudgingParts

  constructor(parts: JudgingParts) {
    this.#parts = parts
  }

  /** Looks at edited rows as a run would, by the same reading and cleaning, and keeps what it finds. Answers how many do not fit. */
  async judge(held: Judged, fixes: readonly NewFix[], signal: AbortSignal): Promise<number> {
    const { rooms, rejects, home, datasets, newId, fixes: stored, changed } = this.#parts
    const { run, labels, columns } = held
    const width = labels.length
    const judged = fixes.flatMap(({ record, cells }) => (cells === null ? [] : [{ record, cells }]))
    if (judged.length === 0) return 0
    const folder = join(home.incoming, newId())
    await mkdir(folder, { mode: 0o700 })
    try {
      const file = (name: string): string => join(folder, name)
      await rejects.write(
        file('rows.csv'),
        labels,
        judged.map(({ cells }) => cells.slice(0, width)),
      )
      const read = await rooms.read(
        {
          path: file('rows.csv'),
          reading: fixedReading,
          unpackedFile: file('unpacked'),
          recordsFile: file('records.csv'),
          quarantineFile: file('read.ndjson'),
        },
        quiet(signal),
      )
      const { recipe, contract } = cleanedAs(
        datasets.get(run.dataset),
        columns,
        ownRecipe(run.plan)?.steps,
      )
      await rooms.clean(
        {
          recipe,
          ...asFixed(contract ?? {}, columns),
          references: await referencesOf(this.#parts, contract, file('values'), signal),
          recordsFile: file('records.csv'),
          labels: read.labels,
          labelsInFile: true,
          conventions: read.conventions,
          sourceFile: file('rows.csv'),
          raw: read.raw,
          only: 'counts',
          format: 'parquet',
          workFolder: file('work'),
          outputFile: file('output'),
          quarantineFile: file('clean.ndjson'),
        },
        quiet(signal),
      )
      const found = await rejects.page([file('read.ndjson'), file('clean.ndjson')], 0, Infinity)
      const wrong = new Map(found.rows.map((row) => [row.record, row.reasons]))
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
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
}
