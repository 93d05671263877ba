/** Held-back rows as people are shown them: a page of them on screen, all of them as a file for other programs. */
import {
  type FixableRow,
  type HeldFormat,
  type HeldGroup,
  type HeldPage,
  groupOf,
  harmless,
  ownColumns,
} from '../../../shared/domain/fixing/fixing.ts'
import type { RowsToFix } from '../../../shared/domain/fixing/groupFix.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { Reading } from '../../../shared/domain/files/reading.ts'
import { formatCount } from '../../../shared/domain/sizes.ts'
import { checkpointOf } from '../checkpoints.ts'
import { hasCell, isOpen, isReady, problemsOf } from './fixRows.ts'
import type { Held, HeldBack, RowFate } from './heldBack.ts'
import type { HeldEntry, HeldIndex, RejectsReader, TableDelimiter } from '../ports/reading.ts'
import type { RunRepository } from '../ports/store.ts'

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
  /** By run: cells that were made harmless in the last file of its rows. */
  readonly #harmless = new Map<string, number>()

  constructor(parts: HeldPagesParts) {
    this.#parts = parts
  }

  /** A part of the rows that are not home yet; of those in a group, where one is given, and with a cell. */
  async page(runId: string, { offset, limit, group, cell }: PageAsked): Promise<HeldPage> {
    const { held: heldBack, rejects } = this.#parts
    const held = await heldBack.checked(runId, new AbortController().signal)
    const index = await rejects.index(held.files, held.indexFile)
    const groups = new Map<string, { rows: number; first: HeldEntry }>()
    const page: HeldEntry[] = []
    const counts = { total: 0, open: 0, ready: 0, found: 0 }
    for await (const entries of index.entries()) {
      const asked: HeldEntry[] = []
      for (const entry of entries) {
        counts.total += 1
        const fate = heldBack.fateOf(held, entry.record)
        if (fate?.state === 'delivered') continue
        if (fate?.state !== 'dropped') counts.open += 1
        if (fate !== null && isReady({ ...fate, isCut: entry.isCut })) counts.ready += 1
        const own = groupsOf(index, entry, fate)
        for (const id of own) {
          const known = groups.get(id)
          if (known === undefined) groups.set(id, { rows: 1, first: entry })
          else known.rows += 1
        }
        if (group === undefined || own.includes(group)) asked.push(entry)
      }
      const fitting = cell === undefined ? asked : await this.#withCell(held, index, asked, cell)
      const from = Math.max(0, offset - counts.found)
      page.push(...fitting.slice(from, from + limit - page.length))
      counts.found += fitting.length
    }
    const rows = await this.#rows(held, index, page)
    const byLabel = new Map(held.columns.map((column) => [column.label, column]))
    return {
      ...counts,
      columns: held.labels.map((label) => {
        const rules = byLabel.get(label) ?? null
        return { label, name: rules?.name ?? '', rules }
      }),
      groups: await this.#groups(held, index, groups),
      rows,
    }
  }

  async #rows(held: Held, index: HeldIndex, entries: readonly HeldEntry[]): Promise<FixableRow[]> {
    const { held: heldBack } = this.#parts
    const rows = await index.read(entries)
    const whole = await heldBack.whole(held)
    return rows.map((row) => whole(heldBack.stateOf(held, row)))
  }

  /** Only the cells themselves say it, so all that are asked for are read. */
  async #withCell(
    held: Held,
    index: HeldIndex,
    entries: readonly HeldEntry[],
    cell: NonNullable<RowsToFix['cell']>,
  ): Promise<HeldEntry[]> {
    const rows = await this.#rows(held, index, entries)
    return entries.filter((_, nth) => {
      const row = rows[nth]
      return row !== undefined && hasCell(row, cell)
    })
  }

  /** The most frequent first, each with what the first of its rows says. */
  async #groups(
    held: Held,
    index: HeldIndex,
    found: ReadonlyMap<string, { rows: number; first: HeldEntry }>,
  ): Promise<HeldGroup[]> {
    const firsts = await index.read([...found.values()].map(({ first }) => first))
    const groups = [...found].flatMap(([id, { rows }], nth): HeldGroup[] => {
      const first = firsts[nth]
      if (first === undefined) return []
      const own = problemsOf(this.#parts.held.stateOf(held, first))
      const problem = own.find((one) => groupOf(one) === id)
      return problem === undefined
        ? []
        : [{ id, column: problem.column, message: problem.message, rows, firstLine: first.line }]
    })
    return groups.toSorted((one, other) => other.rows - one.rows)
  }

  /**
   * Rows that are still held back, for other programs: their cells under the labels of the file, then where each stands,
   * what is wrong with it, and a column in which to say why it is dropped. What a spreadsheet would run as a formula is
   * made harmless. A CSV is cut by what the file is cut by: the spreadsheet that wrote it opens it as columns.
   * Throws `usage` for what is too large for a sheet.
   */
  async file(runId: string, format: HeldFormat): Promise<ReadableStream<Uint8Array>> {
    this.#parts.held.must(runId)
    if (format === 'xlsx') {
      await refuseBeyondSheet(this.#table(runId, harmless))
      return this.#parts.rejects.workbook(this.#harmlessTable(runId))
    }
    const read = checkpointOf(this.#parts.runs.steps(runId), 'read')
    return this.#parts.rejects.csv(this.#harmlessTable(runId), delimiterFor(read?.detected.reading))
  }

  /** How many cells of the last file that `file` has written whole were made harmless. */
  async harmless(runId: string): Promise<number> {
    this.#parts.held.must(runId)
    return this.#harmless.get(runId) ?? 0
  }

  async *#harmlessTable(runId: string): AsyncGenerator<string[]> {
    let cells = 0
    const put = (cell: string): string => {
      const safe = harmless(cell)
      if (safe !== cell) cells += 1
      return safe
    }
    yield* this.#table(runId, put)
    this.#harmless.set(runId, cells)
  }

  /** `put`: how each cell of a row is written. */
  async *#table(runId: string, put: (cell: string) => string): AsyncGenerator<string[]> {
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
      yield [...cells, `${row.line}`, `${row.record}`, why.join(' '), ''].map(put)
    }
  }
}

function groupsOf({ groups }: HeldIndex, entry: HeldEntry, fate: RowFate | null): string[] {
  if (fate === null) return entry.groups.map((number) => groups[number] ?? '')
  return [...new Set(problemsOf(fate).map(groupOf))]
}

/** What a sheet holds: rows, columns, characters of a cell (Excel specifications and limits, Microsoft). */
const sheetLimits = { rows: 1_048_576, columns: 16_384, characters: 32_767 }

async function refuseBeyondSheet(table: AsyncIterable<readonly string[]>): Promise<void> {
  let rows = 0
  for await (const cells of table) {
    rows += 1
    const isBeyond =
      rows > sheetLimits.rows ||
      cells.length > sheetLimits.columns ||
      cells.some(({ length }) => length > sheetLimits.characters)
    if (!isBeyond) continue
    throw new Problem({
      code: 'usage',
      what: `The held-back rows do not fit a sheet of Excel, which has at most ${formatCount(sheetLimits.rows)} rows and ${formatCount(sheetLimits.columns)} columns, and ${formatCount(sheetLimits.characters)} characters in a cell.`,
      did: 'Nothing was written; they are kept with the run.',
      advice: 'Save them as CSV instead.',
    })
  }
}

function delimiterFor(reading: Reading | undefined): TableDelimiter {
  const delimiter = reading?.kind === 'delimited' ? reading.dialect.delimiter : ','
  return delimiter === ';' || delimiter === '\t' ? delimiter : ','
}
