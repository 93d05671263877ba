/** What a person makes of held-back rows, one at a time. Pure. */
import { type FixChange, type FixableRow, groupOf } from '../../../shared/domain/fixing/fixing.ts'
import type { RowsToFix } from '../../../shared/domain/fixing/groupFix.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { HeldRow, Reason } from '../../../shared/domain/files/quarantine.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import type { StoredFix, StoredRun } from '../ports/store.ts'

export type NewFix = Omit<StoredFix, 'sent'>

/** What is wrong with a row that is not home yet. */
export function problemsOf({ state, problems }: Pick<FixableRow, 'state' | 'problems'>): Reason[] {
  return state === 'held' || state === 'edited' ? (problems ?? []) : []
}

export function hasCell(
  { cells }: FixableRow,
  { column, value }: NonNullable<RowsToFix['cell']>,
): boolean {
  return cells[column] === value
}

/** Whether it is one of those that are asked for: in the group, with the cell. */
export function isAsked(row: FixableRow, { group, cell }: RowsToFix): boolean {
  if (cell !== undefined && !hasCell(row, cell)) return false
  return group === undefined || problemsOf(row).some((problem) => groupOf(problem) === group)
}

/** What the history says of rows that a person has dropped. */
export function droppedWords(rows: number, reason: string): string {
  return `${plural(rows, 'row')} ${rows === 1 ? 'was' : 'were'} dropped by a person: ${reason}`
}

export function isOpen({ state }: FixableRow): boolean {
  return state === 'held' || state === 'edited'
}

export function isReady({
  state,
  problems,
  isCut,
}: Pick<FixableRow, 'state' | 'problems' | 'isCut'>): boolean {
  return state === 'edited' && problems?.length === 0 && !isCut
}

/** The row after the changes, in their order; null: as it stood in the file. */
export function fixedBy(
  row: FixableRow,
  changes: readonly FixChange['to'][],
  width: number,
): NewFix | null {
  let fix: NewFix | null =
    row.state === 'dropped'
      ? { record: row.record, cells: null, reason: row.dropped, problems: null }
      : row.state === 'edited'
        ? { record: row.record, cells: row.cells, reason: null, problems: null }
        : null
  const edited = (cells: readonly string[]): NewFix => {
    if (row.isCut) throw tooLong(row)
    const kept = cells.slice(0, width + 1)
    const trimmed = kept[width] === '' ? kept.slice(0, width) : kept
    if (cells.length > width + 1 || trimmed.length < width) throw otherWidth(row, width)
    return { record: row.record, cells: [...trimmed], reason: null, problems: null }
  }
  for (const to of changes)
    switch (to.kind) {
      case 'cells':
        fix = edited(to.cells)
        break
      case 'cell': {
        const cells = Array.from(
          { length: Math.max(width, row.cells.length, to.column + 1) },
          (_, index) => (fix?.cells ?? row.cells)[index] ?? '',
        )
        fix = edited(cells.with(to.column, to.value))
        break
      }
      case 'accept':
        fix = edited(fix?.cells ?? row.cells)
        break
      case 'drop':
        fix = { record: row.record, cells: null, reason: to.reason, problems: null }
        break
      case 'restore':
        fix = null
    }
  return fix
}

export function beyond(cells: readonly string[], width: number): Reason[] {
  const value = cells[width] ?? ''
  if (value === '') return []
  const message =
    'This row has cells beyond the last column. Move them to where they belong, and clear this one.'
  return [{ code: 'extra-cell', column: '', value, message }]
}

export function refuseCompleting({ id, plan }: StoredRun): void {
  if (plan.completes === undefined) return
  throw new Problem({
    code: 'usage',
    what: `The run ${id} completes the run ${plan.completes.runId}, which has its held-back rows.`,
    did: 'Nothing was changed.',
    advice: `Fix them there: “pallet fix ${plan.completes.runId}”.`,
  })
}

export function goneAlready({ line, sentBy, state }: FixableRow): Problem {
  return new Problem({
    code: 'usage',
    what: `The row of line ${line} ${state === 'sent' ? 'is on its way with' : 'was delivered by'} the run ${sentBy}.`,
    did: 'Nothing was changed.',
    advice:
      state === 'sent' ? 'Wait until that run has ended, or cancel it.' : `Undo that run first.`,
  })
}

export function unknownRows(runId: string, records: readonly number[]): Problem {
  return new Problem({
    code: 'not-found',
    what: `The run ${runId} has held back no record ${records.slice(0, 5).join(', ')}.`,
    did: 'Nothing was changed.',
    advice: `“pallet rejects ${runId}” says which it has.`,
  })
}

export function notTogether(runId: string, rows: number): Problem {
  return new Problem({
    code: 'usage',
    what: `${plural(rows, 'row')} of the run ${runId} ${rows === 1 ? 'is' : 'are'} held back still, and a step puts rows of its file together.`,
    did: 'Nothing was sent, or a row could come in two halves; what was edited is kept.',
    advice: 'Edit, accept or drop every held-back row; then send all of them at once.',
  })
}

function tooLong({ line }: HeldRow): Problem {
  return new Problem({
    code: 'usage',
    what: `The row of line ${line} is longer than 64 KiB, and only its beginning is kept.`,
    did: 'Nothing was changed.',
    advice: 'Drop it with a reason, or correct it in the file and send that as a correction.',
  })
}

function otherWidth({ line }: HeldRow, width: number): Problem {
  return new Problem({
    code: 'usage',
    what: `The row of line ${line} must have ${plural(width, 'cell')}.`,
    did: 'Nothing was changed.',
    advice: 'Give it one cell for each column of its file.',
  })
}
