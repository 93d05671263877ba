/** What a plain cell of a column is: one that needs no judge. */
import { needsUnit } from '../../../shared/domain/cells/amounts.ts'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { scaleOf } from '../../duckdb/types.ts'
import { kind, kinds } from './kinds.ts'
import type { CellKind } from './kinds.ts'

const plus = 0x2b

/** Plain numbers have at most so many digits before the mark: with six after it they fit eight bytes. */
export const plainWhole = 12

/** What a plain cell of a column is. */
export interface Expected {
  /** By kind: whether it is plain, see `isPlain`. */
  plain: Uint8Array
  /** By kind: whether the engine's own cast makes its value. */
  castable: Uint8Array
  order: Column['order']
  scale: number
  required: boolean
  /** By the kind of its number: whether an amount of this unit is plain. */
  amounts: { unit: string; plain: Uint8Array } | null
  /** Whether words are of interest: they may be amounts, or dates. */
  readsWords: boolean
}

/**
 * In `Expected.plain`: whatever else it is; if it is not too long; if its fraction is not too long either; if it stands at fixed
 * places.
 */
export const always = 1
const ifShort = 2
export const [ifShortFraction, ifRegular] = [3, 4] as const

/** undefined: nobody knows yet what the cells should be; all are plain. */
export function expect(column: Column | undefined): Expected {
  const plain = new Uint8Array(kinds)
  const castable = new Uint8Array(kinds)
  const set = (how: number, ...of: number[]): void => {
    for (const one of of) plain[one] = how
  }
  const expected: Expected = {
    plain,
    castable,
    order: column?.order ?? 'ymd',
    scale: column === undefined ? 0 : scaleOf(column),
    required: column?.required === true,
    amounts: null,
    readsWords:
      column?.type === 'date' ||
      column?.type === 'timestamp' ||
      column?.type === 'duration' ||
      column?.unit !== undefined,
  }
  switch (column?.type) {
    case undefined:
    case 'text':
      plain.fill(always)
      break
    case 'boolean':
      set(always, kind.boolean)
      break
    case 'integer':
      set(always, kind.integer, kind.gtin8, kind.identifier)
      if (column?.decimalMark === '.') set(ifShort, kind.eitherComma, kind.commaGroups)
      if (column?.decimalMark === ',') set(ifShort, kind.eitherDot, kind.dotGroups)
      break
    case 'decimal':
      set(ifShort, kind.integer, kind.gtin8, kind.identifier)
      if (column?.decimalMark === ',') {
        set(ifShortFraction, kind.commaFraction, kind.eitherComma)
        set(ifShort, kind.eitherDot, kind.dotGroups)
      } else {
        set(ifShortFraction, kind.dotFraction, kind.eitherDot)
        set(ifShort, kind.eitherComma, kind.commaGroups)
      }
      break
    case 'time':
      set(always, kind.clock, kind.shortClock, kind.halfClock)
      break
    case 'duration':
      set(always, kind.clock, kind.shortClock, kind.midnight, kind.longClock)
      break
    case 'timestamp':
    case 'date':
      if (expected.order === 'ymd') set(ifRegular, kind.ymd)
      else set(ifRegular, kind.dmyOrMdy, expected.order === 'dmy' ? kind.dmy : kind.mdy)
      if (column?.type === 'date') break
      for (const date of [kind.dmy, kind.mdy, kind.dmyOrMdy, kind.ymd])
        set(plain[date] ?? 0, date + (kind.timedDmy - kind.dmy))
  }
  for (const one of castableKinds(column)) castable[one] = 1
  const unit = column?.unit
  if (unit !== undefined) {
    expected.amounts = { unit, plain: plain.slice() }
    if (needsUnit(unit)) plain.fill(0)
  }
  return expected
}

function castableKinds(column: Column | undefined): number[] {
  const whole = [kind.integer, kind.gtin8, kind.identifier]
  switch (column?.type) {
    case undefined:
    case 'text':
    case 'boolean':
    case 'duration':
      return []
    case 'time':
      return [kind.clock]
    case 'integer':
      return whole
    case 'decimal':
      return column.decimalMark === ',' ? whole : [...whole, kind.dotFraction, kind.eitherDot]
    case 'date':
    case 'timestamp':
      return [kind.ymd, kind.timedYmd]
  }
}

/** Whether a cell, as `is` was told of it, is plain. */
export function isPlain(expected: Expected, is: number, cell: CellKind): boolean {
  const { plain, order, scale, amounts } = expected
  const isAmount = is === kind.amount && amounts !== null
  if (isAmount && cell.unit !== amounts.unit) return false
  switch ((isAmount ? amounts.plain[cell.number] : plain[is]) ?? 0) {
    case always:
      return true
    case ifShort:
      return cell.whole <= plainWhole
    case ifShortFraction:
      return cell.whole <= plainWhole && cell.fraction <= scale
    case ifRegular:
      if (order === 'ymd') return cell.regularYmd
      return order === 'dmy' ? cell.regularDmy : cell.regularMdy
    default:
      return false
  }
}

/** Whether the engine's own cast makes the value of a plain cell. `first`: its first byte. */
export function isCastable(
  { castable }: Expected,
  is: number,
  cell: CellKind,
  first: number,
): boolean {
  if (castable[is] !== 1 || first === plus) return false
  if (is === kind.clock) return cell.plainClock
  if (is === kind.dotFraction) return !cell.grouped
  return (is !== kind.ymd && is !== kind.timedYmd) || cell.hyphens
}
