/** Held-back rows as people are shown them: a page of them on screen, all of them as a file for other programs. */
import {
  type FixableRow,
  type HeldGroup,
  type HeldPage,
  groupOf,
  harmless,
  ownColumns,
} from '../../shared/domain/fixing.ts'
import type { RowsToFix } from '../../shared/domain/groupFix.ts'
import type { Reading } from '../../shared/domain/reading.ts'
import { checkpointOf } from './checkpoints.ts'
import { hasCell, isOpen, isReady, problemsOf } from './fixRows.ts'
import type { HeldBack } from './heldBack.ts'
import type { RejectsReader, TableDelimiter } from './ports/reading.ts'
import type { RunRepository } from './ports/store.ts'

export interface HeldPagesParts {
  held: HeldBack
  rejects: RejectsReader
  runs: RunRepository
}

/** Rows from `offset` on, counted from 0. */
export interface PageAsked extends RowsToFix {
  offset: number
  limit: number
}

export class HeldPages {
  readonly #parts: HeldPagesParts

  constructor(parts: HeldPagesParts) {
    this.#parts = parts
  }

  /** A part of the rows that are not home yet; of those in a group, where one is given, and with a cell. */
  async page(runId: string, { offset, limit, group, cell }: PageAsked): Promise<HeldPage> {
    const held = await this.#parts.held.checked(runId, new AbortController().signal)
    const groups = new Map<string, HeldGroup>()
    const rows: FixableRow[] = []
    const counts = { total: 0, open: 0, ready: 0, found: 0 }
    for await (const row of this.#parts.held.states(held)) {
      counts.total += 1
      if (row.state === 'delivered') continue
      if (row.state !== 'dropped') counts.open += 1
      if (isReady(row)) counts.ready += 1
      const own = new Set<string>()
      for (const problem of problemsOf(row)) {
        const id = groupOf(problem)
        const { column, message } = problem
        const known = groups.get(id) ?? { id, column, message, rows: 0, firstLine: row.line }
        if (!own.has(id)) groups.set(id, { ...known, rows: known.rows + 1 })
        own.add(id)
      }
      if (group !== undefined && !own.has(group)) continue
      if (cell !== undefined && !hasCell(this.#parts.held.whole(held, row), cell)) continue
      if (counts.found >= offset && rows.length < limit)
        rows.push(this.#parts.held.whole(held, row))
      counts.found += 1
    }
    const byLabel = new Map(held.columns.map((column) => [column.label, column]))
    return {
      ...counts,
      columns: held.labels.map((label) => {
        const rules = byLabel.get(label) ?? null
        return { label, name: rules?.name ?? '', rules }
      }),
      groups: [...groups.values()].toSorted((one, other) => other.rows - one.rows),
      rows,
    }
  }

  /**
   * Rows that are still held back, for other programs: their cells under the labels of the file, then where each stands,
   * what is wrong with it, and a column in which to say why it is dropped. What a spreadsheet would run as a formula is
   * made harmless. They are cut by what the file is cut by: the spreadsheet that wrote it opens them as columns.
   */
  csv(runId: string): ReadableStream<Uint8Array> {
    this.#parts.held.must(runId)
    const read = checkpointOf(this.#parts.runs.steps(runId), 'read')
    return this.#parts.rejects.csv(this.#table(runId), delimiterFor(read?.detected.reading))
  }

  async *#table(runId: string): AsyncGenerator<string[]> {
    const held = await this.#parts.held.of(runId)
    let width = held.labels.length
    for await (const row of this.#parts.held.rows(held))
      if (isOpen(row)) width = Math.max(width, row.cells.length)
    const { beyond, line, record, reasons, drop } = ownColumns
    const more = width > held.labels.length ? [beyond] : []
    yield [...held.labels, ...more, line, record, reasons, drop]
    for await (const row of this.#parts.held.rows(held)) {
      if (!isOpen(row)) continue
      const cells = Array.from({ length: width }, (_, index) => row.cells[index] ?? '')
      const why = problemsOf(row).map(({ message }) => message)
      yield [...cells, `${row.line}`, `${row.record}`, why.join(' '), ''].map(harmless)
    }
  }
}

function delimiterFor(reading: Reading | undefined): TableDelimiter {
  const delimiter = reading?.kind === 'delimited' ? reading.dialect.delimiter : ','
  return delimiter === ';' || delimiter === '\t' ? delimiter : ','
}
