import { join } from 'node:path'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { type FixOfEach, type FixableRow, groupOf } from '../../../shared/domain/fixing/fixing.ts'
import {
  type GroupCells,
  proposedFixes,
  valuesKept,
} from '../../../shared/domain/fixing/fixProposals.ts'
import {
  type ChangedCell,
  type FixEffect,
  type FixedTogether,
  type GroupFix,
  type ProposedFix,
  type RowsToFix,
  type UndoneTogether,
  effectWords,
  fixWords,
  groupStepsFault,
  withRule,
} from '../../../shared/domain/fixing/groupFix.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { HeldRow, Reason } from '../../../shared/domain/files/quarantine.ts'
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts'
import type { Datasets } from '../datasets.ts'
import {
  type NewFix,
  beyond,
  droppedWords,
  fixedBy,
  isAsked,
  isOpen,
  problemsOf,
  refuseCompleting,
} from './fixRows.ts'
import type { Held, HeldBack } from './heldBack.ts'
import { Ahead, placed } from './inOrder.ts'
import { type Judging, type ReadRows, fixedReading, ownRecipe } from './judging.ts'
import type { RejectsReader } from '../ports/reading.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { FixRepository, RunRepository } from '../ports/store.ts'
import { quiet } from '../quiet.ts'

export interface GroupFixingParts {
  rooms: Pick<Rooms, 'read' | 'clean'>
  rejects: RejectsReader
  runs: RunRepository
  fixes: FixRepository
  held: HeldBack
  judging: Judging
  datasets: Pick<Datasets, 'putFirst' | 'changeRule' | 'takeBack'>
  changed: (runId: string) => void
  now: () => Date
}

/** Which rows, and what is to become of them. */
export interface GroupFixInput {
  runId: string
  which: RowsToFix
  fix: GroupFix
}

/** Counted before it is done, and done by the same way. */
export interface Foreseen extends FixEffect {
  /** The first cells that become other ones. */
  examples: ChangedCell[]
}

/** A row after a fix. `isChanged`: whether it is another one than before, or another rule looks at it. */
interface Outcome {
  row: FixableRow
  cells: string[]
  problems: Reason[]
  isChanged: boolean
}

const examplesKept = 5
/** Rows that are kept in one go. */
const savedTogether = 2000
/** So many proposals are counted. */
const counted = 4

/** Held-back rows of a kind are fixed together: counted first, then done, as often as is wanted in the files to come as well. */
export class GroupFixing {
  readonly #parts: GroupFixingParts

  constructor(parts: GroupFixingParts) {
    this.#parts = parts
  }

  /** What could repair the rows of a group, each with what it does to them, the best first. */
  async propose(runId: string, group: string, signal: AbortSignal): Promise<ProposedFix[]> {
    const held = await this.#parts.held.of(runId)
    const cells = await this.#cellsOf(held, group)
    const fixes = cells === null ? [] : proposedFixes(cells)
    if (fixes.length === 0) return []
    const { judging } = this.#parts
    return await judging.withRows(
      held.labels,
      cellsIn(this.#chosen(held, { group })),
      signal,
      async (rows) => {
        const proposed: ProposedFix[] = []
        for (const fix of fixes) {
          const effect = emptyEffect()
          for await (const outcome of this.#outcomes(held, { group }, fix, rows, null, signal))
            count(effect, outcome, group)
          if (effect.repaired > 0) proposed.push({ fix, effect })
        }
        return proposed
          .toSorted((one, other) => other.effect.repaired - one.effect.repaired)
          .slice(0, counted)
      },
    )
  }

  /** What a fix would do; nothing is changed. Throws `usage` where it is none for single rows. */
  async foresee({ runId, which, fix }: GroupFixInput, signal: AbortSignal): Promise<Foreseen> {
    const held = await this.#parts.held.of(runId)
    const effect: Foreseen = { ...emptyEffect(), examples: [] }
    await this.#work(held, which, fix, signal, (outcome) => {
      count(effect, outcome, which.group)
      const { row, cells } = outcome
      const column = cells.findIndex((cell, index) => cell !== (row.cells[index] ?? ''))
      if (column < 0 || effect.examples.length >= examplesKept) return
      effect.examples.push({
        line: row.line,
        column: held.labels[column] ?? '',
        before: row.cells[column] ?? '',
        after: cells[column] ?? '',
      })
    })
    return effect
  }

