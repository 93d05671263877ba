/** What is worked out of the rows of an output file before they are loaded: what they add up to, and by what they are known later. */
import { existsSync, statSync } from 'node:fs'
import type { ControlTotals } from '../../../shared/domain/runs/controlTotals.ts'
import { isPart } from '../../../shared/domain/arriving/extract.ts'
import { tellingColumns } from '../../../shared/domain/datasets/meaning.ts'
import type { HomePaths } from '../ports/home.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { StoredRun } from '../ports/store.ts'
import type { LoadInput } from '../ports/warehouse.ts'
import { quiet } from '../quiet.ts'
import { rowHashesOf } from './step.ts'

type Output = Pick<LoadInput, 'file' | 'format' | 'columns' | 'meaning'>

export class OutputSums {
  readonly #parts: { rooms: Pick<Rooms, 'fileTotals' | 'compareRows'>; home: HomePaths }
  /** By run, with the file as it was. */
  readonly #begun = new Map<string, { identity: string; totals: ControlTotals }>()

  constructor(parts: { rooms: Pick<Rooms, 'fileTotals' | 'compareRows'>; home: HomePaths }) {
    this.#parts = parts
  }

  /** Works them out beforehand, for whoever asks next. */
  async begin(run: StoredRun, output: Output, rows: number, signal: AbortSignal): Promise<void> {
    const identity = identityOf(output.file)
    const totals = await this.of(run, output, rows, signal)
    if (identity !== null) this.#begun.set(run.id, { identity, totals })
  }

  /** What the rows add up to. Later files of the dataset can be compared with them from then on. */
  async of(
    run: StoredRun,
    output: Output,
    rows: number,
    signal: AbortSignal,
  ): Promise<ControlTotals> {
    const { rooms, home } = this.#parts
    const { file, format, columns, meaning } = output
    const hashes = rowHashesOf(home, run.id)
    const isFile = run.plan.completes === undefined && !isPart(run.plan)
    if (meaning.kind === 'append' && isFile && rows > 0 && !existsSync(hashes))
      await rooms.compareRows({ file, format, columns, hashes, earlier: [] }, quiet(signal))
    const begun = this.#begun.get(run.id)
    this.#begun.delete(run.id)
    if (begun !== undefined && begun.identity === identityOf(file)) return begun.totals
    const keys = tellingColumns(meaning, columns)
    return await rooms.fileTotals({ file, format, columns, keys }, quiet(signal))
  }
}

/** null: it is not there. */
function identityOf(file: string): string | null {
  const found = statSync(file, { throwIfNoEntry: false, bigint: true })
  return found === undefined ? null : `${found.ino} ${found.size} ${found.mtimeNs}`
}
