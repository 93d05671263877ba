/** Held-back rows as they are now: what the file has of them, what a person has made of them, and which run has them. */
import { existsSync } from 'node:fs'
import { knownLabels } from '../../../shared/domain/columns/header.ts'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import type { FixableRow } from '../../../shared/domain/fixing/fixing.ts'
import type { HeldRow, Reason } from '../../../shared/domain/files/quarantine.ts'
import { type Checkpoints, checkpointOf } from '../checkpoints.ts'
import { givesBack, hasDelivered } from './comingHome.ts'
import { type NewFix, isOpen } from './fixRows.ts'
import { type Judging, type JudgingParts, fixedReading } from './judging.ts'
import type { HeldLayout } from '../ports/reading.ts'
import type { RunRepository, StoredFix, StoredRun } from '../ports/store.ts'
import { noSuchRun } from '../receipt.ts'
import { filesOf } from '../steps/step.ts'

export interface HeldBackParts extends Pick<
  JudgingParts,
  'rejects' | 'fixes' | 'datasets' | 'home'
> {
  runs: RunRepository
  judging: Judging
}

/** What has become of the rows that a run took along; by their place in its file, those that it held back again. */
type Sender = 'under way' | 'gave back' | ReadonlyMap<number, Reason[]>

/** A run whose held-back rows are asked for, with what its steps have left. */
export interface Held extends HeldLayout {
  run: StoredRun
  files: string[]
  indexFile: string
  columns: Column[]
  /** Whether rows of the file were put together: then they fit, and are sent, with one another only. */
  isTogether: boolean
  fixes: Map<number, StoredFix>
  senders: Map<string, Sender>
}

/** A row whose text nobody has cut into cells yet. */
export type RowState = Omit<FixableRow, 'cells'> & { cells: string[] | null }
/** What has become of a row since it was held back. */
export type RowFate = Pick<RowState, 'state' | 'problems' | 'dropped' | 'sentBy' | 'cells'>

export class HeldBack {
  readonly #parts: HeldBackParts

  constructor(parts: HeldBackParts) {
    this.#parts = parts
  }

  /** A process that ended in between has kept what was typed, and not looked at it. */
  async checked(runId: string, signal: AbortSignal): Promise<Held> {
    const held = await this.of(runId)
    const unchecked = [...held.fixes.values()].filter(
      ({ cells, problems }) => cells !== null && problems === null,
    )
    if (unchecked.length === 0) return held
    await this.judge(held, unchecked, signal)
    return await this.of(runId)
  }

  /** Looks at edited rows, which are kept, as a run would. Answers how many of them do not fit. */
  async judge(held: Held, fixes: readonly NewFix[], signal: AbortSignal): Promise<number> {
    const { judging } = this.#parts
    if (!held.isTogether || fixes.length === 0) return await judging.judge(held, fixes, signal)
    const all: NewFix[] = []
    const now = await this.of(held.run.id)
    for await (const row of this.rows(now))
      if (isOpen(row) && !row.isCut)
        all.push({ record: row.record, cells: row.cells, reason: null, problems: null })
    return await judging.judge(now, all, signal)
  }

  async of(runId: string): Promise<Held> {
    const { runs, fixes, rejects } = this.#parts
    const run = this.must(runId)
    const steps = runs.steps(runId)
    const read = checkpointOf(steps, 'read')
    const clean = checkpointOf(steps, 'clean')
    const senders = new Map<string, Sender>()
    for (const completing of runs.completing(runId)) {
      const its = runs.steps(completing.id)
      if (givesBack(completing, its)) senders.set(completing.id, 'gave back')
      else if (!hasDelivered(completing, its)) senders.set(completing.id, 'under way')
      else {
        const { rows } = await rejects.page(this.#files(completing), 0, Infinity)
        senders.set(completing.id, new Map(rows.map(({ record, reasons }) => [record, reasons])))
      }
    }
    return {
      run,
      files: this.#files(run),
      indexFile: filesOf(this.#parts.home, run).heldIndex,
      reading: read?.detected.reading ?? fixedReading,
      labels: knownLabels(read?.labels ?? [], run.plan.header),
      raw: read?.raw ?? { in: 'source', encoding: 'utf-8' },
      columns: this.#columnsOf(run, clean),
      isTogether: clean?.together !== undefined,
      fixes: new Map(fixes.of(runId).map((fix) => [fix.record, fix])),
      senders,
    }
  }

  /** As the run had them, with the rules that the dataset has now; what the table holds does not change. */
  #columnsOf({ dataset }: StoredRun, clean: Checkpoints['clean'] | null): Column[] {
    const now = this.#parts.datasets.get(dataset)?.contract?.columns ?? []
    return (clean?.contract.columns ?? []).map((column) => {
      const current = now.find(({ name }) => name === column.name)
      const isSame =
        current?.type === column.type &&
        (current.scale ?? column.scale) === column.scale &&
        current.label === column.label
      return isSame ? { ...current, scale: column.scale } : column
    })
  }

  #files(run: StoredRun): string[] {
    return filesOf(this.#parts.home, run).rejects.filter((file) => existsSync(file))
  }

  async *rows(held: Held): AsyncGenerator<FixableRow> {
    const whole = await this.whole(held)
    for await (const row of this.states(held)) yield whole(row)
  }

  /** What makes of a row one with its cells. */
  async whole(held: Held): Promise<(row: RowState) => FixableRow> {
    const cellsOf = await this.#parts.rejects.cellsOf(held)
    return (row) => ({ ...row, cells: row.cells ?? cellsOf(row) })
  }

  /** What has become of the rows; a row has cells only where a person has given it others. */
  async *states(held: Held): AsyncGenerator<RowState> {
    for await (const row of this.#parts.rejects.rows(held.files)) yield this.stateOf(held, row)
  }

  stateOf(held: Held, row: HeldRow): RowState {
    const fate = this.fateOf(held, row.record) ?? { ...asHeld, problems: row.reasons }
    return { ...row, isCut: this.#parts.rejects.isCut(row), ...fate }
  }

  /** null: it is as it was held back. */
  fateOf({ fixes, senders }: Held, record: number): RowFate | null {
    const fix = fixes.get(record)
    if (fix === undefined) return null
    const { cells, problems, sent } = fix
    if (cells === null)
      return { ...asHeld, state: 'dropped', problems: [], dropped: fix.reason ?? '' }
    const sender = sent === null ? undefined : senders.get(sent.by)
    const sentBy = sent?.by ?? ''
    if (sent === null || sender === undefined || sender === 'gave back')
      return { ...asHeld, state: 'edited', cells, problems }
    if (sender === 'under way') return { ...asHeld, state: 'sent', cells, problems: [], sentBy }
    const again = sender.get(sent.as)
    return again === undefined
      ? { ...asHeld, state: 'delivered', cells, problems: [], sentBy }
      : { ...asHeld, state: 'edited', cells, problems: again }
  }

  must(runId: string): StoredRun {
    const run = this.#parts.runs.get(runId)
    if (run === null) throw noSuchRun(runId)
    return run
  }
}

const asHeld = { state: 'held', cells: null, dropped: '', sentBy: '' } as const