  /**
   * Does it. `remember`: the steps become the first ones of the dataset, and the rows go through them as they stand in the
   * file; a rule is the dataset's in any case. Answers what it did, and by which number it can be undone.
   */
  async apply(
    { runId, which, fix }: GroupFixInput,
    remember: boolean,
    signal: AbortSignal,
  ): Promise<FixEffect & FixedTogether> {
    const { fixes, runs, datasets, changed, now } = this.#parts
    const held = await this.#parts.held.of(runId)
    refuseCompleting(held.run)
    refuseUnfit(held, fix)
    const together = fixes.nextTogether(runId)
    const effect = emptyEffect()
    // A file with steps of its own is not cleaned by those of its dataset.
    const keepsCells = remember && fix.kind === 'steps' && ownRecipe(held.run.plan) === undefined
    let batch: NewFix[] = []
    const save = (): void => {
      fixes.saveTogether(runId, together, batch)
      batch = []
    }
    const dropped = fix.kind === 'each' && fix.to.kind === 'drop' ? fix.to.reason : null
    await this.#work(held, which, fix, signal, (outcome) => {
      count(effect, outcome, which.group)
      if (!outcome.isChanged) return
      const { row, cells, problems } = outcome
      batch.push(
        dropped === null
          ? {
              record: row.record,
              cells: keepsCells ? row.cells : cells,
              reason: null,
              // With which others it fits is seen when all of them are looked at.
              problems: held.isTogether ? null : problems,
            }
          : { record: row.record, cells: null, reason: dropped, problems: null },
      )
      if (batch.length === savedTogether) save()
    })
    save()
    const { dataset } = held.run
    // Last: rows that were judged by what the dataset does not know yet are judged again when they are sent.
    const version =
      fix.kind === 'rule'
        ? datasets.changeRule(dataset, fix.change)
        : remember && fix.kind === 'steps'
          ? datasets.putFirst(dataset, fix.steps)
          : null
    const label = (name: string) =>
      held.columns.find((column) => column.name === name)?.label ?? name
    const message =
      dropped === null
        ? `Held-back rows: ${fixWords(fix, label)}, ${effectWords(effect)}.`
        : droppedWords(effect.rows, dropped)
    runs.log(runId, { at: now().toISOString(), level: 'info', message })
    changed(runId)
    return { ...effect, together, version }
  }

  /** Rows that were fixed together, and neither changed nor sent since, are as before, and so is the dataset, unless it was changed since. */
  undo(runId: string, { together, version }: FixedTogether): UndoneTogether {
    const { fixes, datasets, held, changed } = this.#parts
    const { dataset } = held.must(runId)
    const rows = fixes.undoTogether(runId, together)
    const why = 'The repair of held-back rows was undone.'
    const isBack = version === null || datasets.takeBack(dataset, version, why)
    changed(runId)
    return { rows, stays: isBack ? null : dataset }
  }

  /** Of the rows that are asked for, those that can be fixed, one after the other. */
  async *#chosen(held: Held, which: RowsToFix, dropping = false): AsyncGenerator<FixableRow> {
    for await (const row of this.#parts.held.rows(held))
      if (isOpen(row) && (dropping || !row.isCut) && isAsked(row, which)) yield row
  }

  async #work(
    held: Held,
    which: RowsToFix,
    fix: GroupFix,
    signal: AbortSignal,
    take: (outcome: Outcome) => void,
  ): Promise<void> {
    refuseUnfit(held, fix)
    const { judging } = this.#parts
    const { labels } = held
    if (fix.kind === 'each' && fix.to.kind === 'drop') {
      for await (const row of this.#chosen(held, which, true))
        take({ row, cells: row.cells, problems: [], isChanged: true })
      return
    }
    const to = fix.kind === 'each' ? fix.to : null
    const asIt = fixed(this.#chosen(held, which), to, labels.length)
    await judging.withRows(labels, asIt, signal, async (rows) => {
      const after = fix.kind === 'steps' ? await this.#stepped(rows, fix.steps, signal) : null
      for await (const outcome of this.#outcomes(held, which, fix, rows, after, signal))
        take(outcome)
    })
  }

  /** The rows with what is wrong with them after the fix. `after`: their cells, where steps change them. */
  async *#outcomes(
    held: Held,
    which: RowsToFix,
    fix: GroupFix,
    rows: ReadRows,
    after: AsyncIterator<{ place: number; cells: string[] }> | null,
    signal: AbortSignal,
  ): AsyncGenerator<Outcome> {
    const { judging } = this.#parts
    const columns = fix.kind === 'rule' ? withRule(held.columns, fix.change) : held.columns
    const first = fix.kind === 'steps' ? fix.steps : []
    const problems = judging.problems(rows, { run: held.run, columns }, first, signal)
    const width = held.labels.length
    const to = fix.kind === 'each' ? fix.to : null
    const wrong = new Ahead<HeldRow>(problems, ({ record }) => record)
    const stepped = after === null ? null : new Ahead(after, ({ place }) => place)
    let place = 0
    for await (const row of this.#chosen(held, which)) {
      place += 1
      const own = fixedCells(row, to, width)
      const changed = (await stepped?.at(place))?.cells ?? null
      const cells = changed === null ? own : [...changed, ...own.slice(width)]
      const reasons = (await wrong.at(place))?.reasons ?? []
      yield {
        row,
        cells,
        problems: [...beyond(cells, width), ...reasons],
        isChanged:
          fix.kind !== 'steps' || cells.some((cell, index) => cell !== (row.cells[index] ?? '')),
      }
    }
  }

  /** What the steps make of the cells; a row that one of them cannot work on is left out. By its place, from 1. */
  async #stepped(
    { folder, labels, recordsFile, read }: ReadRows,
    steps: Recipe,
    signal: AbortSignal,
  ): Promise<AsyncIterator<{ place: number; cells: string[] }>> {
    const { rooms, rejects } = this.#parts
    const [outputFile, quarantineFile, steppedFile] = [
      join(folder, 'stepped.csv'),
      join(folder, 'stepped.ndjson'),
      join(folder, 'stepped-records.csv'),
    ]
    // A row of one empty cell would be an empty line, which is no row.
    const filled = freeLabel(labels)
    const columns = [...labels, filled].map((label, index): Column => ({
      name: `c${index + 1}`,
      label,
      type: 'text',
    }))
    const cleaned = await rooms.clean(
      {
        recipe: [...steps, { kind: 'derive', into: filled, formula: '"."' }],
        contract: { columns, maxQuarantinedShare: 1 },
        maxQuarantinedShare: 1,
        recordsFile,
        labels: read.labels,
        labelsInFile: true,
        conventions: read.conventions,
        sourceFile: join(folder, 'rows.csv'),
        raw: read.raw,
        format: 'csv',
        workFolder: join(folder, 'stepped-work'),
        outputFile,
        quarantineFile,
      },
      quiet(signal),
    )
    const failed = new Set<number>()
    for await (const { record } of rejects.rows([quarantineFile])) failed.add(record)
    const out = await rooms.read(
      {
        path: outputFile,
        reading: fixedReading,
        unpackedFile: join(folder, 'stepped-unpacked'),
        recordsFile: steppedFile,
        quarantineFile: join(folder, 'stepped-read.ndjson'),
      },
      quiet(signal),
    )
    if (out.records !== cleaned.clean || out.quarantined > 0) throw notTheSame()
    return placed(rejects.records(steppedFile), failed, labels.length)
  }

  /** What the cells of a group say; null: its problems are of no single column of the file. */
  async #cellsOf(held: Held, group: string): Promise<GroupCells | null> {
    const values = new Map<string, number>()
    let isMore = false
    let found: Reason | null = null
    for await (const row of this.#chosen(held, { group })) {
      const own = problemsOf(row).find((problem) => groupOf(problem) === group)
      if (own === undefined) continue
      found ??= own
      const known = values.get(own.value)
      if (known !== undefined) values.set(own.value, known + 1)
      else if (values.size < valuesKept) values.set(own.value, 1)
      else isMore = true
    }
    const column = held.columns.find(({ name }) => name === found?.column)
    if (found === null || column === undefined || !held.labels.includes(column.label)) return null
    return { code: found.code, column, values, isMore }
  }
}

