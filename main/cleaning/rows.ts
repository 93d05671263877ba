/** The clean rows of a file: how they are written, and that it is begun before all records were looked at. */
import { join } from 'node:path'
import { openEngine } from '../duckdb/engine.ts'
import type { Engine } from '../duckdb/engine.ts'
import type { CleanInput, CleanReport } from '../runs/ports/cleaning.ts'
import type { Control } from '../runs/ports/control.ts'
import { emitMarks, isUnmarked } from './duckdb/marks.ts'
import { emitOutput } from './duckdb/output.ts'
import type { CellForm } from './duckdb/output.ts'
import type { Ahead, Known } from './learn.ts'
import type { Pivot } from './duckdb/pivot.ts'

/** What does not fit goes to the work folder. With less than 192 MiB two threads that write take turns. */
const memoryBytes = { 1: 128 * 1024 * 1024, 2: 256 * 1024 * 1024 }
/** What a writer needs for each column of the output besides: more than it uses, for what it is allowed it fills with blocks it has read. */
export const memoryBytesPerColumn = { csv: 220 * 1024, 'csv.gz': 220 * 1024, parquet: 400 * 1024 }
/**
 * Wider or longer records are written by one thread: two keep up to 122,880 records each to bring them into order,
 * and of long records these are more than the memory.
 */
const forTwoThreads = { columns: 64, recordBytes: 1024 }

/** What became of the records that had to be judged. */
export interface Standing {
  /** Whether those that did not have to are regular. */
  areRegular: boolean
  /** Records that were judged and stand. */
  standing: number
  /** Whether any record does not stand. */
  someOut: boolean
}

interface Begun {
  sql: string
  stopping: AbortController
  /** The rows that were written; null: stopped, or failed. */
  rows: Promise<number | null>
}

/**
 * Writes the rows. What the beginning of a file says is mostly what the whole file says; then the statement is the same, and has
 * run beside the look at the records. Where it is another one, it runs from the start.
 */
export class CleanRows implements Ahead {
  readonly #input: CleanInput & { pivoted: Pick<Pivot, 'parts'> | null }
  readonly #engineFolder: string
  readonly #file: string
  readonly #control: Control<CleanReport>
  #begun: Begun | null = null
  /** Records in all, as soon as they are known. */
  #records: number | null = null

  /** `file`: where the rows go. */
  constructor(
    input: CleanInput & { pivoted: Pick<Pivot, 'parts'> | null },
    engineFolder: string,
    file: string,
    control: Control<CleanReport>,
  ) {
    this.#input = input
    this.#engineFolder = engineFolder
    this.#file = file
    this.#control = control
  }

  begin(known: Known): void {
    const sql = this.#statement(known, { areRegular: true, standing: 0, someOut: false })
    const stopping = new AbortController()
    const signal = AbortSignal.any([this.#control.signal, stopping.signal])
    const rows = this.#run('ahead.duckdb', known, signal, (engine) => this.#copy(engine, sql))
    // What fails here fails again where it is waited for.
    this.#begun = { sql, stopping, rows: rows.catch(() => null) }
  }

  /** What was begun is of no use any more; resolves when nothing of it is left running. */
  async stop(): Promise<void> {
    this.#begun?.stopping.abort()
    await this.#begun?.rows
    this.#begun = null
  }

  /** Answers how many rows were written. `limit`: no more than the first of them; absent: all. */
  async write(known: Known, standing: Standing, limit?: number): Promise<number> {
    const { signal } = this.#control
    this.#records = known.facts.records
    const sql = this.#statement(known, standing, limit)
    if (this.#begun?.sql === sql) {
      const rows = await this.#begun.rows
      signal.throwIfAborted()
      if (rows !== null) return rows
    }
    await this.stop()
    this.#tell(0)
    return await this.#run('clean.duckdb', known, signal, async (engine) => {
      if (standing.someOut)
        for (const statement of emitMarks('out', 'out', known.facts.lastRecord))
          await engine.run(statement)
      return await this.#copy(engine, sql)
    })
  }

  #statement(
    { columns, plan, facts }: Known,
    { areRegular, standing, someOut }: Standing,
    limit?: number,
  ): string {
    const { recordsFile, labels, format, withLineage = false, pivoted } = this.#input
    // What is irregular is a suspect; if none of these stands, all is regular that does.
    const formOf = (cell: number): CellForm => {
      const known = facts.columns[cell]
      if (known === undefined) return 'judged'
      if (known.castable && !known.irregular && plan.cells[cell]?.length === 0) return 'typed'
      if (!areRegular || (standing > 0 && known.irregular)) return 'judged'
      return known.castable ? 'castable' : 'regular'
    }
    const records = { nth: 1, file: recordsFile, from: 0, width: labels.length }
    return emitOutput(records, {
      plan,
      columns,
      formOf,
      format,
      file: this.#file,
      stands: someOut ? isUnmarked('out', facts.lastRecord) : null,
      withLineage,
      pivot: pivoted,
      ...(limit === undefined ? {} : { limit }),
    })
  }

  #run(
    database: string,
    { facts }: Known,
    signal: AbortSignal,
    work: (engine: Engine) => Promise<number>,
  ): Promise<number> {
    const { labels, format } = this.#input
    const isNarrow =
      labels.length <= forTwoThreads.columns &&
      facts.bytes <= facts.records * forTwoThreads.recordBytes
    const threads = isNarrow ? 2 : 1
    const options = {
      memoryBytes: memoryBytes[threads] + labels.length * memoryBytesPerColumn[format],
      threads,
      signal,
    } as const
    return withEngine(join(this.#engineFolder, database), options, work)
  }

  #copy(engine: Engine, sql: string): Promise<number> {
    return engine.runTold(sql, (share) => this.#tell(share))
  }

  #tell(share: number): void {
    if (this.#records === null) return
    const rowsDone = Math.floor(share * this.#records)
    this.#control.report({ rowsDone, doing: 'Writing the clean rows' })
  }
}

/** Work with an engine of its own, which is closed then. */
export async function withEngine<Result>(
  file: string,
  { signal, ...limits }: { memoryBytes: number; threads: 1 | 2; signal: AbortSignal },
  work: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  const own = {
    file,
    tempFolder: `${file}.temp`,
    access: 'read-write',
    otherFiles: 'allowed',
  } as const
  const engine = await openEngine({ ...own, ...limits }, signal)
  try {
    return await work(engine)
  } finally {
    engine.close()
  }
}