async function* cellsIn(rows: AsyncIterable<FixableRow>): AsyncGenerator<string[]> {
  for await (const { cells } of rows) yield cells
}

async function* fixed(
  rows: AsyncIterable<FixableRow>,
  to: FixOfEach | null,
  width: number,
): AsyncGenerator<string[]> {
  for await (const row of rows) yield fixedCells(row, to, width)
}

function fixedCells(row: FixableRow, to: FixOfEach | null, width: number): string[] {
  return to === null ? row.cells : (fixedBy(row, [to], width)?.cells ?? row.cells)
}

const emptyEffect = (): FixEffect => ({ rows: 0, repaired: 0, ready: 0 })

/** The rule and the column that a group is about. */
const aboutOf = (group: string): string => group.split('|').slice(0, 2).join('|')

function count(effect: FixEffect, { row, problems }: Outcome, group: string | undefined): void {
  effect.rows += 1
  const isReady = problems.length === 0
  if (group === undefined) {
    if (!isReady || problemsOf(row).length === 0) return
    effect.repaired += 1
    effect.ready += 1
    return
  }
  if (problems.every((problem) => aboutOf(groupOf(problem)) !== aboutOf(group)))
    effect.repaired += 1
  if (isReady) effect.ready += 1
}

function freeLabel(labels: readonly string[]): string {
  let label = 'pallet_row'
  while (labels.some((one) => one.toLowerCase() === label)) label += '_'
  return label
}

function refuseUnfit({ labels, columns }: Held, fix: GroupFix): void {
  const fault =
    fix.kind === 'steps'
      ? groupStepsFault(fix.steps, labels)
      : fix.kind === 'rule' && columns.every(({ name }) => name !== fix.change.column)
        ? `The dataset has no column “${fix.change.column}”.`
        : null
  if (fault !== null)
    throw new Problem({
      code: 'usage',
      what: `Held-back rows cannot be fixed so. ${fault}`,
      did: 'Nothing was changed.',
    })
}

function notTheSame(): Problem {
  return new Problem({
    code: 'internal',
    what: 'The steps left another number of rows than they were given.',
    did: 'Nothing was changed.',
    advice: 'Send the log file and the steps to whoever looks after Pallet.',
  })
}
